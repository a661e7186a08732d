//! Numbers of the crate `fixed` as the integers that they hold.
#![allow(unsafe_code)]

use super::code::Code;
use super::feature::{Feature, FeatureRow};
use super::lane::{LaneCode, Lanes};
use core::slice::{from_raw_parts, from_raw_parts_mut};
use fixed::types::extra::{LeEqU8, LeEqU16, LeEqU32};
use fixed::{FixedI8, FixedI16, FixedI32};

/// A number that is an integer in memory.
///
/// # Safety
/// An implementor is a `repr(transparent)` wrapper of its `Code`, which is signed.
pub unsafe trait Wrapper: Copy {
    #[doc(hidden)]
    type Code: LaneCode;
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

/// γ or β as codes whose type is known at run time.
pub(crate) const fn parameter<T: Wrapper>(numbers: &[T]) -> Codes<'_> {
    let (at, len) = (numbers.as_ptr(), numbers.len());
    // SAFETY: a code is signed, so that its number of bits tells its type.
    unsafe {
        match T::Code::BITS {
            8 => Codes::I8(from_raw_parts(at.cast(), len)),
            16 => Codes::I16(from_raw_parts(at.cast(), len)),
            _ => Codes::I32(from_raw_parts(at.cast(), len)),
        }
    }
}

/// γ or β of a type that is known at run time: one code for all features, or a code for each.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Codes<'a> {
    Same(i32),
    I8(&'a [i8]),
    I16(&'a [i16]),
    I32(&'a [i32]),
}

/// An expression of the one code or of the slice.
macro_rules! any_code {
    ($self:ident, $code:ident => $one:expr, $codes:ident => $slice:expr) => {
        match $self {
            Self::Same($code) => $one,
            Self::I8($codes) => $slice,
            Self::I16($codes) => $slice,
            Self::I32($codes) => $slice,
        }
    };
}

impl Feature for Codes<'_> {
    const SIZE: i32 = 32;
    const DYNAMIC: bool = true;

    #[inline(always)]
    fn bits(self) -> i32 {
        any_code!(self, code => 33 - code.unsigned_abs().leading_zeros() as i32, codes => codes.bits())
    }
    #[inline(always)]
    fn get(self, i: usize) -> i32 {
        any_code!(self, code => code, codes => Feature::get(codes, i))
    }
    #[inline(always)]
    fn to_floats<L: Lanes>(self, lanes: L, start: usize, scale: f32, to: &mut [f32]) -> f32 {
        any_code!(self, code => {
            let v = code as f32 * scale;
            to.fill(v);
            v.abs()
        }, codes => codes.to_floats(lanes, start, scale, to))
    }
    #[cfg(layernorm_dsp)]
    #[inline(always)]
    fn as_i16(&self) -> &[i16] {
        if let Self::I16(codes) = self { codes } else { &[] }
    }
}

impl FeatureRow for Codes<'_> {
    #[inline(always)]
    fn part(self, start: usize, len: usize) -> Self {
        match self {
            Self::Same(code) => Self::Same(code),
            Self::I8(codes) => Self::I8(codes.part(start, len)),
            Self::I16(codes) => Self::I16(codes.part(start, len)),
            Self::I32(codes) => Self::I32(codes.part(start, len)),
        }
    }
}
