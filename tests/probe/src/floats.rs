//! The verbs of the f32 norms.

use crate::verbs::keep;
use core::hint::black_box;
use layernorm::{Error, LayerNorm, RmsNorm, RowStats};

const ELEMENTS: usize = 64;

pub fn call() {
    let (mut x, mut y, mut residual) = ([1.0; ELEMENTS], [0.0; ELEMENTS], [2.0; ELEMENTS]);
    let mut stats = [RowStats::default(); ELEMENTS];
    // Behind `black_box` even the length of a slice is unknown.
    let x: &mut [f32] = black_box(&mut x);
    let y: &mut [f32] = black_box(&mut y);
    let residual: &mut [f32] = black_box(&mut residual);
    let gamma: &[f32] = black_box(&[1.0; ELEMENTS]);
    let beta: &[f32] = black_box(&[0.0; ELEMENTS]);
    let stats: &mut [RowStats] = black_box(&mut stats);
    let result = layer_norm(x, y, residual, gamma, beta, stats);
    keep(result);
    let result = rms_norm(x, y, residual, gamma, stats);
    keep(result);
    for stats in stats.iter() {
        black_box((stats.mean(), stats.rstd()));
    }
}

fn layer_norm(
    x: &mut [f32],
    y: &mut [f32],
    residual: &mut [f32],
    gamma: &[f32],
    beta: &[f32],
    stats: &mut [RowStats],
) -> Result<(), Error> {
    let norm =
        LayerNorm::new(black_box(16))?.with_gamma(gamma)?.with_beta(beta)?.with_epsilon(black_box(1e-6))?;
    norm.forward(x, y)?;
    norm.forward_with_stats(x, y, stats)?;
    norm.statistics(x, stats)?;
    norm.forward_residual(x, residual, y)?;
    norm.forward_in_place(x)
}

fn rms_norm(
    x: &mut [f32],
    y: &mut [f32],
    residual: &mut [f32],
    gamma: &[f32],
    stats: &mut [RowStats],
) -> Result<(), Error> {
    let norm = RmsNorm::new(black_box(16))?.with_gamma(gamma)?.with_epsilon(black_box(1e-6))?;
    norm.forward(x, y)?;
    norm.forward_with_stats(x, y, stats)?;
    norm.statistics(x, stats)?;
    norm.forward_residual(x, residual, y)?;
    norm.forward_in_place(x)
}
