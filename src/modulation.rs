use crate::rows::{Layout, Rows};
use crate::{Error, Norm, shape};

/// Scale and shift of an adaptive layer norm, samples × width each.
#[derive(Clone, Copy, Debug)]
pub struct Modulation<'a> {
    /// By how much the gain exceeds 1.
    pub scale: &'a [f32],
    /// What is added.
    pub shift: &'a [f32],
}

/// # Adaptive layer norm
impl<const CENTRED: bool> Norm<'_, CENTRED> {
    /// `y = x̂ · (1 + scale) + shift`, the adaptive layer norm of diffusion transformers (Peebles and Xie 2023): scale and
    /// shift come from the conditioning, one row of them for each sample.
    ///
    /// `x` and `y` are rows × width. The rows are those of the samples one after the other, as many for each; with as many
    /// samples as rows each row has its own. 1 + scale is rounded once. For gradients call
    /// [`backward`](Self::backward) for each sample with its scale as γ and a unit offset.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x` or `modulation.scale`; [`Error::Length`] for `y` or `modulation.shift`;
    /// [`Error::Samples`] where the rows cannot be shared out among the samples; [`Error::NotFinite`] in scale or shift;
    /// [`Error::Affine`] for a norm with γ or β of its own; nothing is written then.
    pub fn forward_modulated(&self, x: &[f32], modulation: Modulation, y: &mut [f32]) -> Result<(), Error> {
        let Modulation { scale, shift } = modulation;
        let rows = self.layout(x)?.rows;
        shape::length("y", y.len(), x.len())?;
        let samples = shape::rows("modulation.scale", scale.len(), self.width)?;
        shape::length("modulation.shift", shift.len(), scale.len())?;
        let rows = match (rows.checked_div(samples), rows.checked_rem(samples)) {
            (Some(of_sample), Some(0)) => of_sample,
            _ if rows == 0 => 0,
            _ => return Err(Error::Samples { rows, actual: samples }),
        };
        shape::finite("modulation.scale", scale)?;
        shape::finite("modulation.shift", shift)?;
        for (parameter, present) in [("gamma", self.gamma.is_some()), ("beta", self.beta.is_some())] {
            if present {
                return Err(Error::Affine { parameter });
            }
        }
        let Self { width, epsilon, .. } = *self;
        let layout = Layout::packed(rows, width);
        for sample in 0..samples {
            let part = |rows: usize| sample * rows * width..(sample + 1) * rows * width;
            let (scale, shift) = (scale.get(part(1)), shift.get(part(1)));
            let norm = Norm::<CENTRED> { width, gamma: scale, beta: shift, epsilon, unit_offset: true };
            let (x, y) = (x.get(part(rows)).unwrap_or(&[]), y.get_mut(part(rows)).unwrap_or(&mut []));
            norm.run(Rows::apart(x, y, layout), None)?;
        }
        Ok(())
    }
}
