#![allow(unsafe_code)]

use super::lanes::Lanes;
use crate::integer::code::Code;
use crate::integer::sums::Sums;
use crate::isa::{Isa, Simd128};
use core::arch::wasm32::*;

/// The sum of four lanes.
#[inline(always)]
fn total(v: v128) -> i64 {
    let pairs = i64x2_add(i64x2_extend_low_i32x4(v), i64x2_extend_high_i32x4(v));
    i64x2_extract_lane::<0>(pairs) + i64x2_extract_lane::<1>(pairs)
}

/// The sums of codes of a type from those of vectors and the codes after them.
#[inline(always)]
fn sums_of<T: Code>(sum: i64, squares: i64, rest: &[T]) -> Sums {
    let sums = Sums { sum, squares: squares.into(), range: [T::LOWEST, T::HIGHEST] };
    sums.with(rest.iter().map(|code| code.get().into()))
}

/// The sums of at most 2¹⁵ codes of 8 bits, sixteen at a time: `wide` gives two vectors of 16 bits for sixteen codes. A lane
/// of squares stays below 2048 · 4 · 255² < 2³¹.
#[inline(always)]
fn sums_8_bits<T: Code>(codes: &[T], wide: impl Fn(v128) -> [v128; 2]) -> Sums {
    let (mut sum, mut squares) = (i32x4_splat(0), i32x4_splat(0));
    let (chunks, rest) = codes.as_chunks::<16>();
    for chunk in chunks {
        // SAFETY: 16 readable bytes, at any address: the codes have 8 bits.
        let [low, high] = wide(unsafe { v128_load(chunk.as_ptr().cast()) });
        sum = i32x4_add(sum, i32x4_extadd_pairwise_i16x8(i16x8_add(low, high)));
        squares = i32x4_add(squares, i32x4_add(i32x4_dot_i16x8(low, low), i32x4_dot_i16x8(high, high)));
    }
    sums_of(total(sum), total(squares), rest)
}

/// The first four codes of 8 bits.
#[inline(always)]
fn four<T: Code>(from: &[T]) -> v128 {
    debug_assert!(T::BITS == 8 && from.len() >= 4);
    match from.first_chunk::<4>() {
        // SAFETY: 4 readable bytes, at any address.
        Some(from) => unsafe { v128_load32_zero(from.as_ptr().cast()) },
        None => i32x4_splat(0),
    }
}

/// Writes the first four bytes of `v`.
#[inline(always)]
fn store_four<T: Code>(v: v128, to: &mut [T]) {
    debug_assert!(T::BITS == 8 && to.len() >= 4);
    if let Some(to) = to.first_chunk_mut::<4>() {
        // SAFETY: 4 writable bytes, at any address.
        unsafe { v128_store32_lane::<0>(v, to.as_mut_ptr().cast()) }
    }
}

/// Four integers as 16 bits, saturated, twice.
#[inline(always)]
fn to_16_bits(v: v128) -> v128 {
    i16x8_narrow_i32x4(v, v)
}

impl Lanes for Simd128 {
    #[inline(always)]
    fn max(self, a: v128, b: v128) -> v128 {
        f32x4_pmax(a, b)
    }

    #[inline(always)]
    fn to_floats(self, v: v128) -> v128 {
        f32x4_convert_i32x4(v)
    }
    #[inline(always)]
    fn add_integers(self, a: v128, b: v128) -> v128 {
        i32x4_add(a, b)
    }

    #[inline(always)]
    fn load_i8(self, from: &[i8]) -> v128 {
        i32x4_extend_low_i16x8(i16x8_extend_low_i8x16(four(from)))
    }
    #[inline(always)]
    fn load_u8(self, from: &[u8]) -> v128 {
        i32x4_extend_low_i16x8(u16x8_extend_low_u8x16(four(from)))
    }
    #[inline(always)]
    fn load_i16(self, from: &[i16]) -> v128 {
        debug_assert!(from.len() >= 4);
        match from.first_chunk::<4>() {
            // SAFETY: 8 readable bytes, at any address.
            Some(from) => unsafe { i32x4_load_extend_i16x4(from.as_ptr()) },
            None => self.splat(0.0),
        }
    }
    #[inline(always)]
    fn load_i32(self, from: &[i32]) -> v128 {
        debug_assert!(from.len() >= 4);
        match from.first_chunk::<4>() {
            // SAFETY: 16 readable bytes, at any address.
            Some(from) => unsafe { v128_load(from.as_ptr().cast()) },
            None => self.splat(0.0),
        }
    }
    #[inline(always)]
    fn store_i8(self, v: v128, to: &mut [i8]) {
        let v = to_16_bits(v);
        store_four(i8x16_narrow_i16x8(v, v), to);
    }
    #[inline(always)]
    fn store_u8(self, v: v128, to: &mut [u8]) {
        let v = to_16_bits(v);
        store_four(u8x16_narrow_i16x8(v, v), to);
    }
    #[inline(always)]
    fn store_i16(self, v: v128, to: &mut [i16]) {
        debug_assert!(to.len() >= 4);
        if let Some(to) = to.first_chunk_mut::<4>() {
            // SAFETY: 8 writable bytes, at any address.
            unsafe { v128_store64_lane::<0>(to_16_bits(v), to.as_mut_ptr().cast()) }
        }
    }

    #[inline(always)]
    fn store_i32(self, v: v128, to: &mut [i32]) {
        debug_assert!(to.len() >= 4);
        if let Some(to) = to.first_chunk_mut::<4>() {
            // SAFETY: 16 writable bytes, at any address.
            unsafe { v128_store(to.as_mut_ptr().cast(), v) }
        }
    }

    #[inline(always)]
    fn sums_i8(self, codes: &[i8]) -> Sums {
        sums_8_bits(codes, |v| [i16x8_extend_low_i8x16(v), i16x8_extend_high_i8x16(v)])
    }
    #[inline(always)]
    fn sums_u8(self, codes: &[u8]) -> Sums {
        sums_8_bits(codes, |v| [u16x8_extend_low_u8x16(v), u16x8_extend_high_u8x16(v)])
    }
    /// The sum of two squares is at most 2³¹, which fits a lane without a sign.
    #[inline(always)]
    fn sums_i16(self, codes: &[i16]) -> Sums {
        let (mut sum, mut squares) = (i32x4_splat(0), u64x2_splat(0));
        let (chunks, rest) = codes.as_chunks::<8>();
        for chunk in chunks {
            // SAFETY: 16 readable bytes, at any address.
            let codes = unsafe { v128_load(chunk.as_ptr().cast()) };
            sum = i32x4_add(sum, i32x4_extadd_pairwise_i16x8(codes));
            let pairs = i32x4_dot_i16x8(codes, codes);
            let pairs = u64x2_add(u64x2_extend_low_u32x4(pairs), u64x2_extend_high_u32x4(pairs));
            squares = u64x2_add(squares, pairs);
        }
        let squares = i64x2_extract_lane::<0>(squares) + i64x2_extract_lane::<1>(squares);
        sums_of(total(sum), squares, rest)
    }
}
