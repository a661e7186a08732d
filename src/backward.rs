use crate::float::Backward;
use crate::isa::Rows;
use crate::{Error, Norm, RowStats, dispatch, shape};

/// Where the gradients of γ and β are accumulated: `width` numbers each, or nowhere.
///
/// They are added to, row after row in the order of the rows: R rows in one call give the bits of R calls. Threads that
/// share out rows give each block of rows slices of its own, zeroed, and add those in the order of the blocks; the bits
/// then depend on the blocks, not on the number of threads.
///
/// After R rows the error of a sum is at most (R + 8) · 2⁻²⁴ times the sum of the absolute values of its terms.
#[derive(Debug, Default)]
pub struct ParamGrads<'a> {
    /// `+= Σ dy · x̂`
    pub gamma: Option<&'a mut [f32]>,
    /// `+= Σ dy`; under RMSNorm that of a bias added behind it.
    pub beta: Option<&'a mut [f32]>,
}

/// # Gradients
impl<const CENTRED: bool> Norm<'_, CENTRED> {
    /// `dx`, the gradient with respect to `x`, from `dy`, that with respect to the norm's output; those of γ and β in
    /// `grads`.
    ///
    /// With g = dy · γ: `dx = (g − mean(g) − x̂ · mean(g · x̂)) · rstd`, under RMSNorm without `mean(g)`.
    /// `x`, `dy` and `dx` are rows × width; `stats` are those that [`forward_with_stats`](Self::forward_with_stats) or
    /// [`statistics`](Self::statistics) gave for `x`.
    ///
    /// An element of dx is within 8 ULP of rstd · max(|g|, |mean(g)|, |x̂ · mean(g · x̂)|), for every finite row whose
    /// statistics are those of this norm, as long as |g| is 0 or between 2⁻¹⁰⁰ and 2¹⁰⁰ and that maximum is no subnormal
    /// number. With a unit offset γ is 1 + γ, rounded. A constant row with ε = 0 gives 0. A row of which x or dy is not
    /// finite gives NaNs (0x7fc00000) and touches no other.
    ///
    /// Its sums are in `f64`: a processor that has none computes the same bits, slowly.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`; [`Error::Length`] for `stats`, `dy`, `dx`, `grads.gamma` or `grads.beta`; nothing
    /// is written then.
    pub fn backward(
        &self,
        x: &[f32],
        stats: &[RowStats],
        dy: &[f32],
        dx: &mut [f32],
        grads: ParamGrads,
    ) -> Result<(), Error> {
        let layout = self.layout(x)?;
        shape::length("stats", stats.len(), layout.rows)?;
        shape::length("dy", dy.len(), x.len())?;
        shape::length("dx", dx.len(), x.len())?;
        self.run_backward(x, stats, Rows::apart(dy, dx, layout), grads)
    }

    /// [`backward`](Self::backward) with dx in the place of dy. The bits are the same.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`; [`Error::Length`] for `stats`, `dy`, `grads.gamma` or `grads.beta`; nothing is
    /// written then.
    pub fn backward_in_place(
        &self,
        x: &[f32],
        stats: &[RowStats],
        dy: &mut [f32],
        grads: ParamGrads,
    ) -> Result<(), Error> {
        let layout = self.layout(x)?;
        shape::length("stats", stats.len(), layout.rows)?;
        shape::length("dy", dy.len(), x.len())?;
        self.run_backward(x, stats, Rows::in_place(dy, layout), grads)
    }

    fn run_backward(
        &self,
        x: &[f32],
        stats: &[RowStats],
        rows: Rows,
        grads: ParamGrads,
    ) -> Result<(), Error> {
        for (parameter, grad) in [("grads.gamma", &grads.gamma), ("grads.beta", &grads.beta)] {
            if let Some(grad) = grad {
                shape::length(parameter, grad.len(), self.width)?;
            }
        }
        let (parameters, epsilon) = (self.parameters(), self.epsilon);
        dispatch::run(Backward { centred: CENTRED, parameters, epsilon, x, stats, rows, grads }, x.len());
        Ok(())
    }
}
