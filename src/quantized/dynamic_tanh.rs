//! Dynamic tanh.

use super::code::Code;
use super::params::Params;
use super::scale::Scale;
use crate::integer::rows::{Apart, InPlace};
use crate::integer::{self, Rows};
use crate::{Error, FoldError, shape};
use core::marker::PhantomData;

/// DyT, dynamic tanh (Zhu et al. 2025), of quantised codes: `y = γ · tanh(α·x) + β`, without floating point.
///
/// γ, β and the scales are folded as for the norms; their ε is not asked for. There are no statistics: a code's result depends on that code and
/// its feature alone. It is that of [the definition](crate::quantized#dynamic-tanh), and within 0.5 LSB + 2⁻²¹ · \|γ\| / the output's scale of
/// `γ · tanh(α·x) + β` for the folded γ and β: 0.516 LSB where γ spans all 16 bits. Numbers of the crate `fixed` are codes whose scale
/// is 2⁻ᶠ.
///
/// ```
/// use layernorm::quantized::{DynamicTanh, Params, Scale};
///
/// let input = Scale { scale: 0.03, zero_point: 3i8 };
/// let output = Scale { scale: 0.01, zero_point: 0i8 };
/// let params = Params::fold(&[1.0, 0.5, 1.0], &[0.0, 0.1, 0.0], input, output, 0.0)?;
/// let mut y = [0i8; 3];
/// DynamicTanh::new(&params, 0.5, input)?.forward(&[127, -64, 3], &mut y)?;
/// assert_eq!(y, [95, -28, 0]);
/// # Ok::<(), layernorm::FoldError>(())
/// ```
#[must_use = "it does nothing until one of its verbs is called"]
#[derive(Clone, Copy, Debug)]
pub struct DynamicTanh<'a, X, Y> {
    features: [&'a [i32]; 2],
    tanh: integer::DynamicTanh,
    zero_point: i32,
    types: PhantomData<fn(X) -> Y>,
}

impl<'a, X: Code, Y: Code> DynamicTanh<'a, X, Y> {
    /// γ, β and the scales of `params`, the scale of the input once more, as it was folded, and α.
    ///
    /// ```
    /// use layernorm::quantized::{DynamicTanh, Params, Scale};
    /// use layernorm::{Error, FoldError};
    ///
    /// let scale = Scale { scale: 0.03, zero_point: 0i8 };
    /// let params = Params::fold(&[1.0; 64], &[0.0; 64], scale, scale, 0.0)?;
    /// assert_eq!(DynamicTanh::new(&params, 0.5, scale)?.width(), 64);
    /// let error = Error::NotFinite { parameter: "alpha", index: 0, actual: f32::INFINITY.to_bits() };
    /// assert_eq!(DynamicTanh::new(&params, f32::INFINITY, scale).unwrap_err(), FoldError::Argument(error));
    /// # Ok::<(), FoldError>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotFinite`] for `alpha`, with index 0; [`FoldError::Scale`] for `input`.
    pub fn new<S: AsRef<[i32]>>(
        params: &'a Params<X, Y, S>,
        alpha: f32,
        input: Scale<X>,
    ) -> Result<Self, FoldError> {
        shape::finite("alpha", &[alpha])?;
        let scale = shape::scale("input", input.scale)?;
        let (norm, zero_point, _) = params.norm(false);
        let tanh = integer::DynamicTanh::new(alpha, scale, [norm.k, norm.m], norm.width, norm.zero_point);
        let features = [params.gamma.as_ref(), params.beta.as_ref()];
        Ok(Self { features, tanh, zero_point, types: PhantomData })
    }

    /// Number of features in a row.
    ///
    /// ```
    /// use layernorm::quantized::{DynamicTanh, Params, Scale};
    ///
    /// let scale = Scale { scale: 0.03, zero_point: 0u8 };
    /// let params = Params::fold(&[1.0; 2], &[0.0; 2], scale, scale, 0.0)?;
    /// assert_eq!(DynamicTanh::new(&params, 0.5, scale)?.width(), 2);
    /// # Ok::<(), layernorm::FoldError>(())
    /// ```
    pub const fn width(&self) -> usize {
        self.tanh.width
    }

    /// `y = γ · tanh(α·x) + β`; both rows × width.
    ///
    /// ```
    /// use layernorm::quantized::{DynamicTanh, Params, Scale};
    ///
    /// let (input, output) = (Scale { scale: 0.001, zero_point: 0i16 }, Scale { scale: 1.0 / 32767.0, zero_point: 0i16 });
    /// let params = Params::fold(&[1.0; 2], &[0.0; 2], input, output, 0.0)?;
    /// let mut y = [0; 4];
    /// DynamicTanh::new(&params, 1.0, input)?.forward(&[500, -500, 0, 20000], &mut y)?; // two rows
    /// assert_eq!(y, [15142, -15142, 0, 32767]);
    /// # Ok::<(), layernorm::FoldError>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y`; nothing is written then.
    pub fn forward(&self, x: &[X], y: &mut [Y]) -> Result<(), Error> {
        shape::length("y", y.len(), x.len())?;
        self.run(Apart { x, zero_point: self.zero_point, y })
    }

    fn run(&self, rows: impl Rows) -> Result<(), Error> {
        shape::rows("x", rows.len(), self.tanh.width)?;
        let [gamma, beta] = self.features;
        self.tanh.forward(rows, gamma, beta);
        Ok(())
    }
}

impl<X: Code> DynamicTanh<'_, X, X> {
    /// `x = γ · tanh(α·x) + β`; rows × width. The codes are those of [`forward`](Self::forward).
    ///
    /// ```
    /// use layernorm::quantized::{DynamicTanh, Params, Scale};
    ///
    /// let scale = Scale { scale: 1.0 / 64.0, zero_point: 0i8 };
    /// let params = Params::fold(&[1.0; 2], &[0.0; 2], scale, scale, 0.0)?;
    /// let mut x = [64, -64];
    /// DynamicTanh::new(&params, 1.0, scale)?.forward_in_place(&mut x)?;
    /// assert_eq!(x, [49, -49]);
    /// # Ok::<(), layernorm::FoldError>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`]; nothing is written then.
    pub fn forward_in_place(&self, x: &mut [X]) -> Result<(), Error> {
        self.run(InPlace { x, zero_point: self.zero_point })
    }
}
