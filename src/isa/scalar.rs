use super::{GROUP, Isa, Op};
use crate::float::two::{Two, two_sum};

/// One lane at a time: any machine, with or without an FPU.
#[derive(Clone, Copy)]
pub(crate) struct Scalar;

impl Isa for Scalar {
    const LANES: usize = 1;
    type V = f32;
    type Array = [f32; 1];

    #[inline(always)]
    fn run(self, op: impl Op) {
        op.eval(self)
    }
    #[inline(always)]
    fn array(self, value: f32) -> [f32; 1] {
        [value]
    }
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
    fn keep(self, v: f32, count: usize) -> f32 {
        if count > 0 { v } else { 0.0 }
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
        libm::sqrtf(v)
    }
    #[inline(always)]
    fn le(self, a: f32, b: f32) -> u32 {
        u32::from(a <= b)
    }

    #[inline(always)]
    fn reduce(self, mut column: impl FnMut(usize) -> (f32, f32)) -> [Two<f32>; 2] {
        let mut lanes = [[0.0; 2]; GROUP];
        for (c, lane) in lanes.iter_mut().enumerate() {
            let (a, b) = column(c);
            *lane = [a, b];
        }
        for half in [8, 4] {
            let (low, high) = lanes.split_at_mut(half);
            for (l, h) in low.iter_mut().zip(high) {
                *l = [l[0] + h[0], l[1] + h[1]];
            }
        }
        let [l0, l1, l2, l3, ..] = lanes;
        [0, 1].map(|i| {
            let (even, odd) = (two_sum(self, l0[i], l2[i]), two_sum(self, l1[i], l3[i]));
            let Two { hi, lo } = two_sum(self, even.hi, odd.hi);
            Two { hi, lo: (even.lo + odd.lo) + lo }
        })
    }
}
