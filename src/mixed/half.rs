//! The types of half precision, as rows store them.

use super::convert::{bf16_from_f32, bf16_to_f32, f16_from_f32, f16_to_f32};
use super::element::{Element, Stored, Values};
use crate::dispatch;
use crate::isa::{Isa, Op, elements_from, elements_from_mut};
#[allow(unused_imports, reason = "only where an instruction converts")]
use ::half::slice::HalfFloatSliceExt;
use ::half::{bf16, f16};

impl Element for f16 {}
impl Element for bf16 {}

macro_rules! stored {
    ($type:ident, $values:ident, $to_f32:ident, $from_f32:ident, $widen:expr, $narrow:expr) => {
        impl Stored for $type {
            fn widen(from: &[Self], to: &mut [f32]) {
                debug_assert_eq!(from.len(), to.len());
                let done: usize = $widen(from, &mut *to);
                let (from, to) = (elements_from(from, done), elements_from_mut(to, done));
                dispatch::run(Widen { from, to });
            }
            fn narrow(from: &[f32], to: &mut [Self]) {
                debug_assert_eq!(from.len(), to.len());
                let done: usize = $narrow(from, &mut *to);
                let (from, to) = (elements_from(from, done), elements_from_mut(to, done));
                dispatch::run(Narrow { from, to });
            }
            fn values(slice: &[Self]) -> Values<'_> {
                Values::$values(slice)
            }
        }

        impl Op for Widen<'_, $type> {
            type Output = ();
            #[inline(always)]
            fn eval<I: Isa>(self, _: I) {
                for (to, from) in self.to.iter_mut().zip(self.from) {
                    *to = $to_f32(from.to_bits());
                }
            }
        }

        impl Op for Narrow<'_, $type> {
            type Output = ();
            #[inline(always)]
            fn eval<I: Isa>(self, _: I) {
                for (to, from) in self.to.iter_mut().zip(self.from) {
                    *to = $type::from_bits($from_f32(*from));
                }
            }
        }
    };
}
stored!(f16, F16, f16_to_f32, f16_from_f32, widen_by_instruction, narrow_by_instruction);
stored!(bf16, Bf16, bf16_to_f32, bf16_from_f32, none_by_instruction, none_by_instruction);

/// Where shifts and sums are as fast.
fn none_by_instruction<A, B>(_: &[A], _: &mut [B]) -> usize {
    0
}

/// Converts the first elements by an instruction that converts, and returns how many.
fn widen_by_instruction(from: &[f16], to: &mut [f32]) -> usize {
    #[cfg(all(
        target_arch = "x86_64",
        feature = "std",
        not(any(layernorm_isa = "scalar", layernorm_isa = "sse2"))
    ))]
    if let Some(f16c) = crate::isa::F16c::detect() {
        return f16c.widen(from.reinterpret_cast(), to);
    }
    let _ = (from, to);
    0
}

/// As [`widen_by_instruction`].
fn narrow_by_instruction(from: &[f32], to: &mut [f16]) -> usize {
    #[cfg(all(
        target_arch = "x86_64",
        feature = "std",
        not(any(layernorm_isa = "scalar", layernorm_isa = "sse2"))
    ))]
    if let Some(f16c) = crate::isa::F16c::detect() {
        return f16c.narrow(from, to.reinterpret_cast_mut());
    }
    let _ = (from, to);
    0
}

/// To `f32`.
struct Widen<'a, E> {
    from: &'a [E],
    to: &'a mut [f32],
}

/// From `f32`.
struct Narrow<'a, E> {
    from: &'a [f32],
    to: &'a mut [E],
}
