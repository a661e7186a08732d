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

use super::one_nan;
use super::rstd::Row;
use super::sums::Measure;
use super::term::Scaled;
use super::two::{Two, two_sum};
use crate::RowStats;
use crate::isa::{Isa, List, Op, Rows, Scalar};

/// A pass over a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pass {
    /// Sums about 0.
    First,
    /// About the mean of the first pass, which is far from 0.
    Pivot(f32),
    /// About the mean that the last pass found.
    Mean(f32),
    Range,
    Coarse(Scaled),
    Fine(Scaled),
}

/// After a pass.
pub(crate) enum Next {
    Done(RowStats),
    Again(Pass),
}

impl Pass {
    /// What its sums are about; those of [`Pass::Range`] are not asked for.
    pub(crate) fn about(self) -> Scaled {
        match self {
            Pass::First | Pass::Range => Scaled::NOTHING,
            Pass::Pivot(pivot) | Pass::Mean(pivot) => Scaled { pivot, ..Scaled::NOTHING },
            Pass::Coarse(about) | Pass::Fine(about) => about,
        }
    }

    /// The row as this pass sees it: a scaled one has a scaled ε.
    pub(crate) fn row(self, row: &Row) -> Row {
        // In two steps: neither over- nor underflows unless the result does, and then ε is nothing beside 1.
        let Scaled { scale, .. } = self.about();
        if scale == 1.0 { *row } else { Row::new(row.width, row.centred, row.epsilon * scale * scale) }
    }

    /// The pass after the first or the second, if that gave `mean` and was not good enough.
    fn failed(row: &Row, mean: f32) -> Pass {
        if row.centred && mean.is_finite() { Pass::Mean(mean) } else { Pass::Range }
    }

    /// After the first pass, whose mean is too far from 0.
    pub(crate) fn far(mean: f32) -> Pass {
        if mean.is_finite() { Pass::Pivot(mean) } else { Pass::Range }
    }

    /// After sums that gave `measured`, relative to what they were about.
    pub(crate) fn after(self, row: &Row, measured: RowStats, ok: bool) -> Next {
        let RowStats { delta, factor, .. } = measured;
        match self {
            Pass::First if ok => Next::Done(measured),
            Pass::First => Next::Again(Pass::failed(row, delta)),
            Pass::Pivot(pivot) | Pass::Mean(pivot) if ok => Next::Done(RowStats::about(pivot, delta, factor)),
            Pass::Pivot(pivot) => Next::Again(Pass::failed(row, pivot + delta)),
            Pass::Mean(_) | Pass::Range => Next::Again(Pass::Range),
            Pass::Coarse(about) => {
                let Two { hi: pivot, lo: delta } = two_sum(Scalar, about.pivot, delta);
                Next::Again(Pass::Fine(Scaled { pivot, delta, ..about }))
            }
            Pass::Fine(Scaled { scale, pivot, delta: about }) => {
                Next::Done(RowStats { scale, pivot, delta: about + delta, factor })
            }
        }
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
        let spread = if row.centred { highest - lowest } else { highest.max(-lowest) };
        let epsilon = row.epsilon;
        if spread == 0.0 {
            let factor = if epsilon > 0.0 { 1.0 / libm::sqrtf(epsilon) } else { 0.0 };
            return Next::Done(RowStats { pivot: first, factor, ..RowStats::default() });
        }
        let scale = scale(spread, epsilon);
        Next::Again(Pass::Coarse(Scaled { scale, pivot: first * scale, delta: 0.0 }))
    }
}

/// Statistics of a row whose first passes gave `mean` and were not good enough.
pub(crate) struct Redo<'a> {
    pub row: &'a Row,
    pub x: Rows<'a>,
    pub mean: f32,
}

impl Op for Redo<'_> {
    type Output = RowStats;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> RowStats {
        let Self { row, mut x, mean } = self;
        let mut pass = Pass::failed(row, mean);
        loop {
            let next = if pass == Pass::Range {
                let mut range = Range::NONE;
                range.extend(x.source());
                if let Some((_, residual)) = x.addition().filter(|_| !range.finite) {
                    // ∞ − ∞ is another NaN on another machine.
                    one_nan(residual);
                }
                range.next(row)
            } else {
                let mut stats = List::new();
                let (about, step) = (Some(pass.about()), x.step());
                let ok = isa.run(Measure {
                    row: &pass.row(row),
                    rows: x.source(),
                    step,
                    about,
                    stats: &mut stats,
                });
                pass.after(row, stats.first().copied().unwrap_or_default(), ok & 1 != 0)
            };
            match next {
                Next::Done(stats) => return stats,
                Next::Again(then) => pass = then,
            }
        }
    }
}

/// A power of two that brings a row whose values spread over `spread` (not 0), or the square root of `epsilon` if
/// that is larger, near 1.
fn scale(spread: f32, epsilon: f32) -> f32 {
    // Of an infinite spread, which is less than 2¹²⁹, and of subnormal numbers the exponent is near enough.
    let exponent = |v: f32| v.to_bits() >> 23;
    let root = if epsilon > 0.0 { (exponent(epsilon) + 127) / 2 + 1 } else { 0 };
    f32::from_bits(254u32.saturating_sub(exponent(spread).max(root)).max(1) << 23)
}
