//! The rows that need more passes than one, and which passes those are.
//!
//! A pivot too far from the mean (at 1e7 and σ = 1 it is a rounded one) costs one more pass 1, about the mean
//! then found. Where that does not help either, because sums are out of range or values not finite, the row
//! goes through three careful passes, and comes out right whatever it is:
//!
//! ```text
//! range   lowest and highest value; not finite: NaN; equal: x̂ = 0
//! scale   s = 2ᵏ so that s · (highest − lowest), or s · sqrt(ε) if that is larger, is near 1
//! coarse  delta about the scaled lowest value
//! fine    the sums again about lowest + delta, kept as two floats
//! ```
//!
//! One fine pass is enough: with mean − lowest ≤ σ·sqrt(N) the coarse mean is off by some 2⁻²²·σ·sqrt(N), far less
//! than σ for every N ≤ 2²⁴, and the fine pass measures what is left.

use super::rstd::{Constants, Row, Statistics};
use super::stream::{Conclude, Extend, Totals};
use super::sums::{LANES, far, statistics_of};
use super::term::Scaled;
use super::two::{Two, two_sum};
use crate::RowStats;
use crate::isa::{Isa, Op, Scalar};

/// A pass over a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pass {
    pub stage: Stage,
    /// What its sums are about; those of [`Stage::Range`] are not asked for.
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
    pub(crate) const FIRST: Self = Self { stage: Stage::First, about: Scaled::NOTHING };
    const RANGE: Self = Self { stage: Stage::Range, about: Scaled::NOTHING };

    /// About a mean that was found, if it is one.
    fn at(stage: Stage, mean: f32) -> Self {
        let about = Scaled { pivot: mean, ..Scaled::NOTHING };
        if mean.is_finite() { Self { stage, about } } else { Self::RANGE }
    }

    /// The pass after the first or the second, if that gave `mean` and was not good enough.
    pub(super) fn failed(row: &Row, mean: f32) -> Self {
        if row.centred { Self::at(Stage::Mean, mean) } else { Self::RANGE }
    }

    /// After the sums `a` and `b` of a row in every lane.
    #[inline(always)]
    pub(super) fn next<I: Isa>(&self, isa: I, row: &Row, a: Two<I::V>, b: Two<I::V>) -> Next {
        let first = |v: I::V| {
            let mut values = [0.0; LANES];
            isa.store(v, &mut values);
            values[0]
        };
        // A scaled row has a scaled ε. In two steps: neither over- nor underflows unless the result does, and then ε is
        // nothing beside 1.
        let scale = self.about.scale;
        let constants = &Constants::new(Row { epsilon: row.epsilon * scale * scale, ..*row });
        if row.centred && self.stage == Stage::First && far(isa, constants, a, b) & 1 != 0 {
            let mean = isa.div(isa.add(a.hi, a.lo), isa.splat(constants.n));
            return Next::Again(Pass::at(Stage::Pivot, first(mean)));
        }
        let Statistics { delta, rstd, ok } = statistics_of(isa, constants, a, b);
        self.after(row, first(delta), first(rstd), ok & 1 != 0)
    }

    /// After sums that gave a mean, relative to what they were about.
    fn after(&self, row: &Row, delta: f32, factor: f32, ok: bool) -> Next {
        let about = self.about;
        let Scaled { scale, pivot, .. } = about;
        Next::Again(match self.stage {
            Stage::First | Stage::Pivot | Stage::Mean if ok => {
                return Next::Done(RowStats::about(pivot, delta, factor));
            }
            Stage::First | Stage::Pivot => Self::failed(row, pivot + delta),
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

/// Of the values of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    lowest: f32,
    highest: f32,
    pub finite: bool,
}

impl Range {
    pub(crate) const NONE: Self = Self { lowest: f32::MAX, highest: f32::MIN, finite: true };

    pub(crate) fn extend(&mut self, part: &[f32]) {
        for &v in part {
            self.finite &= v.is_finite();
            self.lowest = if v < self.lowest { v } else { self.lowest };
            self.highest = if v > self.highest { v } else { self.highest };
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.lowest = self.lowest.min(other.lowest);
        self.highest = self.highest.max(other.highest);
        self.finite &= other.finite;
    }

    /// After a pass that found this range.
    pub(crate) fn next(&self, row: &Row) -> Next {
        let Self { lowest, highest, finite } = *self;
        if !finite {
            return Next::Done(RowStats::NOT_FINITE);
        }
        let first = if row.centred { lowest } else { 0.0 };
        let spread = if row.centred {
            highest - lowest
        } else if -lowest > highest {
            -lowest
        } else {
            highest
        };
        let epsilon = row.epsilon;
        if spread == 0.0 {
            let factor = if epsilon > 0.0 { 1.0 / Scalar.sqrt(epsilon) } else { 0.0 };
            return Next::Done(RowStats { pivot: first, factor, ..RowStats::default() });
        }
        let scale = scale(spread, epsilon);
        let about = Scaled { scale, pivot: first * scale, delta: 0.0 };
        Next::Again(Pass { stage: Stage::Coarse, about })
    }
}

/// The pass [`Stage::Range`].
#[inline(never)]
fn range(row: &Row, x: &[f32]) -> Next {
    let mut range = Range::NONE;
    range.extend(x);
    range.next(row)
}

/// The statistics of a row, from `pass` on; `next` sums it.
#[inline(always)]
pub(super) fn passes(row: &Row, x: &[f32], mut pass: Pass, mut next: impl FnMut(&Pass) -> Next) -> RowStats {
    loop {
        match if pass.stage == Stage::Range { range(row, x) } else { next(&pass) } {
            Next::Done(stats) => return stats,
            Next::Again(then) => pass = then,
        }
    }
}

/// The statistics of a row, from `pass` on.
pub(crate) struct Redo<'a> {
    pub row: &'a Row,
    pub x: &'a [f32],
    pub pass: Pass,
}

impl Op for Redo<'_> {
    type Output = RowStats;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> RowStats {
        let Self { row, x, pass } = self;
        passes(row, x, pass, |&pass| {
            let (about, mut totals) = (pass.about, Totals::NONE);
            isa.run(Extend { about, part: x, totals: &mut totals });
            isa.run(Conclude { row, pass, totals: &mut totals })
        })
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
