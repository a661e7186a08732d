#![allow(unsafe_code)]

use super::lanes::{Adder, HEAD, Isa, VectorPair, instructions};
use core::arch::x86_64::*;

/// Four lanes; part of every x86-64 target but those of operating systems, which leave vectors to programs.
#[derive(Clone, Copy)]
pub(crate) struct Sse2;

/// The first two elements.
#[inline(always)]
fn first_two(from: &[f32]) -> __m128 {
    debug_assert!(from.len() >= 2);
    match from.first_chunk::<2>() {
        // Not `_mm_load_sd`: it is the same instruction, but reads an `f64`, which Rust wants aligned to 8 bytes.
        // SAFETY: `from` is 8 readable bytes; this load needs no alignment. The target has SSE2: `isa/mod.rs`.
        Some(from) => unsafe { _mm_castsi128_ps(_mm_loadl_epi64(from.as_ptr().cast())) },
        None => Sse2.splat(0.0),
    }
}

/// The rows of a 4 × 4 matrix to its columns.
#[inline(always)]
fn transposed(a: __m128, b: __m128, c: __m128, d: __m128) -> [__m128; 4] {
    // SAFETY: the target has SSE2: `isa/mod.rs`.
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

// SAFETY of every block below: this file is compiled only where the target has SSE2 (`isa/mod.rs`), so its register
// instructions may always be used; the
// memory ones say what they touch.
impl Adder for Sse2 {
    type V = __m128;
    instructions! {
        add(a: __m128, b: __m128) -> __m128 = _mm_add_ps;
        sub(a: __m128, b: __m128) -> __m128 = _mm_sub_ps;
    }
}

impl Isa for Sse2 {
    const LANES: usize = 4;
    type Pair = VectorPair<Self>;
    // Miri knows no such store.
    const STREAMS: bool = cfg!(not(miri));
    const WIDE: usize = 2;
    type Wide = __m128d;

    instructions! {
        splat(value: f32) -> __m128 = _mm_set1_ps;
        mul(a: __m128, b: __m128) -> __m128 = _mm_mul_ps;
        div(a: __m128, b: __m128) -> __m128 = _mm_div_ps;
        sqrt(v: __m128) -> __m128 = _mm_sqrt_ps;
        wide_splat(value: f64) -> __m128d = _mm_set1_pd;
        wide_add(a: __m128d, b: __m128d) -> __m128d = _mm_add_pd;
        wide_sub(a: __m128d, b: __m128d) -> __m128d = _mm_sub_pd;
        wide_mul(a: __m128d, b: __m128d) -> __m128d = _mm_mul_pd;
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
    unsafe fn stream(self, v: __m128, to: &mut [f32]) {
        match to.first_chunk_mut::<4>() {
            // SAFETY: `to` is 16 writable bytes at a multiple of 16; the caller keeps the rest.
            Some(to) if to.as_ptr().cast::<__m128>().is_aligned() => unsafe {
                _mm_stream_ps(to.as_mut_ptr(), v)
            },
            _ => self.store(v, to),
        }
    }
    #[inline(always)]
    fn prefetch(self, at: *const f32) {
        // SAFETY: as above; no address makes this instruction fault.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(at.cast()) }
    }
    #[inline(always)]
    fn end_streams(self) {
        // SAFETY: as above.
        unsafe { _mm_sfence() }
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

    #[inline(always)]
    fn if_le(self, a: __m128, b: __m128, yes: __m128, no: __m128) -> __m128 {
        // SAFETY: as above.
        unsafe {
            let mask = _mm_cmple_ps(a, b);
            _mm_or_ps(_mm_and_ps(mask, yes), _mm_andnot_ps(mask, no))
        }
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
    fn wide_store(self, v: __m128d, to: &mut [f64]) {
        debug_assert!(to.len() >= 2);
        if let Some(to) = to.first_chunk_mut::<2>() {
            // SAFETY: `to` is 16 writable bytes; the unaligned form is used.
            unsafe { _mm_storeu_pd(to.as_mut_ptr(), v) }
        }
    }
}
