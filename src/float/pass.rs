//! Which pass over a row comes next: the decisions alone, for a row in memory and for one in pieces.
//!
//! A pivot too far from the mean (at 1e7 and σ = 1 it is a rounded one) costs one more pass 1, about the mean
//! then found. Where that does not help either, because sums are out of range or values not finite, the row
//! goes through three careful passes, and comes out right whatever it is:
//!
//! ```text
//! range   lowest and highest value; not finite: NaN; equal: x̂ = 0
//!         then s = 2ᵏ so that s · (highest − lowest), or s · sqrt(ε) if that is larger, is near 1
//! coarse  delta about the scaled lowest value
//! fine    the sums again about lowest + delta, kept as two floats
//! ```
//!
//! One fine pass is enough: with mean − lowest ≤ σ·sqrt(N) the coarse mean is off by some 2⁻²²·σ·sqrt(N), far less
//! than σ for every N ≤ 2²⁴, and the fine pass measures what is left.

use super::rstd::{Constants, RowSpec, Statistics, centre, mean, needs_pivot, statistics};
use super::term::Scaled;
use super::total::{Lanes, finish_lanes};
use crate::RowStats;
use crate::isa::{Isa, Scalar, Two, two_sum};

/// A pass over a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pass {
    pub stage: Stage,
    /// What its sums are about; [`Stage::Range`] takes no sums.
    pub about: Scaled,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Stage {
    /// Sums about 0.
    First,
    /// About the mean of the first pass, which is far from 0.
    Pivot,
    /// About the mean that the last pass found.
    Mean,
    Range,
    Coarse,
    Fine,
}

/// After a pass.
pub(crate) enum Next {
    Done(RowStats),
    Again(Pass),
}

impl Pass {
    pub(crate) const FIRST: Self = Self { stage: Stage::First, about: Scaled::IDENTITY };
    const RANGE: Self = Self { stage: Stage::Range, about: Scaled::IDENTITY };

    /// About `mean`, or, where that is not finite, the first of the careful passes.
    pub(super) fn at_mean(stage: Stage, mean: f32) -> Self {
        let about = Scaled { pivot: mean, ..Scaled::IDENTITY };
        if mean.is_finite() { Self { stage, about } } else { Self::RANGE }
    }

    /// The pass after the first or the second, where that found `mean` but lost digits.
    pub(super) fn after_failure(spec: &RowSpec, mean: f32) -> Self {
        if spec.centred { Self::at_mean(Stage::Mean, mean) } else { Self::RANGE }
    }

    /// What follows this pass, which found the sums in `lanes`. Apart, so that its many values are not on the stack
    /// while a row is summed.
    #[inline(never)]
    pub(crate) fn next(&self, spec: &RowSpec, lanes: &Lanes) -> Next {
        // A scaled row has a scaled ε. In two steps: neither over- nor underflows unless the result does, and then ε is
        // nothing beside 1.
        let scale = self.about.scale;
        let constants = Constants::new(RowSpec { epsilon: spec.epsilon * scale * scale, ..*spec });
        let (constants, [a, b]) = (&constants, finish_lanes(lanes));
        if spec.centred && self.stage == Stage::First && needs_pivot(Scalar, constants, a, b) & 1 != 0 {
            return Next::Again(Self::at_mean(Stage::Pivot, mean(Scalar, constants, a)));
        }
        let Statistics { delta, rstd, ok } = statistics(Scalar, constants, a, b);
        self.after(spec, delta, rstd, ok & 1 != 0)
    }

    /// What follows this pass, which found a mean (relative to what its sums are about) and a factor.
    fn after(&self, spec: &RowSpec, delta: f32, factor: f32, ok: bool) -> Next {
        let about = self.about;
        let Scaled { scale, pivot, .. } = about;
        Next::Again(match self.stage {
            Stage::First | Stage::Pivot | Stage::Mean if ok => {
                let (pivot, delta) = centre(Scalar, pivot, delta, factor);
                return Next::Done(RowStats { scale, pivot, delta, factor });
            }
            Stage::First | Stage::Pivot => Self::after_failure(spec, pivot + delta),
            Stage::Mean | Stage::Range => Self::RANGE,
            Stage::Coarse => {
                let Two { hi: pivot, lo: delta } = two_sum(Scalar, pivot, delta);
                Self { stage: Stage::Fine, about: Scaled { pivot, delta, ..about } }
            }
            Stage::Fine => {
                return Next::Done(RowStats { scale, pivot, delta: about.delta + delta, factor });
            }
        })
    }
}

/// The lowest and the highest value of a row: what [`Stage::Range`] finds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    lowest: f32,
    highest: f32,
    finite: bool,
}

impl Range {
    pub(crate) const EMPTY: Self = Self { lowest: f32::MAX, highest: f32::MIN, finite: true };

    pub(crate) fn extend(&mut self, part: &[f32]) {
        for &v in part {
            self.finite &= v.is_finite();
            self.lowest = if v < self.lowest { v } else { self.lowest };
            self.highest = if v > self.highest { v } else { self.highest };
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        // Not by `min` and `max`, which would ask C for `fminf` and `fmaxf`.
        self.lowest = if other.lowest < self.lowest { other.lowest } else { self.lowest };
        self.highest = if other.highest > self.highest { other.highest } else { self.highest };
        self.finite &= other.finite;
    }

    /// What follows the pass that found this range.
    pub(crate) fn next(&self, spec: &RowSpec) -> Next {
        let Self { lowest, highest, finite } = *self;
        if !finite {
            return Next::Done(RowStats::NOT_FINITE);
        }
        // −0 becomes 0: what is subtracted must not depend on which of them came first, nor on the form of pass 2.
        let first = if spec.centred { 0.0 + lowest } else { 0.0 };
        let spread = if spec.centred {
            highest - lowest
        } else if -lowest > highest {
            -lowest
        } else {
            highest
        };
        let epsilon = spec.epsilon;
        if spread == 0.0 {
            let factor = if epsilon > 0.0 { 1.0 / Scalar.sqrt(epsilon) } else { 0.0 };
            return Next::Done(RowStats { pivot: first, factor, ..RowStats::default() });
        }
        let scale = scale(spread, epsilon);
        let about = Scaled { scale, pivot: first * scale, delta: 0.0 };
        Next::Again(Pass { stage: Stage::Coarse, about })
    }
}

/// A power of two that brings a row whose values spread over `spread` (not 0), or the square root of `epsilon` if
/// that is larger, near 1.
fn scale(spread: f32, epsilon: f32) -> f32 {
    // Of an infinite spread, which is less than 2¹²⁹, and of subnormal numbers the exponent is near enough.
    let exponent = |v: f32| v.to_bits() >> 23;
    let root = if epsilon > 0.0 { (exponent(epsilon) + 127) / 2 + 1 } else { 0 };
    f32::from_bits((254 - exponent(spread).max(root).min(253)) << 23)
}
