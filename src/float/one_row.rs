//! The statistics of one row: by the first pass alone, or by all passes that [`Pass`] asks for.
//!
//! Vectors sum its lanes together; one lane sums them one after another.

use super::measure::Sums;
use super::pass::{Next, Pass, Range, Stage};
use super::rstd::{Constants, RowSpec, Statistics, centre_about_zero, mean, needs_pivot, statistics_by_f64};
use super::term::{Raw, Term};
use super::total::{Lanes, Push, Totals, push};
use super::tree::{BLOCK, SEGMENT, add_blocks, block_sums};
use crate::RowStats;
use crate::isa::{Isa, Op, SMALL, Scalar, Two};
use crate::list::List;

/// From the first pass on. Nearly all rows need no more.
pub(super) struct OneRow<'a> {
    pub constants: &'a Constants,
    pub row: &'a [f32],
}

impl Op for OneRow<'_> {
    type Output = RowStats;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> RowStats {
        let Self { constants, row } = self;
        let spec = &constants.spec;
        let mut sums = Sums::new();
        sums.add_rows(isa, constants, row, row.len());
        let [a, b] = sums.finish_one();
        let far = spec.centred && needs_pivot(Scalar, constants, a, b) & 1 != 0;
        let pass = if far {
            Pass::at_mean(Stage::Pivot, mean(Scalar, constants, a))
        } else {
            match statistics_by_f64(constants, a, b) {
                Some(Statistics { delta, rstd, ok: 1 }) => {
                    let delta = centre_about_zero(Scalar, delta);
                    return RowStats { scale: 1.0, pivot: 0.0, delta, factor: rstd };
                }
                Some(Statistics { delta, .. }) => Pass::after_failure(spec, delta),
                None => Pass::FIRST,
            }
        };
        isa.run(Passes { spec, row, pass })
    }
}

/// From `pass` on.
pub(super) struct Passes<'a> {
    pub spec: &'a RowSpec,
    pub row: &'a [f32],
    pub pass: Pass,
}

impl Op for Passes<'_> {
    type Output = RowStats;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> RowStats {
        let Self { spec, row, pass } = self;
        all_passes(spec, row, pass, |pass| {
            let mut totals = Totals::EMPTY;
            isa.run(Push { about: pass.about, part: row, totals: &mut totals });
            pass.next(spec, &totals.finish())
        })
    }
}

/// In one lane.
#[inline]
pub(super) fn one_lane(spec: &RowSpec, row: &[f32]) -> RowStats {
    all_passes(spec, row, Pass::FIRST, |pass| {
        let mut lanes = [List::new(), List::new()];
        if !SMALL && pass.stage == Stage::First && row.len() <= BLOCK {
            if spec.centred {
                sum_block::<true>(row, &mut lanes)
            } else {
                sum_block::<false>(row, &mut lanes)
            }
            return pass.next(spec, &lanes);
        }
        for segment in row.chunks(SEGMENT) {
            if SMALL || pass.stage != Stage::First {
                sum_lanes::<_, true>(&pass.about, segment, &mut lanes);
            } else if spec.centred {
                sum_lanes::<_, true>(&Raw, segment, &mut lanes);
            } else {
                sum_lanes::<_, false>(&Raw, segment, &mut lanes);
            }
        }
        pass.next(spec, &lanes)
    })
}

/// Adds a segment, one lane after another.
#[inline(never)]
fn sum_lanes<T: Term, const CENTRED: bool>(term: &T, segment: &[f32], lanes: &mut Lanes) {
    let zero = Two { hi: (0.0, 0.0), lo: (0.0, 0.0) };
    for lane in 0..4 {
        push(lanes, lane, add_blocks::<_, _, CENTRED>(Scalar, *term, segment, lane, zero, true));
    }
}

/// The same in the first pass over a short row, which does without the loop over blocks.
#[inline(never)]
fn sum_block<const CENTRED: bool>(row: &[f32], lanes: &mut Lanes) {
    for lane in 0..4 {
        let hi = block_sums::<_, _, CENTRED>(Scalar, Raw, row, lane);
        push(lanes, lane, Two { hi, lo: (0.0, 0.0) });
    }
}

/// One pass after another; `sum` makes those that sum.
#[inline(always)]
fn all_passes(spec: &RowSpec, row: &[f32], mut pass: Pass, mut sum: impl FnMut(&Pass) -> Next) -> RowStats {
    loop {
        match if pass.stage == Stage::Range { range(spec, row) } else { sum(&pass) } {
            Next::Done(stats) => return stats,
            Next::Again(next) => pass = next,
        }
    }
}

/// The pass [`Stage::Range`].
#[inline(never)]
fn range(spec: &RowSpec, row: &[f32]) -> Next {
    let mut range = Range::EMPTY;
    range.extend(row);
    range.next(spec)
}
