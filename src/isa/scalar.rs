#![allow(unsafe_code)]

use super::{HEAD, Isa, Lanes, Run};
use crate::float::two::{Two, split_product};

/// One lane at a time: any machine, with or without an FPU.
#[derive(Clone, Copy)]
pub(crate) struct Scalar;

impl Scalar {
    /// One lane of four, of two quantities.
    #[inline(always)]
    pub(crate) fn fold_lane(self, lanes: &impl Lanes<Self>, l: usize) -> (f32, f32) {
        // Not `map`: its closure is not compiled into its caller.
        let (l0, l4) = (lanes.column(self, l), lanes.column(self, l + 4));
        let (l8, l12) = (lanes.column(self, l + 8), lanes.column(self, l + 12));
        ((l0.0 + l8.0) + (l4.0 + l12.0), (l0.1 + l8.1) + (l4.1 + l12.1))
    }
}

impl Isa for Scalar {
    const LANES: usize = 1;
    type V = f32;
    type Four = [f32; 4];
    const WIDE: usize = 1;
    type Wide = f64;

    #[inline(always)]
    fn splat(self, value: f32) -> f32 {
        value
    }
    #[inline(always)]
    fn load(self, from: &[f32]) -> f32 {
        from.first().copied().unwrap_or(0.0)
    }
    #[inline(always)]
    fn store(self, v: f32, to: &mut [f32]) {
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
    fn run<R: Run<Self>>(self, op: R) -> R::Output {
        op.eval(self)
    }
    #[cfg_attr(layernorm_small, inline(never))]
    #[cfg_attr(not(layernorm_small), inline(always))]
    fn two_product(self, a: f32, b: f32) -> Two<f32> {
        split_product(self, a, b)
    }
    #[inline(always)]
    fn fold(self, lanes: impl Lanes<Self>) -> [[f32; 4]; 2] {
        let mut sums = [[0.0; 4]; 2];
        let [a, b] = &mut sums;
        for (l, (a, b)) in a.iter_mut().zip(b).enumerate() {
            (*a, *b) = self.fold_lane(&lanes, l);
        }
        sums
    }
    #[inline(always)]
    fn turn(self, of_row: impl Fn(usize) -> [f32; 4]) -> [f32; 4] {
        of_row(0)
    }
    #[inline(always)]
    fn plus(self, mut total: Two<[f32; 4]>, four: [f32; 4]) -> Two<[f32; 4]> {
        for (v, (hi, lo)) in four.iter().zip(total.hi.iter_mut().zip(&mut total.lo)) {
            let sum = Two { hi: *hi, lo: *lo }.plus(*v);
            (*hi, *lo) = (sum.hi, sum.lo);
        }
        total
    }
    #[inline(always)]
    fn join(self, mut a: [[f32; 4]; 2], b: [[f32; 4]; 2]) -> [[f32; 4]; 2] {
        a.iter_mut().flatten().zip(b.iter().flatten()).for_each(|(a, b)| *a += b);
        a
    }
    #[inline(always)]
    fn no_two(self) -> Two<[f32; 4]> {
        Two { hi: [0.0; 4], lo: [0.0; 4] }
    }
    #[inline(always)]
    fn four(self, values: [f32; 4]) -> [f32; 4] {
        values
    }
    #[inline(always)]
    fn values(self, four: [f32; 4]) -> [f32; 4] {
        four
    }

    #[inline(always)]
    fn wide(self, from: &[f32]) -> f64 {
        self.load(from).into()
    }
    #[inline(always)]
    fn wide_sum(self, from: &[f32], addend: f32) -> f64 {
        (self.load(from) + addend).into()
    }
    #[inline(always)]
    fn wide_load(self, from: &[f64]) -> f64 {
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
