use crate::float::{Add, CanonicaliseNans};
use crate::rows::Rows;
use crate::{Centring, Error, Norm, dispatch, shape};

/// # Sublayers of a Transformer
impl<K: Centring> Norm<'_, K> {
    /// `x += sublayer(norm(x))`: a pre-norm sublayer with its residual connection (Xiong et al. 2020).
    ///
    /// `sublayer` gets norm(x) and the place for its output, both rows × width as `x`; it writes all of it. `scratch` has
    /// room for both, 2 · rows × width; what is in it does not matter.
    ///
    /// ```
    /// use layernorm::LayerNorm;
    ///
    /// let double = |input: &[f32], out: &mut [f32]| out.iter_mut().zip(input).for_each(|(to, x)| *to = 2.0 * x);
    /// let (mut x, mut scratch) = ([1.0, 3.0], [0.0; 4]);
    /// LayerNorm::new(2)?.with_epsilon(0.0)?.pre_norm(&mut x, &mut scratch, double)?;
    /// assert_eq!(x, [-1.0, 5.0]); // [1, 3] + 2 · [−1, 1]
    /// # Ok::<(), layernorm::Error>(())
    /// ```
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
        dispatch::run(Add { x: out, bias: self.residual_bias, residual: x });
        dispatch::run(CanonicaliseNans(x));
        Ok(())
    }

    /// `x = norm(x + sublayer(x))`: a post-norm sublayer (Vaswani et al. 2017).
    ///
    /// `sublayer` gets `x` and the place for its output, `scratch`; both are rows × width, and it writes all of it.
    ///
    /// ```
    /// use layernorm::LayerNorm;
    ///
    /// let sublayer = |input: &[f32], out: &mut [f32]| out.copy_from_slice(&[3.0 * input[0], input[1]]);
    /// let (mut x, mut scratch) = ([1.0, 3.0], [0.0; 2]);
    /// LayerNorm::new(2)?.with_epsilon(0.0)?.post_norm(&mut x, &mut scratch, sublayer)?;
    /// assert_eq!(x, [-1.0, 1.0]); // of [4, 6]
    /// # Ok::<(), layernorm::Error>(())
    /// ```
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
