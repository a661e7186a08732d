//! The f32 verbs on every kind of row, at widths around every seam of the kernels.

use crate::Sink;
use crate::memory::{ELEMENTS, Memory, ROWS};
use crate::numbers::Numbers;
use crate::rows::{KINDS, Kind, fill, parameters};
use layernorm::{Error, LayerNorm, RmsNorm, RowStats};

/// 1..=67 are four blocks of lanes and three; 128 is a block of the sums; the last needs a second level of them.
const WIDE: &[usize] = &[100, 127, 128, 129, 255, 256, 257, 768, 1000, 4096, 16_383, 16_385, ELEMENTS];

fn widths() -> impl Iterator<Item = usize> {
    (1..=67).chain(WIDE.iter().copied())
}

const EPSILONS: [f32; 6] = [0.0, f32::from_bits(1), f32::from_bits(71_362), 1.0e-5, 1.0, f32::MAX];

/// The verbs that both norms have.
trait Norm {
    fn forward(&self, x: &[f32], y: &mut [f32]) -> Result<(), Error>;
    fn forward_in_place(&self, x: &mut [f32]) -> Result<(), Error>;
    fn forward_with_stats(&self, x: &[f32], y: &mut [f32], stats: &mut [RowStats]) -> Result<(), Error>;
    fn statistics(&self, x: &[f32], stats: &mut [RowStats]) -> Result<(), Error>;
    fn forward_residual(&self, x: &[f32], residual: &mut [f32], y: &mut [f32]) -> Result<(), Error>;
}

macro_rules! forward_verbs {
    ($norm:ident) => {
        impl Norm for $norm<'_> {
            fn forward(&self, x: &[f32], y: &mut [f32]) -> Result<(), Error> {
                self.forward(x, y)
            }
            fn forward_in_place(&self, x: &mut [f32]) -> Result<(), Error> {
                self.forward_in_place(x)
            }
            fn forward_with_stats(
                &self,
                x: &[f32],
                y: &mut [f32],
                stats: &mut [RowStats],
            ) -> Result<(), Error> {
                self.forward_with_stats(x, y, stats)
            }
            fn statistics(&self, x: &[f32], stats: &mut [RowStats]) -> Result<(), Error> {
                self.statistics(x, stats)
            }
            fn forward_residual(&self, x: &[f32], residual: &mut [f32], y: &mut [f32]) -> Result<(), Error> {
                self.forward_residual(x, residual, y)
            }
        }
    };
}
forward_verbs!(LayerNorm);
forward_verbs!(RmsNorm);

/// What a norm is made of: width, γ and β if any, ε.
struct Made<'a> {
    width: usize,
    gamma: Option<&'a [f32]>,
    beta: Option<&'a [f32]>,
    epsilon: f32,
}

type Run = fn(Made, Data, &mut Sink) -> Result<(), Error>;

fn run_layer_norm(made: Made, data: Data, sink: &mut Sink) -> Result<(), Error> {
    let mut norm = LayerNorm::new(made.width)?.with_epsilon(made.epsilon)?;
    if let Some(gamma) = made.gamma {
        norm = norm.with_gamma(gamma)?;
    }
    if let Some(beta) = made.beta {
        norm = norm.with_beta(beta)?;
    }
    data.every_verb(&norm, sink)
}

fn run_rms_norm(made: Made, data: Data, sink: &mut Sink) -> Result<(), Error> {
    let mut norm = RmsNorm::new(made.width)?.with_epsilon(made.epsilon)?;
    if let Some(gamma) = made.gamma {
        norm = norm.with_gamma(gamma)?;
    }
    data.every_verb(&norm, sink)
}

pub(crate) fn layer_norm(memory: &mut Memory, sink: &mut Sink) {
    every_width(memory, sink, run_layer_norm);
}

pub(crate) fn layer_norm_epsilon(memory: &mut Memory, sink: &mut Sink) {
    every_epsilon(memory, sink, run_layer_norm);
}

pub(crate) fn rms_norm(memory: &mut Memory, sink: &mut Sink) {
    every_width(memory, sink, run_rms_norm);
}

pub(crate) fn rms_norm_epsilon(memory: &mut Memory, sink: &mut Sink) {
    every_epsilon(memory, sink, run_rms_norm);
}

/// Every width with every kind, as many rows in a call as there is room for, at the default ε; γ and β come
/// and go.
fn every_width(memory: &mut Memory, sink: &mut Sink, run: Run) {
    for width in widths() {
        let mut numbers = Numbers::new(width as u64);
        let rows = (ELEMENTS / width).min(ROWS);
        for (turn, kinds) in KINDS.chunks(rows).enumerate() {
            case(
                memory,
                &mut numbers,
                sink,
                run,
                Shape { width, kinds, epsilon: 1.0e-5, turn: turn + width },
            );
        }
    }
}

/// Every ε with every kind, at widths below, on and above a block.
fn every_epsilon(memory: &mut Memory, sink: &mut Sink, run: Run) {
    for (turn, epsilon) in EPSILONS.into_iter().enumerate() {
        for width in [1, 2, 5, 16, 31, 129, 300] {
            let mut numbers = Numbers::new(u64::from(epsilon.to_bits()) << 32 | width as u64);
            case(memory, &mut numbers, sink, run, Shape { width, kinds: KINDS, epsilon, turn: turn + width });
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

fn case(memory: &mut Memory, numbers: &mut Numbers, sink: &mut Sink, run: Run, shape: Shape) {
    let Shape { width, kinds, epsilon, turn } = shape;
    let elements = width * kinds.len();
    let stats = memory.stats.get_or_insert_with(|| [RowStats::default(); ROWS]);
    let (x, y, residual) =
        (&mut memory.x[..elements], &mut memory.y[..elements], &mut memory.residual[..elements]);
    let (gamma, beta) = (&mut memory.gamma[..width], &mut memory.beta[..width]);
    for (kind, row) in kinds.iter().zip(x.chunks_exact_mut(width)) {
        fill(*kind, numbers, row);
    }
    for r in residual.iter_mut() {
        *r = numbers.bell();
    }
    parameters(numbers, gamma, beta);
    let made = Made {
        width,
        gamma: (turn % 2 == 1).then_some(gamma),
        beta: (turn % 4 >= 2).then_some(beta),
        epsilon,
    };
    let data = Data { x, y, residual, stats: &mut stats[..kinds.len()] };
    if run(made, data, sink).is_err() {
        sink.error();
    }
}

struct Data<'a> {
    x: &'a mut [f32],
    y: &'a mut [f32],
    residual: &'a mut [f32],
    stats: &'a mut [RowStats],
}

impl Data<'_> {
    fn every_verb(self, norm: &impl Norm, sink: &mut Sink) -> Result<(), Error> {
        let Data { x, y, residual, stats } = self;
        norm.forward(x, y)?;
        sink.floats(y);
        norm.forward_with_stats(x, y, stats)?;
        sink.floats(y);
        sink_stats(stats, sink);
        norm.statistics(x, stats)?;
        sink_stats(stats, sink);
        norm.forward_residual(x, residual, y)?;
        sink.floats(residual);
        sink.floats(y);
        norm.forward_in_place(x)?;
        sink.floats(x);
        Ok(())
    }
}

fn sink_stats(stats: &[RowStats], sink: &mut Sink) {
    for stats in stats {
        sink.floats(&[stats.mean(), stats.rstd()]);
    }
}
