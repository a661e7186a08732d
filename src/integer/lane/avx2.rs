#![allow(unsafe_code)]

use super::lanes::Lanes;
use super::sse2::{sums_of, totals};
use crate::integer::code::Code;
use crate::integer::sums::Sums;
use crate::isa::{Avx2, Isa};
use core::arch::x86_64::*;

/// The sum of the lanes of each of three vectors.
///
/// # Safety
/// There is AVX2.
#[inline(always)]
unsafe fn totals_256(a: __m256i, b: __m256i, c: __m256i) -> [i32; 4] {
    // SAFETY: the caller has AVX2.
    let [a, b, c] = [a, b, c]
        .map(|v| unsafe { _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256::<1>(v)) });
    // SAFETY: as above.
    totals(a, b, c, unsafe { _mm_setzero_si128() })
}

/// The sums of at most 2¹⁵ codes of 8 bits, sixteen at a time, which `wide` gives as 16 bits. The sum of all squares has 31 bits.
///
/// # Safety
/// There is AVX2.
#[inline(always)]
unsafe fn sums_8_bits<T: Code>(codes: &[T], wide: impl Fn(__m128i) -> __m256i) -> Sums {
    let (chunks, rest) = codes.as_chunks::<16>();
    // SAFETY: the caller has AVX2; each chunk is 16 readable bytes, and the unaligned form is used.
    unsafe {
        let zero = _mm256_setzero_si256();
        let (mut sum, mut squares) = (zero, zero);
        for chunk in chunks {
            let codes = wide(_mm_loadu_si128(chunk.as_ptr().cast()));
            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(codes, _mm256_set1_epi16(1)));
            squares = _mm256_add_epi32(squares, _mm256_madd_epi16(codes, codes));
        }
        sums_of(totals_256(sum, squares, zero), rest)
    }
}

/// The first eight codes of 8 bits.
#[inline(always)]
fn eight<T: Code>(from: &[T]) -> __m128i {
    debug_assert!(T::BITS == 8 && from.len() >= 8);
    match from.first_chunk::<8>() {
        // SAFETY: `from` is 8 readable bytes; this load, of SSE2, needs no alignment.
        Some(from) => unsafe { _mm_loadl_epi64(from.as_ptr().cast()) },
        // SAFETY: SSE2 is part of x86-64.
        None => unsafe { _mm_setzero_si128() },
    }
}

/// Writes the first eight bytes of `v`.
#[inline(always)]
fn store_eight<T: Code>(v: __m128i, to: &mut [T]) {
    debug_assert!(T::BITS == 8 && to.len() >= 8);
    if let Some(to) = to.first_chunk_mut::<8>() {
        // SAFETY: `to` is 8 writable bytes; this store, of SSE2, needs no alignment.
        unsafe { _mm_storel_epi64(to.as_mut_ptr().cast(), v) }
    }
}

impl Avx2 {
    /// Eight integers as 16 bits, saturated.
    #[inline(always)]
    fn to_16_bits(self, v: __m256) -> __m128i {
        // SAFETY: the token proves that AVX2 was detected.
        unsafe {
            let v = _mm256_castps_si256(v);
            _mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256::<1>(v))
        }
    }
}

// SAFETY of every block below: the token proves that AVX2 and FMA were detected; the memory instructions say what they touch.
impl Lanes for Avx2 {
    const FUSED: bool = true;
    #[inline(always)]
    fn mul_add(self, a: __m256, b: __m256, c: __m256) -> __m256 {
        // SAFETY: as above.
        unsafe { _mm256_fmadd_ps(a, b, c) }
    }
    #[inline(always)]
    fn max(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: as above.
        unsafe { _mm256_max_ps(a, b) }
    }

    #[inline(always)]
    fn to_floats(self, v: __m256) -> __m256 {
        // SAFETY: as above.
        unsafe { _mm256_cvtepi32_ps(_mm256_castps_si256(v)) }
    }
    #[inline(always)]
    fn add_integers(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: as above.
        unsafe { _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), _mm256_castps_si256(b))) }
    }

    #[inline(always)]
    fn load_i8(self, from: &[i8]) -> __m256 {
        // SAFETY: as above.
        unsafe { _mm256_castsi256_ps(_mm256_cvtepi8_epi32(eight(from))) }
    }
    #[inline(always)]
    fn load_u8(self, from: &[u8]) -> __m256 {
        // SAFETY: as above.
        unsafe { _mm256_castsi256_ps(_mm256_cvtepu8_epi32(eight(from))) }
    }
    #[inline(always)]
    fn load_i16(self, from: &[i16]) -> __m256 {
        debug_assert!(from.len() >= 8);
        match from.first_chunk::<8>() {
            // SAFETY: `from` is 16 readable bytes; the unaligned form is used.
            Some(from) => unsafe {
                _mm256_castsi256_ps(_mm256_cvtepi16_epi32(_mm_loadu_si128(from.as_ptr().cast())))
            },
            None => self.splat(0.0),
        }
    }
    #[inline(always)]
    fn load_i32(self, from: &[i32]) -> __m256 {
        debug_assert!(from.len() >= 8);
        match from.first_chunk::<8>() {
            // SAFETY: `from` is 32 readable bytes; the unaligned form is used.
            Some(from) => unsafe { _mm256_castsi256_ps(_mm256_loadu_si256(from.as_ptr().cast())) },
            None => self.splat(0.0),
        }
    }
    #[inline(always)]
    fn store_i8(self, v: __m256, to: &mut [i8]) {
        let v = self.to_16_bits(v);
        // SAFETY: as above.
        store_eight(unsafe { _mm_packs_epi16(v, v) }, to);
    }
    #[inline(always)]
    fn store_u8(self, v: __m256, to: &mut [u8]) {
        let v = self.to_16_bits(v);
        // SAFETY: as above.
        store_eight(unsafe { _mm_packus_epi16(v, v) }, to);
    }
    #[inline(always)]
    fn store_i16(self, v: __m256, to: &mut [i16]) {
        debug_assert!(to.len() >= 8);
        if let Some(to) = to.first_chunk_mut::<8>() {
            // SAFETY: `to` is 16 writable bytes; the unaligned form is used.
            unsafe { _mm_storeu_si128(to.as_mut_ptr().cast(), self.to_16_bits(v)) }
        }
    }

    #[inline(always)]
    fn store_i32(self, v: __m256, to: &mut [i32]) {
        debug_assert!(to.len() >= 8);
        if let Some(to) = to.first_chunk_mut::<8>() {
            // SAFETY: `to` is 32 writable bytes; the unaligned form is used.
            unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), _mm256_castps_si256(v)) }
        }
    }

    #[inline(always)]
    fn sums_i8(self, codes: &[i8]) -> Sums {
        // SAFETY: as above.
        unsafe { sums_8_bits(codes, |v| _mm256_cvtepi8_epi16(v)) }
    }
    #[inline(always)]
    fn sums_u8(self, codes: &[u8]) -> Sums {
        // SAFETY: as above.
        unsafe { sums_8_bits(codes, |v| _mm256_cvtepu8_epi16(v)) }
    }
    /// The sum of two squares has 32 bits without a sign. Its halves are added apart: all of them have 31 bits.
    #[inline(always)]
    fn sums_i16(self, codes: &[i16]) -> Sums {
        let (chunks, rest) = codes.as_chunks::<16>();
        // SAFETY: as above; each chunk is 32 readable bytes, and the unaligned form is used.
        unsafe {
            let zero = _mm256_setzero_si256();
            let (mut sum, mut low, mut high) = (zero, zero, zero);
            for chunk in chunks {
                let codes = _mm256_loadu_si256(chunk.as_ptr().cast());
                sum = _mm256_add_epi32(sum, _mm256_madd_epi16(codes, _mm256_set1_epi16(1)));
                let squares = _mm256_madd_epi16(codes, codes);
                low = _mm256_add_epi32(low, _mm256_and_si256(squares, _mm256_set1_epi32(0xffff)));
                high = _mm256_add_epi32(high, _mm256_srli_epi32::<16>(squares));
            }
            sums_of(totals_256(sum, low, high), rest)
        }
    }
}
