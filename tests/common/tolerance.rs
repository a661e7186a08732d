//! The one table of tolerances: errors of x̂ in ULP of max(1, |x̂|). A change may only tighten it.

/// Any row of the tables, LayerNorm and RMSNorm (contract C1 asks for 4).
pub const TABLES: f64 = 4.0;
/// Any row at all, what the search for the worst one finds included (contract C1 asks for 6).
pub const SEARCH: f64 = 6.0;
/// `mean()`, in ULP of max(|mean|, 1/rstd).
pub const MEAN: f64 = 1.5;
/// `rstd()`, in ULP.
pub const RSTD: f64 = 3.0;
/// dx, in ULP of the largest of the three terms of that element.
pub const DX: f64 = 8.0;
/// dγ and dβ after so many rows, as a part of the sum of the magnitudes.
pub fn parameter_gradient(rows: usize) -> f64 {
    (rows + 8) as f64 / 2f64.powi(24)
}
