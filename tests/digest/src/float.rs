//! The f32 verbs on every kind of row, at widths around every seam of the kernels.

use crate::Sink;
use crate::memory::{self, ELEMENTS, Memory, ROWS};
use crate::numbers::Numbers;
use crate::rows::{KINDS, Kind, fill_rows, parameters};
use layernorm::{Centring, Error, Layer, Norm, Rms};

/// 1..=67 are four blocks of lanes and three; 128 is a block of the sums; the last needs a second level of them.
const WIDE: &[usize] = &[100, 127, 128, 129, 255, 256, 257, 768, 1000, 4096, 16_383, 16_385, ELEMENTS];

const REDUCED: &[usize] = &[2, 17];

const EPSILONS: [f32; 6] = [0.0, f32::from_bits(1), f32::from_bits(71_362), 1.0e-5, 1.0, f32::MAX];

/// For little memory.
const FEW: &[usize] = &[1, 2, 3, 5, 8, 15, 16, 17, 33, 64, 67, 129, 256, 300];

pub(crate) fn layer_norm(memory: &mut Memory, sink: &mut Sink) {
    every_width::<Layer>(memory.widths(WIDE, REDUCED), ELEMENTS, memory, sink);
}

pub(crate) fn layer_norm_epsilon(memory: &mut Memory, sink: &mut Sink) {
    every_epsilon::<Layer>(memory, sink);
}

pub(crate) fn rms_norm(memory: &mut Memory, sink: &mut Sink) {
    every_width::<Rms>(memory.widths(WIDE, REDUCED), ELEMENTS, memory, sink);
}

pub(crate) fn rms_norm_epsilon(memory: &mut Memory, sink: &mut Sink) {
    every_epsilon::<Rms>(memory, sink);
}

/// Both norms, where there is little memory.
pub(crate) fn small(memory: &mut Memory, sink: &mut Sink) {
    let few = memory.choose(FEW, &[5]);
    every_width::<Layer>(few.iter().copied(), memory::FEW, memory, sink);
    every_width::<Rms>(few.iter().copied(), memory::FEW, memory, sink);
}

/// Every width with every kind, as many rows in a call as there is room for, at the default ε; γ and β come
/// and go.
fn every_width<K: Centring>(
    widths: impl Iterator<Item = usize>,
    elements: usize,
    memory: &mut Memory,
    sink: &mut Sink,
) {
    for width in widths {
        let mut numbers = Numbers::new(width as u64);
        let rows = (elements / width).min(ROWS);
        for (turn, kinds) in KINDS.chunks(rows).enumerate() {
            let shape = Shape { width, kinds, epsilon: 1.0e-5, turn: turn + width };
            case::<K>(memory, &mut numbers, sink, shape);
        }
    }
}

/// Every ε with every kind, at widths below, on and above a block.
fn every_epsilon<K: Centring>(memory: &mut Memory, sink: &mut Sink) {
    for (turn, &epsilon) in memory.choose(&EPSILONS, &EPSILONS[1..3]).iter().enumerate() {
        for &width in memory.choose(&[1, 2, 5, 16, 31, 129, 300], &[2]) {
            let mut numbers = Numbers::new(u64::from(epsilon.to_bits()) << 32 | width as u64);
            let shape = Shape { width, kinds: KINDS, epsilon, turn: turn + width };
            case::<K>(memory, &mut numbers, sink, shape);
        }
    }
}

struct Shape<'a> {
    width: usize,
    /// One row of each.
    kinds: &'a [Kind],
    epsilon: f32,
    /// Chooses which of γ and β are there.
    turn: usize,
}

fn case<K: Centring>(memory: &mut Memory, numbers: &mut Numbers, sink: &mut Sink, shape: Shape) {
    if every_verb::<K>(memory, numbers, sink, shape).is_err() {
        sink.error();
    }
}

fn every_verb<K: Centring>(
    memory: &mut Memory,
    numbers: &mut Numbers,
    sink: &mut Sink,
    shape: Shape,
) -> Result<(), Error> {
    let Shape { width, kinds, epsilon, turn } = shape;
    let elements = width * kinds.len();
    let stats = &mut memory.stats[..kinds.len()];
    let (x, y, residual) =
        (&mut memory.x[..elements], &mut memory.y[..elements], &mut memory.residual[..elements]);
    let (gamma, beta) = (&mut memory.gamma[..width], &mut memory.beta[..width]);
    fill_rows(kinds, numbers, x);
    residual.iter_mut().for_each(|r| *r = numbers.bell());
    parameters(numbers, gamma, beta);
    let mut norm = Norm::<K>::new(width)?.with_epsilon(epsilon)?;
    if turn % 2 == 1 {
        norm = norm.with_gamma(gamma)?;
    }
    // These groups are of an RMSNorm without β.
    if K::CENTRED && turn % 4 >= 2 {
        norm = norm.with_beta(beta)?;
    }

    norm.forward(x, y)?;
    sink.floats(y);
    norm.forward_with_stats(x, y, stats)?;
    sink.floats(y);
    sink.stats(stats);
    norm.statistics(x, stats)?;
    sink.stats(stats);
    norm.forward_residual(x, residual, y)?;
    sink.floats(residual);
    sink.floats(y);
    norm.forward_in_place(x)?;
    sink.floats(x);
    Ok(())
}
