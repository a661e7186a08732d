//! What the norms of codes are asked: every kind of row at widths around every seam of the lanes, in calls of at most 4096
//! codes.

use crate::codes::{KINDS, Kind};
use crate::memory::{self, Memory};
use crate::numbers::Numbers;
use crate::{Failed, Sink};

/// Codes of the largest call.
const CODES: usize = 4096;
const WIDE: &[usize] = &[100, 127, 128, 129, 255, 256, 257, 300, 768, 1000, CODES];
/// For little memory.
const FEW: &[usize] = &[1, 2, 3, 5, 8, 9, 15, 16, 17, 33, 64, 67, 128, 160];
const REDUCED: &[usize] = &[2, 9];
const EPSILONS: [f32; 4] = [0.0, f32::from_bits(1), 1.0e-5, 1.0];

pub(crate) struct Case<'a> {
    pub width: usize,
    /// One row of each.
    pub kinds: &'a [Kind],
    pub epsilon: f32,
}

/// Every verb with one type in and one out.
pub(crate) type Run = fn(Case, &mut Memory, &mut Numbers, &mut Sink) -> Result<(), Failed>;

/// For three types that go in, those that come out.
pub(crate) type Runs<'a> = [&'a [Run]; 3];

pub(crate) fn every_case(runs: &Runs, memory: &mut Memory, sink: &mut Sink) {
    every_width(runs, memory.widths(WIDE, REDUCED), CODES, memory, sink);
    boundaries(runs, memory.choose(&[64], &[1])[0], memory, sink);
}

/// Fewer of them, where there is little memory.
pub(crate) fn some_cases(runs: &Runs, memory: &mut Memory, sink: &mut Sink) {
    every_width(runs, memory.choose(FEW, &[5]).iter().copied(), memory::FEW, memory, sink);
    boundaries(runs, memory.choose(&[4], &[1])[0], memory, sink);
}

/// Every width with every kind, as many rows in a call as there is room for; ε, γ, β and the type that comes out change.
fn every_width(
    runs: &Runs,
    widths: impl Iterator<Item = usize>,
    codes: usize,
    memory: &mut Memory,
    sink: &mut Sink,
) {
    for width in widths {
        let mut numbers = Numbers::new(width as u64);
        for (turn, kinds) in KINDS.chunks(codes / width).enumerate() {
            for (input, outputs) in runs.iter().enumerate() {
                let run = outputs[(width + turn + input) % outputs.len()];
                let epsilon = EPSILONS[numbers.below(4) as usize];
                ask(run, Case { width, kinds, epsilon }, memory, &mut numbers, sink);
            }
        }
    }
}

/// Short rows without ε whose x̂ are exact, each type with each: half of many an odd γ is a half.
fn boundaries(runs: &Runs, seeds: u64, memory: &mut Memory, sink: &mut Sink) {
    for seed in 0..seeds {
        let mut numbers = Numbers::new(seed << 32);
        for run in runs.iter().copied().flatten() {
            let case = Case { width: 2 << (seed % 4), kinds: &[Kind::Symmetric; 8], epsilon: 0.0 };
            ask(*run, case, memory, &mut numbers, sink);
        }
    }
}

fn ask(run: Run, case: Case, memory: &mut Memory, numbers: &mut Numbers, sink: &mut Sink) {
    if run(case, memory, numbers, sink).is_err() {
        sink.error();
    }
}
