use crate::float::{Forward, Rows};
use crate::{Error, RowStats, dispatch, shape};

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
pub struct LayerNorm<'a> {
    width: usize,
    gamma: Option<&'a [f32]>,
    beta: Option<&'a [f32]>,
    epsilon: f32,
}

impl<'a> LayerNorm<'a> {
    /// γ = 1, β = 0, ε = 1e-5.
    ///
    /// # Errors
    /// [`Error::ZeroWidth`].
    pub fn new(width: usize) -> Result<Self, Error> {
        Ok(Self { width: shape::width(width)?, gamma: None, beta: None, epsilon: 1e-5 })
    }

    /// Gain, one for each of the `width` features.
    ///
    /// # Errors
    /// [`Error::Length`]; [`Error::NotFinite`] for a NaN or an infinity.
    pub fn with_gamma(self, gamma: &'a [f32]) -> Result<Self, Error> {
        Ok(Self { gamma: Some(shape::feature_vector("gamma", gamma, self.width)?), ..self })
    }

    /// Bias, one for each of the `width` features.
    ///
    /// # Errors
    /// [`Error::Length`]; [`Error::NotFinite`] for a NaN or an infinity.
    pub fn with_beta(self, beta: &'a [f32]) -> Result<Self, Error> {
        Ok(Self { beta: Some(shape::feature_vector("beta", beta, self.width)?), ..self })
    }

    /// What is added to the variance; finite, ≥ 0, and 0 is fine.
    ///
    /// # Errors
    /// [`Error::Epsilon`].
    pub fn with_epsilon(self, epsilon: f32) -> Result<Self, Error> {
        Ok(Self { epsilon: shape::epsilon(epsilon)?, ..self })
    }

    /// `y = LN(x)`; both rows × width.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y`; nothing is written then.
    pub fn forward(&self, x: &[f32], y: &mut [f32]) -> Result<(), Error> {
        shape::rows("x", x.len(), self.width)?;
        shape::length("y", y.len(), x.len())?;
        self.run(Rows::Apart { x, y }, &mut []);
        Ok(())
    }

    /// `x = LN(x)`; rows × width. The bits are those of [`forward`](Self::forward).
    ///
    /// # Errors
    /// [`Error::NotWholeRows`]; nothing is written then.
    pub fn forward_in_place(&self, x: &mut [f32]) -> Result<(), Error> {
        shape::rows("x", x.len(), self.width)?;
        self.run(Rows::InPlace { y: x }, &mut []);
        Ok(())
    }

    /// `y = LN(x)`, and the statistics of each row in `stats`.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y` or `stats`; nothing is written then.
    pub fn forward_with_stats(&self, x: &[f32], y: &mut [f32], stats: &mut [RowStats]) -> Result<(), Error> {
        let rows = shape::rows("x", x.len(), self.width)?;
        shape::length("y", y.len(), x.len())?;
        shape::length("stats", stats.len(), rows)?;
        self.run(Rows::Apart { x, y }, stats);
        Ok(())
    }

    /// The statistics of each row alone.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `stats`; nothing is written then.
    pub fn statistics(&self, x: &[f32], stats: &mut [RowStats]) -> Result<(), Error> {
        let rows = shape::rows("x", x.len(), self.width)?;
        shape::length("stats", stats.len(), rows)?;
        self.run(Rows::Read { x }, stats);
        Ok(())
    }

    /// `residual += x; y = LN(residual)` in one go; all rows × width.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `residual` or `y`; nothing is written then.
    pub fn forward_residual(&self, x: &[f32], residual: &mut [f32], y: &mut [f32]) -> Result<(), Error> {
        shape::rows("x", x.len(), self.width)?;
        shape::length("residual", residual.len(), x.len())?;
        shape::length("y", y.len(), x.len())?;
        self.run(Rows::Residual { x, residual, y }, &mut []);
        Ok(())
    }

    fn run(&self, rows: Rows, stats: &mut [RowStats]) {
        let Self { width, gamma, beta, epsilon } = *self;
        dispatch::run(Forward { centred: true, rows, width, gamma, beta, epsilon, stats });
    }
}
