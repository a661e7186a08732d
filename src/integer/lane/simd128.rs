#![allow(unsafe_code)]

use super::Mac;
use crate::integer::code::{Code, Sums};
use core::arch::wasm32::*;

/// Eight lanes in two vectors: a vector of 16-bit codes.
#[derive(Clone, Copy)]
pub(crate) struct Simd128;

type V = [v128; 2];

#[inline(always)]
fn wide_i16(v: v128) -> V {
    [i32x4_extend_low_i16x8(v), i32x4_extend_high_i16x8(v)]
}

#[inline(always)]
fn high(a: v128, b: v128) -> v128 {
    let (low, high) = (i64x2_extmul_low_i32x4(a, b), i64x2_extmul_high_i32x4(a, b));
    i32x4_shuffle::<1, 3, 5, 7>(low, high)
}

/// Eight codes from `at` on; zeros where there are none, from memory too, so that a loop has no branch for them.
#[inline(always)]
fn eight<'a, T>(from: &'a [T], at: usize, zeros: &'a [T; 8]) -> &'a [T; 8] {
    from.as_chunks().0.get(at / 8).unwrap_or(zeros)
}

#[inline(always)]
fn eight_mut<T>(to: &mut [T], at: usize) -> Option<&mut [T; 8]> {
    to.as_chunks_mut().0.get_mut(at / 8)
}

/// Four lanes to one number.
#[inline(always)]
fn total(v: v128) -> i64 {
    let pairs = i64x2_add(i64x2_extend_low_i32x4(v), i64x2_extend_high_i32x4(v));
    i64x2_extract_lane::<0>(pairs) + i64x2_extract_lane::<1>(pairs)
}

/// The least and the greatest of eight lanes of 16 bits each.
#[inline(always)]
fn range(lowest: v128, highest: v128) -> [i64; 2] {
    let (mut lows, mut highs) = ([0i16; 8], [0i16; 8]);
    // SAFETY: 16 writable bytes each, at any address.
    unsafe {
        v128_store(lows.as_mut_ptr().cast(), lowest);
        v128_store(highs.as_mut_ptr().cast(), highest);
    }
    let fold = |lanes: [i16; 8], of: fn(i16, i16) -> i16| i64::from(lanes.into_iter().fold(lanes[0], of));
    [fold(lows, i16::min), fold(highs, i16::max)]
}

/// Sums of sixteen 8-bit codes at a time, widened to two vectors of 16 bits. A lane of squares stays below
/// 2048 · 4 · 255² < 2³¹.
#[inline(always)]
fn sums_of_8_bits<T: Code>(codes: &[T], wide: impl Fn(v128) -> V) -> Sums {
    let (mut sum, mut squares) = (i32x4_splat(0), i32x4_splat(0));
    let (mut lowest, mut highest) = (i16x8_splat(i16::MAX), i16x8_splat(i16::MIN));
    let (chunks, rest) = codes.as_chunks::<16>();
    for chunk in chunks {
        // SAFETY: 16 readable bytes, of any address: the codes have 8 bits.
        let [low, high] = wide(unsafe { v128_load(chunk.as_ptr().cast()) });
        sum = i32x4_add(sum, i32x4_extadd_pairwise_i16x8(i16x8_add(low, high)));
        squares = i32x4_add(squares, i32x4_add(i32x4_dot_i16x8(low, low), i32x4_dot_i16x8(high, high)));
        lowest = i16x8_min(lowest, i16x8_min(low, high));
        highest = i16x8_max(highest, i16x8_max(low, high));
    }
    let sums = Sums { sum: total(sum), squares: total(squares).into(), range: range(lowest, highest) };
    sums.with(rest.iter().map(|c| c.get().into()))
}

impl Mac for Simd128 {
    const LANES: usize = 8;
    type V = V;

    #[inline(always)]
    fn splat(self, value: i32) -> V {
        [i32x4_splat(value); 2]
    }
    #[inline(always)]
    fn each(self, mut lane: impl FnMut(usize) -> i32) -> V {
        [i32x4(lane(0), lane(1), lane(2), lane(3)), i32x4(lane(4), lane(5), lane(6), lane(7))]
    }
    #[inline(always)]
    fn add(self, a: V, b: V) -> V {
        [i32x4_add(a[0], b[0]), i32x4_add(a[1], b[1])]
    }
    #[inline(always)]
    fn sub(self, a: V, b: V) -> V {
        [i32x4_sub(a[0], b[0]), i32x4_sub(a[1], b[1])]
    }
    #[inline(always)]
    fn mul(self, a: V, b: V) -> V {
        [i32x4_mul(a[0], b[0]), i32x4_mul(a[1], b[1])]
    }
    #[inline(always)]
    fn mul_high(self, a: V, b: V) -> V {
        [high(a[0], b[0]), high(a[1], b[1])]
    }
    #[inline(always)]
    fn shr(self, v: V, bits: u32) -> V {
        [i32x4_shr(v[0], bits), i32x4_shr(v[1], bits)]
    }
    #[inline(always)]
    fn and(self, a: V, b: V) -> V {
        [v128_and(a[0], b[0]), v128_and(a[1], b[1])]
    }
    #[inline(always)]
    fn any_below(self, v: V, limit: i32) -> bool {
        i32x4_bitmask(i32x4_sub(i32x4_min(v[0], v[1]), i32x4_splat(limit))) != 0
    }

    #[inline(always)]
    fn load_i8(self, from: &[i8], at: usize) -> V {
        // SAFETY: 8 readable bytes, from any address.
        wide_i16(unsafe { i16x8_load_extend_i8x8(eight(from, at, &[0; 8]).as_ptr()) })
    }
    #[inline(always)]
    fn load_u8(self, from: &[u8], at: usize) -> V {
        // SAFETY: 8 readable bytes, from any address.
        wide_i16(unsafe { i16x8_load_extend_u8x8(eight(from, at, &[0; 8]).as_ptr()) })
    }
    #[inline(always)]
    fn load_i16(self, from: &[i16], at: usize) -> V {
        let from = eight(from, at, &[0; 8]).as_ptr();
        // SAFETY: twice 8 readable bytes, from any address.
        unsafe { [i32x4_load_extend_i16x4(from), i32x4_load_extend_i16x4(from.add(4))] }
    }
    #[inline(always)]
    fn load_i32(self, from: &[i32], at: usize) -> V {
        // SAFETY: 32 readable bytes, from any address.
        unsafe { eight(from, at, &[0; 8]).as_ptr().cast::<V>().read_unaligned() }
    }
    #[inline(always)]
    fn store_i8(self, v: V, to: &mut [i8], at: usize) {
        if let Some(to) = eight_mut(to, at) {
            let codes = i16x8_narrow_i32x4(v[0], v[1]);
            // SAFETY: 8 writable bytes, at any address.
            unsafe { v128_store64_lane::<0>(i8x16_narrow_i16x8(codes, codes), to.as_mut_ptr().cast()) }
        }
    }
    #[inline(always)]
    fn store_u8(self, v: V, to: &mut [u8], at: usize) {
        if let Some(to) = eight_mut(to, at) {
            let codes = i16x8_narrow_i32x4(v[0], v[1]);
            // SAFETY: 8 writable bytes, at any address.
            unsafe { v128_store64_lane::<0>(u8x16_narrow_i16x8(codes, codes), to.as_mut_ptr().cast()) }
        }
    }
    #[inline(always)]
    fn store_i16(self, v: V, to: &mut [i16], at: usize) {
        if let Some(to) = eight_mut(to, at) {
            // SAFETY: 16 writable bytes, at any address.
            unsafe { v128_store(to.as_mut_ptr().cast(), i16x8_narrow_i32x4(v[0], v[1])) }
        }
    }
    #[inline(always)]
    fn store_i32(self, v: V, to: &mut [i32], at: usize) {
        if let Some(to) = eight_mut(to, at) {
            // SAFETY: 32 writable bytes, at any address.
            unsafe { to.as_mut_ptr().cast::<V>().write_unaligned(v) }
        }
    }

    #[inline(always)]
    fn sums_i8(self, codes: &[i8]) -> Sums {
        let wide = |v| [i16x8_extend_low_i8x16(v), i16x8_extend_high_i8x16(v)];
        sums_of_8_bits(codes, wide)
    }
    #[inline(always)]
    fn sums_u8(self, codes: &[u8]) -> Sums {
        let wide = |v| [u16x8_extend_low_u8x16(v), u16x8_extend_high_u8x16(v)];
        sums_of_8_bits(codes, wide)
    }
    /// Two squares are at most 2³¹: they fit a lane without a sign.
    #[inline(always)]
    fn sums_i16(self, codes: &[i16]) -> Sums {
        let (mut sum, mut squares) = (i32x4_splat(0), u64x2_splat(0));
        let (mut lowest, mut highest) = (i16x8_splat(i16::MAX), i16x8_splat(i16::MIN));
        let (chunks, rest) = codes.as_chunks::<8>();
        for chunk in chunks {
            // SAFETY: 16 readable bytes, of any address.
            let codes = unsafe { v128_load(chunk.as_ptr().cast()) };
            sum = i32x4_add(sum, i32x4_extadd_pairwise_i16x8(codes));
            let pairs = i32x4_dot_i16x8(codes, codes);
            let pairs = u64x2_add(u64x2_extend_low_u32x4(pairs), u64x2_extend_high_u32x4(pairs));
            squares = u64x2_add(squares, pairs);
            lowest = i16x8_min(lowest, codes);
            highest = i16x8_max(highest, codes);
        }
        let squares = u64x2_extract_lane::<0>(squares) + u64x2_extract_lane::<1>(squares);
        let sums = Sums { sum: total(sum), squares: squares.into(), range: range(lowest, highest) };
        sums.with(rest.iter().map(|c| c.get().into()))
    }
}
