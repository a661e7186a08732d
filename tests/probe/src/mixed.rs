//! The verbs of rows in other types.

use crate::verbs::keep;
use core::hint::black_box;
use layernorm::mixed::{Element, L2Norm, LayerNorm, Norm, RmsNorm, bf16, f16};
use layernorm::quantized::Scale;
use layernorm::{Centring, Error, ParamGrads, RowStats};

const ELEMENTS: usize = 64;

pub fn call() {
    keep(LayerNorm::new(black_box(16)).and_then(every_verb::<_, f16, bf16>));
    keep(RmsNorm::new(black_box(16)).and_then(every_verb::<_, f32, f16>));
    keep(L2Norm::new(black_box(16)).and_then(every_verb::<_, bf16, f32>));
}

fn every_verb<K: Centring, X: Element, Y: Element>(norm: Norm<K>) -> Result<(), Error> {
    let (mut x, mut dx) = ([X::default(); ELEMENTS], [X::default(); ELEMENTS]);
    let (mut y, mut codes) = ([Y::default(); ELEMENTS], [0i8; ELEMENTS]);
    let (mut stats, mut scratch, gamma) =
        ([RowStats::default(); ELEMENTS], [0.0; ELEMENTS], [f16::ONE; ELEMENTS]);
    // Behind `black_box` even the length of a slice is unknown.
    let (x, y): (&mut [X], &mut [Y]) = (black_box(&mut x), black_box(&mut y));
    let (codes, stats): (&mut [i8], &mut [RowStats]) = (black_box(&mut codes), black_box(&mut stats));
    let (scratch, gamma): (&mut [f32], &[f16]) = (black_box(&mut scratch), black_box(&gamma));
    let scale = Scale { scale: black_box(0.5), zero_point: black_box(3i8) };
    norm.forward_modulated(x, gamma, gamma, y)?;
    let norm =
        norm.with_epsilon(black_box(1e-6))?.with_gamma(gamma)?.with_beta(gamma)?.with_residual_bias(gamma)?;
    norm.forward(x, y)?;
    norm.forward_with_stats(x, y, stats)?;
    norm.statistics(x, stats)?;
    norm.forward_residual(x, scratch, y)?;
    norm.forward_strided(x, black_box(17), y, black_box(18))?;
    norm.forward_strided_in_place(x, black_box(17))?;
    norm.forward_channels_first(x, black_box(2), y)?;
    norm.forward_channels_first_in_place(x, black_box(2))?;
    norm.forward_quantized_by_row(x, scratch, codes)?;
    keep(norm.forward_quantized(x, scale, codes));
    keep(norm.forward_dequantized(codes, scale, y));
    norm.backward(
        x,
        stats,
        y,
        black_box(&mut dx[..]),
        ParamGrads { gamma: None, beta: Some(black_box(&mut [0.0; 16])) },
        scratch,
    )?;
    norm.backward_in_place(x, stats, y, ParamGrads::default(), scratch)?;
    norm.forward_in_place(x)
}
