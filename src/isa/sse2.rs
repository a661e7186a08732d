#![allow(unsafe_code)]

use super::lanes::{HEAD, Isa, Op};
use core::arch::x86_64::*;

/// Four lanes; part of every x86-64.
#[derive(Clone, Copy)]
pub(crate) struct Sse2;

/// The first two elements.
#[inline(always)]
fn first_two(from: &[f32]) -> __m128 {
    debug_assert!(from.len() >= 2);
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
    type Quad = Self;
    const QUAD: Self = Self;
    const WIDE: usize = 2;
    type Wide = __m128d;

    #[inline(always)]
    fn splat(self, value: f32) -> __m128 {
        // SAFETY: as above.
        unsafe { _mm_set1_ps(value) }
    }
    #[inline(always)]
    fn load(self, from: &[f32]) -> __m128 {
        debug_assert!(from.len() >= 4);
        match from.first_chunk::<4>() {
            // SAFETY: `from` is 16 readable bytes; the unaligned form is used.
            Some(from) => unsafe { _mm_loadu_ps(from.as_ptr()) },
            None => self.splat(0.0),
        }
    }
    #[inline(always)]
    fn store(self, v: __m128, to: &mut [f32]) {
        debug_assert!(to.len() >= 4);
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
    fn run<O: Op>(self, op: O) -> O::Output {
        op.eval(self)
    }
    #[inline(always)]
    fn narrow(self, v: __m128) -> __m128 {
        v
    }
    #[inline(always)]
    fn transpose<'a>(self, row: impl Fn(usize) -> &'a [f32; 4]) -> [__m128; 4] {
        transposed(self.load(row(0)), self.load(row(1)), self.load(row(2)), self.load(row(3)))
    }

    #[inline(always)]
    fn widen(self, from: &[f32]) -> __m128d {
        // SAFETY: as above.
        unsafe { _mm_cvtps_pd(first_two(from)) }
    }
    #[inline(always)]
    fn widen_sum(self, from: &[f32], addend: f32) -> __m128d {
        // SAFETY: as above.
        unsafe { _mm_cvtps_pd(_mm_add_ps(first_two(from), _mm_set1_ps(addend))) }
    }
    #[inline(always)]
    fn wide_load(self, from: &[f64]) -> __m128d {
        debug_assert!(from.len() >= 2);
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
        debug_assert!(to.len() >= 2);
        if let Some(to) = to.first_chunk_mut::<2>() {
            // SAFETY: `to` is 16 writable bytes; the unaligned form is used.
            unsafe { _mm_storeu_pd(to.as_mut_ptr(), v) }
        }
    }
}
