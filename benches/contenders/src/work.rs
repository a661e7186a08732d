//! What is computed: a verb over rows × width, its inputs, and what comes out in exact enough arithmetic.

use crate::aligned::Aligned;

pub const EPSILON: f32 = 1e-5;

#[derive(Clone, Copy, PartialEq)]
pub enum Verb {
    /// `y = LN(x)` with γ and β.
    Layer,
    /// `residual += x; y = LN(residual)` with γ and β.
    Residual,
    /// `y = RMS(x)` with γ.
    Rms,
}

impl Verb {
    pub const NAMES: [(&str, Verb); 3] =
        [("layer", Verb::Layer), ("residual", Verb::Residual), ("rms", Verb::Rms)];
}

#[derive(Clone, Copy)]
pub struct Work {
    pub verb: Verb,
    pub rows: usize,
    pub width: usize,
}

/// What every contender gets. γ and β are leaked (a few words for each case), so that a contender may keep them.
pub struct Buffers {
    pub x: Aligned,
    pub residual: Aligned,
    pub y: Aligned,
    pub gamma: &'static [f32],
    pub beta: &'static [f32],
}

impl Buffers {
    pub fn new(work: Work) -> Self {
        let count = work.rows * work.width;
        let residual = if work.verb == Verb::Residual { count } else { 0 };
        Self {
            x: normal(1, count, 0.5, 1.0),
            residual: normal(2, residual, 0.0, 1.0),
            y: Aligned::new(count),
            gamma: Box::leak(Box::new(normal(3, work.width, 1.0, 0.1))),
            beta: Box::leak(Box::new(normal(4, work.width, 0.0, 0.1))),
        }
    }
}

pub fn normal(seed: u64, count: usize, mean: f64, sigma: f64) -> Aligned {
    let mut state = seed;
    let mut uniform = || {
        // SplitMix64 (Steele, Lea, Flood 2014).
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut draw = || {
        let radius = (-2.0 * (1.0 - uniform()).ln()).sqrt();
        (mean + sigma * radius * (core::f64::consts::TAU * uniform()).cos()) as f32
    };
    let mut values = Aligned::new(count);
    values.iter_mut().for_each(|value| *value = draw());
    values
}

/// The result in f64 of inputs as they are before the call.
pub fn reference(work: Work, buffers: &Buffers) -> Vec<f64> {
    let n = work.width as f64;
    let mut input: Vec<f64> = buffers.x.iter().map(|&x| x.into()).collect();
    if work.verb == Verb::Residual {
        // The sum is an output too, in f32.
        input = buffers
            .x
            .iter()
            .zip(buffers.residual.iter())
            .map(|(x, residual)| (x + residual).into())
            .collect();
    }
    for row in input.chunks_mut(work.width) {
        let mean = if work.verb == Verb::Rms { 0.0 } else { row.iter().sum::<f64>() / n };
        let var = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
        let rstd = 1.0 / (var + f64::from(EPSILON)).sqrt();
        for (i, x) in row.iter_mut().enumerate() {
            let beta = if work.verb == Verb::Rms { 0.0 } else { buffers.beta[i].into() };
            *x = (*x - mean) * rstd * f64::from(buffers.gamma[i]) + beta;
        }
    }
    input
}

/// The largest error in units of max(1, |expected|); a NaN anywhere is infinite.
pub fn error(y: &[f32], expected: &[f64]) -> f64 {
    if y.len() != expected.len() {
        return f64::INFINITY;
    }
    y.iter().zip(expected).fold(0.0, |worst: f64, (&y, &expected)| {
        let error = (f64::from(y) - expected).abs() / expected.abs().max(1.0);
        if error.is_nan() { f64::INFINITY } else { worst.max(error) }
    })
}
