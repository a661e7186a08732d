#![allow(unsafe_code)]

use super::{HEAD, Isa, Lanes, Run};
use crate::float::two::{Two, two_sum};
use core::arch::x86_64::*;

/// Four lanes; part of every x86-64.
#[derive(Clone, Copy)]
pub(crate) struct Sse2;

/// The first two elements.
#[inline(always)]
fn two(from: &[f32]) -> __m128 {
    match from.first_chunk::<2>() {
        // Not `_mm_load_sd`: it is the same instruction, but reads an `f64`, which Rust wants aligned to 8 bytes.
        // SAFETY: `from` is 8 readable bytes; this load needs no alignment. SSE2 is part of x86-64.
        Some(from) => unsafe { _mm_castsi128_ps(_mm_loadl_epi64(from.as_ptr().cast())) },
        None => Sse2.splat(0.0),
    }
}

/// The rows of a 4 × 4 matrix to its columns.
#[inline(always)]
fn transposed(a: __m128, b: __m128, c: __m128, d: __m128) -> [__m128; 4] {
    // SAFETY: SSE2 is part of x86-64.
    unsafe {
        let (ab, cd) = (_mm_unpacklo_ps(a, b), _mm_unpacklo_ps(c, d));
        let (ab_high, cd_high) = (_mm_unpackhi_ps(a, b), _mm_unpackhi_ps(c, d));
        [
            _mm_movelh_ps(ab, cd),
            _mm_movehl_ps(cd, ab),
            _mm_movelh_ps(ab_high, cd_high),
            _mm_movehl_ps(cd_high, ab_high),
        ]
    }
}

// SAFETY of every block below: SSE2 is part of x86-64, so its register instructions may always be used; the
// memory ones say what they touch.
impl Isa for Sse2 {
    const LANES: usize = 4;
    type V = __m128;
    type Four = __m128;
    const WIDE: usize = 2;
    type Wide = __m128d;

    #[inline(always)]
    fn splat(self, value: f32) -> __m128 {
        // SAFETY: as above.
        unsafe { _mm_set1_ps(value) }
    }
    #[inline(always)]
    fn load(self, from: &[f32]) -> __m128 {
        match from.first_chunk::<4>() {
            // SAFETY: `from` is 16 readable bytes; the unaligned form is used.
            Some(from) => unsafe { _mm_loadu_ps(from.as_ptr()) },
            None => self.splat(0.0),
        }
    }
    #[inline(always)]
    fn store(self, v: __m128, to: &mut [f32]) {
        if let Some(to) = to.first_chunk_mut::<4>() {
            // SAFETY: `to` is 16 writable bytes; the unaligned form is used.
            unsafe { _mm_storeu_ps(to.as_mut_ptr(), v) }
        }
    }
    #[inline(always)]
    fn add(self, a: __m128, b: __m128) -> __m128 {
        // SAFETY: as above.
        unsafe { _mm_add_ps(a, b) }
    }
    #[inline(always)]
    fn sub(self, a: __m128, b: __m128) -> __m128 {
        // SAFETY: as above.
        unsafe { _mm_sub_ps(a, b) }
    }
    #[inline(always)]
    fn mul(self, a: __m128, b: __m128) -> __m128 {
        // SAFETY: as above.
        unsafe { _mm_mul_ps(a, b) }
    }
    #[inline(always)]
    fn div(self, a: __m128, b: __m128) -> __m128 {
        // SAFETY: as above.
        unsafe { _mm_div_ps(a, b) }
    }
    #[inline(always)]
    fn sqrt(self, v: __m128) -> __m128 {
        // SAFETY: as above.
        unsafe { _mm_sqrt_ps(v) }
    }
    #[inline(always)]
    fn abs(self, v: __m128) -> __m128 {
        // SAFETY: as above.
        unsafe { _mm_andnot_ps(_mm_set1_ps(-0.0), v) }
    }
    #[inline(always)]
    fn head(self, v: __m128) -> __m128 {
        // SAFETY: as above.
        unsafe { _mm_and_ps(v, _mm_set1_ps(f32::from_bits(HEAD))) }
    }
    #[inline(always)]
    fn le(self, a: __m128, b: __m128) -> u32 {
        // SAFETY: as above. The mask has its four low bits set at most.
        unsafe { _mm_movemask_ps(_mm_cmple_ps(a, b)) as u32 }
    }

    #[inline(never)]
    fn run<R: Run<Self>>(self, op: R) -> R::Output {
        op.eval(self)
    }
    #[inline(always)]
    fn fold(self, lanes: impl Lanes<Self>) -> [__m128; 2] {
        let (low, high) = (lanes.column(self, 0), lanes.column(self, 2));
        let (a0, b0) = (self.add(low.0, high.0), self.add(low.1, high.1));
        let (low, high) = (lanes.column(self, 1), lanes.column(self, 3));
        let (a1, b1) = (self.add(low.0, high.0), self.add(low.1, high.1));
        [self.add(a0, a1), self.add(b0, b1)]
    }
    #[inline(always)]
    fn turn(self, of_row: impl Fn(usize) -> __m128) -> [__m128; 4] {
        transposed(of_row(0), of_row(1), of_row(2), of_row(3))
    }
    #[inline(always)]
    fn plus(self, total: Two<__m128>, four: __m128) -> Two<__m128> {
        let sum = two_sum(Sse2, total.hi, four);
        Two { hi: sum.hi, lo: Sse2.add(total.lo, sum.lo) }
    }
    #[inline(always)]
    fn join(self, a: [__m128; 2], b: [__m128; 2]) -> [__m128; 2] {
        [Sse2.add(a[0], b[0]), Sse2.add(a[1], b[1])]
    }
    #[inline(always)]
    fn no_two(self) -> Two<__m128> {
        Two { hi: Sse2.splat(0.0), lo: Sse2.splat(0.0) }
    }
    #[inline(always)]
    fn four(self, values: [f32; 4]) -> __m128 {
        Sse2.load(&values)
    }
    #[inline(always)]
    fn values(self, four: __m128) -> [f32; 4] {
        let mut values = [0.0; 4];
        Sse2.store(four, &mut values);
        values
    }

    #[inline(always)]
    fn wide(self, from: &[f32]) -> __m128d {
        // SAFETY: as above.
        unsafe { _mm_cvtps_pd(two(from)) }
    }
    #[inline(always)]
    fn wide_sum(self, from: &[f32], addend: f32) -> __m128d {
        // SAFETY: as above.
        unsafe { _mm_cvtps_pd(_mm_add_ps(two(from), _mm_set1_ps(addend))) }
    }
    #[inline(always)]
    fn wide_load(self, from: &[f64]) -> __m128d {
        match from.first_chunk::<2>() {
            // SAFETY: `from` is 16 readable bytes; the unaligned form is used.
            Some(from) => unsafe { _mm_loadu_pd(from.as_ptr()) },
            None => self.wide_splat(0.0),
        }
    }
    #[inline(always)]
    fn wide_splat(self, value: f64) -> __m128d {
        // SAFETY: as above.
        unsafe { _mm_set1_pd(value) }
    }
    #[inline(always)]
    fn wide_add(self, a: __m128d, b: __m128d) -> __m128d {
        // SAFETY: as above.
        unsafe { _mm_add_pd(a, b) }
    }
    #[inline(always)]
    fn wide_sub(self, a: __m128d, b: __m128d) -> __m128d {
        // SAFETY: as above.
        unsafe { _mm_sub_pd(a, b) }
    }
    #[inline(always)]
    fn wide_mul(self, a: __m128d, b: __m128d) -> __m128d {
        // SAFETY: as above.
        unsafe { _mm_mul_pd(a, b) }
    }
    #[inline(always)]
    fn wide_store(self, v: __m128d, to: &mut [f64]) {
        if let Some(to) = to.first_chunk_mut::<2>() {
            // SAFETY: `to` is 16 writable bytes; the unaligned form is used.
            unsafe { _mm_storeu_pd(to.as_mut_ptr(), v) }
        }
    }
}
