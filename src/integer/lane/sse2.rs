#![allow(unsafe_code)]

use super::lanes::Lanes;
use crate::integer::code::Code;
use crate::integer::sums::Sums;
use crate::isa::{Isa, Sse2};
use core::arch::x86_64::*;

/// The sum of the lanes of each of four vectors.
#[inline(always)]
pub(super) fn totals(a: __m128i, b: __m128i, c: __m128i, d: __m128i) -> [i32; 4] {
    let mut totals = [0; 4];
    // SAFETY: the target has SSE2 (`lane/mod.rs`); `totals` has 16 writable bytes.
    unsafe {
        let ab = _mm_add_epi32(_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
        let cd = _mm_add_epi32(_mm_unpacklo_epi32(c, d), _mm_unpackhi_epi32(c, d));
        let all = _mm_add_epi32(_mm_unpacklo_epi64(ab, cd), _mm_unpackhi_epi64(ab, cd));
        _mm_storeu_si128(totals.as_mut_ptr().cast(), all);
    }
    totals
}

/// The sums of codes of a type from those of vectors and the codes after them. A square's last 16 bits were added apart from the
/// bits before them.
#[inline(always)]
pub(super) fn sums_of<T: Code>([sum, low, high, _]: [i32; 4], rest: &[T]) -> Sums {
    let squares = i128::from(low) + (i128::from(high) << 16);
    let sums = Sums { sum: sum.into(), squares, range: [T::LOWEST, T::HIGHEST] };
    sums.with(rest.iter().map(|code| code.get().into()))
}

/// The sums of at most 2¹⁵ codes of 8 bits, eight at a time, which `wide` gives as 16 bits. The sum of all squares has 31 bits.
#[inline(always)]
fn sums_8_bits<T: Code>(codes: &[T], wide: impl Fn(__m128i) -> __m128i) -> Sums {
    let (chunks, rest) = codes.as_chunks::<8>();
    // SAFETY: the target has SSE2 (`lane/mod.rs`); each chunk is 8 readable bytes.
    unsafe {
        let zero = _mm_setzero_si128();
        let (mut sum, mut squares) = (zero, zero);
        for chunk in chunks {
            let codes = wide(_mm_loadl_epi64(chunk.as_ptr().cast()));
            sum = _mm_add_epi32(sum, _mm_madd_epi16(codes, _mm_set1_epi16(1)));
            squares = _mm_add_epi32(squares, _mm_madd_epi16(codes, codes));
        }
        sums_of(totals(sum, squares, zero, zero), rest)
    }
}

/// The first four integers of 16 bits, in 32 bits.
#[inline(always)]
fn from_16_bits(v: __m128i) -> __m128 {
    // SAFETY: the target has SSE2 (`lane/mod.rs`). In the high half of a lane a code keeps its sign when it is shifted down.
    unsafe { _mm_castsi128_ps(_mm_srai_epi32::<16>(_mm_unpacklo_epi16(v, v))) }
}

/// The first four codes of 8 bits; 0 after them.
#[inline(always)]
fn four<T: Code>(from: &[T]) -> __m128i {
    debug_assert!(T::BITS == 8 && from.len() >= 4);
    let bytes = from.first_chunk::<4>().map_or(0, |codes| {
        // SAFETY: `codes` is 4 readable bytes; an unaligned read needs no more.
        unsafe { codes.as_ptr().cast::<i32>().read_unaligned() }
    });
    // SAFETY: the target has SSE2 (`lane/mod.rs`).
    unsafe { _mm_cvtsi32_si128(bytes) }
}

/// Four integers as 16 bits, saturated, twice.
#[inline(always)]
fn to_16_bits(v: __m128) -> __m128i {
    // SAFETY: the target has SSE2 (`lane/mod.rs`).
    unsafe {
        let v = _mm_castps_si128(v);
        _mm_packs_epi32(v, v)
    }
}

/// Writes the first four bytes of `v`.
#[inline(always)]
fn store_four<T: Code>(v: __m128i, to: &mut [T]) {
    debug_assert!(T::BITS == 8 && to.len() >= 4);
    if let Some(to) = to.first_chunk_mut::<4>() {
        // SAFETY: the target has SSE2 (`lane/mod.rs`); `to` is 4 writable bytes.
        unsafe { to.as_mut_ptr().cast::<i32>().write_unaligned(_mm_cvtsi128_si32(v)) }
    }
}

// SAFETY of every block below: this file is compiled only where the target has SSE2 (`lane/mod.rs`), so its register instructions
// may always be used; the memory ones say what they touch.
impl Lanes for Sse2 {
    #[inline(always)]
    fn max(self, a: __m128, b: __m128) -> __m128 {
        // SAFETY: as above.
        unsafe { _mm_max_ps(a, b) }
    }

    #[inline(always)]
    fn to_floats(self, v: __m128) -> __m128 {
        // SAFETY: as above.
        unsafe { _mm_cvtepi32_ps(_mm_castps_si128(v)) }
    }
    #[inline(always)]
    fn add_integers(self, a: __m128, b: __m128) -> __m128 {
        // SAFETY: as above.
        unsafe { _mm_castsi128_ps(_mm_add_epi32(_mm_castps_si128(a), _mm_castps_si128(b))) }
    }

    #[inline(always)]
    fn load_i8(self, from: &[i8]) -> __m128 {
        let codes = four(from);
        // SAFETY: as above. A code in the high byte of 16 bits keeps its sign when it is shifted down.
        unsafe { from_16_bits(_mm_srai_epi16::<8>(_mm_unpacklo_epi8(codes, codes))) }
    }
    #[inline(always)]
    fn load_u8(self, from: &[u8]) -> __m128 {
        // SAFETY: as above.
        unsafe { from_16_bits(_mm_unpacklo_epi8(four(from), _mm_setzero_si128())) }
    }
    #[inline(always)]
    fn load_i16(self, from: &[i16]) -> __m128 {
        debug_assert!(from.len() >= 4);
        match from.first_chunk::<4>() {
            // SAFETY: `from` is 8 readable bytes; this load needs no alignment.
            Some(from) => from_16_bits(unsafe { _mm_loadl_epi64(from.as_ptr().cast()) }),
            None => self.splat(0.0),
        }
    }
    #[inline(always)]
    fn load_i32(self, from: &[i32]) -> __m128 {
        debug_assert!(from.len() >= 4);
        match from.first_chunk::<4>() {
            // SAFETY: `from` is 16 readable bytes; the unaligned form is used.
            Some(from) => unsafe { _mm_castsi128_ps(_mm_loadu_si128(from.as_ptr().cast())) },
            None => self.splat(0.0),
        }
    }
    #[inline(always)]
    fn store_i8(self, v: __m128, to: &mut [i8]) {
        let v = to_16_bits(v);
        // SAFETY: as above.
        store_four(unsafe { _mm_packs_epi16(v, v) }, to);
    }
    #[inline(always)]
    fn store_u8(self, v: __m128, to: &mut [u8]) {
        let v = to_16_bits(v);
        // SAFETY: as above.
        store_four(unsafe { _mm_packus_epi16(v, v) }, to);
    }
    #[inline(always)]
    fn store_i16(self, v: __m128, to: &mut [i16]) {
        debug_assert!(to.len() >= 4);
        if let Some(to) = to.first_chunk_mut::<4>() {
            // SAFETY: `to` is 8 writable bytes; this store needs no alignment.
            unsafe { _mm_storel_epi64(to.as_mut_ptr().cast(), to_16_bits(v)) }
        }
    }

    #[inline(always)]
    fn store_i32(self, v: __m128, to: &mut [i32]) {
        debug_assert!(to.len() >= 4);
        if let Some(to) = to.first_chunk_mut::<4>() {
            // SAFETY: `to` is 16 writable bytes; the unaligned form is used.
            unsafe { _mm_storeu_si128(to.as_mut_ptr().cast(), _mm_castps_si128(v)) }
        }
    }

    #[inline(always)]
    fn sums_i8(self, codes: &[i8]) -> Sums {
        // SAFETY: as above.
        sums_8_bits(codes, |v| unsafe { _mm_srai_epi16::<8>(_mm_unpacklo_epi8(v, v)) })
    }
    #[inline(always)]
    fn sums_u8(self, codes: &[u8]) -> Sums {
        // SAFETY: as above.
        sums_8_bits(codes, |v| unsafe { _mm_unpacklo_epi8(v, _mm_setzero_si128()) })
    }
    /// The sum of two squares has 32 bits without a sign. Its halves are added apart: all of them have 31 bits.
    #[inline(always)]
    fn sums_i16(self, codes: &[i16]) -> Sums {
        let (chunks, rest) = codes.as_chunks::<8>();
        // SAFETY: as above; each chunk is 16 readable bytes, and the unaligned form is used.
        unsafe {
            let zero = _mm_setzero_si128();
            let (mut sum, mut low, mut high) = (zero, zero, zero);
            for chunk in chunks {
                let codes = _mm_loadu_si128(chunk.as_ptr().cast());
                sum = _mm_add_epi32(sum, _mm_madd_epi16(codes, _mm_set1_epi16(1)));
                let squares = _mm_madd_epi16(codes, codes);
                low = _mm_add_epi32(low, _mm_and_si128(squares, _mm_set1_epi32(0xffff)));
                high = _mm_add_epi32(high, _mm_srli_epi32::<16>(squares));
            }
            sums_of(totals(sum, low, high, zero), rest)
        }
    }
}
