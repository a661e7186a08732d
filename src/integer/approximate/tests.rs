//! Results next to rounding boundaries.

use super::Approximation;
use super::bound::Bound;
use crate::integer::feature::Feature;
use crate::integer::row::SummedRow;
use crate::integer::rows::Apart;
use crate::integer::{CodeOp, LaneCode, Lanes, Norm};
use crate::isa::Scalar;
use core::marker::PhantomData;
use std::vec::Vec;

const WIDTH: usize = 24;

struct Random(u64);

impl Random {
    /// An integer from `lowest` to `highest`.
    fn next(&mut self, lowest: i64, highest: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        lowest + ((u128::from(self.0) * (highest - lowest + 1) as u128) >> 64) as i64
    }
}

/// Rows whose results all are next to a boundary, by the last bits of β: for codes of type `X` and parameters of type `P`.
struct Attack<'a, X, P> {
    rows: usize,
    /// The part of the bound that is trusted.
    part: f32,
    /// Wrong results.
    wrong: &'a mut usize,
    types: PhantomData<(X, P)>,
}

impl<X: LaneCode + TryFrom<i64>, P: LaneCode + TryFrom<i64>> CodeOp for Attack<'_, X, P>
where
    for<'f> &'f [P]: Feature,
{
    fn eval<L: Lanes>(self, lanes: L) {
        let mut random = Random(9);
        let code = |v: i64| X::try_from(v).ok().unwrap();
        let parameter = |v: i64| P::try_from(v).ok().unwrap();
        for _ in 0..self.rows {
            let centred = random.next(0, 3) > 0;
            let bits = random.next(3, i64::from(X::BITS) - 1);
            let shift = random.next(X::LOWEST, X::HIGHEST) * random.next(0, 1);
            let x: Vec<i64> = (0..WIDTH)
                .map(|_| {
                    (random.next(-1 << (bits - 1), 1 << (bits - 1)) + shift).clamp(X::LOWEST, X::HIGHEST)
                })
                .collect();
            // |g| has all bits but one, and |x̂·g/2ᵏ| is at most 2¹⁵.
            let k = P::BITS as i32 - 1 - random.next(12, 14) as i32;
            let m = P::BITS as i32 - 1;
            let norm =
                Norm { centred, width: WIDTH, k, m, zero_point: 0, epsilon: random.next(0, 1 << 40) as u128 };
            let codes: Vec<X> = x.iter().map(|&v| code(v)).collect();
            let (mut y, n) = ([0i16; WIDTH], WIDTH as i128);
            let mut rows = Apart { x: &codes[..], zero_point: 0, y: &mut y[..] };
            let (sum, squares) =
                x.iter().fold((0, 0), |(s, q), &v| (s + i128::from(v), q + i128::from(v) * i128::from(v)));
            let offset = if centred { sum } else { 0 };
            let d = n * squares - offset * sum;
            if d == 0 {
                continue;
            }
            let v = ((d as u128) << 16) + norm.epsilon;
            let row = SummedRow { norm: &norm, offset: offset as i64, v };
            let gamma: Vec<i64> = (0..WIDTH)
                .map(|_| (random.next(0, 1) * 2 - 1) * random.next(1 << (P::BITS - 2), P::HIGHEST))
                .collect();
            let beta: Vec<i64> = x
                .iter()
                .zip(&gamma)
                .map(|(&x, &g)| {
                    let normalised = (n as i64 * x - row.offset) as f64 * 256.0 / (v as f64).sqrt();
                    let y = normalised * g as f64 / f64::from(k).exp2();
                    let to_half = y.floor() + 0.5 - y;
                    ((to_half * f64::from(m).exp2()).round() as i64 + random.next(-1, 1)).min(P::HIGHEST)
                })
                .collect();
            let (g, b): (Vec<P>, Vec<P>) =
                gamma.iter().zip(&beta).map(|(&g, &b)| (parameter(g), parameter(b))).unzip();
            let mut bound = Bound::new::<L, Apart<X, i16>, &[P]>();
            for part in [&mut bound.y, &mut bound.bias, &mut bound.centre] {
                *part *= self.part;
            }
            Approximation::new(&norm, &g[..], &b[..]).write_within(lanes, &bound, &mut rows);
            for i in 0..WIDTH {
                let exact =
                    row.between::<i64>([-1 << 16, (1 << 16) - 1], gamma[i] as i32, beta[i] as i32, x[i]);
                *self.wrong += usize::from(i64::from(y[i]) != i64::from(exact).clamp(-32768, 32767));
            }
        }
    }
}

fn attack<X: LaneCode + TryFrom<i64>, P: LaneCode + TryFrom<i64>>() {
    for (part, rows) in [(1.0, 3_000), (0.5, 3_000)] {
        let (mut one, mut best) = (0, 0);
        let types = PhantomData;
        Scalar.run_on_codes(Attack::<X, P> { rows, part, wrong: &mut one, types });
        crate::dispatch::run_on_codes(Attack::<X, P> { rows, part, wrong: &mut best, types });
        std::println!("{part} of the bound: {one} wrong in one lane, {best} in vectors, of {}", rows * WIDTH);
        assert_eq!(part == 1.0, one == 0 && best == 0, "{part} of the bound: {one} and {best} wrong results");
    }
}

#[test]
fn results_next_to_a_boundary_are_right_and_half_of_the_bound_is_too_little() {
    attack::<i16, i16>();
    attack::<i16, i32>();
    attack::<i8, i16>();
    attack::<u8, i32>();
}
