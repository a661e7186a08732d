//! The verbs of the f32 norms.

use crate::verbs::keep;
use core::hint::black_box;
use layernorm::{
    Centring, CumulativeSums, DynamicTanh, Error, Finish, FormatError, GroupNorm, Heads, L2Norm, LayerNorm,
    Modulation, Moments, Norm, ParamGrads, RmsNorm, RowStats,
};

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
    let slices = Slices { x, y, residual, gamma, beta, stats };
    let result = layer_norm(slices);
    keep(result);
    let slices = Slices { x, y, residual, gamma, beta, stats };
    let result = rms_norm(slices);
    keep(result);
    let slices = Slices { x, y, residual, gamma, beta, stats };
    let result = group_norm(slices);
    keep(result);
    let slices = Slices { x, y, residual, gamma, beta, stats };
    let result = l2_norm(slices);
    keep(result);
    keep(dynamic_tanh(gamma, beta, x, y));
    keep(saved_sums(x));
    for stats in stats.iter() {
        black_box((stats.mean(), stats.rstd()));
    }
}

struct Slices<'a> {
    x: &'a mut [f32],
    y: &'a mut [f32],
    residual: &'a mut [f32],
    gamma: &'a [f32],
    beta: &'a [f32],
    stats: &'a mut [RowStats],
}

fn layer_norm(slices: Slices) -> Result<(), Error> {
    let norm = LayerNorm::new(black_box(16))?;
    let norm = norm.with_gamma(slices.gamma)?.with_beta(slices.beta)?.with_epsilon(black_box(1e-6))?;
    every_verb(norm, Moments::new(), slices)
}

fn rms_norm(slices: Slices) -> Result<(), Error> {
    let norm = RmsNorm::new(black_box(16))?;
    let norm = norm
        .with_gamma(slices.gamma)?
        .with_beta(slices.beta)?
        .with_unit_offset()
        .with_epsilon(black_box(1e-6))?;
    every_verb(norm, Moments::uncentred(), slices)
}

fn l2_norm(slices: Slices) -> Result<(), Error> {
    let norm = L2Norm::new(black_box(16))?.with_gamma(slices.gamma)?.with_epsilon(black_box(1e-6))?;
    every_verb(norm, Moments::uncentred(), slices)
}

fn dynamic_tanh(gamma: &[f32], beta: &[f32], x: &mut [f32], y: &mut [f32]) -> Result<(), Error> {
    let dyt = DynamicTanh::new(black_box(16), black_box(0.5))?.with_gamma(gamma)?.with_beta(beta)?;
    dyt.forward(x, y)?;
    dyt.forward_in_place(x)
}

fn saved_sums(x: &[f32]) -> Result<(), FormatError> {
    let mut sums = CumulativeSums::new();
    sums.push(x)?;
    black_box(CumulativeSums::from_bytes(black_box(&sums.to_bytes()[..]))?.elements());
    Ok(())
}

fn group_norm(Slices { x, y, residual, gamma, beta, stats }: Slices) -> Result<(), Error> {
    let norm = GroupNorm::new(black_box(4), black_box(ELEMENTS))?;
    let norm = norm.with_gamma(gamma)?.with_beta(beta)?.with_epsilon(black_box(1e-6))?;
    let positions = black_box(1);
    norm.forward(x, positions, y)?;
    norm.forward_with_stats(x, positions, y, stats)?;
    norm.statistics(x, positions, stats)?;
    norm.forward_in_place(x, positions)?;
    let (mut dgamma, mut dbeta) = ([0.0; ELEMENTS], [0.0; ELEMENTS]);
    let (dgamma, dbeta): (&mut [f32], &mut [f32]) = (black_box(&mut dgamma), black_box(&mut dbeta));
    let grads = ParamGrads { gamma: Some(dgamma), beta: Some(dbeta) };
    norm.backward(x, positions, stats, residual, y, grads)?;
    norm.backward_in_place(x, positions, stats, y, ParamGrads::default())?;
    keep(GroupNorm::instance(black_box(4)).map(|norm| _ = black_box(norm)));
    Ok(())
}

fn every_verb<K: Centring>(
    norm: Norm<K>,
    mut moments: Moments,
    Slices { x, y, residual, gamma, beta, stats }: Slices,
) -> Result<(), Error> {
    norm.forward(x, y)?;
    norm.forward_with_stats(x, y, stats)?;
    norm.statistics(x, stats)?;
    norm.forward_residual(x, residual, y)?;
    norm.forward_in_place(x)?;
    let (mut dgamma, mut dbeta) = ([0.0; ELEMENTS], [0.0; ELEMENTS]);
    let (dgamma, dbeta): (&mut [f32], &mut [f32]) = (black_box(&mut dgamma), black_box(&mut dbeta));
    norm.backward(x, stats, residual, y, ParamGrads { gamma: Some(dgamma), beta: Some(dbeta) })?;
    norm.backward_in_place(x, stats, y, ParamGrads::default())?;
    norm.pre_norm(x, y, |normed, out| out.iter_mut().zip(normed).for_each(|(out, x)| *out = -x))?;
    norm.post_norm(x, y, |normed, out| out.iter_mut().zip(normed).for_each(|(out, x)| *out = -x))?;
    norm.forward_strided(x, black_box(20), y, black_box(17))?;
    norm.forward_strided_in_place(x, black_box(20))?;
    norm.forward_channels_first(x, black_box(4), y)?;
    norm.forward_channels_first_in_place(x, black_box(4))?;
    norm.forward_modulated(x, Modulation { scale: gamma, shift: beta }, y)?;
    norm.with_residual_bias(gamma)?.forward_residual(x, residual, y)?;
    norm.forward_qk_in_place(&norm, Heads { queries: black_box(2), keys: 1, stride: black_box(50) }, x)?;
    let mut sums = CumulativeSums::new();
    norm.forward_cumulative(&mut sums, x, y)?;
    norm.forward_cumulative_in_place(&mut sums, x)?;
    black_box(norm.cumulative_statistics(black_box(&sums))?);
    moments.push(x)?;
    moments.merge(&moments.clone())?;
    if let Finish::Done(stats) = moments.finish(black_box(1e-6))? {
        norm.apply(&stats, black_box(3), x, y)?;
    }
    Ok(())
}
