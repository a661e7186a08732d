#![allow(unsafe_code)]

use super::lanes::{Adder, HEAD, Isa, VectorPair, instructions};
use core::arch::wasm32::*;

/// WebAssembly's fixed-width SIMD; exists only where the module is compiled with it.
#[derive(Clone, Copy)]
pub(crate) struct Simd128;

impl Adder for Simd128 {
    type V = v128;
    instructions! {
        add(a: v128, b: v128) -> v128 = f32x4_add;
        sub(a: v128, b: v128) -> v128 = f32x4_sub;
    }
}

impl Isa for Simd128 {
    const LANES: usize = 4;
    type Pair = VectorPair<Self>;
    const ROW_BY_ROW: bool = false;
    const WIDE: usize = 2;
    type Wide = v128;

    instructions! {
        splat(value: f32) -> v128 = f32x4_splat;
        mul(a: v128, b: v128) -> v128 = f32x4_mul;
        div(a: v128, b: v128) -> v128 = f32x4_div;
        sqrt(v: v128) -> v128 = f32x4_sqrt;
        abs(v: v128) -> v128 = f32x4_abs;
        wide_splat(value: f64) -> v128 = f64x2_splat;
        wide_add(a: v128, b: v128) -> v128 = f64x2_add;
        wide_sub(a: v128, b: v128) -> v128 = f64x2_sub;
        wide_mul(a: v128, b: v128) -> v128 = f64x2_mul;
    }
    #[inline(always)]
    fn load(self, from: &[f32]) -> v128 {
        debug_assert!(from.len() >= 4);
        match from.first_chunk::<4>() {
            // SAFETY: `from` is 16 readable bytes; v128_load needs no alignment.
            Some(from) => unsafe { v128_load(from.as_ptr().cast()) },
            None => f32x4_splat(0.0),
        }
    }
    #[inline(always)]
    fn store(self, v: v128, to: &mut [f32]) {
        debug_assert!(to.len() >= 4);
        if let Some(to) = to.first_chunk_mut::<4>() {
            // SAFETY: `to` is 16 writable bytes; v128_store needs no alignment.
            unsafe { v128_store(to.as_mut_ptr().cast(), v) }
        }
    }
    #[inline(always)]
    fn head(self, v: v128) -> v128 {
        v128_and(v, u32x4_splat(HEAD))
    }
    #[inline(always)]
    fn le(self, a: v128, b: v128) -> u32 {
        u32::from(i32x4_bitmask(f32x4_le(a, b)))
    }

    #[inline(always)]
    fn if_le(self, a: v128, b: v128, yes: v128, no: v128) -> v128 {
        v128_bitselect(yes, no, f32x4_le(a, b))
    }

    #[inline(always)]
    fn transpose<'a>(self, row: impl Fn(usize) -> &'a [f32; 4]) -> [v128; 4] {
        transposed(self.load(row(0)), self.load(row(1)), self.load(row(2)), self.load(row(3)))
    }

    #[inline(always)]
    fn widen(self, from: &[f32]) -> v128 {
        f64x2_promote_low_f32x4(first_two(from))
    }
    #[inline(always)]
    fn widen_sum(self, from: &[f32], addend: f32) -> v128 {
        f64x2_promote_low_f32x4(f32x4_add(first_two(from), f32x4_splat(addend)))
    }
    #[inline(always)]
    fn wide_load(self, from: &[f64]) -> v128 {
        debug_assert!(from.len() >= 2);
        match from.first_chunk::<2>() {
            // SAFETY: `from` is 16 readable bytes; v128_load needs no alignment.
            Some(from) => unsafe { v128_load(from.as_ptr().cast()) },
            None => self.wide_splat(0.0),
        }
    }
    #[inline(always)]
    fn wide_store(self, v: v128, to: &mut [f64]) {
        debug_assert!(to.len() >= 2);
        if let Some(to) = to.first_chunk_mut::<2>() {
            *to = [f64x2_extract_lane::<0>(v), f64x2_extract_lane::<1>(v)];
        }
    }
}

/// The first two elements.
#[inline(always)]
fn first_two(from: &[f32]) -> v128 {
    debug_assert!(from.len() >= 2);
    match from.first_chunk::<2>() {
        // SAFETY: `from` is 8 readable bytes; v128_load64_zero needs no alignment.
        Some(from) => unsafe { v128_load64_zero(from.as_ptr().cast()) },
        None => f32x4_splat(0.0),
    }
}

#[inline(always)]
fn transposed(a: v128, b: v128, c: v128, d: v128) -> [v128; 4] {
    let (ab, cd) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<0, 4, 1, 5>(c, d));
    let (ab_high, cd_high) = (i32x4_shuffle::<2, 6, 3, 7>(a, b), i32x4_shuffle::<2, 6, 3, 7>(c, d));
    [
        i64x2_shuffle::<0, 2>(ab, cd),
        i64x2_shuffle::<1, 3>(ab, cd),
        i64x2_shuffle::<0, 2>(ab_high, cd_high),
        i64x2_shuffle::<1, 3>(ab_high, cd_high),
    ]
}
