#![allow(unsafe_code)]

use super::lanes::{HEAD, Isa, Op};

/// One lane at a time: any machine, with or without an FPU.
#[derive(Clone, Copy)]
pub(crate) struct Scalar;

impl Isa for Scalar {
    const LANES: usize = 1;
    type V = f32;
    type Quad = Self;
    const QUAD: Self = Self;
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
    fn add(self, a: f32, b: f32) -> f32 {
        a + b
    }
    #[inline(always)]
    fn sub(self, a: f32, b: f32) -> f32 {
        a - b
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

    #[inline(never)]
    fn run<O: Op>(self, op: O) -> O::Output {
        op.eval(self)
    }
    #[inline(always)]
    fn narrow(self, v: f32) -> f32 {
        v
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

/// Rounded correctly, as that of libm is: an FPU of Arm has it as one instruction, which `core` does not offer.
#[inline(always)]
fn sqrt(v: f32) -> f32 {
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    {
        let mut bits = v.to_bits();
        // SAFETY: functions of this ABI pass floats in the registers of an FPU, so there is one. It is as good as
        // unknown to compilers if it has no `f64`: they know `s0` only as overwritten.
        unsafe {
            core::arch::asm!(
                "vmov s0, {0}", "vsqrt.f32 s0, s0", "vmov {0}, s0", inout(reg) bits, out("s0") _,
                options(pure, nomem, nostack, preserves_flags)
            )
        }
        f32::from_bits(bits)
    }
    #[cfg(not(all(target_arch = "arm", target_abi = "eabihf")))]
    libm::sqrtf(v)
}
