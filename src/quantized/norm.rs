use super::code::Code;
use super::params::Params;
use crate::dispatch::run_on_codes;
use crate::integer::rows::{Apart, InPlace, Residual, Sum};
use crate::integer::{self, Forward, Rows};
use crate::{Averaging, Error, Layer, Rms, shape};
use core::marker::PhantomData;

/// [`LayerNorm`] or [`RmsNorm`], by `K`: rows of codes `X` to rows of codes `Y`.
///
/// A value is a few words and borrows its [`Params`].
///
/// ```
/// use layernorm::quantized::{LayerNorm, Params, RmsNorm, Scale};
///
/// let input = Scale { scale: 0.02, zero_point: 3i8 };
/// let output = Scale { scale: 0.03, zero_point: -5i8 };
/// let params = Params::fold(&[1.0; 4], &[0.0; 4], input, output, 1e-5)?;
/// let mut y = [0; 4];
/// LayerNorm::new(&params).forward(&[-100, -20, 60, 127], &mut y)?;
/// assert_eq!(y, [-51, -19, 12, 38]);
/// RmsNorm::new(&params).forward(&[-100, -20, 60, 127], &mut y)?;
/// assert_eq!(y, [-45, -14, 17, 43]);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[must_use = "a norm does nothing until one of its verbs is called"]
#[derive(Clone, Copy, Debug)]
pub struct Norm<'a, X, Y, K> {
    /// g and b.
    pub(super) features: [&'a [i32]; 2],
    pub(super) norm: integer::Norm,
    pub(super) zero_point: i32,
    residual: Option<(integer::Norm, Sum)>,
    types: PhantomData<fn(X, K) -> Y>,
}

/// `y = (x − mean) / sqrt(var + ε) · γ + β`
///
/// ```
/// use layernorm::quantized::{LayerNorm, Params, Scale};
///
/// let input = Scale { scale: 0.02, zero_point: 3i8 };
/// let output = Scale { scale: 0.03, zero_point: -5i8 };
/// let params = Params::fold(&[1.0; 4], &[0.0; 4], input, output, 1e-5)?;
/// let mut y = [0; 4];
/// LayerNorm::new(&params).forward(&[-100, -20, 60, 127], &mut y)?;
/// assert_eq!(y, [-51, -19, 12, 38]);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub type LayerNorm<'a, X, Y = X> = Norm<'a, X, Y, Layer>;

/// `y = x / sqrt(mean square + ε) · γ + β`
///
/// ```
/// use layernorm::quantized::{Params, RmsNorm, Scale};
///
/// let input = Scale { scale: 0.02, zero_point: 3i8 };
/// let output = Scale { scale: 0.03, zero_point: -5i8 };
/// let params = Params::fold(&[1.0; 4], &[0.0; 4], input, output, 1e-5)?;
/// let mut y = [0; 4];
/// RmsNorm::new(&params).forward(&[-100, -20, 60, 127], &mut y)?;
/// assert_eq!(y, [-45, -14, 17, 43]);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub type RmsNorm<'a, X, Y = X> = Norm<'a, X, Y, Rms>;

impl<'a, X: Code, Y: Code, K: Averaging> Norm<'a, X, Y, K> {
    /// A norm with the width, γ, β, scales and ε of `params`. It cannot fail: folding has checked them.
    ///
    /// ```
    /// use layernorm::quantized::{LayerNorm, Params, RmsNorm, Scale};
    ///
    /// let input = Scale { scale: 0.02, zero_point: 3i8 };
    /// let output = Scale { scale: 0.03, zero_point: -5i8 };
    /// let params = Params::fold(&[1.0; 4], &[0.0; 4], input, output, 1e-5)?;
    /// let (layer, rms) = (LayerNorm::new(&params), RmsNorm::new(&params));     // the same parameters serve both
    /// # let _ = (layer, rms);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn new<S: AsRef<[i32]>>(params: &'a Params<X, Y, S>) -> Self {
        Self::with_centring(params, K::CENTRED)
    }

    /// [`new`](Self::new) of a norm that is known when a program runs, whatever `K` says: for the C API.
    #[doc(hidden)]
    pub fn with_centring<S: AsRef<[i32]>>(params: &'a Params<X, Y, S>, centred: bool) -> Self {
        let (norm, zero_point, residual) = params.norm(centred);
        let features = [params.gamma.as_ref(), params.beta.as_ref()];
        debug_assert!(features.iter().all(|values| values.len() == norm.width));
        Self { features, norm, zero_point, residual, types: PhantomData }
    }

    /// Number of features in a row.
    ///
    /// ```
    /// use layernorm::quantized::{LayerNorm, Params, Scale};
    ///
    /// let scale = Scale { scale: 0.03, zero_point: 0i8 };
    /// let params = Params::fold(&[1.0; 4], &[0.0; 4], scale, scale, 1e-5)?;
    /// assert_eq!(LayerNorm::new(&params).width(), 4);
    /// # Ok::<(), layernorm::FoldError>(())
    /// ```
    pub const fn width(&self) -> usize {
        self.norm.width
    }

    /// `y = norm(x)`; both rows × width.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y`; nothing is written then.
    ///
    /// ```
    /// use layernorm::quantized::{LayerNorm, Params, Scale};
    ///
    /// let input = Scale { scale: 0.02, zero_point: 3i8 };
    /// let output = Scale { scale: 0.001, zero_point: 0i16 };
    /// let params = Params::fold(&[1.0; 4], &[0.0; 4], input, output, 1e-5)?;
    /// let mut y = [0i16; 4];
    /// LayerNorm::new(&params).forward(&[-100, -20, 60, 127], &mut y)?;
    /// assert_eq!(y, [-1371, -432, 508, 1295]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn forward(&self, x: &[X], y: &mut [Y]) -> Result<(), Error> {
        shape::length("y", y.len(), x.len())?;
        self.run(&self.norm, Apart { x, zero_point: self.zero_point, y })
    }

    /// `y = norm(x + residual); residual = x + residual`; all rows × width.
    ///
    /// The norm takes the exact sum, in 2⁻¹⁶ residual scales, and `residual` gets the sum rounded and saturated.
    ///
    /// # Errors
    /// [`Error::NoResidual`] if the parameters have none, [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `residual` or
    /// `y`; nothing is written then.
    ///
    /// ```
    /// use layernorm::quantized::{LayerNorm, Params, Scale};
    ///
    /// let input = Scale { scale: 0.02, zero_point: 3i8 };
    /// let output = Scale { scale: 0.03, zero_point: -5i8 };
    /// let stream = Scale { scale: 0.04, zero_point: 0i8 };
    /// let params = Params::fold(&[1.0; 4], &[0.0; 4], input, output, 1e-5)?.with_residual(input, stream, 1e-5)?;
    /// let (mut residual, mut y) = ([10, -20, 30, 0], [0; 4]);
    /// LayerNorm::new(&params).forward_residual(&[-100, -20, 60, 127], &mut residual, &mut y)?;
    /// assert_eq!(residual, [-42, -32, 58, 62]);        // a code of the input is half a code of the residual
    /// assert_eq!(y, [-42, -35, 27, 29]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn forward_residual(&self, x: &[X], residual: &mut [X], y: &mut [Y]) -> Result<(), Error> {
        let (norm, sum) = self.residual.as_ref().ok_or(Error::NoResidual)?;
        shape::length("residual", residual.len(), x.len())?;
        shape::length("y", y.len(), x.len())?;
        self.run(norm, Residual { x, residual, y, sum: *sum })
    }

    fn run(&self, norm: &integer::Norm, rows: impl Rows) -> Result<(), Error> {
        shape::rows("x", rows.len(), norm.width)?;
        let [gamma, beta] = self.features;
        run_on_codes(Forward { norm, rows, gamma, beta });
        Ok(())
    }
}

impl<X: Code, K: Averaging> Norm<'_, X, X, K> {
    /// `x = norm(x)`; rows × width. The codes are those of [`forward`](Self::forward).
    ///
    /// # Errors
    /// [`Error::NotWholeRows`]; nothing is written then.
    ///
    /// ```
    /// use layernorm::quantized::{LayerNorm, Params, Scale};
    ///
    /// let input = Scale { scale: 0.02, zero_point: 3i8 };
    /// let output = Scale { scale: 0.03, zero_point: -5i8 };
    /// let params = Params::fold(&[1.0; 4], &[0.0; 4], input, output, 1e-5)?;
    /// let mut x = [-100, -20, 60, 127];
    /// LayerNorm::new(&params).forward_in_place(&mut x)?;
    /// assert_eq!(x, [-51, -19, 12, 38]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn forward_in_place(&self, x: &mut [X]) -> Result<(), Error> {
        self.run(&self.norm, InPlace { x, zero_point: self.zero_point })
    }
}
