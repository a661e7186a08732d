use crate::features::Features;
use crate::layout::Layout;
use crate::part::{part, part_mut};
use crate::rows::Rows;
use crate::{Centring, Error, Norm, shape};

/// Scale and shift of an adaptive layer norm, samples × width each.
///
/// ```
/// use layernorm::Modulation;
///
/// let (scale, shift) = ([0.5, -0.5], [1.0, 0.0]);
/// let modulation = Modulation { scale: &scale, shift: &shift }; // one sample of width 2
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Modulation<'a> {
    /// By how much the gain exceeds 1.
    pub scale: &'a [f32],
    /// What is added.
    pub shift: &'a [f32],
}

/// # Adaptive layer norm
impl<K: Centring> Norm<'_, K> {
    /// `y = x̂ · (1 + scale) + shift`, the adaptive layer norm of diffusion transformers (Peebles and Xie 2023): scale and
    /// shift come from the conditioning, one row of them for each sample.
    ///
    /// `x` and `y` are rows × width. The rows are those of the samples one after the other, as many for each; with as many
    /// samples as rows each row has its own. 1 + scale is rounded once. For gradients call
    /// [`backward`](Self::backward) for each sample with its scale as γ and a unit offset.
    ///
    /// ```
    /// use layernorm::{LayerNorm, Modulation};
    ///
    /// let (scale, shift) = ([0.5, -0.5], [1.0, 0.0]);
    /// let (x, mut y) = ([1.0, 3.0, 4.0, 2.0], [0.0; 4]); // two rows of one sample
    /// let norm = LayerNorm::new(2)?.with_epsilon(0.0)?;
    /// norm.forward_modulated(&x, Modulation { scale: &scale, shift: &shift }, &mut y)?;
    /// assert_eq!(y, [-0.5, 0.5, 2.5, -0.5]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x` or `modulation.scale`; [`Error::Length`] for `y` or `modulation.shift`;
    /// [`Error::Samples`] where the rows cannot be shared out among the samples; [`Error::NotFinite`] in scale or shift;
    /// [`Error::Affine`] for a norm with γ or β of its own; nothing is written then.
    pub fn forward_modulated(&self, x: &[f32], modulation: Modulation, y: &mut [f32]) -> Result<(), Error> {
        let Modulation { scale, shift } = modulation;
        let rows = self.layout(x)?.rows;
        shape::length("y", y.len(), x.len())?;
        let samples = shape::rows("modulation.scale", scale.len(), self.width())?;
        shape::length("modulation.shift", shift.len(), scale.len())?;
        let sample_rows = shape::sample_rows(rows, samples)?;
        shape::finite_by_lanes("modulation.scale", scale)?;
        shape::finite_by_lanes("modulation.shift", shift)?;
        self.features.check_absent()?;
        let width = self.width();
        let layout = Layout::packed(sample_rows, width);
        for sample in 0..samples {
            let [gamma, beta] = [scale, shift].map(|values| Some(part(values, sample * width, width)));
            let features = Features { len: width, gamma, beta };
            let norm = Norm::<K> { features, unit_offset: true, ..*self };
            let len = sample_rows * width;
            let (x, y) = (part(x, sample * len, len), part_mut(y, sample * len, len));
            norm.run(Rows::apart(x, y, layout), None)?;
        }
        Ok(())
    }
}
