//! Groups of channels: results, statistics and gradients.

use crate::Sink;
use crate::memory::Memory;
use crate::numbers::Numbers;
use crate::rows::{KINDS, fill_rows, parameters};
use layernorm::{Error, GroupNorm, ParamGrads};

/// Groups and channels; each has as many groups in all as there are kinds of row.
const REDUCED: &[(usize, usize)] = &[(3, 6)];
const SHAPES: &[(usize, usize)] = &[(1, 1), (1, 7), (3, 3), (3, 6), (5, 10), (15, 15)];
const POSITIONS: &[usize] = &[1, 3, 15, 16, 33, 49, 64];

pub(crate) fn every_shape(memory: &mut Memory, sink: &mut Sink) {
    for &(groups, channels) in memory.choose(SHAPES, REDUCED) {
        for &positions in memory.choose(POSITIONS, &[17]) {
            if case(memory, groups, channels, positions, sink).is_err() {
                sink.error();
            }
        }
    }
}

fn case(
    memory: &mut Memory,
    groups: usize,
    channels: usize,
    positions: usize,
    sink: &mut Sink,
) -> Result<(), Error> {
    let mut numbers = Numbers::new((groups * 10_000 + channels * 100 + positions) as u64);
    let elements = KINDS.len() * (channels / groups) * positions;
    let stats = &mut memory.stats[..KINDS.len()];
    let (x, dy, y) = (&mut memory.x[..elements], &mut memory.residual[..elements], &mut memory.y[..elements]);
    let (gamma, dgamma) = memory.gamma.split_at_mut(channels);
    let (beta, dbeta) = memory.beta.split_at_mut(channels);
    let (dgamma, dbeta) = (&mut dgamma[..channels], &mut dbeta[..channels]);
    fill_rows(KINDS, &mut numbers, x);
    dy.iter_mut().for_each(|v| *v = numbers.bell());
    parameters(&mut numbers, gamma, beta);
    parameters(&mut numbers, dgamma, dbeta);

    let norm = GroupNorm::new(groups, channels)?.with_gamma(gamma)?;
    norm.with_beta(beta)?.forward_with_stats(x, positions, y, stats)?;
    sink.floats(y);
    sink.stats(stats);
    norm.backward(x, positions, stats, dy, y, ParamGrads { gamma: Some(dgamma), beta: Some(dbeta) })?;
    for of in [&*y, dgamma, dbeta] {
        sink.floats(of);
    }
    norm.with_epsilon(0.0)?.forward_in_place(x, positions)?;
    sink.floats(x);
    Ok(())
}
