//! Rows that lie otherwise: with a stride, with channels first, and with a scale and a shift of each sample.

use super::element::Element;
use super::memory::{Apart, InPlace};
use super::norm::Norm;
use super::planes::{Planes, PlanesApart, PlanesInPlace};
use crate::features::finite;
use crate::layout::Layout;
use crate::part::{part, part_mut};
use crate::{Centring, Error, shape};

/// # Layouts
impl<K: Centring> Norm<'_, K> {
    /// Rows with `stride` elements from the start of one to that of the next, as in [`crate::Norm::forward_strided`].
    ///
    /// ```
    /// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
    /// use layernorm::mixed::{LayerNorm, f16};
    ///
    /// let x = [1.0, 3.0, 99.0, 5.0, 5.0].map(f16::from_f32); // rows of two, every three
    /// let mut y = [0.0f32; 4];
    /// LayerNorm::new(2)?.with_epsilon(0.0)?.forward_strided(&x, 3, &mut y, 2)?;
    /// assert_eq!(y, [-1.0, 1.0, 0.0, 0.0]);
    /// # Ok(()) }
    /// # #[cfg(not(feature = "half"))] fn main() {}
    /// ```
    ///
    /// # Errors
    /// [`Error::Stride`], [`Error::LastRow`]; [`Error::Rows`] for a `y` of more or fewer rows; nothing is written then.
    pub fn forward_strided<X: Element, Y: Element>(
        &self,
        x: &[X],
        x_stride: usize,
        y: &mut [Y],
        y_stride: usize,
    ) -> Result<(), Error> {
        let width = self.width();
        let rows = shape::strided_rows(["x", "x_stride"], x.len(), width, x_stride)?;
        let actual = shape::strided_rows(["y", "y_stride"], y.len(), width, y_stride)?;
        if actual != rows {
            return Err(Error::Rows { parameter: "y", expected: rows, actual });
        }
        let layout = Layout { rows, width, from: x_stride, to: y_stride };
        self.run(&mut Apart { x, y, layout }, &mut [])
    }

    /// [`forward_strided`](Self::forward_strided) with y in the place of x.
    ///
    /// ```
    /// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
    /// use layernorm::mixed::{LayerNorm, bf16};
    ///
    /// let mut x = [1.0, 3.0, 99.0].map(bf16::from_f32);
    /// LayerNorm::new(2)?.with_epsilon(0.0)?.forward_strided_in_place(&mut x, 3)?;
    /// assert_eq!(x.map(f32::from), [-1.0, 1.0, 99.0]);
    /// # Ok(()) }
    /// # #[cfg(not(feature = "half"))] fn main() {}
    /// ```
    ///
    /// # Errors
    /// [`Error::Stride`], [`Error::LastRow`]; nothing is written then.
    pub fn forward_strided_in_place<X: Element>(&self, x: &mut [X], stride: usize) -> Result<(), Error> {
        let width = self.width();
        let rows = shape::strided_rows(["x", "stride"], x.len(), width, stride)?;
        let layout = Layout { rows, width, from: stride, to: stride };
        self.run(&mut InPlace { x, layout }, &mut [])
    }

    /// `y = norm(x) · (1 + scale) + shift` with a scale and a shift of each sample, samples × width: adaptive layer norm, as in
    /// [`crate::Norm::forward_modulated`].
    ///
    /// ```
    /// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
    /// use layernorm::mixed::{LayerNorm, f16};
    ///
    /// let x = [1.0, 3.0].map(f16::from_f32);
    /// let mut y = [f16::ZERO; 2];
    /// LayerNorm::new(2)?.with_epsilon(0.0)?.forward_modulated(&x, &[1.0f32, 0.0], &[f16::ONE, f16::ZERO], &mut y)?;
    /// assert_eq!(y.map(f32::from), [-1.0, 1.0]);
    /// # Ok(()) }
    /// # #[cfg(not(feature = "half"))] fn main() {}
    /// ```
    ///
    /// # Errors
    /// Those of [`crate::Norm::forward_modulated`], of which "modulation.scale" and "modulation.shift" are "scale" and "shift"; nothing
    /// is written then.
    pub fn forward_modulated<X: Element, S: Element, T: Element, Y: Element>(
        &self,
        x: &[X],
        scale: &[S],
        shift: &[T],
        y: &mut [Y],
    ) -> Result<(), Error> {
        let Layout { rows, width, .. } = self.layout(x.len())?;
        shape::length("y", y.len(), x.len())?;
        let samples = shape::rows("scale", scale.len(), width)?;
        shape::length("shift", shift.len(), scale.len())?;
        let sample_rows = shape::sample_rows(rows, samples)?;
        finite("scale", scale)?;
        finite("shift", shift)?;
        self.check_absent()?;
        let (layout, len) = (Layout::packed(sample_rows, width), sample_rows * width);
        for sample in 0..samples {
            let (scale, shift) = (part(scale, sample * width, width), part(shift, sample * width, width));
            let norm = self.with_values(S::values(scale), T::values(shift)).with_unit_offset();
            let (x, y) = (part(x, sample * len, len), part_mut(y, sample * len, len));
            norm.run(&mut Apart { x, y, layout }, &mut [])?;
        }
        Ok(())
    }

    /// `y = norm(x)` over the channels of each position, of samples × channels × positions, as in
    /// [`crate::Norm::forward_channels_first`].
    ///
    /// ```
    /// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
    /// use layernorm::mixed::{LayerNorm, f16};
    ///
    /// let image = [1.0, 10.0, 3.0, 30.0].map(f16::from_f32); // two channels of two positions
    /// let mut y = [f16::ZERO; 4];
    /// LayerNorm::new(2)?.forward_channels_first(&image, 2, &mut y)?;
    /// assert_eq!(y.map(f32::from), [-1.0, -1.0, 1.0, 1.0]);
    /// # Ok(()) }
    /// # #[cfg(not(feature = "half"))] fn main() {}
    /// ```
    ///
    /// # Errors
    /// [`Error::Zero`] for 0; [`Error::NotWholeRows`] for an `x` that is not a multiple of channels × positions;
    /// [`Error::Length`] for `y`; nothing is written then.
    pub fn forward_channels_first<X: Element, Y: Element>(
        &self,
        x: &[X],
        positions: usize,
        y: &mut [Y],
    ) -> Result<(), Error> {
        let planes = self.planes(x.len(), positions)?;
        shape::length("y", y.len(), x.len())?;
        self.run(&mut PlanesApart { x, y, planes }, &mut [])
    }

    /// [`forward_channels_first`](Self::forward_channels_first) with y in the place of x.
    ///
    /// ```
    /// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
    /// use layernorm::mixed::{LayerNorm, f16};
    ///
    /// let mut image = [5.0, 10.0, 5.0, 30.0].map(f16::from_f32); // two channels of two positions
    /// LayerNorm::new(2)?.with_epsilon(0.0)?.forward_channels_first_in_place(&mut image, 2)?;
    /// assert_eq!(image.map(f32::from), [0.0, -1.0, 0.0, 1.0]);
    /// # Ok(()) }
    /// # #[cfg(not(feature = "half"))] fn main() {}
    /// ```
    ///
    /// # Errors
    /// [`Error::Zero`], [`Error::NotWholeRows`]; nothing is written then.
    pub fn forward_channels_first_in_place<X: Element>(
        &self,
        x: &mut [X],
        positions: usize,
    ) -> Result<(), Error> {
        let planes = self.planes(x.len(), positions)?;
        self.run(&mut PlanesInPlace { x, planes }, &mut [])
    }

    fn planes(&self, elements: usize, positions: usize) -> Result<Planes, Error> {
        let channels = self.width();
        shape::planes(elements, channels, positions)?;
        // The product is beyond `usize` only where there is no sample.
        let samples = elements.checked_div(channels.saturating_mul(positions)).unwrap_or(0);
        Ok(Planes { samples, channels, positions })
    }
}
