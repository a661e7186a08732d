use crate::float::Backward;
use crate::rows::Rows;
use crate::{Centring, Error, Norm, RowStats, dispatch, shape};

/// Where the gradients of γ and β are accumulated: `width` numbers each, or nowhere.
///
/// A call adds to them, once: the sum over its rows is taken in `f64`, and rounded when it is added to what is there. So its
/// error does not grow with the rows of a call; that of many calls grows with the calls. Threads that share out rows give
/// each block of rows slices of its own, zeroed, and add those in the order of the blocks; the bits then depend on the
/// blocks, not on the number of threads.
///
/// dβ is within one rounding (2⁻²⁴ of it) of the exact sum. dγ is too, beside (12.2 · |x̂| + 11.5) · 2⁻²⁴ · |dy| for each of
/// its terms, which is what the statistics of the row may be off by. Partial sums may leave the range of `f32`; a sum
/// that does is the infinity of its sign.
///
/// ```
/// use layernorm::{LayerNorm, ParamGrads, RowStats};
///
/// let (norm, x, mut stats) = (LayerNorm::new(2)?, [1.0, 3.0, 2.0, 8.0], [RowStats::default(); 2]);
/// norm.statistics(&x, &mut stats)?;
/// let (mut dbeta, mut dy) = ([0.0; 2], [1.0, 2.0, 3.0, 4.0]);
/// norm.backward_in_place(&x, &stats, &mut dy, ParamGrads { gamma: None, beta: Some(&mut dbeta) })?;
/// assert_eq!(dbeta, [4.0, 6.0]);
/// # Ok::<(), layernorm::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct ParamGrads<'a> {
    /// `+= Σ dy · x̂`
    pub gamma: Option<&'a mut [f32]>,
    /// `+= Σ dy`
    pub beta: Option<&'a mut [f32]>,
}

impl<'a> ParamGrads<'a> {
    /// Those of γ and of β, each with as many elements as there are features.
    #[inline(always)]
    pub(crate) fn of_features(self, features: usize) -> Result<[Option<&'a mut [f32]>; 2], Error> {
        for (parameter, grad) in [("grads.gamma", &self.gamma), ("grads.beta", &self.beta)] {
            if let Some(grad) = grad {
                shape::length(parameter, grad.len(), features)?;
            }
        }
        Ok([self.gamma, self.beta])
    }
}

/// # Gradients
impl<K: Centring> Norm<'_, K> {
    /// `dx`, the gradient with respect to `x`, from `dy`, that with respect to the norm's output; those of γ and β in
    /// `grads`.
    ///
    /// With g = dy · γ: `dx = (g − mean(g) − x̂ · mean(g · x̂)) · rstd`, under RMSNorm without `mean(g)`.
    /// `x`, `dy` and `dx` are rows × width; `stats` are those that [`forward_with_stats`](Self::forward_with_stats) or
    /// [`statistics`](Self::statistics) gave for `x`.
    ///
    /// An element of dx is within 13.1 ULP of rstd · max(|g|, |mean(g)|, |x̂ · mean(g · x̂)|), the largest of its three terms,
    /// and beyond that within (N + 5000) · 2⁻⁵⁰ · rstd · rms(g) · (1 + |x̂|), which is what sums in `f64` lose where terms
    /// cancel: for every finite row whose statistics are those of this norm, whatever the sizes of x, dy and γ. It is finite,
    /// or the infinity of the right sign. With a unit offset γ is 1 + γ, rounded. A constant row with ε = 0 gives 0. A row of
    /// which x or dy is not finite gives NaNs (0x7fc00000) and touches no other.
    ///
    /// Its sums are in `f64`: a processor that has none computes the same bits, slowly.
    ///
    /// ```
    /// use layernorm::{LayerNorm, ParamGrads, RowStats};
    ///
    /// let (norm, x, dy) = (LayerNorm::new(4)?, [1.0, 2.0, 3.0, 4.0], [0.5, -0.5, 1.0, 0.0]);
    /// let (mut y, mut stats) = ([0.0; 4], [RowStats::default()]);
    /// norm.forward_with_stats(&x, &mut y, &mut stats)?;
    ///
    /// let (mut dx, mut dgamma) = ([0.0; 4], [0.0; 4]);
    /// norm.backward(&x, &stats, &dy, &mut dx, ParamGrads { gamma: Some(&mut dgamma), beta: None })?;
    /// assert_eq!(dx, [0.2236059, -0.67081773, 0.67081773, -0.2236059]);
    /// assert_eq!(dgamma, [-0.67081773, 0.2236059, 0.4472118, 0.0]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
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
    /// ```
    /// use layernorm::{LayerNorm, ParamGrads, RowStats};
    ///
    /// let (norm, x, mut stats) = (LayerNorm::new(4)?, [1.0, 2.0, 3.0, 4.0], [RowStats::default()]);
    /// norm.statistics(&x, &mut stats)?;
    /// let mut gradient = [0.5, -0.5, 1.0, 0.0]; // dy, then dx
    /// norm.backward_in_place(&x, &stats, &mut gradient, ParamGrads::default())?;
    /// assert_eq!(gradient, [0.2236059, -0.67081773, 0.67081773, -0.2236059]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
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
        let grads = grads.of_features(self.width())?;
        let (parameters, epsilon) = (self.parameters(), self.epsilon);
        let (centred, divisor) = (K::CENTRED, if K::SUM_OF_SQUARES { 1 } else { self.width() });
        dispatch::run(Backward { centred, divisor, parameters, epsilon, x, stats, rows, grads });
        Ok(())
    }
}
