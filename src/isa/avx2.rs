#![allow(unsafe_code)]

use super::lanes::{Adder, FourPairs, HEAD, Isa, Op, Paired, instructions};
use super::sse2::Sse2;
use core::arch::x86_64::*;

/// Eight lanes; exists only where the processor was found to have AVX2 and FMA, as all but a few of those with AVX2 have. Floats
/// are fused only where products are exact; integer rows are, where an error bound decides.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(());

impl Avx2 {
    /// The token, where the processor and the operating system support it.
    #[inline]
    pub(crate) fn detect() -> Option<Self> {
        (std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma")).then_some(Self(()))
    }
}

// SAFETY of every block below: the token proves that AVX2 and FMA were detected; the memory instructions say what
// they touch.
impl Adder for Avx2 {
    type V = __m256;
    instructions! {
        add(a: __m256, b: __m256) -> __m256 = _mm256_add_ps;
        sub(a: __m256, b: __m256) -> __m256 = _mm256_sub_ps;
    }
}

impl Paired<Self> for Avx2 {
    #[inline(always)]
    fn new(isa: Self) -> Self {
        isa
    }
    #[inline(always)]
    fn pair(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: as above.
        unsafe { _mm256_add_ps(_mm256_permute2f128_ps::<0x20>(a, b), _mm256_permute2f128_ps::<0x31>(a, b)) }
    }
    #[inline(always)]
    fn load_pair(self, from: &FourPairs, _: usize) -> __m256 {
        self.load(from)
    }
    #[inline(always)]
    fn store_pair(self, v: __m256, to: &mut FourPairs, _: usize) {
        self.store(v, to);
    }
}

impl Isa for Avx2 {
    const STREAMS: bool = Sse2::STREAMS;
    const LANES: usize = 8;
    type Pair = Self;
    const WIDE: usize = 4;
    type Wide = __m256d;

    instructions! {
        splat(value: f32) -> __m256 = _mm256_set1_ps;
        mul(a: __m256, b: __m256) -> __m256 = _mm256_mul_ps;
        div(a: __m256, b: __m256) -> __m256 = _mm256_div_ps;
        sqrt(v: __m256) -> __m256 = _mm256_sqrt_ps;
        wide_splat(value: f64) -> __m256d = _mm256_set1_pd;
        wide_add(a: __m256d, b: __m256d) -> __m256d = _mm256_add_pd;
        wide_sub(a: __m256d, b: __m256d) -> __m256d = _mm256_sub_pd;
        wide_mul(a: __m256d, b: __m256d) -> __m256d = _mm256_mul_pd;
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
    unsafe fn stream(self, v: __m256, to: &mut [f32]) {
        match to.first_chunk_mut::<8>() {
            // SAFETY: `to` is 32 writable bytes at a multiple of 32; the caller keeps the rest.
            Some(to) if to.as_ptr().cast::<__m256>().is_aligned() => unsafe {
                _mm256_stream_ps(to.as_mut_ptr(), v)
            },
            _ => self.store(v, to),
        }
    }
    #[inline(always)]
    fn prefetch(self, at: *const f32) {
        Sse2.prefetch(at);
    }
    #[inline(always)]
    fn end_streams(self) {
        Sse2.end_streams();
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
    fn if_le(self, a: __m256, b: __m256, yes: __m256, no: __m256) -> __m256 {
        // SAFETY: as above.
        unsafe { _mm256_blendv_ps(no, yes, _mm256_cmp_ps::<_CMP_LE_OQ>(a, b)) }
    }

    #[inline(always)]
    fn run<O: Op>(self, op: O) -> O::Output {
        #[target_feature(enable = "avx2,fma")]
        #[inline(never)]
        fn run<O: Op>(isa: Avx2, op: O) -> O::Output {
            op.eval(isa)
        }
        // SAFETY: as above.
        unsafe { run(self, op) }
    }
    #[inline(always)]
    fn transpose<'a>(self, row: impl Fn(usize) -> &'a [f32; 4]) -> [__m256; 4] {
        // Row i beside row i + 4, so that each half is transposed by itself.
        let rows = |i| {
            let (low, high) = (Sse2.load(row(i)), Sse2.load(row(i + 4)));
            // SAFETY: as above.
            unsafe { _mm256_set_m128(high, low) }
        };
        let (a, b, c, d) = (rows(0), rows(1), rows(2), rows(3));
        // SAFETY: as above.
        unsafe {
            let (ab, cd) = (_mm256_unpacklo_ps(a, b), _mm256_unpacklo_ps(c, d));
            let (ab_high, cd_high) = (_mm256_unpackhi_ps(a, b), _mm256_unpackhi_ps(c, d));
            [
                _mm256_shuffle_ps::<0x44>(ab, cd),
                _mm256_shuffle_ps::<0xee>(ab, cd),
                _mm256_shuffle_ps::<0x44>(ab_high, cd_high),
                _mm256_shuffle_ps::<0xee>(ab_high, cd_high),
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
    fn wide_add_exact_product(self, a: __m256d, b: __m256d, c: __m256d) -> __m256d {
        // SAFETY: as above.
        unsafe { _mm256_fmadd_pd(b, c, a) }
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
