//! The same norms of 16-bit codes. Inputs, γ and β are rounded to codes before anything is computed, and the expected
//! result is rounded too, so that every code can be compared.

use crate::Run;
use crate::work::{Buffers, EPSILON, Verb, Work};
use fixed::types::{I2F14, I4F12};
use layernorm::fixed::{LayerNorm, RmsNorm};

/// Steps of x, y, β and the residual: of γ a quarter.
const STEPS: f64 = 4096.0;

/// Of x, residual and y.
type Call = Box<dyn Fn(&[I4F12], &mut [I4F12], &mut [I4F12])>;

struct Codes {
    call: Call,
    x: Vec<I4F12>,
    residual: Vec<I4F12>,
    y: Vec<I4F12>,
}

/// Rounds what the contender will see.
pub fn round(buffers: &mut Buffers) {
    let round = |values: &mut [f32], steps: f64| {
        values.iter_mut().for_each(|v| *v = ((f64::from(*v) * steps).round_ties_even() / steps) as f32);
    };
    round(&mut buffers.x, STEPS);
    round(&mut buffers.residual, STEPS);
    let [mut gamma, mut beta] = [buffers.gamma, buffers.beta].map(<[f32]>::to_vec);
    round(&mut gamma, 4.0 * STEPS);
    round(&mut beta, STEPS);
    (buffers.gamma, buffers.beta) = (gamma.leak(), beta.leak());
}

/// The code that is right, as a number.
pub fn rounded(y: f64) -> f64 {
    (y * STEPS).round_ties_even().clamp(-32768.0, 32767.0) / STEPS
}

pub fn open(work: Work, buffers: &Buffers) -> Option<Box<dyn Run>> {
    let codes = |values: &[f32]| -> Vec<I4F12> { values.iter().map(|&v| I4F12::from_num(v)).collect() };
    let (x, residual) = (codes(&buffers.x), codes(&buffers.residual));
    let y = vec![I4F12::ZERO; x.len()];
    let gamma: &[I2F14] = buffers.gamma.iter().map(|&v| I2F14::from_num(v)).collect::<Vec<_>>().leak();
    let beta: &[I4F12] = codes(buffers.beta).leak();
    let layer = LayerNorm::<I4F12>::new(work.width).ok()?.with_epsilon(EPSILON).ok()?;
    let layer = layer.with_gamma(gamma).ok()?.with_beta(beta).ok()?;
    let rms = RmsNorm::<I4F12>::new(work.width).ok()?.with_epsilon(EPSILON).ok()?.with_gamma(gamma).ok()?;
    // The lengths are right; a wrong result would be seen by the comparison.
    let call: Call = match work.verb {
        Verb::Layer => Box::new(move |x, _, y| _ = layer.forward(x, y)),
        Verb::Residual => Box::new(move |x, residual, y| _ = layer.forward_residual(x, residual, y)),
        Verb::Rms => Box::new(move |x, _, y| _ = rms.forward(x, y)),
    };
    Some(Box::new(Codes { call, x, residual, y }))
}

impl Run for Codes {
    fn run(&mut self, _: &mut Buffers) {
        (self.call)(&self.x, &mut self.residual, &mut self.y);
    }

    fn result(&mut self, _: &Buffers) -> Option<Vec<f32>> {
        Some(self.y.iter().map(|y| y.to_num()).collect())
    }
}
