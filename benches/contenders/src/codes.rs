//! The same norms of codes of 16 and of 8 bits. Inputs, γ and β are rounded to codes before anything is computed, and
//! the expected result is rounded too, so that every code can be compared.

use crate::Run;
use crate::work::{Buffers, EPSILON, Form, Verb, Work};
#[cfg(feature = "uncounted")]
use fixed::types::{I2F6, I4F4};
use fixed::types::{I2F14, I4F12};
use layernorm::fixed::{LayerNorm, RmsNorm};

/// Of x, residual and y.
type Call<X> = Box<dyn Fn(&[X], &mut [X], &mut [X])>;

struct Codes<X> {
    call: Call<X>,
    x: Vec<X>,
    residual: Vec<X>,
    y: Vec<X>,
}

/// Rounds what the contender will see.
pub fn round(buffers: &mut Buffers, steps: f64) {
    // No input is as large as 8, where codes end.
    let round = |values: &mut [f32], steps: f64| {
        values.iter_mut().for_each(|v| *v = ((f64::from(*v) * steps).round_ties_even() / steps) as f32);
    };
    round(&mut buffers.x, steps);
    round(&mut buffers.residual, steps);
    let [mut gamma, mut beta] = [buffers.gamma, buffers.beta].map(<[f32]>::to_vec);
    round(&mut gamma, 4.0 * steps);
    round(&mut beta, steps);
    (buffers.gamma, buffers.beta) = (gamma.leak(), beta.leak());
}

/// The codes that are right, as numbers.
pub fn rounded(mut y: Vec<f64>, form: Form, steps: f64) -> Vec<f64> {
    let most = if form == Form::Codes8 { 127.0 } else { 32767.0 };
    y.iter_mut().for_each(|y| *y = (*y * steps).round_ties_even().clamp(-most - 1.0, most) / steps);
    y
}

macro_rules! open {
    ($open:ident, $x:ty, $gamma:ty) => {
        pub fn $open(work: Work, buffers: &Buffers) -> Option<Box<dyn Run>> {
            let codes = |values: &[f32]| -> Vec<$x> { values.iter().map(|&v| <$x>::from_num(v)).collect() };
            let (x, residual) = (codes(&buffers.x), codes(&buffers.residual));
            let y = vec![<$x>::ZERO; x.len()];
            let gamma = buffers.gamma.iter().map(|&v| <$gamma>::from_num(v));
            let (gamma, beta) = (gamma.collect::<Vec<_>>().leak(), codes(buffers.beta).leak());
            let layer = LayerNorm::<$x>::new(work.width).ok()?.with_epsilon(EPSILON).ok()?;
            let layer = layer.with_gamma(gamma).ok()?.with_beta(beta).ok()?;
            let rms =
                RmsNorm::<$x>::new(work.width).ok()?.with_epsilon(EPSILON).ok()?.with_gamma(gamma).ok()?;
            // The lengths are right; a wrong result would be seen by the comparison.
            let call: Call<$x> = match work.verb {
                Verb::Layer => Box::new(move |x, _, y| _ = layer.forward(x, y)),
                Verb::Residual => Box::new(move |x, residual, y| _ = layer.forward_residual(x, residual, y)),
                Verb::Rms => Box::new(move |x, _, y| _ = rms.forward(x, y)),
            };
            Some(Box::new(Codes { call, x, residual, y }))
        }
    };
}

open!(open16, I4F12, I2F14);
#[cfg(feature = "uncounted")]
open!(open8, I4F4, I2F6);

impl<X: fixed::traits::Fixed> Run for Codes<X> {
    fn run(&mut self, _: &mut Buffers) {
        (self.call)(&self.x, &mut self.residual, &mut self.y);
    }

    fn result(&mut self, _: &Buffers) -> Option<Vec<f32>> {
        Some(self.y.iter().map(|y| y.to_num()).collect())
    }
}
