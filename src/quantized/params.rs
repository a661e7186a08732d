use super::Code;
use crate::integer::rows::Sum;
use crate::integer::{self, ratio};
use crate::{Error, shape};
use core::marker::PhantomData;

/// What codes stand for: `scale · (code − zero_point)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale<Q> {
    /// Finite and > 0.
    pub scale: f32,
    /// The code of 0.
    pub zero_point: Q,
}

/// γ, β, scales and ε as integers, for rows of codes `X` that become codes `Y`.
///
/// `S` holds an integer for each feature: an array, or a slice of the caller's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params<X, Y, S> {
    pub(super) header: Header,
    pub(super) gamma: S,
    pub(super) beta: S,
    pub(super) types: PhantomData<fn(X) -> Y>,
}

/// What there is one of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Header {
    pub k: i32,
    pub m: i32,
    pub input: i32,
    pub output: i32,
    pub epsilon: u128,
    pub residual: Option<WithResidual>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct WithResidual {
    /// `a`
    pub multiplier: i32,
    pub zero_point: i32,
    pub epsilon: u128,
}

/// What folding did to γ and β, in LSB of the output.
#[derive(Clone, Copy, Debug, PartialEq)]
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

/// Bits behind the point of a sum with a residual.
const UNIT: u32 = 16;
/// The largest `a`: a ratio of 16.
pub(super) const LARGEST_MULTIPLIER: i32 = 16 << UNIT;

impl<X: Code, Y: Code, const N: usize> Params<X, Y, [i32; N]> {
    /// For rows of `N` codes.
    ///
    /// # Errors
    /// [`Error::Zero`] or [`Error::TooLarge`] for a width `N` of 0 or beyond 32768; [`Error::Scale`]; [`Error::NotFinite`] for
    /// `gamma` or `beta`, [`Error::BeyondScale`] for one of 2³¹ output scales or more; [`Error::Epsilon`];
    /// [`Error::EpsilonBeyondScale`] where `N² · ε` is 2⁹⁶ squared input scales or more.
    pub fn fold(
        gamma: &[f32; N],
        beta: &[f32; N],
        input: Scale<X>,
        output: Scale<Y>,
        epsilon: f32,
    ) -> Result<Self, Error> {
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
    /// Those of `fold`, and [`Error::Length`] for `beta` or a slice of `to`, whose lengths must be that of `gamma`.
    pub fn fold_into(
        gamma: &[f32],
        beta: &[f32],
        input: Scale<X>,
        output: Scale<Y>,
        epsilon: f32,
        to: [&'a mut [i32]; 2],
    ) -> Result<Self, Error> {
        let width = shape::integer_width(gamma.len())?;
        let [to_gamma, to_beta] = to;
        shape::length("to", to_gamma.len(), width)?;
        shape::length("to", to_beta.len(), width)?;
        shape::feature_vector("gamma", gamma, width)?;
        shape::feature_vector("beta", beta, width)?;
        shape::scale("input", input.scale)?;
        let scale = shape::scale("output", output.scale)?;
        let (k, m) = (ratio::shift("gamma", gamma, scale)?, ratio::shift("beta", beta, scale)?);
        let header = Header {
            k,
            m,
            input: input.zero_point.get(),
            output: output.zero_point.get(),
            epsilon: ratio::folded_epsilon(width, epsilon, ("input", input.scale), 0)?,
            residual: None,
        };
        for (to, values, shift) in [(&mut *to_gamma, gamma, k), (&mut *to_beta, beta, m)] {
            for (to, &value) in to.iter_mut().zip(values) {
                *to = ratio::multiplier(value, scale, shift).unwrap_or(0);
            }
        }
        Ok(Self { header, gamma: to_gamma, beta: to_beta, types: PhantomData })
    }
}

impl<X: Code, Y: Code, S: AsRef<[i32]>> Params<X, Y, S> {
    /// The same parameters, for `forward_residual` as well: there the input is added to codes of `residual`. `input` and
    /// `epsilon` are those that were folded.
    ///
    /// # Errors
    /// [`Error::Scale`]; [`Error::ScaleRatio`] for an input scale of more than 16 residual scales; [`Error::Epsilon`];
    /// [`Error::EpsilonBeyondScale`] where `width² · ε` is 2⁶⁴ squared residual scales or more: a sum has 16 bits behind their
    /// point.
    pub fn with_residual(mut self, input: Scale<X>, residual: Scale<X>, epsilon: f32) -> Result<Self, Error> {
        let (from, to) = (shape::scale("input", input.scale)?, shape::scale("residual", residual.scale)?);
        let multiplier = ratio::multiplier(from, to, UNIT as i32)
            .filter(|a| *a <= LARGEST_MULTIPLIER)
            .ok_or(Error::ScaleRatio { input: from.to_bits(), residual: to.to_bits() })?;
        self.header.residual = Some(WithResidual {
            multiplier,
            zero_point: residual.zero_point.get(),
            epsilon: ratio::folded_epsilon(self.width(), epsilon, ("residual", to), UNIT as i32)?,
        });
        Ok(self)
    }

    /// Codes in a row.
    pub fn width(&self) -> usize {
        self.gamma.as_ref().len()
    }

    /// What folding `gamma` and `beta` for that output came to.
    ///
    /// # Errors
    /// [`Error::Length`] for `gamma` or `beta`.
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

    /// The norm of rows, their zero point, and that of sums with a residual.
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
