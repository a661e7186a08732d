//! γ, β, scales and ε as integers.

use super::code::Code;
use super::header::{Header, UNIT, WithResidual};
use super::scale::Scale;
use crate::integer;
use crate::integer::rows::Sum;
use crate::{Error, FoldError, shape};
use core::marker::PhantomData;

/// γ, β, scales and ε as integers, for rows of codes `X` that become codes `Y`.
///
/// `S` holds an integer for each feature: an array, or a slice of the caller's.
///
/// ```
/// use layernorm::quantized::{LayerNorm, Params, Scale};
///
/// let input = Scale { scale: 0.02, zero_point: 3i8 };
/// let output = Scale { scale: 0.03, zero_point: -5i8 };
/// let params = Params::fold(&[1.0, 0.5, 2.0, 1.0], &[0.0, 0.1, -0.1, 0.0], input, output, 1e-5)?;
/// let mut y = [0; 4];
/// LayerNorm::new(&params).forward(&[-100, -20, 60, 127], &mut y)?;
/// assert_eq!(y, [-51, -9, 26, 38]);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[must_use = "parameters do nothing until a norm is made of them"]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params<X, Y, S> {
    pub(super) header: Header,
    pub(super) gamma: S,
    pub(super) beta: S,
    pub(super) types: PhantomData<fn(X) -> Y>,
}

/// What folding did to γ and β, in LSB of the output; [`Params::report`] gives it.
///
/// ```
/// use layernorm::quantized::{Params, Scale};
///
/// let input = Scale { scale: 0.02, zero_point: 3i8 };
/// let output = Scale { scale: 0.03, zero_point: -5i8 };
/// let (gamma, beta) = ([1.0, 0.5, 2.0, 1.0], [0.0, 0.1, -0.1, 0.0]);
/// let params = Params::fold(&gamma, &beta, input, output, 1e-5)?;
/// let report = params.report(&gamma, &beta, output)?;
/// assert!(report.gamma_error < 2e-8 && report.beta_error < 1e-9);
/// assert_eq!(report.saturated, 0);
/// assert!((report.largest_normalised - 1.795).abs() < 1e-6);      // the feature whose γ is 2
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Report {
    /// The largest error of a γ: so much for each unit of x̂.
    pub gamma_error: f64,
    /// The largest error of a β.
    pub beta_error: f64,
    /// Features whose β alone is outside the output's range.
    pub saturated: usize,
    /// No feature saturates while |x̂| is at most this.
    pub largest_normalised: f64,
}

impl<X: Code, Y: Code, const N: usize> Params<X, Y, [i32; N]> {
    /// Parameters for rows of `N` codes.
    ///
    /// # Errors
    /// [`Error::Zero`] or [`Error::TooLarge`] for a width `N` of 0 or beyond 32768; [`FoldError::Scale`]; [`Error::NotFinite`] for
    /// `gamma` or `beta`, [`FoldError::BeyondScale`] for one of 2³¹ output scales or more; [`Error::Epsilon`];
    /// [`FoldError::EpsilonBeyondScale`] where `N² · ε` is 2⁹⁶ squared input scales or more.
    ///
    /// ```
    /// use layernorm::quantized::{Params, Scale};
    ///
    /// let input = Scale { scale: 0.02, zero_point: 3i8 };
    /// let output = Scale { scale: 0.001, zero_point: 0i16 };     // another type than the input
    /// let params = Params::fold(&[1.0, 0.5, 2.0, 1.0], &[0.0, 0.1, -0.1, 0.0], input, output, 1e-5)?;
    /// assert_eq!(params.width(), 4);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn fold(
        gamma: &[f32; N],
        beta: &[f32; N],
        input: Scale<X>,
        output: Scale<Y>,
        epsilon: f32,
    ) -> Result<Self, FoldError> {
        let mut storage = ([0; N], [0; N]);
        let to = [&mut storage.0[..], &mut storage.1[..]];
        let header = Params::fold_into(gamma, beta, input, output, epsilon, to)?.header;
        Ok(Self { header, gamma: storage.0, beta: storage.1, types: PhantomData })
    }
}

impl<'a, X: Code, Y: Code> Params<X, Y, &'a [i32]> {
    /// [`fold`](Params::fold) for a width that is not known before: the integers of γ and β go to `to`.
    ///
    /// # Errors
    /// The errors of `fold`, and [`Error::Length`] for `beta` or a slice of `to` that is not as long as `gamma`.
    ///
    /// ```
    /// use layernorm::quantized::{LayerNorm, Params, Scale};
    ///
    /// let input = Scale { scale: 0.02, zero_point: 3i8 };
    /// let output = Scale { scale: 0.03, zero_point: -5i8 };
    /// let (gamma, beta) = (vec![1.0; 4], vec![0.0; 4]);
    /// let (mut g, mut b) = (vec![0; gamma.len()], vec![0; gamma.len()]);
    /// let params = Params::fold_into(&gamma, &beta, input, output, 1e-5, [&mut g, &mut b])?;
    /// let mut y = [0; 4];
    /// LayerNorm::new(&params).forward(&[-100, -20, 60, 127], &mut y)?;
    /// assert_eq!(y, [-51, -19, 12, 38]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn fold_into(
        gamma: &[f32],
        beta: &[f32],
        input: Scale<X>,
        output: Scale<Y>,
        epsilon: f32,
        to: [&'a mut [i32]; 2],
    ) -> Result<Self, FoldError> {
        let [to_gamma, to_beta] = to;
        let (input, output) = (input.widened(), output.widened());
        let header = Header::fold(gamma, beta, input, output, epsilon, [&mut *to_gamma, &mut *to_beta])?;
        Ok(Self { header, gamma: to_gamma, beta: to_beta, types: PhantomData })
    }
}

impl<X: Code, Y: Code, S: AsRef<[i32]>> Params<X, Y, S> {
    /// The same parameters, for `forward_residual` as well: there the input is added to codes of `residual`. `input` and
    /// `epsilon` are those that were folded.
    ///
    /// # Errors
    /// [`FoldError::Scale`]; [`FoldError::ScaleRatio`] for an input scale of more than 16 residual scales; [`Error::Epsilon`];
    /// [`FoldError::EpsilonBeyondScale`] where `width² · ε` is 2⁶⁴ squared residual scales or more: a sum has 16 bits behind their
    /// point.
    ///
    /// ```
    /// use layernorm::quantized::{LayerNorm, Params, Scale};
    ///
    /// let input = Scale { scale: 0.02, zero_point: 3i8 };
    /// let output = Scale { scale: 0.03, zero_point: -5i8 };
    /// let residual = Scale { scale: 0.04, zero_point: 0i8 };
    /// let params = Params::fold(&[1.0; 4], &[0.0; 4], input, output, 1e-5)?.with_residual(input, residual, 1e-5)?;
    /// let (mut stream, mut y) = ([10, -20, 30, 0], [0; 4]);
    /// LayerNorm::new(&params).forward_residual(&[-100, -20, 60, 127], &mut stream, &mut y)?;
    /// assert_eq!(y, [-42, -35, 27, 29]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn with_residual(
        mut self,
        input: Scale<X>,
        residual: Scale<X>,
        epsilon: f32,
    ) -> Result<Self, FoldError> {
        let residual = WithResidual::fold(self.width(), input.scale, residual.widened(), epsilon)?;
        self.header.residual = Some(residual);
        Ok(self)
    }

    /// Codes in a row.
    ///
    /// ```
    /// use layernorm::quantized::{Params, Scale};
    ///
    /// let unit = Scale { scale: 1.0, zero_point: 0i8 };
    /// assert_eq!(Params::fold(&[1.0; 64], &[0.0; 64], unit, unit, 1e-5)?.width(), 64);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn width(&self) -> usize {
        self.gamma.as_ref().len()
    }

    /// What folding did to `gamma` and `beta` for codes of `output`.
    ///
    /// # Errors
    /// [`Error::Length`] for `gamma` or `beta`.
    ///
    /// ```
    /// use layernorm::quantized::{Params, Scale};
    ///
    /// let input = Scale { scale: 0.02, zero_point: 3i8 };
    /// let output = Scale { scale: 0.01, zero_point: 0i8 };
    /// let (gamma, beta) = ([1.0, 1.0], [0.0, -1.5]);
    /// let report = Params::fold(&gamma, &beta, input, output, 1e-5)?.report(&gamma, &beta, output)?;
    /// assert_eq!(report.saturated, 1);      // −1.5 is −150 steps of 0.01
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn report(&self, gamma: &[f32], beta: &[f32], output: Scale<Y>) -> Result<Report, Error> {
        shape::length("gamma", gamma.len(), self.width())?;
        shape::length("beta", beta.len(), self.width())?;
        let (lowest, highest) = (Y::LOWEST as f64, Y::HIGHEST as f64);
        let (step, zero_point) = (f64::from(output.scale), f64::from(self.header.output));
        let mut report =
            Report { gamma_error: 0.0, beta_error: 0.0, saturated: 0, largest_normalised: f64::INFINITY };
        let folded = self.gamma.as_ref().iter().zip(self.beta.as_ref());
        for ((&g, &b), (&gamma, &beta)) in folded.zip(gamma.iter().zip(beta)) {
            let g = f64::from(g) / (1u64 << self.header.k) as f64;
            let b = f64::from(b) / (1u64 << self.header.m) as f64;
            report.gamma_error = report.gamma_error.max((g - f64::from(gamma) / step).abs());
            report.beta_error = report.beta_error.max((b - f64::from(beta) / step).abs());
            let room = (highest - zero_point - b).min(b + zero_point - lowest);
            report.saturated += usize::from(room < 0.0);
            if g != 0.0 {
                report.largest_normalised = report.largest_normalised.min(room.max(0.0) / g.abs());
            }
        }
        Ok(report)
    }

    /// The norm of rows, their zero point, and the norm of sums with a residual.
    pub(super) fn norm(&self, centred: bool) -> (integer::Norm, i32, Option<(integer::Norm, Sum)>) {
        let Header { k, m, input, output, epsilon, residual } = self.header;
        let norm = integer::Norm { centred, width: self.width(), k, m, zero_point: output, epsilon };
        let residual = residual.map(|WithResidual { multiplier, zero_point, epsilon }| {
            let sum = Sum { multiplier, zero_points: [input, zero_point], unit: UNIT };
            (integer::Norm { epsilon, ..norm }, sum)
        });
        (norm, input, residual)
    }
}
