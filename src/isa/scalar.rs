#![allow(unsafe_code)]

use super::lanes::{Adder, HEAD, Isa, VectorPair};

/// One lane at a time: any machine, with or without an FPU.
#[derive(Clone, Copy)]
pub(crate) struct Scalar;

impl Adder for Scalar {
    type V = f32;
    #[inline(always)]
    fn add(self, a: f32, b: f32) -> f32 {
        a + b
    }
    #[inline(always)]
    fn sub(self, a: f32, b: f32) -> f32 {
        a - b
    }
}

impl Isa for Scalar {
    const LANES: usize = 1;
    type Pair = VectorPair<Self>;
    const WIDE: usize = 1;
    type Wide = f64;

    #[inline(always)]
    fn splat(self, value: f32) -> f32 {
        value
    }
    #[inline(always)]
    fn load(self, from: &[f32]) -> f32 {
        debug_assert!(!from.is_empty());
        from.first().copied().unwrap_or(0.0)
    }
    #[inline(always)]
    fn store(self, v: f32, to: &mut [f32]) {
        debug_assert!(!to.is_empty());
        if let Some(to) = to.first_mut() {
            *to = v;
        }
    }
    #[inline(always)]
    fn mul(self, a: f32, b: f32) -> f32 {
        a * b
    }
    #[inline(always)]
    fn div(self, a: f32, b: f32) -> f32 {
        a / b
    }
    #[inline(always)]
    fn sqrt(self, v: f32) -> f32 {
        sqrt(v)
    }
    #[inline(always)]
    fn abs(self, v: f32) -> f32 {
        v.abs()
    }
    #[inline(always)]
    fn head(self, v: f32) -> f32 {
        f32::from_bits(v.to_bits() & HEAD)
    }
    #[inline(always)]
    fn le(self, a: f32, b: f32) -> u32 {
        u32::from(a <= b)
    }

    #[inline(always)]
    fn if_le(self, a: f32, b: f32, yes: f32, no: f32) -> f32 {
        if a <= b { yes } else { no }
    }

    #[inline(always)]
    fn transpose<'a>(self, row: impl Fn(usize) -> &'a [f32; 4]) -> [f32; 4] {
        *row(0)
    }

    #[inline(always)]
    fn widen(self, from: &[f32]) -> f64 {
        self.load(from).into()
    }
    #[inline(always)]
    fn widen_sum(self, from: &[f32], addend: f32) -> f64 {
        (self.load(from) + addend).into()
    }
    #[inline(always)]
    fn wide_load(self, from: &[f64]) -> f64 {
        debug_assert!(!from.is_empty());
        from.first().copied().unwrap_or(0.0)
    }
    #[inline(always)]
    fn wide_splat(self, value: f64) -> f64 {
        value
    }
    #[inline(always)]
    fn wide_add(self, a: f64, b: f64) -> f64 {
        a + b
    }
    #[inline(always)]
    fn wide_sub(self, a: f64, b: f64) -> f64 {
        a - b
    }
    #[inline(always)]
    fn wide_mul(self, a: f64, b: f64) -> f64 {
        a * b
    }
    #[inline(always)]
    fn wide_store(self, v: f64, to: &mut [f64]) {
        debug_assert!(!to.is_empty());
        if let Some(to) = to.first_mut() {
            *to = v;
        }
    }
}

/// Rounded correctly, as that of libm is. An FPU has it as one instruction, which `core` does not offer.
#[inline(always)]
fn sqrt(v: f32) -> f32 {
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    {
        let mut bits = v.to_bits();
        // SAFETY: functions of this ABI pass floats in the registers of an FPU, so there is one. Where it has no
        // `f64`, compilers take no `f32` as an operand of assembly: they know `s0` only as overwritten.
        unsafe {
            core::arch::asm!(
                "vmov s0, {0}", "vsqrt.f32 s0, s0", "vmov {0}, s0", inout(reg) bits, out("s0") _,
                options(pure, nomem, nostack, preserves_flags)
            )
        }
        f32::from_bits(bits)
    }
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    {
        use core::arch::x86_64::{_mm_cvtss_f32, _mm_set_ss, _mm_sqrt_ss};
        // SAFETY: SSE2 is there.
        unsafe { _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(v))) }
    }
    #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
    {
        use core::arch::aarch64::{vdup_n_f32, vget_lane_f32, vsqrt_f32};
        // SAFETY: NEON is there.
        unsafe { vget_lane_f32::<0>(vsqrt_f32(vdup_n_f32(v))) }
    }
    #[cfg(not(any(
        all(target_arch = "arm", target_abi = "eabihf"),
        all(target_arch = "x86_64", target_feature = "sse2"),
        all(target_arch = "aarch64", target_feature = "neon")
    )))]
    libm::sqrtf(v)
}

/// The root of an `f64`, rounded correctly: by an instruction wherever there are vectors.
#[inline(always)]
pub(crate) fn wide_sqrt(v: f64) -> f64 {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    {
        use core::arch::x86_64::{_mm_cvtsd_f64, _mm_set_sd, _mm_sqrt_pd};
        // SAFETY: SSE2 is there.
        unsafe { _mm_cvtsd_f64(_mm_sqrt_pd(_mm_set_sd(v))) }
    }
    #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
    {
        use core::arch::aarch64::{vdup_n_f64, vget_lane_f64, vsqrt_f64};
        // SAFETY: NEON is there.
        unsafe { vget_lane_f64::<0>(vsqrt_f64(vdup_n_f64(v))) }
    }
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    {
        use core::arch::wasm32::{f64x2_extract_lane, f64x2_splat, f64x2_sqrt};
        f64x2_extract_lane::<0>(f64x2_sqrt(f64x2_splat(v)))
    }
    #[cfg(not(any(
        all(target_arch = "x86_64", target_feature = "sse2"),
        all(target_arch = "aarch64", target_feature = "neon"),
        all(target_arch = "wasm32", target_feature = "simd128")
    )))]
    libm::sqrt(v)
}
