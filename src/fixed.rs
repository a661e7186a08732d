#![doc = include_str!("fixed.md")]

mod moments;
mod number;
mod pieces;

pub use moments::Moments;
pub use number::Number;

use crate::dispatch::run_on_codes;
use crate::integer::rows::{Apart, InPlace, Residual, Sum};
use crate::integer::wrapper::{Codes, codes, codes_mut, parameter};
use crate::integer::{self, Forward, Rows, ratio};
use crate::shape::checked;
use crate::{Averaging, Error, FoldError, Layer, Rms, shape};
use core::marker::PhantomData;

/// [`LayerNorm`] or [`RmsNorm`], by `K`: rows of numbers `X` to rows of numbers `Y`.
///
/// A value is a few words and borrows γ and β.
///
/// ```
/// use fixed::types::{I4F12, I8F8};
/// use layernorm::fixed::{LayerNorm, RmsNorm};
///
/// let (layer, rms) = (LayerNorm::<I8F8, I4F12>::new(4)?, RmsNorm::<I8F8, I4F12>::new(4)?);
/// let x = [1, 2, 3, 4].map(I8F8::from_num);
/// let mut y = [I4F12::ZERO; 4];
/// layer.forward(&x, &mut y)?;
/// assert_eq!(y.map(I4F12::to_bits), [-5495, -1832, 1832, 5495]);
/// rms.forward(&x, &mut y)?;
/// assert_eq!(y.map(I4F12::to_bits), [1496, 2991, 4487, 5983]);
/// # Ok::<(), layernorm::Error>(())
/// ```
#[must_use = "a norm does nothing until one of its verbs is called"]
#[derive(Clone, Copy, Debug)]
pub struct Norm<'a, X, Y, K> {
    norm: integer::Norm,
    gamma: Codes<'a>,
    beta: Codes<'a>,
    types: PhantomData<fn(X, K) -> Y>,
}

/// `y = (x − mean) / sqrt(var + ε) · γ + β`
///
/// ```
/// use fixed::types::{I4F12, I8F8};
/// use layernorm::fixed::LayerNorm;
///
/// let norm = LayerNorm::<I8F8, I4F12>::new(4)?;
/// let x = [1, 2, 3, 4].map(I8F8::from_num);
/// let mut y = [I4F12::ZERO; 4];
/// norm.forward(&x, &mut y)?;
/// assert_eq!(y.map(I4F12::to_bits), [-5495, -1832, 1832, 5495]);   // −1.3416, −0.4473, 0.4473, 1.3416
/// # Ok::<(), layernorm::Error>(())
/// ```
pub type LayerNorm<'a, X, Y = X> = Norm<'a, X, Y, Layer>;

/// `y = x / sqrt(mean square + ε) · γ + β`
///
/// ```
/// use fixed::types::{I4F12, I8F8};
/// use layernorm::fixed::RmsNorm;
///
/// let norm = RmsNorm::<I8F8, I4F12>::new(4)?;
/// let x = [1, 2, 3, 4].map(I8F8::from_num);
/// let mut y = [I4F12::ZERO; 4];
/// norm.forward(&x, &mut y)?;
/// assert_eq!(y.map(I4F12::to_bits), [1496, 2991, 4487, 5983]);     // 0.3652, 0.7302, 1.0954, 1.4606
/// # Ok::<(), layernorm::Error>(())
/// ```
pub type RmsNorm<'a, X, Y = X> = Norm<'a, X, Y, Rms>;

impl<'a, X: Number, Y: Number, K: Averaging> Norm<'a, X, Y, K> {
    /// A norm of rows of `width` numbers, 1 … 32768. γ = 1, β = 0, ε = 1e-5.
    ///
    /// # Errors
    /// [`Error::Zero`], [`Error::TooLarge`].
    ///
    /// ```
    /// use fixed::types::{I1F15, I4F12};
    /// use layernorm::{Error, fixed::LayerNorm};
    ///
    /// let norm = LayerNorm::<I1F15, I4F12>::new(768)?;     // I1F15 in, I4F12 out
    /// let none = LayerNorm::<I1F15>::new(0);               // I1F15 in and out
    /// assert_eq!(none.err(), Some(Error::Zero { parameter: "width" }));
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn new(width: usize) -> Result<Self, Error> {
        let width = checked!(shape::integer_width(width));
        let (k, epsilon) = (30 - Y::FRACTION, 1e-5f32);
        let norm = integer::Norm { centred: K::CENTRED, width, k, m: 0, zero_point: 0, epsilon: 0 };
        let (gamma, beta) = (Codes::Same(1 << 30), Codes::Same(0));
        match (Self { norm, gamma, beta, types: PhantomData }).with_epsilon(epsilon) {
            Ok(norm) => Ok(norm),
            Err(FoldError::Argument(error)) => Err(error),
            // Never: N² is at most 2³⁰ and a step at least 2⁻³², so that E is below 2⁹⁴.
            Err(_) => Err(Error::Epsilon { actual: epsilon.to_bits() }),
        }
    }

    /// Gain, one for each of the `width` features; any format.
    ///
    /// # Errors
    /// [`Error::Length`].
    ///
    /// ```
    /// use fixed::types::{I1F7, I4F12, I8F8};
    /// use layernorm::fixed::LayerNorm;
    ///
    /// let gamma = [I1F7::from_num(0.5); 4];
    /// let norm = LayerNorm::<I8F8, I4F12>::new(4)?.with_gamma(&gamma)?;
    /// let x = [1, 2, 3, 4].map(I8F8::from_num);
    /// let mut y = [I4F12::ZERO; 4];
    /// norm.forward(&x, &mut y)?;
    /// assert_eq!(y.map(I4F12::to_bits), [-2748, -916, 916, 2748]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn with_gamma<G: Number>(mut self, gamma: &'a [G]) -> Result<Self, Error> {
        checked!(shape::length("gamma", gamma.len(), self.norm.width));
        (self.gamma, self.norm.k) = (parameter(gamma), G::FRACTION - Y::FRACTION);
        Ok(self)
    }

    /// Bias, one for each of the `width` features; any format.
    ///
    /// # Errors
    /// [`Error::Length`].
    ///
    /// ```
    /// use fixed::types::{I4F12, I8F8};
    /// use layernorm::fixed::LayerNorm;
    ///
    /// let beta = [I8F8::from_num(2); 4];
    /// let norm = LayerNorm::<I8F8, I4F12>::new(4)?.with_beta(&beta)?;
    /// let x = [1, 2, 3, 4].map(I8F8::from_num);
    /// let mut y = [I4F12::ZERO; 4];
    /// norm.forward(&x, &mut y)?;
    /// assert_eq!(y.map(I4F12::to_bits), [2697, 6360, 10024, 13687]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn with_beta<B: Number>(mut self, beta: &'a [B]) -> Result<Self, Error> {
        checked!(shape::length("beta", beta.len(), self.norm.width));
        (self.beta, self.norm.m) = (parameter(beta), B::FRACTION - Y::FRACTION);
        Ok(self)
    }

    /// What is added to the variance; finite, ≥ 0, and 0 is fine.
    ///
    /// # Errors
    /// [`Error::Epsilon`]; [`FoldError::EpsilonBeyondScale`] where `width² · ε` is 2⁹⁶ squared input steps or more.
    ///
    /// ```
    /// use fixed::types::{I4F12, I8F8};
    /// use layernorm::fixed::LayerNorm;
    ///
    /// let norm = LayerNorm::<I8F8, I4F12>::new(4)?.with_epsilon(1.0)?;
    /// let x = [1, 2, 3, 4].map(I8F8::from_num);     // variance 1.25
    /// let mut y = [I4F12::ZERO; 4];
    /// norm.forward(&x, &mut y)?;
    /// assert_eq!(y, [-1.0, -1.0 / 3.0, 1.0 / 3.0, 1.0].map(I4F12::from_num));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn with_epsilon(mut self, epsilon: f32) -> Result<Self, FoldError> {
        let epsilon = match shape::epsilon(epsilon) {
            Ok(epsilon) => epsilon,
            Err(error) => return Err(FoldError::Argument(error)),
        };
        match ratio::binary_epsilon(self.norm.width, epsilon, X::FRACTION) {
            Some(epsilon) => self.norm.epsilon = epsilon,
            None => return Err(ratio::epsilon_error("input", 0, epsilon)),
        }
        Ok(self)
    }

    /// Number of features in a row.
    ///
    /// ```
    /// # type I1F15 = fixed::types::I1F15;
    /// assert_eq!(layernorm::fixed::LayerNorm::<I1F15>::new(64)?.width(), 64);
    /// # Ok::<(), layernorm::Error>(())
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
    /// use fixed::types::{I4F12, I8F8};
    /// use layernorm::fixed::LayerNorm;
    ///
    /// let norm = LayerNorm::<I8F8, I4F12>::new(2)?;
    /// let x = [1, 2, 7, 3].map(I8F8::from_num);             // two rows
    /// let mut y = [I4F12::ZERO; 4];
    /// norm.forward(&x, &mut y)?;
    /// assert_eq!(y.map(I4F12::to_bits), [-4096, 4096, 4096, -4096]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub fn forward(&self, x: &[X], y: &mut [Y]) -> Result<(), Error> {
        shape::length("y", y.len(), x.len())?;
        self.run(Apart { x: codes(x), zero_point: 0, y: codes_mut(y) })
    }

    /// `y = norm(x + residual); residual = x + residual`; all rows × width.
    ///
    /// The norm takes the exact sum, and `residual` gets the sum saturated.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `residual` or `y`; nothing is written then.
    ///
    /// ```
    /// use fixed::types::I4F12;
    /// use layernorm::fixed::LayerNorm;
    ///
    /// let norm = LayerNorm::<I4F12>::new(4)?;
    /// let x = [1, 2, 3, 4].map(I4F12::from_num);
    /// let (mut residual, mut y) = ([1, 0, 5, 6].map(I4F12::from_num), [I4F12::ZERO; 4]);
    /// norm.forward_residual(&x, &mut residual, &mut y)?;
    /// assert_eq!(residual, [I4F12::from_num(2), I4F12::from_num(2), I4F12::MAX, I4F12::MAX]);
    /// assert_eq!(y.map(I4F12::to_bits), [-4015, -4015, 2868, 5162]);   // of 2, 2, 8, 10
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub fn forward_residual(&self, x: &[X], residual: &mut [X], y: &mut [Y]) -> Result<(), Error> {
        shape::length("residual", residual.len(), x.len())?;
        shape::length("y", y.len(), x.len())?;
        let sum = Sum { multiplier: 1, zero_points: [0, 0], unit: 0 };
        self.run(Residual { x: codes(x), residual: codes_mut(residual), y: codes_mut(y), sum })
    }

    fn run(&self, rows: impl Rows) -> Result<(), Error> {
        shape::rows("x", rows.len(), self.norm.width)?;
        let norm = &self.norm;
        // To ask for the types of γ and β at every step takes longer than the step.
        match (self.gamma, self.beta) {
            (Codes::I8(gamma), Codes::I8(beta)) => run_on_codes(Forward { norm, rows, gamma, beta }),
            (Codes::I16(gamma), Codes::I16(beta)) => run_on_codes(Forward { norm, rows, gamma, beta }),
            (Codes::I32(gamma), Codes::I32(beta)) => run_on_codes(Forward { norm, rows, gamma, beta }),
            (gamma, beta) => run_on_codes(Forward { norm, rows, gamma, beta }),
        }
        Ok(())
    }
}

impl<X: Number, K: Averaging> Norm<'_, X, X, K> {
    /// `x = norm(x)`; rows × width. The codes are those of [`forward`](Self::forward).
    ///
    /// # Errors
    /// [`Error::NotWholeRows`]; nothing is written then.
    ///
    /// ```
    /// use fixed::types::I4F12;
    /// use layernorm::fixed::LayerNorm;
    ///
    /// let mut x = [1, 2, 3, 4].map(I4F12::from_num);
    /// LayerNorm::<I4F12>::new(4)?.forward_in_place(&mut x)?;
    /// assert_eq!(x.map(I4F12::to_bits), [-5495, -1832, 1832, 5495]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub fn forward_in_place(&self, x: &mut [X]) -> Result<(), Error> {
        self.run(InPlace { x: codes_mut(x), zero_point: 0 })
    }
}
