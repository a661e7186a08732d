//! What the fuzzers hold results to. Each number is here only.

use crate::common::oracle::ulp;

/// x̂ of every row under LayerNorm, in ULP of max(1, |x̂|).
pub const EVERY_ROW: f64 = 20.0;
/// x̂ of every row under RMSNorm, in ULP of max(1, |x̂|).
pub const EVERY_RMS_ROW: f64 = 6.5;

pub fn every_row(centred: bool) -> f64 {
    if centred { EVERY_ROW } else { EVERY_RMS_ROW }
}

/// γ·x̂ + β: the bound of x̂ times |γ|, and the rounding of one multiply and one add.
pub fn affine(bound: f64, normalised: f64, gamma: f64, beta: f64) -> f64 {
    let product = normalised * gamma;
    bound * ulp(normalised.abs().max(1.0)) * gamma.abs() + ulp(product.abs()) + ulp((product + beta).abs())
}

/// What a bound of [`dx`] depends on.
pub struct Dx {
    /// The largest of the three terms.
    pub scale: f64,
    pub rstd: f64,
    pub mean: f64,
    pub normalised: f64,
    /// The root of the mean of the squares of g.
    pub rms: f64,
}

/// dx: ULP of its largest term, and what an f64 loses where sums cancel.
pub fn dx(of: &Dx) -> f64 {
    let lost = of.rstd * of.rms * (1.0 + of.normalised.abs()) * (1.0 + of.mean.abs() * of.rstd / 256.0);
    16.0 * ulp(of.scale) + lost * 2f64.powi(-40)
}

/// dγ or dβ of `rows` terms, the magnitudes of which add up to `sum`.
pub fn parameter(rows: usize, sum: f64) -> f64 {
    (rows + 24) as f64 * 2f64.powi(-24) * sum + rows as f64 * f64::from(f32::from_bits(1))
}
