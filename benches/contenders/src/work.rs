//! What is computed: a verb over rows × width, its inputs, and what comes out in exact enough arithmetic.

use crate::aligned::Aligned;

pub const EPSILON: f32 = 1e-5;

/// Which norm.
#[derive(Clone, Copy, PartialEq)]
pub enum Verb {
    /// `y = LN(x)` with γ and β.
    Layer,
    /// `residual += x; y = LN(residual)` with γ and β.
    Residual,
    /// `y = RMS(x)` with γ.
    Rms,
}

/// What is computed of it, and in what.
#[derive(Clone, Copy, PartialEq)]
pub enum Form {
    /// Results of f32, into other memory.
    Forward,
    /// Results of f32, over the input.
    InPlace,
    /// Statistics alone.
    Statistics,
    /// dx, dγ and dβ.
    Backward,
    /// Results of 16-bit codes, from such codes.
    Codes16,
    Codes8,
}

impl Form {
    /// Codes in 1, for x, y, β and the residual; `None` for f32. γ has four times as many.
    pub fn steps(self) -> Option<f64> {
        match self {
            Form::Codes16 => Some(4096.0),
            Form::Codes8 => Some(16.0),
            _ => None,
        }
    }
}

#[derive(Clone, Copy)]
pub struct Work {
    pub verb: Verb,
    pub form: Form,
    pub rows: usize,
    pub width: usize,
    /// Of x, whose standard deviation is 1.
    pub mean: f64,
}

impl Work {
    /// The interpreter of the budget (`count`) expects them at these places.
    pub const NAMES: [(&str, Verb, Form); 12] = [
        ("layer", Verb::Layer, Form::Forward),
        ("residual", Verb::Residual, Form::Forward),
        ("rms", Verb::Rms, Form::Forward),
        ("layer-in-place", Verb::Layer, Form::InPlace),
        ("rms-in-place", Verb::Rms, Form::InPlace),
        ("layer-statistics", Verb::Layer, Form::Statistics),
        ("layer-backward", Verb::Layer, Form::Backward),
        ("rms-backward", Verb::Rms, Form::Backward),
        ("layer-codes", Verb::Layer, Form::Codes16),
        ("residual-codes", Verb::Residual, Form::Codes16),
        ("rms-codes", Verb::Rms, Form::Codes16),
        ("layer-codes-8", Verb::Layer, Form::Codes8),
    ];
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
            x: normal(1, count, work.mean, 1.0),
            residual: normal(2, residual, 0.0, 1.0),
            y: Aligned::new(count),
            gamma: Box::leak(Box::new(normal(3, work.width, 1.0, 0.1))),
            beta: Box::leak(Box::new(normal(4, work.width, 0.0, 0.1))),
        }
    }
}

/// More would take longer to draw than to time. They repeat after that.
const MOST_DRAWN: usize = 1 << 20;

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
    let fresh = count.min(MOST_DRAWN);
    values[..fresh].iter_mut().for_each(|value| *value = draw());
    for i in fresh..count {
        values[i] = values[i - fresh];
    }
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

/// The largest error, in codes or else in units of max(1, |expected|); a NaN anywhere is infinite.
pub fn error(y: &[f32], expected: &[f64], steps: Option<f64>) -> f64 {
    if y.len() != expected.len() {
        return f64::INFINITY;
    }
    y.iter().zip(expected).fold(0.0, |worst: f64, (&y, &expected)| {
        let unit = steps.map_or(expected.abs().max(1.0), |steps| 1.0 / steps);
        let error = (f64::from(y) - expected).abs() / unit;
        if error.is_nan() { f64::INFINITY } else { worst.max(error) }
    })
}
