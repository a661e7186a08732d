//! LayerNorm and RMSNorm of quantised codes, correctly rounded, without floating point.
//!
//! A code `q` (`i8`, `u8` or `i16`) stands for `scale · (q − zero_point)`. [`Params::fold`] turns γ, β, both scales and ε into
//! integers once, on a host if need be; from then on everything is integers.
//!
//! ```
//! use layernorm::quantized::{LayerNorm, Params, Scale};
//!
//! let input = Scale { scale: 0.02, zero_point: 3i8 };
//! let output = Scale { scale: 0.03, zero_point: -5i8 };
//! let params = Params::fold(&[1.0, 0.5, 2.0, 1.0], &[0.0, 0.1, -0.1, 0.0], input, output, 1e-5)?;
//!
//! let norm = LayerNorm::new(&params);
//! let mut y = [0i8; 4];
//! norm.forward(&[-100, -20, 60, 127], &mut y)?;
//! assert_eq!(y, [-51, -9, 26, 38]);
//! # Ok::<(), layernorm::Error>(())
//! ```
//!
//! A device needs no γ in floating point: write [`Params::to_bytes`] on the host, and read the bytes at compile time.
//!
//! ```
//! # use layernorm::{Error, quantized::Params};
//! # const BYTES: &[u8] = &[0; Params::<i8, i8, [i32; 64]>::BYTES];
//! const PARAMS: Result<Params<i8, i8, [i32; 64]>, Error> = Params::from_bytes(BYTES); // include_bytes!("norm.bin")
//! # assert!(matches!(PARAMS, Err(Error::Format { .. })));
//! ```
//!
//! | | |
//! |---|---|
//! | result | that of exact arithmetic on the codes and the folded integers, rounded half to even, then saturated: within 0.5 LSB |
//! | folding | moves x̂·γ by at most \|x̂\| · 2^−(k+1) LSB and β by 2^−(m+1); [`Params::report`] tells by how much |
//! | width | 1 … 32768, a power of two or not |
//! | constant row | exactly the code of β |
//!
#![doc = include_str!("../integer/definition.md")]

mod bytes;
mod params;

pub use params::{Params, Report, Scale};

use crate::integer::rows::{Apart, InPlace, Residual, Sum};
use crate::integer::{self, Rows};
use crate::{Error, dispatch, shape};
use core::marker::PhantomData;

/// A type of codes: `i8`, `u8` or `i16`.
pub trait Code: integer::Code + core::fmt::Debug + PartialEq {
    /// Tells the types apart in the bytes of [`Params`].
    #[doc(hidden)]
    const TAG: u8;
}

impl Code for i8 {
    const TAG: u8 = 1;
}
impl Code for u8 {
    const TAG: u8 = 2;
}
impl Code for i16 {
    const TAG: u8 = 3;
}

/// [`LayerNorm`] if `CENTRED`, else [`RmsNorm`]: rows of codes `X` to rows of codes `Y`.
///
/// A value is a few words and borrows its [`Params`].
#[derive(Clone, Copy, Debug)]
pub struct Norm<'a, X, Y, const CENTRED: bool> {
    /// g and b.
    features: [&'a [i32]; 2],
    norm: integer::Norm,
    zero_point: i32,
    residual: Option<(integer::Norm, Sum)>,
    types: PhantomData<fn(X) -> Y>,
}

/// `y = (x − mean) / sqrt(var + ε) · γ + β`
pub type LayerNorm<'a, X, Y = X> = Norm<'a, X, Y, true>;

/// `y = x / sqrt(mean square + ε) · γ + β`
pub type RmsNorm<'a, X, Y = X> = Norm<'a, X, Y, false>;

impl<'a, X: Code, Y: Code, const CENTRED: bool> Norm<'a, X, Y, CENTRED> {
    /// With the width, γ, β, scales and ε of `params`.
    pub fn new<S: AsRef<[i32]>>(params: &'a Params<X, Y, S>) -> Self {
        let (norm, zero_point, residual) = params.norm(CENTRED);
        let features = [params.gamma.as_ref(), params.beta.as_ref()];
        Self { features, norm, zero_point, residual, types: PhantomData }
    }

    /// `y = norm(x)`; both rows × width.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y`; nothing is written then.
    pub fn forward(&self, x: &[X], y: &mut [Y]) -> Result<(), Error> {
        shape::length("y", y.len(), x.len())?;
        self.run(&self.norm, Apart { x, zero_point: self.zero_point, y })
    }

    /// `y = norm(x + residual); residual = x + residual`; all rows × width.
    ///
    /// The norm sees the sum as it is, in 2⁻¹⁶ residual scales; what is left in `residual` is rounded and saturated.
    ///
    /// # Errors
    /// [`Error::NoResidual`] if the parameters have none, [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `residual` or
    /// `y`; nothing is written then.
    pub fn forward_residual(&self, x: &[X], residual: &mut [X], y: &mut [Y]) -> Result<(), Error> {
        let (norm, sum) = self.residual.as_ref().ok_or(Error::NoResidual)?;
        shape::length("residual", residual.len(), x.len())?;
        shape::length("y", y.len(), x.len())?;
        self.run(norm, Residual { x, residual, y, sum: *sum })
    }

    fn run(&self, norm: &integer::Norm, rows: impl Rows) -> Result<(), Error> {
        shape::rows("x", rows.len(), norm.width)?;
        let [gamma, beta] = self.features;
        norm.forward(dispatch::MAC, rows, gamma, beta);
        Ok(())
    }
}

impl<X: Code, const CENTRED: bool> Norm<'_, X, X, CENTRED> {
    /// `x = norm(x)`; rows × width. The codes are those of [`forward`](Self::forward).
    ///
    /// # Errors
    /// [`Error::NotWholeRows`]; nothing is written then.
    pub fn forward_in_place(&self, x: &mut [X]) -> Result<(), Error> {
        self.run(&self.norm, InPlace { x, zero_point: self.zero_point })
    }
}
