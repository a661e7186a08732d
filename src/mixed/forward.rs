//! The verbs, with the names that they have for `f32`.

use super::element::Element;
use super::memory::{Apart, InPlace, Read, Residual};
use super::norm::Norm;
use crate::layout::Layout;
use crate::{Centring, Error, RowStats, shape};

/// # Rows
impl<K: Centring> Norm<'_, K> {
    /// `y = norm(x)`; both rows × width, each of its type.
    ///
    /// ```
    /// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
    /// use layernorm::mixed::{LayerNorm, bf16};
    ///
    /// let x = [1.0f32, 2.0, 3.0, 4.0, 5.0, 5.0, 5.0, 5.0]; // two rows
    /// let mut y = [bf16::ONE; 8];
    /// LayerNorm::new(4)?.forward(&x, &mut y)?;
    /// assert_eq!(y.map(f32::from), [-1.34375, -0.44726563, 0.44726563, 1.34375, 0.0, 0.0, 0.0, 0.0]);
    /// # Ok(()) }
    /// # #[cfg(not(feature = "half"))] fn main() {}
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y`; nothing is written then.
    pub fn forward<X: Element, Y: Element>(&self, x: &[X], y: &mut [Y]) -> Result<(), Error> {
        let layout = self.layout(x.len())?;
        shape::length("y", y.len(), x.len())?;
        self.run(&mut Apart { x, y, layout }, &mut [])
    }

    /// `x = norm(x)`; rows × width.
    ///
    /// ```
    /// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
    /// use layernorm::mixed::{RmsNorm, f16};
    ///
    /// let mut x = [3.0, 4.0].map(f16::from_f32);
    /// RmsNorm::new(2)?.with_epsilon(0.0)?.forward_in_place(&mut x)?;
    /// assert_eq!(x.map(f32::from), [0.8486328, 1.1318359]);
    /// # Ok(()) }
    /// # #[cfg(not(feature = "half"))] fn main() {}
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`]; nothing is written then.
    pub fn forward_in_place<X: Element>(&self, x: &mut [X]) -> Result<(), Error> {
        let layout = self.layout(x.len())?;
        self.run(&mut InPlace { x, layout }, &mut [])
    }

    /// `y = norm(x)`, and the statistics of each row in `stats`: those of the row in `f32`.
    ///
    /// ```
    /// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
    /// use layernorm::RowStats;
    /// use layernorm::mixed::{LayerNorm, f16};
    ///
    /// let x = [1.0, 2.0, 3.0, 4.0].map(f16::from_f32);
    /// let (mut y, mut stats) = ([f16::ZERO; 4], [RowStats::default()]);
    /// LayerNorm::new(4)?.forward_with_stats(&x, &mut y, &mut stats)?;
    /// assert_eq!((stats[0].mean(), stats[0].rstd()), (2.5, 0.8944236));
    /// # Ok(()) }
    /// # #[cfg(not(feature = "half"))] fn main() {}
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y` or `stats`; nothing is written then.
    pub fn forward_with_stats<X: Element, Y: Element>(
        &self,
        x: &[X],
        y: &mut [Y],
        stats: &mut [RowStats],
    ) -> Result<(), Error> {
        let layout = self.layout(x.len())?;
        shape::length("y", y.len(), x.len())?;
        shape::length("stats", stats.len(), layout.rows)?;
        self.run(&mut Apart { x, y, layout }, stats)
    }

    /// The statistics of each row alone.
    ///
    /// ```
    /// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
    /// use layernorm::RowStats;
    /// use layernorm::mixed::{LayerNorm, bf16};
    ///
    /// let mut stats = [RowStats::default()];
    /// LayerNorm::new(2)?.statistics(&[bf16::ZERO, bf16::ONE], &mut stats)?;
    /// assert_eq!(stats[0].mean(), 0.5);
    /// # Ok(()) }
    /// # #[cfg(not(feature = "half"))] fn main() {}
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `stats`; nothing is written then.
    pub fn statistics<X: Element>(&self, x: &[X], stats: &mut [RowStats]) -> Result<(), Error> {
        let layout = self.layout(x.len())?;
        shape::length("stats", stats.len(), layout.rows)?;
        self.run(&mut Read { x, layout }, stats)
    }

    /// `residual += x; y = norm(residual)` in one go; all rows × width. With a [bias](Self::with_residual_bias) the sum is
    /// `(residual + x) + bias`.
    ///
    /// The sum is rounded to the type of the residual, and **the rounded sum is what is normalised**: as by two calls, of which the
    /// second finds nothing but the residual.
    ///
    /// ```
    /// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
    /// use layernorm::mixed::{LayerNorm, bf16};
    ///
    /// let x = [0.5, 0.5, -0.5, 0.5].map(bf16::from_f32);
    /// let (mut residual, mut y) = ([0.5f32, 1.5, 3.5, 3.5], [bf16::ZERO; 4]);
    /// LayerNorm::new(4)?.forward_residual(&x, &mut residual, &mut y)?;
    /// assert_eq!(residual, [1.0, 2.0, 3.0, 4.0]);
    /// assert_eq!(y.map(f32::from), [-1.34375, -0.44726563, 0.44726563, 1.34375]);
    /// # Ok(()) }
    /// # #[cfg(not(feature = "half"))] fn main() {}
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `residual` or `y`; nothing is written then.
    pub fn forward_residual<X: Element, R: Element, Y: Element>(
        &self,
        x: &[X],
        residual: &mut [R],
        y: &mut [Y],
    ) -> Result<(), Error> {
        let layout = self.layout(x.len())?;
        shape::length("residual", residual.len(), x.len())?;
        shape::length("y", y.len(), x.len())?;
        self.run(&mut Residual { x, bias: self.residual_bias, residual, y, layout }, &mut [])
    }

    /// Whole rows one after the other.
    pub(super) fn layout(&self, elements: usize) -> Result<Layout, Error> {
        Ok(Layout::packed(shape::rows("x", elements, self.width())?, self.width()))
    }
}
