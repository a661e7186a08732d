use crate::norm::Norm;
use crate::{Error, RowStats};

/// Layer normalisation of rows of `width` elements: `y = (x − mean) / sqrt(var + ε) · γ + β`.
///
/// `mean` and `var` (divided by N) are those of the row alone. Slices are row-major, rows × width; any
/// number of rows, none included. A value is a few words and borrows γ and β.
///
/// | | |
/// |---|---|
/// | finite row | x̂ within 6 ULP of max(1, \|x̂\|) for N ≤ 2²⁴, whatever its mean, scale and ε |
/// | constant row | exactly β |
/// | row with a NaN or an infinity | all NaN (0x7fc00000); other rows untouched |
/// | bits | the same on every machine, for every verb, row count and alignment |
#[derive(Clone, Copy, Debug)]
pub struct LayerNorm<'a>(Norm<'a>);

impl<'a> LayerNorm<'a> {
    /// γ = 1, β = 0, ε = 1e-5.
    ///
    /// # Errors
    /// [`Error::ZeroWidth`].
    pub fn new(width: usize) -> Result<Self, Error> {
        Norm::new(true, width).map(Self)
    }

    /// Gain, one for each of the `width` features.
    ///
    /// # Errors
    /// [`Error::Length`]; [`Error::NotFinite`] for a NaN or an infinity.
    pub fn with_gamma(self, gamma: &'a [f32]) -> Result<Self, Error> {
        self.0.with_gamma(gamma).map(Self)
    }

    /// Bias, one for each of the `width` features.
    ///
    /// # Errors
    /// [`Error::Length`]; [`Error::NotFinite`] for a NaN or an infinity.
    pub fn with_beta(self, beta: &'a [f32]) -> Result<Self, Error> {
        self.0.with_beta(beta).map(Self)
    }

    /// What is added to the variance; finite, ≥ 0, and 0 is fine.
    ///
    /// # Errors
    /// [`Error::Epsilon`].
    pub fn with_epsilon(self, epsilon: f32) -> Result<Self, Error> {
        self.0.with_epsilon(epsilon).map(Self)
    }

    /// `y = LN(x)`; both rows × width.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y`; nothing is written then.
    pub fn forward(&self, x: &[f32], y: &mut [f32]) -> Result<(), Error> {
        self.0.forward(x, y, None)
    }

    /// `x = LN(x)`; rows × width. The bits are those of [`forward`](Self::forward).
    ///
    /// # Errors
    /// [`Error::NotWholeRows`]; nothing is written then.
    pub fn forward_in_place(&self, x: &mut [f32]) -> Result<(), Error> {
        self.0.forward_in_place(x)
    }

    /// `y = LN(x)`, and the statistics of each row in `stats`.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y` or `stats`; nothing is written then.
    pub fn forward_with_stats(&self, x: &[f32], y: &mut [f32], stats: &mut [RowStats]) -> Result<(), Error> {
        self.0.forward(x, y, Some(stats))
    }

    /// The statistics of each row alone.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `stats`; nothing is written then.
    pub fn statistics(&self, x: &[f32], stats: &mut [RowStats]) -> Result<(), Error> {
        self.0.statistics(x, stats)
    }

    /// `residual += x; y = LN(residual)` in one go; all rows × width.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `residual` or `y`; nothing is written then.
    pub fn forward_residual(&self, x: &[f32], residual: &mut [f32], y: &mut [f32]) -> Result<(), Error> {
        self.0.forward_residual(x, residual, y, None)
    }

    /// [`forward_residual`](Self::forward_residual), and the statistics of each row in `stats`.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `residual`, `y` or `stats`; nothing is written then.
    pub fn forward_residual_with_stats(
        &self,
        x: &[f32],
        residual: &mut [f32],
        y: &mut [f32],
        stats: &mut [RowStats],
    ) -> Result<(), Error> {
        self.0.forward_residual(x, residual, y, Some(stats))
    }
}
