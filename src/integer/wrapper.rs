//! `fixed` numbers as the integers they hold.
#![allow(unsafe_code)]

use super::Code;
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
