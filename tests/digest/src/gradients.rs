//! dx, dγ and dβ for every kind of row, at widths around every seam of the kernels.

use crate::Sink;
use crate::memory::Memory;
use crate::numbers::{Numbers, power_of_two};
use crate::rows::{KINDS, Kind, fill, fill_rows, parameters};
use layernorm::{Centring, Error, Norm, ParamGrads};

const REDUCED: &[usize] = &[1, 2, 17];
const WIDTHS: &[usize] = &[1, 2, 3, 5, 15, 16, 17, 31, 33, 64, 67, 100, 256, 300, 768, 1000];

pub(crate) fn every_width<K: Centring>(memory: &mut Memory, sink: &mut Sink) {
    for &width in memory.choose(WIDTHS, REDUCED) {
        for (turn, epsilon) in [1.0e-5, 0.0, 1.0].into_iter().enumerate() {
            if case::<K>(memory, width, turn, epsilon, sink).is_err() {
                sink.error();
            }
        }
    }
}

fn case<K: Centring>(
    memory: &mut Memory,
    width: usize,
    turn: usize,
    epsilon: f32,
    sink: &mut Sink,
) -> Result<(), Error> {
    let mut numbers = Numbers::new((width * 3 + turn) as u64);
    let elements = width * KINDS.len();
    let stats = &mut memory.stats[..KINDS.len()];
    let (x, dy, dx) =
        (&mut memory.x[..elements], &mut memory.residual[..elements], &mut memory.y[..elements]);
    let (gamma, dgamma) = memory.gamma.split_at_mut(width);
    let (beta, dbeta) = memory.beta.split_at_mut(width);
    let (dgamma, dbeta) = (&mut dgamma[..width], &mut dbeta[..width]);
    fill_rows(KINDS, &mut numbers, x);
    gradients(&mut numbers, width, dy);
    parameters(&mut numbers, gamma, beta);
    parameters(&mut numbers, dgamma, dbeta);

    let mut norm = Norm::<K>::new(width)?.with_epsilon(epsilon)?;
    let gain = (width + turn) % 3;
    if gain > 0 {
        norm = norm.with_gamma(gamma)?;
    }
    if gain > 1 {
        norm = norm.with_unit_offset();
    }
    norm.statistics(x, stats)?;
    norm.backward(x, stats, dy, dx, ParamGrads { gamma: Some(dgamma), beta: Some(dbeta) })?;
    for of in [&*dx, dgamma, dbeta] {
        sink.floats(of);
    }
    norm.backward(x, stats, dy, dx, ParamGrads { gamma: Some(dgamma), beta: None })?;
    sink.floats(dx);
    sink.floats(dgamma);
    norm.backward_in_place(x, stats, dy, ParamGrads::default())?;
    sink.floats(dy);
    Ok(())
}

/// Of every size; in a few rows one is not finite.
fn gradients(numbers: &mut Numbers, width: usize, dy: &mut [f32]) {
    for (i, row) in dy.chunks_exact_mut(width).enumerate() {
        let scale = power_of_two([0, -20, 60, -90][i % 4]);
        row.iter_mut().for_each(|v| *v = numbers.bell() * scale);
        if i % 5 == 4 {
            fill(Kind::AnyExponent, numbers, row);
        }
        if i % 7 == 6 {
            row[numbers.below(width as u64) as usize] = f32::INFINITY;
        }
    }
}
