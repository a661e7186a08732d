#![allow(unsafe_code)]

use super::{GROUP, Isa, Lanes, Op};
use crate::float::two::{Two, two_sum};
use core::arch::x86_64::*;

/// Four lanes; part of every x86-64.
#[derive(Clone, Copy)]
pub(crate) struct Sse2;

/// Lanes `0..n` set for the window that starts at `8 − n`.
static KEEP: [u32; 16] = [!0, !0, !0, !0, !0, !0, !0, !0, 0, 0, 0, 0, 0, 0, 0, 0];

/// The last two levels of the tree, of two vectors at once, onto `totals` in lanes 0 and 1.
#[inline(always)]
fn add_quads(totals: Two<__m128>, a: __m128, b: __m128) -> Two<__m128> {
    let isa = Sse2;
    // SAFETY: SSE2 is part of x86-64.
    let upper = |v| unsafe { _mm_movehl_ps(v, v) };
    // SAFETY: SSE2 is part of x86-64.
    let (low, high) = unsafe { (_mm_unpacklo_ps(a, b), _mm_unpackhi_ps(a, b)) };
    // a0 b0 a1 b1 + a2 b2 a3 b3
    let halves = two_sum(isa, low, high);
    let Two { hi, lo } = two_sum(isa, halves.hi, upper(halves.hi));
    let lo = isa.add(isa.add(halves.lo, upper(halves.lo)), lo);
    totals.plus(isa, Two { hi, lo })
}

/// Lanes 0 and 1.
#[inline(always)]
fn split_quads(Two { hi, lo }: Two<__m128>) -> [Two<f32>; 2] {
    // SAFETY: SSE2 is part of x86-64.
    let [hi, lo] = [hi, lo].map(|v| unsafe { [_mm_cvtss_f32(v), _mm_cvtss_f32(_mm_shuffle_ps::<1>(v, v))] });
    [Two { hi: hi[0], lo: lo[0] }, Two { hi: hi[1], lo: lo[1] }]
}

// SAFETY of every block below: SSE2 is part of x86-64, so its register instructions may always be used; the
// memory ones say what they touch.
impl Isa for Sse2 {
    const LANES: usize = 4;
    type V = __m128;
    type Totals = Two<__m128>;
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
    fn keep(self, v: __m128, count: usize) -> __m128 {
        let mask = &KEEP[8 - count.min(4)..][..4];
        // SAFETY: `mask` is 16 readable bytes; the unaligned form is used.
        unsafe { _mm_and_ps(v, _mm_loadu_ps(mask.as_ptr().cast())) }
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
    fn le(self, a: __m128, b: __m128) -> u32 {
        // SAFETY: as above. The mask has its four low bits set at most.
        unsafe { _mm_movemask_ps(_mm_cmple_ps(a, b)) as u32 }
    }

    #[inline(always)]
    fn add_lanes(self, totals: Two<__m128>, lanes: impl Lanes<Self>) -> Two<__m128> {
        let (a0, b0) = lanes.columns(self, 0, 2);
        let (a1, b1) = lanes.columns(self, 1, 3);
        add_quads(totals, self.add(a0, a1), self.add(b0, b1))
    }
    #[inline(always)]
    fn head(self, x: &[f32; GROUP]) -> [f32; 2] {
        let (x0, x1, x2, x3) = (self.load(x), self.load(&x[4..]), self.load(&x[8..]), self.load(&x[12..]));
        let square = |v| self.mul(v, v);
        let a = self.add(self.add(x0, x2), self.add(x1, x3));
        let b = self.add(self.add(square(x0), square(x2)), self.add(square(x1), square(x3)));
        // SAFETY: as above.
        unsafe {
            let ab = _mm_add_ps(_mm_unpacklo_ps(a, b), _mm_unpackhi_ps(a, b));
            let ab = _mm_add_ps(ab, _mm_movehl_ps(ab, ab));
            [_mm_cvtss_f32(ab), _mm_cvtss_f32(_mm_shuffle_ps::<1>(ab, ab))]
        }
    }
    #[inline(always)]
    fn join_totals(self, [a, b]: [Two<f32>; 2]) -> Two<__m128> {
        // SAFETY: as above.
        unsafe { Two { hi: _mm_setr_ps(a.hi, b.hi, 0.0, 0.0), lo: _mm_setr_ps(a.lo, b.lo, 0.0, 0.0) } }
    }
    #[inline(always)]
    fn split_totals(self, totals: Two<__m128>) -> [Two<f32>; 2] {
        split_quads(totals)
    }
}

/// Eight lanes; exists only where the processor was found to have AVX2.
#[cfg(feature = "std")]
#[derive(Clone, Copy)]
pub(crate) struct Avx2(());

#[cfg(feature = "std")]
impl Avx2 {
    /// The token, where the processor and the operating system support it.
    #[inline]
    pub(crate) fn detect() -> Option<Self> {
        std::is_x86_feature_detected!("avx2").then_some(Self(()))
    }
}

// SAFETY of every block below: the token proves that AVX2 was detected; the memory instructions say what
// they touch.
#[cfg(feature = "std")]
impl Isa for Avx2 {
    const LANES: usize = 8;
    type V = __m256;
    type Totals = Two<__m128>;
    type Array = [f32; 8];

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
    fn array(self, value: f32) -> [f32; 8] {
        [value; 8]
    }
    #[inline(always)]
    fn splat(self, value: f32) -> __m256 {
        // SAFETY: as above.
        unsafe { _mm256_set1_ps(value) }
    }
    #[inline(always)]
    fn load(self, from: &[f32]) -> __m256 {
        match from.first_chunk::<8>() {
            // SAFETY: `from` is 32 readable bytes; the unaligned form is used.
            Some(from) => unsafe { _mm256_loadu_ps(from.as_ptr()) },
            None => self.splat(0.0),
        }
    }
    #[inline(always)]
    fn store(self, v: __m256, to: &mut [f32]) {
        if let Some(to) = to.first_chunk_mut::<8>() {
            // SAFETY: `to` is 32 writable bytes; the unaligned form is used.
            unsafe { _mm256_storeu_ps(to.as_mut_ptr(), v) }
        }
    }
    #[inline(always)]
    fn keep(self, v: __m256, count: usize) -> __m256 {
        let mask = &KEEP[8 - count.min(8)..][..8];
        // SAFETY: `mask` is 32 readable bytes; the unaligned form is used.
        unsafe { _mm256_and_ps(v, _mm256_loadu_ps(mask.as_ptr().cast())) }
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
    fn le(self, a: __m256, b: __m256) -> u32 {
        // SAFETY: as above. The mask has its eight low bits set at most.
        unsafe { _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_LE_OQ>(a, b)) as u32 }
    }

    #[inline(always)]
    fn add_lanes(self, totals: Two<__m128>, lanes: impl Lanes<Self>) -> Two<__m128> {
        let (a, b) = lanes.columns(self, 0, 1);
        // SAFETY: as above.
        let (a, b) = unsafe {
            (
                _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps::<1>(a)),
                _mm_add_ps(_mm256_castps256_ps128(b), _mm256_extractf128_ps::<1>(b)),
            )
        };
        add_quads(totals, a, b)
    }
    #[inline(always)]
    fn head(self, x: &[f32; GROUP]) -> [f32; 2] {
        Sse2.head(x)
    }
    #[inline(always)]
    fn join_totals(self, totals: [Two<f32>; 2]) -> Two<__m128> {
        Sse2.join_totals(totals)
    }
    #[inline(always)]
    fn split_totals(self, totals: Two<__m128>) -> [Two<f32>; 2] {
        split_quads(totals)
    }
}
