#![allow(unsafe_code)]

use super::lanes::{HEAD, Isa, Op};
use super::sse2::Sse2;
use core::arch::x86_64::*;

/// Eight lanes; exists only where the processor was found to have AVX2.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(());

impl Avx2 {
    /// The token, where the processor and the operating system support it.
    #[inline]
    pub(crate) fn detect() -> Option<Self> {
        std::is_x86_feature_detected!("avx2").then_some(Self(()))
    }
}

// SAFETY of every block below: the token proves that AVX2 was detected; the memory instructions say what
// they touch.
impl Isa for Avx2 {
    const LANES: usize = 8;
    type V = __m256;
    type Quad = Sse2;
    const QUAD: Sse2 = Sse2;
    const WIDE: usize = 4;
    type Wide = __m256d;

    #[inline(always)]
    fn splat(self, value: f32) -> __m256 {
        // SAFETY: as above.
        unsafe { _mm256_set1_ps(value) }
    }
    #[inline(always)]
    fn load(self, from: &[f32]) -> __m256 {
        debug_assert!(from.len() >= 8);
        match from.first_chunk::<8>() {
            // SAFETY: `from` is 32 readable bytes; the unaligned form is used.
            Some(from) => unsafe { _mm256_loadu_ps(from.as_ptr()) },
            None => self.splat(0.0),
        }
    }
    #[inline(always)]
    fn store(self, v: __m256, to: &mut [f32]) {
        debug_assert!(to.len() >= 8);
        if let Some(to) = to.first_chunk_mut::<8>() {
            // SAFETY: `to` is 32 writable bytes; the unaligned form is used.
            unsafe { _mm256_storeu_ps(to.as_mut_ptr(), v) }
        }
    }
    #[inline(always)]
    fn add(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: as above.
        unsafe { _mm256_add_ps(a, b) }
    }
    #[inline(always)]
    fn sub(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: as above.
        unsafe { _mm256_sub_ps(a, b) }
    }
    #[inline(always)]
    fn mul(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: as above.
        unsafe { _mm256_mul_ps(a, b) }
    }
    #[inline(always)]
    fn div(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: as above.
        unsafe { _mm256_div_ps(a, b) }
    }
    #[inline(always)]
    fn sqrt(self, v: __m256) -> __m256 {
        // SAFETY: as above.
        unsafe { _mm256_sqrt_ps(v) }
    }
    #[inline(always)]
    fn abs(self, v: __m256) -> __m256 {
        // SAFETY: as above.
        unsafe { _mm256_andnot_ps(_mm256_set1_ps(-0.0), v) }
    }
    #[inline(always)]
    fn head(self, v: __m256) -> __m256 {
        // SAFETY: as above.
        unsafe { _mm256_and_ps(v, _mm256_set1_ps(f32::from_bits(HEAD))) }
    }
    #[inline(always)]
    fn le(self, a: __m256, b: __m256) -> u32 {
        // SAFETY: as above. The mask has its eight low bits set at most.
        unsafe { _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_LE_OQ>(a, b)) as u32 }
    }

    #[inline(always)]
    fn run<O: Op>(self, op: O) -> O::Output {
        #[target_feature(enable = "avx2")]
        #[inline(never)]
        fn run<O: Op>(isa: Avx2, op: O) -> O::Output {
            op.eval(isa)
        }
        // SAFETY: as above.
        unsafe { run(self, op) }
    }
    #[inline(always)]
    fn narrow(self, v: __m256) -> __m128 {
        // SAFETY: as above.
        unsafe { _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps::<1>(v)) }
    }
    #[inline(always)]
    fn transpose<'a>(self, row: impl Fn(usize) -> &'a [f32; 4]) -> [__m256; 4] {
        let [a0, a1, a2, a3] = Sse2.transpose(&row);
        let [b0, b1, b2, b3] = Sse2.transpose(|i| row(i + 4));
        // SAFETY: as above.
        unsafe {
            [
                _mm256_set_m128(b0, a0),
                _mm256_set_m128(b1, a1),
                _mm256_set_m128(b2, a2),
                _mm256_set_m128(b3, a3),
            ]
        }
    }

    #[inline(always)]
    fn widen(self, from: &[f32]) -> __m256d {
        // SAFETY: as above.
        unsafe { _mm256_cvtps_pd(Sse2.load(from)) }
    }
    #[inline(always)]
    fn widen_sum(self, from: &[f32], addend: f32) -> __m256d {
        // SAFETY: as above.
        unsafe { _mm256_cvtps_pd(Sse2.add(Sse2.load(from), Sse2.splat(addend))) }
    }
    #[inline(always)]
    fn wide_load(self, from: &[f64]) -> __m256d {
        debug_assert!(from.len() >= 4);
        match from.first_chunk::<4>() {
            // SAFETY: `from` is 32 readable bytes; the unaligned form is used.
            Some(from) => unsafe { _mm256_loadu_pd(from.as_ptr()) },
            None => self.wide_splat(0.0),
        }
    }
    #[inline(always)]
    fn wide_splat(self, value: f64) -> __m256d {
        // SAFETY: as above.
        unsafe { _mm256_set1_pd(value) }
    }
    #[inline(always)]
    fn wide_add(self, a: __m256d, b: __m256d) -> __m256d {
        // SAFETY: as above.
        unsafe { _mm256_add_pd(a, b) }
    }
    #[inline(always)]
    fn wide_sub(self, a: __m256d, b: __m256d) -> __m256d {
        // SAFETY: as above.
        unsafe { _mm256_sub_pd(a, b) }
    }
    #[inline(always)]
    fn wide_mul(self, a: __m256d, b: __m256d) -> __m256d {
        // SAFETY: as above.
        unsafe { _mm256_mul_pd(a, b) }
    }
    #[inline(always)]
    fn wide_store(self, v: __m256d, to: &mut [f64]) {
        debug_assert!(to.len() >= 4);
        if let Some(to) = to.first_chunk_mut::<4>() {
            // SAFETY: `to` is 32 writable bytes; the unaligned form is used.
            unsafe { _mm256_storeu_pd(to.as_mut_ptr(), v) }
        }
    }
}
