//! The table of tolerances for rows: errors of x̂ in ULP of max(1, |x̂|). A change may only tighten it.
//!
//! Those of every row are proved in `src/float/error.md`; a test compares the two.

/// Any row of the tables, LayerNorm and RMSNorm (contract C1 asks for 4).
pub const TABLES: f64 = 4.0;
/// x̂ of any row at all under LayerNorm.
pub const EVERY_ROW: f64 = 19.1;
/// The same under RMSNorm.
pub const EVERY_RMS_ROW: f64 = 6.1;
/// `mean()` of rows of the tables, in ULP of max(|mean|, 1/rstd).
pub const MEAN: f64 = 1.5;
/// The same of any row.
pub const EVERY_MEAN: f64 = 12.2;
/// `rstd()` of rows of the tables, in ULP.
pub const RSTD: f64 = 3.0;
/// The same of any row.
pub const EVERY_RSTD: f64 = 12.2;
/// dx of rows of the tables, in ULP of the largest of the three terms of that element, beside [`cancelled`].
pub const DX: f64 = 8.0;
/// The same of any row.
pub const EVERY_DX: f64 = 13.1;
/// What sums in `f64` over `width` elements lose of dx, as a part of rstd · rms(g) · (1 + |x̂|).
pub fn cancelled(width: usize) -> f64 {
    (width + 5000) as f64 / 2f64.powi(50)
}
/// A term of dγ: dy times an x̂ that is off by so much.
pub fn normalised_in_f64(normalised: f64) -> f64 {
    (11.5 + 12.2 * normalised.abs()) / 2f64.powi(24)
}
/// The rounding of dγ and dβ, as a part of them.
pub const ROUNDED_ONCE: f64 = 1.0 / (1u64 << 24) as f64;
