//! `#[inline]` as in [`group_forward`](crate::group_forward).

use crate::float::BackwardChannels;
use crate::rows::Rows;
use crate::{Error, GroupNorm, ParamGrads, RowStats, dispatch, shape};

/// # Gradients
impl GroupNorm<'_> {
    /// `dx`, the gradient with respect to `x`, from `dy`, that with respect to the norm's output; those of γ and β in `grads`, one number
    /// for each channel.
    ///
    /// With g = dy · γ: `dx = (g − mean(g) − x̂ · mean(g · x̂)) · rstd`, with the means over a group. `x`, `dy` and `dx` are
    /// samples × channels × positions; `stats` are those that [`forward_with_stats`](Self::forward_with_stats) or
    /// [`statistics`](Self::statistics) gave for `x`.
    ///
    /// The bounds are those of [`Norm::backward`](crate::Norm::backward) for rows of N = channels / groups · positions, and of
    /// [`ParamGrads`]: dγ and dβ are sums in `f64` over the samples and positions of a call, rounded once. A constant group with ε = 0
    /// gives 0. A group of which x or dy is not finite gives NaNs (0x7fc00000) and touches no other.
    ///
    /// ```
    /// use layernorm::{GroupNorm, ParamGrads, RowStats};
    ///
    /// let (norm, x, dy) = (GroupNorm::new(1, 2)?, [1.0, 2.0, 3.0, 4.0], [0.5, -0.5, 1.0, 0.0]);
    /// let (mut y, mut stats) = ([0.0; 4], [RowStats::default()]);
    /// norm.forward_with_stats(&x, 2, &mut y, &mut stats)?;
    ///
    /// let (mut dx, mut dgamma, mut dbeta) = ([0.0; 4], [0.0; 2], [0.0; 2]);
    /// let grads = ParamGrads { gamma: Some(&mut dgamma), beta: Some(&mut dbeta) };
    /// norm.backward(&x, 2, &stats, &dy, &mut dx, grads)?;
    /// assert_eq!(dx, [0.2236059, -0.67081773, 0.67081773, -0.2236059]);
    /// assert_eq!((dgamma, dbeta), ([-0.4472118, 0.4472118], [0.0, 1.0]));
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Zero`] for `positions`; [`Error::NotWholeRows`] for `x`; [`Error::Length`] for `stats`, `dy`, `dx`, `grads.gamma` or
    /// `grads.beta`; nothing is written then.
    #[inline]
    pub fn backward(
        &self,
        x: &[f32],
        positions: usize,
        stats: &[RowStats],
        dy: &[f32],
        dx: &mut [f32],
        grads: ParamGrads,
    ) -> Result<(), Error> {
        let layout = self.layout(x, positions)?;
        self.check_stats(stats, x, positions)?;
        shape::length("dy", dy.len(), x.len())?;
        shape::length("dx", dx.len(), x.len())?;
        self.run_backward(x, stats, Rows::apart(dy, dx, layout), grads)
    }

    /// [`backward`](Self::backward) with dx in the place of dy. The bits are the same.
    ///
    /// ```
    /// use layernorm::{GroupNorm, ParamGrads, RowStats};
    ///
    /// let (norm, x, mut stats) = (GroupNorm::new(1, 2)?, [1.0, 2.0, 3.0, 4.0], [RowStats::default()]);
    /// norm.statistics(&x, 2, &mut stats)?;
    /// let mut gradient = [0.5, -0.5, 1.0, 0.0]; // dy, then dx
    /// norm.backward_in_place(&x, 2, &stats, &mut gradient, ParamGrads::default())?;
    /// assert_eq!(gradient, [0.2236059, -0.67081773, 0.67081773, -0.2236059]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Zero`] for `positions`; [`Error::NotWholeRows`] for `x`; [`Error::Length`] for `stats`, `dy`, `grads.gamma` or
    /// `grads.beta`; nothing is written then.
    #[inline]
    pub fn backward_in_place(
        &self,
        x: &[f32],
        positions: usize,
        stats: &[RowStats],
        dy: &mut [f32],
        grads: ParamGrads,
    ) -> Result<(), Error> {
        let layout = self.layout(x, positions)?;
        self.check_stats(stats, x, positions)?;
        shape::length("dy", dy.len(), x.len())?;
        self.run_backward(x, stats, Rows::in_place(dy, layout), grads)
    }

    #[inline]
    fn run_backward(
        &self,
        x: &[f32],
        stats: &[RowStats],
        rows: Rows,
        grads: ParamGrads,
    ) -> Result<(), Error> {
        let grads = grads.of_features(self.channels())?;
        let channels = self.of(rows.width());
        dispatch::run(BackwardChannels { channels, x, stats, rows, grads });
        Ok(())
    }
}
