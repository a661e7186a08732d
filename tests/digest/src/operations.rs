//! Streams, a bias of a residual, the L2 norm, queries and keys in one call, and DyT.

use crate::Sink;
use crate::memory::Memory;
use crate::numbers::Numbers;
use crate::rows::{KINDS, fill, fill_rows, parameters};
use layernorm::{
    Centring, CumulativeSums, DynamicTanh, Error, Heads, L2, L2Norm, Layer, Norm, ParamGrads, Rms,
};

const REDUCED: &[usize] = &[1, 17];
const WIDTHS: &[usize] = &[1, 3, 16, 33, 64, 100, 128, 300];
/// Finite rows come first.
const FINITE: usize = 12;

type Case = fn(&mut Memory, &mut Numbers, &mut Sink, usize) -> Result<(), Error>;

fn every_width(memory: &mut Memory, sink: &mut Sink, cases: &[Case]) {
    for &width in memory.choose(WIDTHS, REDUCED) {
        for case in cases {
            if case(memory, &mut Numbers::new(width as u64), sink, width).is_err() {
                sink.error();
            }
        }
    }
}

pub(crate) fn cumulative(memory: &mut Memory, sink: &mut Sink) {
    every_width(memory, sink, &[stream::<Layer>, stream::<Rms>]);
}

pub(crate) fn residual_bias(memory: &mut Memory, sink: &mut Sink) {
    every_width(memory, sink, &[biased::<Layer>, biased::<Rms>]);
}

pub(crate) fn l2_norm(memory: &mut Memory, sink: &mut Sink) {
    every_width(memory, sink, &[l2]);
}

pub(crate) fn queries_and_keys(memory: &mut Memory, sink: &mut Sink) {
    every_width(
        memory,
        sink,
        &[
            |memory, numbers, sink, width| heads::<Layer>(memory, numbers, sink, width, Norm::new),
            |memory, numbers, sink, width| heads::<L2>(memory, numbers, sink, width, L2Norm::new),
        ],
    );
}

pub(crate) fn dynamic_tanh(memory: &mut Memory, sink: &mut Sink) {
    every_width(memory, sink, &[tanh]);
}

/// A stream of each kind, then one of all kinds.
fn stream<K: Centring>(
    memory: &mut Memory,
    numbers: &mut Numbers,
    sink: &mut Sink,
    width: usize,
) -> Result<(), Error> {
    let frames = 4 * width;
    let (x, y) = (&mut memory.x[..frames.max(KINDS.len() * width)], &mut memory.y[..frames]);
    let (gamma, beta) = (&mut memory.gamma[..width], &mut memory.beta[..width]);
    parameters(numbers, gamma, beta);
    let norm = Norm::<K>::new(width)?;
    for (turn, kind) in KINDS.iter().enumerate() {
        fill(*kind, numbers, &mut x[..frames]);
        let norm = norm.with_epsilon(if turn % 2 == 0 { 1.0e-5 } else { 0.0 })?;
        let mut sums = CumulativeSums::new();
        norm.with_gamma(gamma)?.with_beta(beta)?.forward_cumulative(&mut sums, &x[..frames], y)?;
        sink.floats(y);
        sink.bytes(&sums.to_bytes());
        sink.stats(&[norm.cumulative_statistics(&sums)?]);
    }
    fill_rows(KINDS, numbers, &mut x[..KINDS.len() * width]);
    let mut sums = CumulativeSums::new();
    let finite = &mut x[..FINITE * width];
    norm.forward_cumulative_in_place(&mut sums, finite)?;
    sink.floats(finite);
    Ok(())
}

fn biased<K: Centring>(
    memory: &mut Memory,
    numbers: &mut Numbers,
    sink: &mut Sink,
    width: usize,
) -> Result<(), Error> {
    let elements = KINDS.len() * width;
    let (x, y) = (&mut memory.x[..elements], &mut memory.y[..elements]);
    let residual = &mut memory.residual[..elements];
    let (gamma, bias) = (&mut memory.gamma[..width], &mut memory.beta[..width]);
    parameters(numbers, gamma, bias);
    fill_rows(KINDS, numbers, x);
    residual.iter_mut().for_each(|r| *r = numbers.bell());
    let norm = Norm::<K>::new(width)?.with_gamma(gamma)?.with_residual_bias(bias)?;
    norm.forward_residual(x, residual, y)?;
    sink.floats(residual);
    sink.floats(y);
    norm.post_norm(x, y, |from, to| from.iter().zip(to).for_each(|(v, to)| *to = v + v))?;
    sink.floats(x);
    Ok(())
}

fn l2(memory: &mut Memory, numbers: &mut Numbers, sink: &mut Sink, width: usize) -> Result<(), Error> {
    let elements = KINDS.len() * width;
    let (x, y) = (&mut memory.x[..elements], &mut memory.y[..elements]);
    let (gamma, beta) = (&mut memory.gamma[..width], &mut memory.beta[..width]);
    let stats = &mut memory.stats[..KINDS.len()];
    let dy = &mut memory.residual[..elements];
    fill_rows(KINDS, numbers, x);
    dy.iter_mut().for_each(|v| *v = numbers.bell());
    parameters(numbers, gamma, beta);
    let norm = L2Norm::new(width)?.with_gamma(gamma)?;
    norm.with_beta(beta)?.forward_with_stats(x, y, stats)?;
    sink.floats(y);
    sink.stats(stats);
    norm.backward(x, stats, dy, y, ParamGrads::default())?;
    sink.floats(y);
    L2Norm::new(width)?.forward_channels_first_in_place(x, KINDS.len())?;
    sink.floats(x);
    Ok(())
}

fn heads<K: Centring>(
    memory: &mut Memory,
    numbers: &mut Numbers,
    sink: &mut Sink,
    width: usize,
    make: fn(usize) -> Result<Norm<'static, K>, Error>,
) -> Result<(), Error> {
    let x = &mut memory.x[..KINDS.len() * width];
    let (of_queries, of_keys) = (&mut memory.gamma[..width], &mut memory.beta[..width]);
    fill_rows(KINDS, numbers, x);
    parameters(numbers, of_queries, of_keys);
    let (queries, keys) = (make(width)?.with_gamma(of_queries)?, make(width)?.with_gamma(of_keys)?);
    queries.forward_qk_in_place(&keys, Heads { queries: 9, keys: 4, stride: KINDS.len() * width }, x)?;
    sink.floats(x);
    queries.forward_qk_in_place(&keys, Heads { queries: 2, keys: 1, stride: 5 * width }, x)?;
    sink.floats(x);
    Ok(())
}

fn tanh(memory: &mut Memory, numbers: &mut Numbers, sink: &mut Sink, width: usize) -> Result<(), Error> {
    let x = &mut memory.x[..KINDS.len() * width];
    let (gamma, beta) = (&mut memory.gamma[..width], &mut memory.beta[..width]);
    fill_rows(KINDS, numbers, x);
    parameters(numbers, gamma, beta);
    DynamicTanh::new(width, numbers.bell())?.with_gamma(gamma)?.with_beta(beta)?.forward_in_place(x)?;
    sink.floats(x);
    Ok(())
}
