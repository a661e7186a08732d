#![allow(unsafe_code)]

use super::lanes::{Adder, HEAD, Isa, VectorPair, instructions};
use core::arch::aarch64::*;

/// Four lanes; exists only where the crate is compiled for 64-bit Arm with NEON.
#[derive(Clone, Copy)]
pub(crate) struct Neon;

/// The first two elements.
#[inline(always)]
fn first_two(from: &[f32]) -> float32x2_t {
    debug_assert!(from.len() >= 2);
    match from.first_chunk::<2>() {
        // SAFETY: `from` is 8 readable bytes; this load needs only the alignment of an `f32`. NEON is there.
        Some(from) => unsafe { vld1_f32(from.as_ptr()) },
        // SAFETY: NEON is there.
        None => unsafe { vdup_n_f32(0.0) },
    }
}

/// The rows of a 4 × 4 matrix to its columns.
#[inline(always)]
fn transposed(a: float32x4_t, b: float32x4_t, c: float32x4_t, d: float32x4_t) -> [float32x4_t; 4] {
    // SAFETY: NEON is there.
    unsafe {
        let low = |a, b| vreinterpretq_f64_f32(vzip1q_f32(a, b));
        let high = |a, b| vreinterpretq_f64_f32(vzip2q_f32(a, b));
        let (ab, cd) = (low(a, b), low(c, d));
        let (ab_high, cd_high) = (high(a, b), high(c, d));
        [vzip1q_f64(ab, cd), vzip2q_f64(ab, cd), vzip1q_f64(ab_high, cd_high), vzip2q_f64(ab_high, cd_high)]
            .map(|column| vreinterpretq_f32_f64(column))
    }
}

// SAFETY of every block below: this file is compiled only for targets that have NEON (`isa/mod.rs`), so its register
// instructions may always be used; the memory ones say what they touch. Products are added by a second instruction:
// `vfmaq` rounds once where two instructions round twice, so that its bits would differ.
impl Adder for Neon {
    type V = float32x4_t;
    instructions! {
        add(a: float32x4_t, b: float32x4_t) -> float32x4_t = vaddq_f32;
        sub(a: float32x4_t, b: float32x4_t) -> float32x4_t = vsubq_f32;
    }
}

impl Isa for Neon {
    const LANES: usize = 4;
    type Pair = VectorPair<Self>;
    const WIDE: usize = 2;
    type Wide = float64x2_t;

    instructions! {
        splat(value: f32) -> float32x4_t = vdupq_n_f32;
        mul(a: float32x4_t, b: float32x4_t) -> float32x4_t = vmulq_f32;
        div(a: float32x4_t, b: float32x4_t) -> float32x4_t = vdivq_f32;
        sqrt(v: float32x4_t) -> float32x4_t = vsqrtq_f32;
        abs(v: float32x4_t) -> float32x4_t = vabsq_f32;
        wide_splat(value: f64) -> float64x2_t = vdupq_n_f64;
        wide_add(a: float64x2_t, b: float64x2_t) -> float64x2_t = vaddq_f64;
        wide_sub(a: float64x2_t, b: float64x2_t) -> float64x2_t = vsubq_f64;
        wide_mul(a: float64x2_t, b: float64x2_t) -> float64x2_t = vmulq_f64;
    }
    #[inline(always)]
    fn load(self, from: &[f32]) -> float32x4_t {
        debug_assert!(from.len() >= 4);
        match from.first_chunk::<4>() {
            // SAFETY: `from` is 16 readable bytes; this load needs only the alignment of an `f32`.
            Some(from) => unsafe { vld1q_f32(from.as_ptr()) },
            None => self.splat(0.0),
        }
    }
    #[inline(always)]
    fn store(self, v: float32x4_t, to: &mut [f32]) {
        debug_assert!(to.len() >= 4);
        if let Some(to) = to.first_chunk_mut::<4>() {
            // SAFETY: `to` is 16 writable bytes; this store needs only the alignment of an `f32`.
            unsafe { vst1q_f32(to.as_mut_ptr(), v) }
        }
    }
    #[inline(always)]
    fn head(self, v: float32x4_t) -> float32x4_t {
        // SAFETY: as above.
        unsafe { vreinterpretq_f32_u32(vandq_u32(vreinterpretq_u32_f32(v), vdupq_n_u32(HEAD))) }
    }
    #[inline(always)]
    fn le(self, a: float32x4_t, b: float32x4_t) -> u32 {
        const BIT_OF_LANE: [u32; 4] = [1, 2, 4, 8];
        // SAFETY: as above. The array has 16 bytes.
        unsafe { vaddvq_u32(vandq_u32(vcleq_f32(a, b), vld1q_u32(BIT_OF_LANE.as_ptr()))) }
    }

    #[inline(always)]
    fn if_le(self, a: float32x4_t, b: float32x4_t, yes: float32x4_t, no: float32x4_t) -> float32x4_t {
        // SAFETY: as above.
        unsafe { vbslq_f32(vcleq_f32(a, b), yes, no) }
    }

    #[inline(always)]
    fn transpose<'a>(self, row: impl Fn(usize) -> &'a [f32; 4]) -> [float32x4_t; 4] {
        transposed(self.load(row(0)), self.load(row(1)), self.load(row(2)), self.load(row(3)))
    }

    #[inline(always)]
    fn widen(self, from: &[f32]) -> float64x2_t {
        // SAFETY: as above.
        unsafe { vcvt_f64_f32(first_two(from)) }
    }
    #[inline(always)]
    fn widen_sum(self, from: &[f32], addend: f32) -> float64x2_t {
        // SAFETY: as above.
        unsafe { vcvt_f64_f32(vadd_f32(first_two(from), vdup_n_f32(addend))) }
    }
    #[inline(always)]
    fn wide_load(self, from: &[f64]) -> float64x2_t {
        debug_assert!(from.len() >= 2);
        match from.first_chunk::<2>() {
            // SAFETY: `from` is 16 readable bytes; this load needs only the alignment of an `f64`.
            Some(from) => unsafe { vld1q_f64(from.as_ptr()) },
            None => self.wide_splat(0.0),
        }
    }
    #[inline(always)]
    fn wide_store(self, v: float64x2_t, to: &mut [f64]) {
        debug_assert!(to.len() >= 2);
        if let Some(to) = to.first_chunk_mut::<2>() {
            // SAFETY: `to` is 16 writable bytes; this store needs only the alignment of an `f64`.
            unsafe { vst1q_f64(to.as_mut_ptr(), v) }
        }
    }
}
