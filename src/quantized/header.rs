//! What is folded once for all features, whatever the types of codes.

use super::scale::Scale;
use crate::integer::ratio;
use crate::{FoldError, shape};

/// Bits of a sum behind the point of its residual.
pub(super) const UNIT: u32 = 16;
/// The largest `a`: a ratio of 16.
pub(super) const LARGEST_MULTIPLIER: i32 = 16 << UNIT;

/// What the parameters hold once for all features.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Header {
    pub k: i32,
    pub m: i32,
    /// The zero point of the input.
    pub input: i32,
    /// The zero point of the output.
    pub output: i32,
    pub epsilon: u128,
    pub residual: Option<WithResidual>,
}

/// What [`Header`] holds for rows with a residual.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct WithResidual {
    /// `a`
    pub multiplier: i32,
    pub zero_point: i32,
    pub epsilon: u128,
}

impl Header {
    /// One function for all types of codes: a module with nine pairs of them has it once.
    pub(super) fn fold(
        gamma: &[f32],
        beta: &[f32],
        input: Scale<i32>,
        output: Scale<i32>,
        epsilon: f32,
        [to_gamma, to_beta]: [&mut [i32]; 2],
    ) -> Result<Self, FoldError> {
        let width = shape::integer_width(gamma.len())?;
        shape::length("to", to_gamma.len(), width)?;
        shape::length("to", to_beta.len(), width)?;
        shape::feature_vector("gamma", gamma, width)?;
        shape::feature_vector("beta", beta, width)?;
        shape::scale("input", input.scale)?;
        let scale = shape::scale("output", output.scale)?;
        let (k, m) = (ratio::shift("gamma", gamma, scale)?, ratio::shift("beta", beta, scale)?);
        let epsilon = ratio::folded_epsilon(width, epsilon, ("input", input.scale), 0)?;
        for (to, values, shift) in [(to_gamma, gamma, k), (to_beta, beta, m)] {
            for (to, &value) in to.iter_mut().zip(values) {
                let multiplier = ratio::multiplier(value, scale, shift);
                debug_assert!(multiplier.is_some(), "{value} in steps of {scale} times 2^{shift}");
                *to = multiplier.unwrap_or(0);
            }
        }
        Ok(Self { k, m, input: input.zero_point, output: output.zero_point, epsilon, residual: None })
    }
}

impl WithResidual {
    /// As [`Header::fold`], for sums of an input and a residual of `width` codes.
    pub(super) fn fold(
        width: usize,
        input: f32,
        residual: Scale<i32>,
        epsilon: f32,
    ) -> Result<Self, FoldError> {
        let (from, to) = (shape::scale("input", input)?, shape::scale("residual", residual.scale)?);
        let multiplier = ratio::multiplier(from, to, UNIT as i32)
            .filter(|a| *a <= LARGEST_MULTIPLIER)
            .ok_or(FoldError::ScaleRatio { input: from.to_bits(), residual: to.to_bits() })?;
        let epsilon = ratio::folded_epsilon(width, epsilon, ("residual", to), UNIT as i32)?;
        Ok(Self { multiplier, zero_point: residual.zero_point, epsilon })
    }
}
