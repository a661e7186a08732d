use crate::float::{Add, CanonicaliseNans};
use crate::rows::Rows;
use crate::{Error, Norm, dispatch, shape};

/// # Sublayers of a Transformer
impl<const CENTRED: bool> Norm<'_, CENTRED> {
    /// `x += sublayer(norm(x))`: a pre-norm sublayer with its residual connection (Xiong et al. 2020).
    ///
    /// `sublayer` gets norm(x) and the place for its output, both rows × width as `x`; it writes all of it. `scratch` has
    /// room for both, 2 · rows × width; what is in it does not matter.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `scratch`; nothing is written then.
    pub fn pre_norm(
        &self,
        x: &mut [f32],
        scratch: &mut [f32],
        sublayer: impl FnOnce(&[f32], &mut [f32]),
    ) -> Result<(), Error> {
        let layout = self.layout(x)?;
        let expected = Error::Length { parameter: "scratch", expected: 2 * x.len(), actual: scratch.len() };
        let (normed, out) = scratch.split_at_mut_checked(x.len()).ok_or(expected)?;
        if out.len() != x.len() {
            return Err(expected);
        }
        self.run(Rows::apart(x, normed, layout), None)?;
        sublayer(normed, out);
        let elements = x.len();
        dispatch::run(Add { x: out, residual: x }, elements);
        dispatch::run(CanonicaliseNans(x), elements);
        Ok(())
    }

    /// `x = norm(x + sublayer(x))`: a post-norm sublayer (Vaswani et al. 2017).
    ///
    /// `sublayer` gets `x` and the place for its output, `scratch`; both are rows × width, and it writes all of it.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `scratch`; nothing is written then.
    pub fn post_norm(
        &self,
        x: &mut [f32],
        scratch: &mut [f32],
        sublayer: impl FnOnce(&[f32], &mut [f32]),
    ) -> Result<(), Error> {
        let layout = self.layout(x)?;
        shape::length("scratch", scratch.len(), x.len())?;
        sublayer(x, scratch);
        self.run(Rows::sum_in_place(scratch, x, layout), None)
    }
}
