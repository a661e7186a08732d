#![allow(unsafe_code)]

use super::lanes::Lanes;
use crate::integer::code::Code;
use crate::integer::sums::Sums;
use crate::isa::{Isa, Neon};
use core::arch::aarch64::*;

/// The first four codes of 8 bits.
#[inline(always)]
fn four<T: Code>(from: &[T]) -> uint8x8_t {
    debug_assert!(T::BITS == 8 && from.len() >= 4);
    let bytes = from.first_chunk::<4>().map_or(0, |codes| {
        // SAFETY: `codes` is 4 readable bytes; an unaligned read needs no more.
        unsafe { codes.as_ptr().cast::<u32>().read_unaligned() }
    });
    // SAFETY: NEON is part of the target.
    unsafe { vreinterpret_u8_u32(vdup_n_u32(bytes)) }
}

/// Writes the first four bytes of `v`.
#[inline(always)]
fn store_four<T: Code>(v: uint8x8_t, to: &mut [T]) {
    debug_assert!(T::BITS == 8 && to.len() >= 4);
    if let Some(to) = to.first_chunk_mut::<4>() {
        // SAFETY: NEON is part of the target; `to` is 4 writable bytes.
        unsafe { to.as_mut_ptr().cast::<u32>().write_unaligned(vget_lane_u32::<0>(vreinterpret_u32_u8(v))) }
    }
}

#[inline(always)]
fn from_16_bits(v: int16x4_t) -> float32x4_t {
    // SAFETY: NEON is part of the target.
    unsafe { vreinterpretq_f32_s32(vmovl_s16(v)) }
}

/// Four integers as 16 bits, saturated.
#[inline(always)]
fn to_16_bits(v: float32x4_t) -> int16x4_t {
    // SAFETY: NEON is part of the target.
    unsafe { vqmovn_s32(vreinterpretq_s32_f32(v)) }
}

/// The sums of at most 2¹⁵ codes, eight at a time, which `wide` gives as 16 bits.
#[inline(always)]
fn sums<T: Code>(codes: &[T], wide: impl Fn(&[T; 8]) -> int16x8_t) -> Sums {
    let (chunks, rest) = codes.as_chunks::<8>();
    // SAFETY: NEON is part of the target.
    unsafe {
        let (mut sum, mut squares) = (vdupq_n_s32(0), vdupq_n_u64(0));
        for chunk in chunks {
            let codes = wide(chunk);
            sum = vpadalq_s16(sum, codes);
            let low = vget_low_s16(codes);
            squares = vpadalq_u32(squares, vreinterpretq_u32_s32(vmull_s16(low, low)));
            squares = vpadalq_u32(squares, vreinterpretq_u32_s32(vmull_high_s16(codes, codes)));
        }
        let (sum, squares) = (vaddvq_s32(sum).into(), vaddvq_u64(squares).into());
        Sums { sum, squares, range: [T::LOWEST, T::HIGHEST] }.with(rest.iter().map(|code| code.get().into()))
    }
}

// SAFETY of every block below: NEON is part of the target, so its register instructions may always be used; the memory ones say
// what they touch.
impl Lanes for Neon {
    const FUSED: bool = true;
    #[inline(always)]
    fn mul_add(self, a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t {
        // SAFETY: as above.
        unsafe { vfmaq_f32(c, a, b) }
    }
    #[inline(always)]
    fn max(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: as above.
        unsafe { vmaxq_f32(a, b) }
    }

    #[inline(always)]
    fn to_floats(self, v: float32x4_t) -> float32x4_t {
        // SAFETY: as above.
        unsafe { vcvtq_f32_s32(vreinterpretq_s32_f32(v)) }
    }
    #[inline(always)]
    fn add_integers(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: as above.
        unsafe { vreinterpretq_f32_s32(vaddq_s32(vreinterpretq_s32_f32(a), vreinterpretq_s32_f32(b))) }
    }

    #[inline(always)]
    fn load_i8(self, from: &[i8]) -> float32x4_t {
        // SAFETY: as above.
        from_16_bits(unsafe { vget_low_s16(vmovl_s8(vreinterpret_s8_u8(four(from)))) })
    }
    #[inline(always)]
    fn load_u8(self, from: &[u8]) -> float32x4_t {
        // SAFETY: as above.
        from_16_bits(unsafe { vget_low_s16(vreinterpretq_s16_u16(vmovl_u8(four(from)))) })
    }
    #[inline(always)]
    fn load_i16(self, from: &[i16]) -> float32x4_t {
        debug_assert!(from.len() >= 4);
        match from.first_chunk::<4>() {
            // SAFETY: `from` is 8 readable bytes.
            Some(from) => from_16_bits(unsafe { vld1_s16(from.as_ptr()) }),
            None => self.splat(0.0),
        }
    }
    #[inline(always)]
    fn load_i32(self, from: &[i32]) -> float32x4_t {
        debug_assert!(from.len() >= 4);
        match from.first_chunk::<4>() {
            // SAFETY: `from` is 16 readable bytes.
            Some(from) => unsafe { vreinterpretq_f32_s32(vld1q_s32(from.as_ptr())) },
            None => self.splat(0.0),
        }
    }
    #[inline(always)]
    fn store_i8(self, v: float32x4_t, to: &mut [i8]) {
        let v = to_16_bits(v);
        // SAFETY: as above.
        store_four(unsafe { vreinterpret_u8_s8(vqmovn_s16(vcombine_s16(v, v))) }, to);
    }
    #[inline(always)]
    fn store_u8(self, v: float32x4_t, to: &mut [u8]) {
        let v = to_16_bits(v);
        // SAFETY: as above.
        store_four(unsafe { vqmovun_s16(vcombine_s16(v, v)) }, to);
    }
    #[inline(always)]
    fn store_i16(self, v: float32x4_t, to: &mut [i16]) {
        debug_assert!(to.len() >= 4);
        if let Some(to) = to.first_chunk_mut::<4>() {
            // SAFETY: `to` is 8 writable bytes.
            unsafe { vst1_s16(to.as_mut_ptr(), to_16_bits(v)) }
        }
    }

    #[inline(always)]
    fn store_i32(self, v: float32x4_t, to: &mut [i32]) {
        debug_assert!(to.len() >= 4);
        if let Some(to) = to.first_chunk_mut::<4>() {
            // SAFETY: `to` is 16 writable bytes.
            unsafe { vst1q_s32(to.as_mut_ptr(), vreinterpretq_s32_f32(v)) }
        }
    }

    #[inline(always)]
    fn sums_i8(self, codes: &[i8]) -> Sums {
        // SAFETY: as above; a chunk is 8 readable bytes.
        sums(codes, |chunk| unsafe { vmovl_s8(vld1_s8(chunk.as_ptr())) })
    }
    #[inline(always)]
    fn sums_u8(self, codes: &[u8]) -> Sums {
        // SAFETY: as above; a chunk is 8 readable bytes.
        sums(codes, |chunk| unsafe { vreinterpretq_s16_u16(vmovl_u8(vld1_u8(chunk.as_ptr()))) })
    }
    #[inline(always)]
    fn sums_i16(self, codes: &[i16]) -> Sums {
        // SAFETY: as above; a chunk is 16 readable bytes.
        sums(codes, |chunk| unsafe { vld1q_s16(chunk.as_ptr()) })
    }
}
