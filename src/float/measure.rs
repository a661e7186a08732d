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
use super::total::{Lanes, Push, Totals, add_rest, finish, join};
use super::tree::{BLOCK, SEGMENT, add_blocks};
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
        let mut sums = Sums::new();
        if centred {
            isa.run(SumRows::<_, true> { term: Raw, rows, step, width, block, sums: &mut sums });
        } else {
            isa.run(SumRows::<_, false> { term: Raw, rows, step, width, block, sums: &mut sums });
        }
        let count = sums.hi.len();
        // No lane goes without a row.
        sums.hi.fill_up(I::LANES);
        sums.lo.fill_up(I::LANES);
        let mut ok = 0;
        for first in (0..count).step_by(I::LANES) {
            let lanes = (count - first).min(I::LANES);
            let mut pivots = [0.0; MOST_LANES];
            // Sums about 0, which become sums about the mean where that is far from 0.
            let mut about_zero = centred;
            let (a, b) = loop {
                let (a, b) = (sums.finish(isa, first, 0), sums.finish(isa, first, 1));
                let pivoted =
                    if about_zero { needs_pivot(isa, constants, a, b) & ((1 << lanes) - 1) } else { 0 };
                if pivoted == 0 {
                    break (a, b);
                }
                about_zero = false;
                let mut means = [0.0; MOST_LANES];
                isa.store(mean(isa, constants, a), &mut means);
                let mut left = pivoted;
                while left != 0 {
                    let i = left.trailing_zeros() as usize;
                    left &= left - 1;
                    let start = (first + i) * step;
                    let Some(row) = rows.get(start..start + width) else { break };
                    let (Some(pivot), Some(mean)) = (pivots.get_mut(i), means.get(i)) else { break };
                    *pivot = *mean;
                    let term = Scaled { pivot: *mean, ..Scaled::IDENTITY };
                    let mut again = Sums::new();
                    isa.run(SumRows::<_, true> {
                        term,
                        rows: row,
                        step: width,
                        width,
                        block,
                        sums: &mut again,
                    });
                    sums.replace(first + i, &again);
                }
            };
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

/// A and B of the rows of a batch, each in four lanes.
struct Sums {
    hi: List<[[f32; 4]; 2], ROWS>,
    /// Empty where rows have one block: nothing is in the `lo` of their lanes yet.
    lo: List<[[f32; 4]; 2], ROWS>,
}

impl Sums {
    #[inline(always)]
    fn new() -> Self {
        Self { hi: List::new(), lo: List::new() }
    }

    /// Row `i` gets the only sums of `other`.
    #[inline(always)]
    fn replace(&mut self, i: usize, other: &Self) {
        for (to, from) in [(&mut self.hi, &other.hi), (&mut self.lo, &other.lo)] {
            if let (Some(to), Some(from)) = (to.get_mut(i), from.first()) {
                *to = *from;
            }
        }
    }

    /// The end of the tree for one of the two sums, of as many rows from `first` on as a vector has lanes.
    #[inline(always)]
    fn finish<I: Isa>(&self, isa: I, first: usize, sum: usize) -> Two<I::V> {
        let total = finish(isa, row_in_each_lane(isa, &self.hi, first, sum));
        if self.lo.is_empty() {
            return total;
        }
        add_rest(isa, total, row_in_each_lane(isa, &self.lo, first, sum))
    }
}

#[inline(always)]
fn row_in_each_lane<I: Isa>(isa: I, rows: &[[[f32; 4]; 2]], first: usize, sum: usize) -> [I::V; 4] {
    debug_assert!(first + I::LANES <= rows.len());
    let Some(rows) = rows.get(first..first + I::LANES) else { return [isa.splat(0.0); 4] };
    isa.transpose(|i| rows.get(i).map_or(&[0.0; 4], |row| &row[sum]))
}

/// Stores the quads of A and B of one more row, without a copy in between.
#[inline(always)]
fn push<Q: Isa>(quad: Q, sums: &mut List<[[f32; 4]; 2], ROWS>, a: Q::V, b: Q::V) {
    if let Some([in_a, in_b]) = sums.push([[0.0; 4]; 2]) {
        quad.store(a, in_a);
        quad.store(b, in_b);
    }
}

/// Pass 1 over each row of a batch, or of a part of it.
struct SumRows<'a, T, const CENTRED: bool> {
    term: T,
    rows: &'a [f32],
    step: usize,
    width: usize,
    block: usize,
    sums: &'a mut Sums,
}

impl<T: Term, const CENTRED: bool> Op for SumRows<'_, T, CENTRED> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { term, rows, step, width, block, sums } = self;
        let quad = I::QUAD;
        let zero = Two { hi: quad.splat(0.0), lo: quad.splat(0.0) };
        for row in rows.chunks(step.max(1)) {
            let row = row.get(..width).unwrap_or(row);
            let (a, b) = add_blocks::<I, T, CENTRED>(isa, term, row, block, 0, (zero, zero), true);
            push(quad, &mut sums.hi, a.hi, b.hi);
            if width > block {
                push(quad, &mut sums.lo, a.lo, b.lo);
            }
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
