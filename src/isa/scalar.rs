use super::{GROUP, Isa, Lanes, Op};
use crate::float::two::{Two, two_sum};

/// One lane at a time: any machine, with or without an FPU.
#[derive(Clone, Copy)]
pub(crate) struct Scalar;

impl Isa for Scalar {
    const LANES: usize = 1;
    type V = f32;
    type Totals = [Two<f32>; 2];
    type Array = [f32; 1];

    #[inline(never)]
    fn run<O: Op>(self, op: O) -> O::Output {
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
    fn add_lanes(self, totals: [Two<f32>; 2], lanes: impl Lanes<Self>) -> [Two<f32>; 2] {
        let mut sums = [[0.0; 2]; GROUP / 2];
        for (c, sum) in sums.iter_mut().enumerate() {
            let (a, b) = lanes.columns(self, c, c + GROUP / 2);
            *sum = [a, b];
        }
        let [l0, l1, l2, l3, l4, l5, l6, l7] = sums;
        let mut totals = totals;
        for (i, total) in totals.iter_mut().enumerate() {
            let (l0, l1, l2, l3) = (l0[i] + l4[i], l1[i] + l5[i], l2[i] + l6[i], l3[i] + l7[i]);
            let (even, odd) = (two_sum(self, l0, l2), two_sum(self, l1, l3));
            let Two { hi, lo } = two_sum(self, even.hi, odd.hi);
            *total = total.plus(self, Two { hi, lo: (even.lo + odd.lo) + lo });
        }
        totals
    }
    #[inline(always)]
    fn head(self, x: &[f32; GROUP]) -> [f32; 2] {
        let (low, high) = (x.first_chunk::<8>(), x.last_chunk::<8>());
        let mut sums = [[0.0; 2]; 8];
        for (sum, (l, h)) in sums.iter_mut().zip(low.into_iter().flatten().zip(high.into_iter().flatten())) {
            *sum = [l + h, l * l + h * h];
        }
        let [l0, l1, l2, l3, l4, l5, l6, l7] = sums;
        let add = |a: [f32; 2], b: [f32; 2]| [a[0] + b[0], a[1] + b[1]];
        let (l0, l1, l2, l3) = (add(l0, l4), add(l1, l5), add(l2, l6), add(l3, l7));
        add(add(l0, l2), add(l1, l3))
    }
    #[inline(always)]
    fn join_totals(self, totals: [Two<f32>; 2]) -> [Two<f32>; 2] {
        totals
    }
    #[inline(always)]
    fn split_totals(self, totals: [Two<f32>; 2]) -> [Two<f32>; 2] {
        totals
    }
}
