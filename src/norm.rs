//! What LayerNorm and RMSNorm have in common: one set of verbs, and the checks of their arguments.

use crate::float::Forward;
use crate::isa::Rows;
use crate::{Error, RowStats, dispatch, shape};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Norm<'a> {
    pub centred: bool,
    pub width: usize,
    pub gamma: Option<&'a [f32]>,
    pub beta: Option<&'a [f32]>,
    pub epsilon: f32,
}

impl<'a> Norm<'a> {
    pub(crate) fn new(centred: bool, width: usize) -> Result<Self, Error> {
        Ok(Self { centred, width: shape::width(width)?, gamma: None, beta: None, epsilon: 1e-5 })
    }

    pub(crate) fn with_gamma(self, gamma: &'a [f32]) -> Result<Self, Error> {
        shape::feature_vector("gamma", gamma, self.width)?;
        Ok(Self { gamma: Some(gamma), ..self })
    }

    pub(crate) fn with_beta(self, beta: &'a [f32]) -> Result<Self, Error> {
        shape::feature_vector("beta", beta, self.width)?;
        Ok(Self { beta: Some(beta), ..self })
    }

    pub(crate) fn with_epsilon(self, epsilon: f32) -> Result<Self, Error> {
        Ok(Self { epsilon: shape::epsilon(epsilon)?, ..self })
    }

    /// `y = norm(x)`.
    pub(crate) fn forward(
        &self,
        x: &[f32],
        y: &mut [f32],
        stats: Option<&mut [RowStats]>,
    ) -> Result<(), Error> {
        shape::rows("x", x.len(), self.width)?;
        shape::length("y", y.len(), x.len())?;
        self.run(Rows::apart(x, y), stats)
    }

    /// `x = norm(x)`.
    pub(crate) fn forward_in_place(&self, x: &mut [f32]) -> Result<(), Error> {
        shape::rows("x", x.len(), self.width)?;
        self.run(Rows::in_place(x), None)
    }

    /// `residual += x; y = norm(residual)`.
    pub(crate) fn forward_residual(
        &self,
        x: &[f32],
        residual: &mut [f32],
        y: &mut [f32],
        stats: Option<&mut [RowStats]>,
    ) -> Result<(), Error> {
        shape::rows("x", x.len(), self.width)?;
        shape::length("residual", residual.len(), x.len())?;
        shape::length("y", y.len(), x.len())?;
        self.run(Rows::residual(x, residual, y), stats)
    }

    pub(crate) fn statistics(&self, x: &[f32], stats: &mut [RowStats]) -> Result<(), Error> {
        shape::rows("x", x.len(), self.width)?;
        self.run(Rows::read(x), Some(stats))
    }

    fn run(&self, rows: Rows, stats: Option<&mut [RowStats]>) -> Result<(), Error> {
        let Self { centred, width, gamma, beta, epsilon } = *self;
        let stats = match stats {
            Some(stats) => {
                shape::length("stats", stats.len(), shape::rows("x", rows.len(), width)?)?;
                stats
            }
            None => &mut [],
        };
        let elements = rows.len();
        dispatch::run(Forward { centred, rows, width, gamma, beta, epsilon, stats }, elements);
        Ok(())
    }
}
