//! Gradients of any finite x, dy and γ: no NaN, infinities of the right sign, the exact values within a bound.

use crate::bounds;
use crate::common::gradient_oracle::{GradientOracle, gains};
use crate::common::norms::Norm;
use crate::common::oracle::integer;
use crate::common::{NAN, bits, tolerance};
use crate::input::{Input, assert_no_nan, assert_one_nan, exact};
use layernorm::ParamGrads;
use num_bigint::BigInt;

/// Elements of a call.
const ELEMENTS: usize = 1200;

struct Call {
    centred: bool,
    width: usize,
    epsilon: f32,
    x: Box<[f32]>,
    dy: Box<[f32]>,
    gamma: Option<Box<[f32]>>,
    unit_offset: bool,
}

/// dx, dγ and dβ of any rows.
pub fn gradients(data: &[u8]) {
    let mut input = Input(data);
    let [flags] = input.array();
    let width = 1 + input.below(if flags & 1 == 0 { 24 } else { 600 });
    let rows = 1 + usize::from(input.byte()) % 6.min(ELEMENTS / width).max(1);
    // Rows with a NaN or an infinity are tried too, but less.
    let any = flags & 0x38 == 0x38;
    let draw = |input: &mut Input| -> Box<[f32]> {
        (0..rows).flat_map(|_| if any { input.row(width) } else { input.parameter(width) }).collect()
    };
    let call = Call {
        centred: flags & 2 == 0,
        width,
        epsilon: input.epsilon(),
        x: draw(&mut input),
        dy: draw(&mut input),
        gamma: (flags & 4 != 0).then(|| input.parameter(width)),
        unit_offset: flags & 0x40 != 0,
    };
    let plain = Norm::new(call.centred, width).with_epsilon(call.epsilon);
    let affine = call.gamma.as_ref().map_or(plain, |gamma| plain.with_gamma(gamma));
    let norm = if call.unit_offset { affine.with_unit_offset() } else { affine };

    let stats = norm.stats(&call.x, rows);
    let zeros: Box<[f32]> = vec![0.0; width].into();
    let (mut dx, mut dgamma, mut dbeta) = (exact(&call.x), exact(&zeros), exact(&zeros));
    let to = ParamGrads { gamma: Some(&mut dgamma), beta: Some(&mut dbeta) };
    norm.backward(&call.x, &stats, &call.dy, &mut dx, to).unwrap();

    let (mut place, mut again, mut beta_again) = (exact(&call.dy), exact(&zeros), exact(&zeros));
    let to = ParamGrads { gamma: Some(&mut again), beta: Some(&mut beta_again) };
    norm.backward_in_place(&call.x, &stats, &mut place, to).unwrap();
    assert_eq!(bits(&place), bits(&dx), "dx in place");
    assert_eq!([bits(&again), bits(&beta_again)], [bits(&dgamma), bits(&dbeta)], "dγ, dβ in place");
    let mut alone = exact(&call.x);
    norm.backward(&call.x, &stats, &call.dy, &mut alone, ParamGrads::default()).unwrap();
    assert_eq!(bits(&alone), bits(&dx), "dx alone");

    for (i, dx) in dx.chunks(width).enumerate() {
        call.row(i, dx);
    }
    call.parameters(&dgamma, &dbeta);
}

impl Call {
    fn at<'a>(&self, of: &'a [f32], row: usize) -> &'a [f32] {
        &of[row * self.width..][..self.width]
    }

    fn context(&self) -> String {
        let Self { centred, width, epsilon, unit_offset, .. } = self;
        format!("centred {centred}, width {width}, ε {epsilon:e}, unit offset {unit_offset}")
    }

    /// γ as it is multiplied with.
    fn gain(&self) -> Vec<f32> {
        let offset = |gamma: &f32| if self.unit_offset { 1.0 + gamma } else { *gamma };
        self.gamma.as_ref().map_or(vec![1.0; self.width], |gamma| gamma.iter().map(offset).collect())
    }

    fn row(&self, row: usize, dx: &[f32]) {
        let context = self.context();
        let (x, dy) = (self.at(&self.x, row), self.at(&self.dy, row));
        assert_one_nan(dx, &context);
        if x.iter().chain(dy).any(|v| !v.is_finite()) {
            assert!(dx.iter().all(|dx| dx.to_bits() == NAN), "{context}: {dx:?}");
            return;
        }
        assert_no_nan(dx, &context);
        let gain = self.gain();
        let oracle = GradientOracle::new(x, self.centred);
        let infinite = oracle.rstd(self.epsilon).is_infinite();
        let gains: Vec<BigInt> = gains(&gain);
        for (i, (exact, &dx)) in oracle.dx(self.epsilon, &gains, dy).iter().zip(dx).enumerate() {
            if infinite {
                assert!(dx == 0.0, "{context}: dx {dx:e} of a constant row with ε = 0");
                continue;
            }
            let error = exact.error(dx);
            assert!(
                error <= tolerance::EVERY_DX,
                "{context}: dx of element {i} is {dx:e} for {:e}, off by {error} ULP",
                exact.dx
            );
        }
    }

    /// Of all rows; where one is not finite, those sums are NaN.
    fn parameters(&self, dgamma: &[f32], dbeta: &[f32]) {
        let context = self.context();
        assert_one_nan(dgamma, &context);
        assert_one_nan(dbeta, &context);
        let rows = self.x.len() / self.width;
        if self.x.iter().chain(&self.dy).any(|v| !v.is_finite()) {
            return;
        }
        let oracles: Vec<_> =
            (0..rows).map(|row| GradientOracle::new(self.at(&self.x, row), self.centred)).collect();
        for i in 0..self.width {
            let dy = |row: usize| self.dy[row * self.width + i];
            let terms: Vec<[f64; 3]> = (0..rows)
                .map(|row| {
                    let (dy, normalised) = (f64::from(dy(row)), oracles[row].normalised(self.epsilon, i));
                    [dy * normalised, dy, dy.abs() * tolerance::normalised_in_f64(normalised)]
                })
                .collect();
            let sum = |part: usize| terms.iter().map(|term| term[part]).sum::<f64>();
            let magnitudes = |part: usize| terms.iter().map(|term| term[part].abs()).sum();
            let exact = [sum(0), sum_of((0..rows).map(dy))];
            for (name, part, actual) in [("dγ", 0, dgamma[i]), ("dβ", 1, dbeta[i])] {
                let off = if part == 0 { sum(2) } else { 0.0 };
                let bound = bounds::parameter(rows, exact[part], magnitudes(part), off);
                close(actual, exact[part], bound, &format!("{context}: {name} of feature {i}"));
            }
        }
    }
}

/// Without a rounding but the last.
fn sum_of(values: impl Iterator<Item = f32>) -> f64 {
    let sum: BigInt = values.map(integer).sum();
    let digits = sum.magnitude().iter_u64_digits().enumerate();
    let magnitude: f64 = digits.map(|(i, d)| d as f64 * 2f64.powi(64 * i as i32 - 149)).sum();
    if sum.sign() == num_bigint::Sign::Minus { -magnitude } else { magnitude }
}

/// Within the bound; an infinity of the right sign where the bound reaches beyond the range.
fn close(actual: f32, exact: f64, bound: f64, context: &str) {
    let largest = f64::from(f32::MAX);
    if actual.is_infinite() {
        let right = exact.abs() + bound >= largest && exact.signum() == f64::from(actual).signum();
        assert!(right, "{actual} for {exact:e}, bound {bound:e}, {context}");
        return;
    }
    // Beyond the range the largest number is as near as can be.
    let error = (f64::from(actual) - exact.clamp(-largest, largest)).abs();
    assert!(error <= bound, "{actual:e} for {exact:e}, off by {error:e} > {bound:e}, {context}");
}
