//! LayerNorm and RMSNorm of [`fixed`] numbers, correctly rounded, without floating point.
//!
//! Any of `FixedI8`, `FixedI16`, `FixedI32` with any binary point may come in, another may go out, and γ and β have formats
//! of their own.
//!
//! ```
//! use fixed::types::{I1F15, I2F14, I4F12};
//! use layernorm::fixed::LayerNorm;
//!
//! let gamma = [I2F14::from_num(1.5); 4];
//! let norm = LayerNorm::<I1F15, I4F12>::new(4)?.with_gamma(&gamma)?;
//! let x = [0.1, 0.2, 0.3, 0.4].map(I1F15::from_num);
//! let mut y = [I4F12::ZERO; 4];
//! norm.forward(&x, &mut y)?;
//! assert_eq!(y[3], I4F12::from_num(2.011719)); // 1.5 · 1.34104
//! # Ok::<(), layernorm::Error>(())
//! ```
//!
//! | | |
//! |---|---|
//! | result | that of exact arithmetic on the codes, rounded half to even, then saturated: within 0.5 LSB. [`quantized`](crate::quantized) has the definition |
//! | width | 1 … 32768, a power of two or not |
//! | constant row | exactly β in the output's format |
//! | output | x̂ is at most sqrt(N), and below 4 in most rows: `I4F12` holds ±8, `I1F15` would clip at one σ |
//! | ε | a finite number ≥ 0, taken to N²·ε in units of 2⁻¹⁶ squared input steps |

use crate::integer::rows::{Apart, InPlace, Residual, Sum};
use crate::integer::wrapper::{Codes, Wrapper, codes, codes_mut};
use crate::integer::{self, Rows, ratio};
use crate::{Error, dispatch, shape};
use ::fixed::types::extra::{LeEqU8, LeEqU16, LeEqU32};
use ::fixed::{FixedI8, FixedI16, FixedI32};
use core::marker::PhantomData;

/// A number with a binary point: `FixedI8`, `FixedI16` or `FixedI32`.
pub trait Number: Wrapper + Sealed {}

/// What a norm asks of a number.
pub trait Sealed: Sized {
    #[doc(hidden)]
    const FRACTION: i32;
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn parameter(numbers: &[Self]) -> Codes<'_>;
}

macro_rules! number {
    ($type:ident, $bound:ident, $codes:ident) => {
        impl<F: $bound> Number for $type<F> {}
        impl<F: $bound> Sealed for $type<F> {
            const FRACTION: i32 = Self::FRAC_NBITS as i32;
            #[allow(private_interfaces)]
            fn parameter(numbers: &[Self]) -> Codes<'_> {
                Codes::$codes(codes(numbers))
            }
        }
    };
}
number!(FixedI8, LeEqU8, I8);
number!(FixedI16, LeEqU16, I16);
number!(FixedI32, LeEqU32, I32);

/// [`LayerNorm`] if `CENTRED`, else [`RmsNorm`]: rows of numbers `X` to rows of numbers `Y`.
///
/// A value is a few words and borrows γ and β.
#[derive(Clone, Copy, Debug)]
pub struct Norm<'a, X, Y, const CENTRED: bool> {
    norm: integer::Norm,
    gamma: Codes<'a>,
    beta: Codes<'a>,
    types: PhantomData<fn(X) -> Y>,
}

/// `y = (x − mean) / sqrt(var + ε) · γ + β`
pub type LayerNorm<'a, X, Y = X> = Norm<'a, X, Y, true>;

/// `y = x / sqrt(mean square + ε) · γ + β`
pub type RmsNorm<'a, X, Y = X> = Norm<'a, X, Y, false>;

impl<'a, X: Number, Y: Number, const CENTRED: bool> Norm<'a, X, Y, CENTRED> {
    /// Of rows of `width` numbers. γ = 1, β = 0, ε = 1e-5.
    ///
    /// # Errors
    /// [`Error::Zero`], [`Error::TooLarge`].
    pub fn new(width: usize) -> Result<Self, Error> {
        let norm = integer::Norm {
            centred: CENTRED,
            width: shape::integer_width(width)?,
            k: 30 - Y::FRACTION,
            m: 0,
            zero_point: 0,
            epsilon: 0,
        };
        let (gamma, beta) = (Codes::Same(1 << 30), Codes::Same(0));
        Self { norm, gamma, beta, types: PhantomData }.with_epsilon(1e-5)
    }

    /// Gain, one for each of the `width` features; any format.
    ///
    /// # Errors
    /// [`Error::Length`].
    pub fn with_gamma<G: Number>(mut self, gamma: &'a [G]) -> Result<Self, Error> {
        shape::length("gamma", gamma.len(), self.norm.width)?;
        (self.gamma, self.norm.k) = (G::parameter(gamma), G::FRACTION - Y::FRACTION);
        Ok(self)
    }

    /// Bias, one for each of the `width` features; any format.
    ///
    /// # Errors
    /// [`Error::Length`].
    pub fn with_beta<B: Number>(mut self, beta: &'a [B]) -> Result<Self, Error> {
        shape::length("beta", beta.len(), self.norm.width)?;
        (self.beta, self.norm.m) = (B::parameter(beta), B::FRACTION - Y::FRACTION);
        Ok(self)
    }

    /// What is added to the variance; finite, ≥ 0, and 0 is fine.
    ///
    /// # Errors
    /// [`Error::Epsilon`]; [`Error::EpsilonBeyondScale`] where `width² · ε` is 2⁹⁶ squared input steps or more.
    pub fn with_epsilon(mut self, epsilon: f32) -> Result<Self, Error> {
        let epsilon = shape::epsilon(epsilon)?;
        self.norm.epsilon = ratio::epsilon_of_point(self.norm.width, epsilon, X::FRACTION)
            .ok_or(ratio::beyond("input", 0, epsilon))?;
        Ok(self)
    }

    /// `y = norm(x)`; both rows × width.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y`; nothing is written then.
    pub fn forward(&self, x: &[X], y: &mut [Y]) -> Result<(), Error> {
        shape::length("y", y.len(), x.len())?;
        self.run(Apart { x: codes(x), zero_point: 0, y: codes_mut(y) })
    }

    /// `y = norm(x + residual); residual = x + residual`; all rows × width.
    ///
    /// The norm sees the sum as it is; what is left in `residual` is saturated.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `residual` or `y`; nothing is written then.
    pub fn forward_residual(&self, x: &[X], residual: &mut [X], y: &mut [Y]) -> Result<(), Error> {
        shape::length("residual", residual.len(), x.len())?;
        shape::length("y", y.len(), x.len())?;
        let sum = Sum { multiplier: 1, zero_points: [0, 0], unit: 0 };
        self.run(Residual { x: codes(x), residual: codes_mut(residual), y: codes_mut(y), sum })
    }

    fn run(&self, rows: impl Rows) -> Result<(), Error> {
        shape::rows("x", rows.len(), self.norm.width)?;
        // To ask for the types of γ and β at every step takes longer than the step.
        match (self.gamma, self.beta) {
            (Codes::I8(gamma), Codes::I8(beta)) => self.norm.forward(dispatch::MAC, rows, gamma, beta),
            (Codes::I16(gamma), Codes::I16(beta)) => self.norm.forward(dispatch::MAC, rows, gamma, beta),
            (Codes::I32(gamma), Codes::I32(beta)) => self.norm.forward(dispatch::MAC, rows, gamma, beta),
            (gamma, beta) => self.norm.forward(dispatch::MAC, rows, gamma, beta),
        }
        Ok(())
    }
}

impl<X: Number, const CENTRED: bool> Norm<'_, X, X, CENTRED> {
    /// `x = norm(x)`; rows × width. The codes are those of [`forward`](Self::forward).
    ///
    /// # Errors
    /// [`Error::NotWholeRows`]; nothing is written then.
    pub fn forward_in_place(&self, x: &mut [X]) -> Result<(), Error> {
        self.run(InPlace { x: codes_mut(x), zero_point: 0 })
    }
}
