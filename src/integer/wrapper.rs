//! Numbers of the crate `fixed` as the integers they hold.
#![allow(unsafe_code)]

use super::{Code, Feature, Mac};
use core::slice::{from_raw_parts, from_raw_parts_mut};
use fixed::types::extra::{LeEqU8, LeEqU16, LeEqU32};
use fixed::{FixedI8, FixedI16, FixedI32};

/// # Safety
/// An implementor is a `repr(transparent)` wrapper of its `Code`.
pub unsafe trait Wrapper: Copy {
    #[doc(hidden)]
    type Code: Code;
}

// SAFETY: `fixed` documents that its numbers are transparent wrappers of an integer of their width.
unsafe impl<F: LeEqU8> Wrapper for FixedI8<F> {
    type Code = i8;
}
// SAFETY: as above.
unsafe impl<F: LeEqU16> Wrapper for FixedI16<F> {
    type Code = i16;
}
// SAFETY: as above.
unsafe impl<F: LeEqU32> Wrapper for FixedI32<F> {
    type Code = i32;
}

pub(crate) fn codes<T: Wrapper>(numbers: &[T]) -> &[T::Code] {
    // SAFETY: size, alignment and values are those of the code.
    unsafe { from_raw_parts(numbers.as_ptr().cast(), numbers.len()) }
}

pub(crate) fn codes_mut<T: Wrapper>(numbers: &mut [T]) -> &mut [T::Code] {
    // SAFETY: as above, and every code is a number.
    unsafe { from_raw_parts_mut(numbers.as_mut_ptr().cast(), numbers.len()) }
}

/// γ or β of any type: one code for all features, or one for each.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Codes<'a> {
    Same(i32),
    I8(&'a [i8]),
    I16(&'a [i16]),
    I32(&'a [i32]),
}

macro_rules! any_code {
    ($self:ident, $same:ident => $of_same:expr, $codes:ident => $of_codes:expr) => {
        match $self {
            Self::Same($same) => $of_same,
            Self::I8($codes) => $of_codes,
            Self::I16($codes) => $of_codes,
            Self::I32($codes) => $of_codes,
        }
    };
}

impl Feature for Codes<'_> {
    const SIZE: i32 = 32;
    const ANY: bool = true;

    #[inline(always)]
    fn bits(self) -> i32 {
        any_code!(self, code => 33 - code.unsigned_abs().leading_zeros() as i32, codes => codes.bits())
    }
    #[inline(always)]
    fn get(self, i: usize) -> i32 {
        any_code!(self, code => code, codes => Feature::get(codes, i))
    }
    #[inline(always)]
    fn lanes<M: Mac>(self, mac: M, i: usize) -> M::V {
        any_code!(self, code => mac.splat(code), codes => codes.lanes(mac, i))
    }
    #[cfg(layernorm_dsp)]
    #[inline(always)]
    fn as_i16(&self) -> &[i16] {
        if let Self::I16(codes) = self { codes } else { &[] }
    }
}
