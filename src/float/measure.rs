//! From rows to their statistics: a batch of rows, a row that needs more passes, a row in one lane.
//!
//! ```text
//! batch       pass 1 over each row; then, with a row in each lane, the end of the tree and the statistics;
//!             rows whose mean is far from 0 are summed again about it, and their statistics computed anew
//! row         all passes that `pass` asks for, one row in vectors
//! one lane    the same, one lane of a quad after another
//! ```
//!
//! The end of the tree and the statistics are some hundred operations, most of them one after another, and take as long
//! for one row as for a vector of them. In one lane there is nothing to share.

use super::batch::ROWS;
use super::pass::{Next, Pass, Range, Stage};
use super::rstd::{Constants, RowSpec, mean, needs_pivot, statistics};
use super::term::{Raw, Scaled, Term};
use super::total::{Lanes, Push, Total, Totals, finish, join};
use super::tree::{BLOCK, Pair, SEGMENT, add_blocks};
use crate::RowStats;
use crate::isa::{Isa, MOST_LANES, Op, SMALL, Scalar, Two};
use crate::list::List;

/// The statistics of a batch of rows.
pub(super) struct Batch<'a> {
    pub constants: &'a Constants,
    pub rows: &'a [f32],
    /// Elements from the beginning of a row to that of the next.
    pub step: usize,
    /// Gets them.
    pub stats: &'a mut List<RowStats, ROWS>,
}

impl Op for Batch<'_> {
    /// One bit per row; a row without it needs [`Passes`].
    type Output = u32;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> u32 {
        let Self { constants, rows, step, stats } = self;
        let Constants { spec: RowSpec { width, centred, .. }, block, .. } = *constants;
        debug_assert!(width <= SEGMENT);
        let mut totals = List::new();
        if centred {
            isa.run(SumRows::<_, true> { term: Raw, rows, step, width, block, totals: &mut totals });
        } else {
            isa.run(SumRows::<_, false> { term: Raw, rows, step, width, block, totals: &mut totals });
        }
        let count = totals.len();
        // No lane goes without a row.
        totals.fill_up(I::LANES);
        let mut ok = 0;
        for first in (0..count).step_by(I::LANES) {
            let lanes = (count - first).min(I::LANES);
            let mut pivots = [0.0; MOST_LANES];
            let (mut a, mut b) = row_in_each_lane(isa, &totals, first, width > block);
            if centred {
                let mut far = needs_pivot(isa, constants, a, b) & ((1 << lanes) - 1);
                if far != 0 {
                    let mut means = [0.0; MOST_LANES];
                    isa.store(mean(isa, constants, a), &mut means);
                    while far != 0 {
                        let i = far.trailing_zeros() as usize;
                        far &= far - 1;
                        let start = (first + i) * step;
                        let Some(rows) = rows.get(start..start + width) else { break };
                        let (Some(pivot), Some(mean)) = (pivots.get_mut(i), means.get(i)) else { break };
                        *pivot = *mean;
                        let term = Scaled { pivot: *mean, ..Scaled::IDENTITY };
                        let mut again = List::new();
                        let step = width;
                        isa.run(SumRows::<_, true> { term, rows, step, width, block, totals: &mut again });
                        if let (Some(total), Some(again)) = (totals.get_mut(first + i), again.first()) {
                            *total = *again;
                        }
                    }
                    (a, b) = row_in_each_lane(isa, &totals, first, width > block);
                }
            }
            let statistics = statistics(isa, constants, a, b);
            let (mut deltas, mut factors) = ([0.0; MOST_LANES], [0.0; MOST_LANES]);
            isa.store(statistics.delta, &mut deltas);
            isa.store(statistics.rstd, &mut factors);
            ok |= statistics.ok << first;
            for ((pivot, delta), factor) in pivots.iter().zip(&deltas).zip(&factors).take(lanes) {
                stats.push(RowStats::about(*pivot, *delta, *factor));
            }
        }
        ok
    }
}

/// The end of the tree for as many rows as a vector has lanes. In rows of one block nothing is in the `lo` of their
/// lanes yet.
#[inline(always)]
fn row_in_each_lane<I: Isa>(isa: I, totals: &[Total], first: usize, has_lo: bool) -> Pair<Two<I::V>> {
    (sums_of_rows(isa, totals, first, 0, has_lo), sums_of_rows(isa, totals, first, 1, has_lo))
}

#[inline(always)]
fn sums_of_rows<I: Isa>(isa: I, totals: &[Total], first: usize, sum: usize, has_lo: bool) -> Two<I::V> {
    const NONE: &[f32; 4] = &[0.0; 4];
    debug_assert!(first + I::LANES <= totals.len());
    let totals = totals.get(first..first + I::LANES).unwrap_or(&[]);
    let [h0, h1, h2, h3] = isa.transpose(|i| totals.get(i).map_or(NONE, |total| &total.hi[sum]));
    let [l0, l1, l2, l3] = if has_lo {
        isa.transpose(|i| totals.get(i).map_or(NONE, |total| &total.lo[sum]))
    } else {
        [isa.splat(0.0); 4]
    };
    let two = |hi, lo| Two { hi, lo };
    finish(isa, [two(h0, l0), two(h1, l1), two(h2, l2), two(h3, l3)])
}

/// Pass 1 over each row of a batch, or of a part of it.
struct SumRows<'a, T, const CENTRED: bool> {
    term: T,
    rows: &'a [f32],
    step: usize,
    width: usize,
    block: usize,
    totals: &'a mut List<Total, ROWS>,
}

impl<T: Term, const CENTRED: bool> Op for SumRows<'_, T, CENTRED> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { term, rows, step, width, block, totals } = self;
        let quad = isa.quad();
        let zero = Two { hi: quad.splat(0.0), lo: quad.splat(0.0) };
        for row in rows.chunks(step.max(1)) {
            let row = row.get(..width).unwrap_or(row);
            let sums = add_blocks::<I, T, CENTRED>(isa, term, row, block, 0, (zero, zero), true);
            totals.push(Total::new(quad, sums));
        }
    }
}

/// The statistics of a row, from `pass` on.
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
        all_passes(spec, row, pass, |&pass| {
            let mut totals = Totals::EMPTY;
            isa.run(Push { about: pass.about, part: row, totals: &mut totals });
            pass.next(spec, &totals.finish())
        })
    }
}

/// The statistics of a row in one lane.
#[inline]
pub(super) fn one_lane(spec: &RowSpec, row: &[f32]) -> RowStats {
    all_passes(spec, row, Pass::FIRST, |pass| {
        let mut lanes = [List::new(), List::new()];
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
fn sum_lanes<T: Term, const CENTRED: bool>(term: &T, segment: &[f32], [in_a, in_b]: &mut Lanes) {
    let zero = Two { hi: 0.0, lo: 0.0 };
    for lane in 0..4 {
        let (a, b) = add_blocks::<_, _, CENTRED>(Scalar, *term, segment, BLOCK, lane, (zero, zero), true);
        join(in_a, lane, a);
        join(in_b, lane, b);
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
