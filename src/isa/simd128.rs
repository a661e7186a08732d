#![allow(unsafe_code)]

use super::{GROUP, Isa, Lanes, Op};
use crate::float::two::{Two, two_sum};
use core::arch::wasm32::*;

/// WebAssembly's fixed-width SIMD; exists only where the module is compiled with it.
#[derive(Clone, Copy)]
pub(crate) struct Simd128;

impl Isa for Simd128 {
    const LANES: usize = 4;
    type V = v128;
    type Totals = Two<v128>;
    type Array = [f32; 4];

    #[inline(never)]
    fn run<O: Op>(self, op: O) -> O::Output {
        op.eval(self)
    }
    #[inline(always)]
    fn array(self, value: f32) -> [f32; 4] {
        [value; 4]
    }
    #[inline(always)]
    fn splat(self, value: f32) -> v128 {
        f32x4_splat(value)
    }
    #[inline(always)]
    fn load(self, from: &[f32]) -> v128 {
        match from.first_chunk::<4>() {
            // SAFETY: `from` is 16 readable bytes; v128_load needs no alignment.
            Some(from) => unsafe { v128_load(from.as_ptr().cast()) },
            None => f32x4_splat(0.0),
        }
    }
    #[inline(always)]
    fn store(self, v: v128, to: &mut [f32]) {
        if let Some(to) = to.first_chunk_mut::<4>() {
            // SAFETY: `to` is 16 writable bytes; v128_store needs no alignment.
            unsafe { v128_store(to.as_mut_ptr().cast(), v) }
        }
    }
    #[inline(always)]
    fn keep(self, v: v128, count: usize) -> v128 {
        v128_and(v, u32x4_gt(u32x4_splat(count.min(4) as u32), u32x4(0, 1, 2, 3)))
    }
    #[inline(always)]
    fn add(self, a: v128, b: v128) -> v128 {
        f32x4_add(a, b)
    }
    #[inline(always)]
    fn sub(self, a: v128, b: v128) -> v128 {
        f32x4_sub(a, b)
    }
    #[inline(always)]
    fn mul(self, a: v128, b: v128) -> v128 {
        f32x4_mul(a, b)
    }
    #[inline(always)]
    fn div(self, a: v128, b: v128) -> v128 {
        f32x4_div(a, b)
    }
    #[inline(always)]
    fn sqrt(self, v: v128) -> v128 {
        f32x4_sqrt(v)
    }
    #[inline(always)]
    fn le(self, a: v128, b: v128) -> u32 {
        u32::from(i32x4_bitmask(f32x4_le(a, b)))
    }

    #[inline(always)]
    fn add_lanes(self, totals: Two<v128>, lanes: impl Lanes<Self>) -> Two<v128> {
        let (a0, b0) = lanes.columns(self, 0, 2);
        let (a1, b1) = lanes.columns(self, 1, 3);
        let (a, b) = (f32x4_add(a0, a1), f32x4_add(b0, b1));
        // a0 b0 a1 b1 + a2 b2 a3 b3
        let halves = two_sum(self, i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
        let upper = |v| i32x4_shuffle::<2, 3, 2, 3>(v, v);
        let Two { hi, lo } = two_sum(self, halves.hi, upper(halves.hi));
        let lo = f32x4_add(f32x4_add(halves.lo, upper(halves.lo)), lo);
        totals.plus(self, Two { hi, lo })
    }
    #[inline(always)]
    fn head(self, x: &[f32; GROUP]) -> [f32; 2] {
        let (x0, x1, x2, x3) = (self.load(x), self.load(&x[4..]), self.load(&x[8..]), self.load(&x[12..]));
        let square = |v| f32x4_mul(v, v);
        let a = f32x4_add(f32x4_add(x0, x2), f32x4_add(x1, x3));
        let b = f32x4_add(f32x4_add(square(x0), square(x2)), f32x4_add(square(x1), square(x3)));
        let ab = f32x4_add(i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
        let ab = f32x4_add(ab, i32x4_shuffle::<2, 3, 2, 3>(ab, ab));
        [f32x4_extract_lane::<0>(ab), f32x4_extract_lane::<1>(ab)]
    }
    #[inline(always)]
    fn join_totals(self, [a, b]: [Two<f32>; 2]) -> Two<v128> {
        Two { hi: f32x4(a.hi, b.hi, 0.0, 0.0), lo: f32x4(a.lo, b.lo, 0.0, 0.0) }
    }
    #[inline(always)]
    fn split_totals(self, Two { hi, lo }: Two<v128>) -> [Two<f32>; 2] {
        [
            Two { hi: f32x4_extract_lane::<0>(hi), lo: f32x4_extract_lane::<0>(lo) },
            Two { hi: f32x4_extract_lane::<1>(hi), lo: f32x4_extract_lane::<1>(lo) },
        ]
    }
}
