//! The errors of one row: exactly by the oracle, and within 2⁻²⁰ ULP by f64 while a search runs.

use crate::common::oracle::{Oracle, ulp};
use layernorm::RowStats;

/// In ULP: x̂ of max(1, |x̂|), the mean of max(|mean|, 1/rstd), rstd of itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Errors {
    pub normalised: f64,
    pub mean: f64,
    pub rstd: f64,
}

impl Errors {
    pub fn of(&self, what: What) -> f64 {
        match what {
            What::Normalised => self.normalised,
            What::Mean => self.mean,
            What::Rstd => self.rstd,
        }
    }
}

/// One of the three results.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What {
    Normalised,
    Mean,
    Rstd,
}

impl What {
    pub const ALL: [Self; 3] = [Self::Normalised, Self::Mean, Self::Rstd];
}

/// By exact arithmetic.
pub fn exact(row: &[f32], epsilon: f32, centred: bool, y: &[f32], stats: &RowStats) -> Errors {
    let oracle = Oracle::new(row, epsilon, centred);
    let normalised = row.iter().zip(y).map(|(&x, &y)| oracle.error(x, y)).fold(0.0, f64::max);
    let (mean, rstd) = (oracle.mean(), oracle.rstd());
    Errors {
        normalised,
        mean: (f64::from(stats.mean()) - mean).abs() / ulp(mean.abs().max(1.0 / rstd)),
        rstd: if in_range(rstd) { (f64::from(stats.rstd()) - rstd).abs() / ulp(rstd) } else { 0.0 },
    }
}

/// Where an f32 can hold 1/σ.
fn in_range(rstd: f64) -> bool {
    rstd <= f64::from(f32::MAX)
}

/// ULP of an f32 near `v > 0`, from the exponent.
fn quick_ulp(v: f64) -> f64 {
    f64::from_bits(v.to_bits() & 0x7ff0_0000_0000_0000) / 8_388_608.0
}

/// What f64 may be off by, with room: at a power of two an error is to be taken for the smaller number of ULP.
const ABOVE: f64 = 1.0 + 1.0 / (1u64 << 40) as f64;

/// 1 / ULP without a division: the exponent is negated.
fn per_ulp(v: f64) -> f64 {
    f64::from_bits((2046 << 52) - (v.to_bits() & 0x7ff0_0000_0000_0000)) * 8_388_608.0
}

/// In four lanes: one sum would wait for each addition.
fn sum(row: &[f32], term: impl Fn(f64) -> f64) -> f64 {
    let (fours, rest) = row.as_chunks::<4>();
    let mut lanes = [0.0; 4];
    for four in fours {
        for (lane, &x) in lanes.iter_mut().zip(four) {
            *lane += term(f64::from(x));
        }
    }
    lanes.iter().sum::<f64>() + rest.iter().map(|&x| term(f64::from(x))).sum::<f64>()
}

/// By f64; nothing for a row without a deviation. What the first pass rounds off the mean, the second takes out.
pub fn quick(row: &[f32], epsilon: f32, centred: bool, y: &[f32], stats: &RowStats) -> Option<Errors> {
    let n = row.len() as f64;
    let pivot = if centred { sum(row, |x| x) / n } else { 0.0 };
    let delta = if centred { sum(row, |x| x - pivot) / n } else { 0.0 };
    let squares = sum(row, |x| (x - pivot) * (x - pivot));
    let mean = pivot + delta;
    let var = squares / n - delta * delta + f64::from(epsilon);
    let rstd = 1.0 / var.sqrt();
    // Where f64 sees no deviation it cannot judge.
    if var <= 1e-22 * pivot * pivot || !rstd.is_finite() {
        return None;
    }
    let mut worst = [0.0; 4];
    for (x, y) in row.chunks(4).zip(y.chunks(4)) {
        for ((worst, &x), &y) in worst.iter_mut().zip(x).zip(y) {
            let exact = ((f64::from(x) - pivot) - delta) * rstd;
            let error = (f64::from(y) - exact).abs() * per_ulp((exact.abs() * ABOVE).max(1.0));
            // Not `max`: a NaN is to stay.
            *worst = if error <= *worst { *worst } else { error };
        }
    }
    let normalised = worst.into_iter().fold(0.0, |worst, error| if error <= worst { worst } else { error });
    let smallest = f64::from(f32::MIN_POSITIVE);
    let of_mean = quick_ulp(ABOVE * mean.abs().max(1.0 / rstd).max(smallest));
    let of_rstd = quick_ulp(ABOVE * rstd.max(smallest));
    Some(Errors {
        normalised,
        mean: (f64::from(stats.mean()) - mean).abs() / of_mean,
        rstd: if in_range(rstd) { (f64::from(stats.rstd()) - rstd).abs() / of_rstd } else { 0.0 },
    })
}
