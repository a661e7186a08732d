use crate::float::{Forward, Parameters};
use crate::isa::ONE_LANE;
use crate::rows::{Layout, Rows};
use crate::{Error, RowStats, dispatch, shape};

/// [`LayerNorm`] if `CENTRED`, else [`RmsNorm`]: of rows of `width` elements.
///
/// Slices are row-major, rows × width; any number of rows, none included. A value is a few words and borrows γ and β.
///
/// | | |
/// |---|---|
/// | finite row | x̂ within 19.1 ULP of max(1, \|x̂\|), 6.1 under RMSNorm, for N ≤ 2²⁴, whatever its mean, scale and ε: proved for every row. Ordinary and adversarial ones are within 4 |
/// | constant row | exactly β; of zeros under RMSNorm |
/// | row with a NaN or an infinity | all NaN (0x7fc00000); other rows untouched |
/// | bits | the same on every machine, for every verb, row count and alignment |
#[derive(Clone, Copy, Debug)]
pub struct Norm<'a, const CENTRED: bool> {
    pub(crate) width: usize,
    pub(crate) gamma: Option<&'a [f32]>,
    pub(crate) beta: Option<&'a [f32]>,
    pub(crate) epsilon: f32,
    pub(crate) unit_offset: bool,
}

/// Layer normalisation (Ba, Kiros and Hinton 2016): `y = (x − mean) / sqrt(var + ε) · γ + β`.
///
/// `mean` and `var` (divided by N) are those of the row alone.
pub type LayerNorm<'a> = Norm<'a, true>;

/// RMSNorm (Zhang and Sennrich 2019): `y = x / sqrt(mean(x²) + ε) · γ`.
///
/// Layer normalisation without centring and without β.
pub type RmsNorm<'a> = Norm<'a, false>;

impl<'a, const CENTRED: bool> Norm<'a, CENTRED> {
    /// γ = 1, β = 0, ε = 1e-5.
    ///
    /// # Errors
    /// [`Error::Zero`].
    pub fn new(width: usize) -> Result<Self, Error> {
        let width = shape::width(width)?;
        Ok(Self { width, gamma: None, beta: None, epsilon: 1e-5, unit_offset: false })
    }

    /// Gain, one for each of the `width` features.
    ///
    /// # Errors
    /// [`Error::Length`]; [`Error::NotFinite`] for a NaN or an infinity.
    pub fn with_gamma(self, gamma: &'a [f32]) -> Result<Self, Error> {
        shape::feature_vector("gamma", gamma, self.width)?;
        Ok(Self { gamma: Some(gamma), ..self })
    }

    /// The gain is 1 + γ, rounded once, as in Gemma's RMSNorm. Without γ it is 1.
    pub fn with_unit_offset(self) -> Self {
        Self { unit_offset: true, ..self }
    }

    /// What is added to the variance (or the mean square); finite, ≥ 0, and 0 is fine.
    ///
    /// # Errors
    /// [`Error::Epsilon`].
    pub fn with_epsilon(self, epsilon: f32) -> Result<Self, Error> {
        Ok(Self { epsilon: shape::epsilon(epsilon)?, ..self })
    }

    /// `y = norm(x)`; both rows × width.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y`; nothing is written then.
    pub fn forward(&self, x: &[f32], y: &mut [f32]) -> Result<(), Error> {
        let layout = self.layout(x)?;
        shape::length("y", y.len(), x.len())?;
        self.run(Rows::apart(x, y, layout), None)
    }

    /// `x = norm(x)`; rows × width. The bits are those of [`forward`](Self::forward).
    ///
    /// # Errors
    /// [`Error::NotWholeRows`]; nothing is written then.
    pub fn forward_in_place(&self, x: &mut [f32]) -> Result<(), Error> {
        let layout = self.layout(x)?;
        self.run(Rows::in_place(x, layout), None)
    }

    /// `y = norm(x)`, and the statistics of each row in `stats`.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y` or `stats`; nothing is written then.
    pub fn forward_with_stats(&self, x: &[f32], y: &mut [f32], stats: &mut [RowStats]) -> Result<(), Error> {
        let layout = self.layout(x)?;
        shape::length("y", y.len(), x.len())?;
        self.run(Rows::apart(x, y, layout), Some(stats))
    }

    /// The statistics of each row alone.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `stats`; nothing is written then.
    pub fn statistics(&self, x: &[f32], stats: &mut [RowStats]) -> Result<(), Error> {
        let layout = self.layout(x)?;
        self.run(Rows::read(x, layout), Some(stats))
    }

    /// `residual += x; y = norm(residual)` in one go; all rows × width.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `residual` or `y`; nothing is written then.
    pub fn forward_residual(&self, x: &[f32], residual: &mut [f32], y: &mut [f32]) -> Result<(), Error> {
        self.residual(x, residual, y, None)
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
        self.residual(x, residual, y, Some(stats))
    }

    fn residual(
        &self,
        x: &[f32],
        residual: &mut [f32],
        y: &mut [f32],
        stats: Option<&mut [RowStats]>,
    ) -> Result<(), Error> {
        let layout = self.layout(x)?;
        shape::length("residual", residual.len(), x.len())?;
        shape::length("y", y.len(), x.len())?;
        self.run(Rows::residual(x, residual, y, layout), stats)
    }

    /// Of whole rows one behind the other.
    pub(crate) fn layout(&self, x: &[f32]) -> Result<Layout, Error> {
        Ok(Layout::packed(shape::rows("x", x.len(), self.width)?, self.width))
    }

    pub(crate) fn parameters(&self) -> Parameters<'a> {
        Parameters { gamma: self.gamma, beta: self.beta, unit_offset: self.unit_offset }
    }

    pub(crate) fn run(&self, rows: Rows, stats: Option<&mut [RowStats]>) -> Result<(), Error> {
        let stats = match stats {
            Some(stats) => {
                shape::length("stats", stats.len(), rows.count())?;
                stats
            }
            None => &mut [],
        };
        let (elements, parameters) = (rows.elements(), self.parameters());
        let epsilon = self.epsilon;
        let forward = Forward { centred: CENTRED, rows, parameters, epsilon, stats };
        if ONE_LANE {
            forward.one_by_one();
        } else {
            dispatch::run(forward, elements);
        }
        Ok(())
    }
}

impl<'a> LayerNorm<'a> {
    /// Bias, one for each of the `width` features.
    ///
    /// # Errors
    /// [`Error::Length`]; [`Error::NotFinite`] for a NaN or an infinity.
    pub fn with_beta(self, beta: &'a [f32]) -> Result<Self, Error> {
        shape::feature_vector("beta", beta, self.width)?;
        Ok(Self { beta: Some(beta), ..self })
    }
}
