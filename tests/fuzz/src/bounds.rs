//! What the fuzzers hold results to: the bounds of every row, which `src/float/error.md` proves.

use crate::common::oracle::ulp;
use crate::common::tolerance;

/// x̂, in ULP of max(1, |x̂|).
pub fn every_row(centred: bool) -> f64 {
    if centred { tolerance::EVERY_ROW } else { tolerance::EVERY_RMS_ROW }
}

/// γ·x̂ + β: the bound of x̂ times |γ|, and the rounding of one multiply and one add.
pub fn affine(bound: f64, normalised: f64, gamma: f64, beta: f64) -> f64 {
    let product = normalised * gamma;
    bound * ulp(normalised.abs().max(1.0)) * gamma.abs() + ulp(product.abs()) + ulp((product + beta).abs())
}

/// dγ or dβ: one rounding of the sum, what an f64 loses in it, and what its terms may be off by.
pub fn parameter(rows: usize, exact: f64, magnitudes: f64, off: f64) -> f64 {
    let subnormal = f64::from(f32::from_bits(1));
    tolerance::ROUNDED_ONCE * exact.abs() + rows as f64 * 2f64.powi(-51) * magnitudes + off + subnormal
}
