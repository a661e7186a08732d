//! From the rows of a batch to their statistics: pass 1 over each row; then, with a row in each lane, the end of the tree and
//! the statistics. Rows whose mean is far from 0 are summed again about it, and their statistics computed anew.
//!
//! The end of the tree and the statistics are some hundred operations, most of them one after another, and take as long
//! for one row as for a vector of them.

use super::batch::ROWS;
use super::rstd::{Constants, RowSpec, Statistics, centre, centre_about_zero, mean, needs_pivot, statistics};
use super::term::{Centred, Raw, Term};
use super::total::{Total, add_rest, add_segments, finish};
use super::tree::{BLOCK, Chunks};
use crate::RowStats;
use crate::isa::{FourPairs, Isa, MOST_LANES, Op, PairV, Paired, Two};
use crate::list::List;
use core::slice;

/// A and B of the rows of a batch in four lanes, for as many rows as whole vectors have lanes.
pub(super) struct Sums {
    hi: List<FourPairs, ROWS>,
    lo: List<FourPairs, ROWS>,
}

impl Sums {
    #[inline(always)]
    pub(super) const fn new() -> Self {
        Self { hi: List::new(), lo: List::new() }
    }

    /// Writes the sums of row `i`, which is one of the rows or the next.
    #[inline(always)]
    fn set<I: Isa>(&mut self, isa: I, i: usize, row: Two<PairV<I>>, has_lo: bool) {
        store(isa, &mut self.hi, i, row.hi);
        // The sums of one block have no second float.
        if has_lo {
            store(isa, &mut self.lo, i, row.lo);
        }
    }

    /// Pass 1 about 0.
    #[inline(always)]
    pub(super) fn add_rows<I: Isa>(&mut self, isa: I, constants: &Constants, rows: &[f32], step: usize) {
        let RowSpec { width, centred, .. } = constants.spec;
        self.hi.clear();
        self.lo.clear();
        if centred {
            isa.run(SumRows::<_, true> { term: Raw, rows, step, width, first: 0, sums: self });
        } else {
            isa.run(SumRows::<_, false> { term: Raw, rows, step, width, first: 0, sums: self });
        }
    }

    /// A and B of the first row.
    #[inline(always)]
    pub(super) fn finish_one(&self) -> [Two<f32>; 2] {
        debug_assert!(!self.hi.is_empty());
        let first = |rows: &[FourPairs]| rows.first().copied().unwrap_or([0.0; 8]);
        Total { hi: first(&self.hi), lo: first(&self.lo) }.finish()
    }

    /// The end of the tree for A or B, of as many rows from `first` on as a vector has lanes.
    #[inline(always)]
    fn finish<I: Isa>(&self, isa: I, first: usize, sum: usize, width: usize) -> Two<I::V> {
        let total = finish(isa, row_in_each_lane(isa, &self.hi, first, sum));
        // The sums of one block have no second float.
        if width <= BLOCK {
            return total;
        }
        add_rest(isa, total, row_in_each_lane(isa, &self.lo, first, sum))
    }
}

#[inline(always)]
fn store<I: Isa>(isa: I, rows: &mut List<FourPairs, ROWS>, i: usize, v: PairV<I>) {
    let place = if i < rows.len() { rows.get_mut(i) } else { rows.push([0.0; 8]) };
    if let Some(place) = place {
        isa.pairs().store_pair(v, place, 0);
    }
}

#[inline(always)]
fn row_in_each_lane<I: Isa>(isa: I, rows: &[FourPairs], first: usize, sum: usize) -> [I::V; 4] {
    debug_assert!(first + I::LANES <= rows.len());
    let Some(rows) = rows.get(first..first + I::LANES) else { return [isa.splat(0.0); 4] };
    isa.transpose(|i| rows.get(i).and_then(|row| row.as_chunks().0.get(sum)).unwrap_or(&[0.0; 4]))
}

/// The statistics of a batch of rows.
pub(super) struct Batch<'a> {
    pub constants: &'a Constants,
    pub rows: &'a [f32],
    /// Elements from the beginning of a row to that of the next.
    pub step: usize,
    pub sums: &'a mut Sums,
    /// How many rows there are.
    pub count: usize,
    /// Gets them.
    pub stats: &'a mut [RowStats],
}

/// What [`Batch`] found.
pub(super) struct Found {
    /// One bit per row that needs `one_row::Passes`.
    pub failed: u32,
    /// No row has a pivot that is kept.
    pub about_zero: bool,
}

impl Op for Batch<'_> {
    type Output = Found;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> Found {
        let Self { constants, rows, step, sums, count, stats } = self;
        let RowSpec { width, centred, .. } = constants.spec;
        sums.add_rows(isa, constants, rows, step);
        // No lane goes without a row.
        sums.hi.fill_up(I::LANES);
        sums.lo.fill_up(I::LANES);
        let mut found = Found { failed: 0, about_zero: true };
        for first in (0..count).step_by(I::LANES) {
            let lanes = (1 << (count - first).min(I::LANES)) - 1;
            let (mut a, mut b) = (sums.finish(isa, first, 0, width), sums.finish(isa, first, 1, width));
            let pivoted = if centred { needs_pivot(isa, constants, a, b) & lanes } else { 0 };
            let mut pivots = [0.0; MOST_LANES];
            if pivoted != 0 {
                isa.store(mean(isa, constants, a), &mut pivots);
                for (i, pivot) in pivots.iter_mut().enumerate().take(I::LANES) {
                    if pivoted >> i & 1 == 0 {
                        *pivot = 0.0;
                        continue;
                    }
                    let start = (first + i) * step;
                    debug_assert!(start + width <= rows.len());
                    let Some(rows) = rows.get(start..start + width) else { break };
                    let term = Centred { centre: *pivot };
                    isa.run(SumRows::<_, true> { term, rows, step: width, width, first: first + i, sums });
                }
                (a, b) = (sums.finish(isa, first, 0, width), sums.finish(isa, first, 1, width));
            }
            let Statistics { delta, rstd, ok } = statistics(isa, constants, a, b);
            found.failed |= (!ok & lanes) << first;
            let [mut deltas, mut factors] = [[0.0; MOST_LANES]; 2];
            if pivoted == 0 {
                isa.store(centre_about_zero(isa, delta), &mut deltas);
            } else {
                let (pivot, delta) = centre(isa, isa.load(&pivots), delta, rstd);
                found.about_zero &= isa.le(isa.abs(pivot), isa.splat(0.0)) & lanes == lanes;
                isa.store(pivot, &mut pivots);
                isa.store(delta, &mut deltas);
            }
            isa.store(rstd, &mut factors);
            let Some(stats) = stats.get_mut(first..(first + I::LANES).min(count)) else { break };
            let parts = pivots.iter().zip(&deltas).zip(&factors);
            for (stats, ((&pivot, &delta), &factor)) in stats.iter_mut().zip(parts) {
                *stats = RowStats { scale: 1.0, pivot, delta, factor };
            }
        }
        found
    }
}

/// Pass 1 over rows of a batch.
struct SumRows<'a, T, const CENTRED: bool> {
    term: T,
    rows: &'a [f32],
    step: usize,
    width: usize,
    /// Which row of the batch is the first.
    first: usize,
    sums: &'a mut Sums,
}

impl<T: Term, const CENTRED: bool> Op for SumRows<'_, T, CENTRED> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { term, mut rows, step, width, first, sums } = self;
        for i in first..first + rows.len().div_ceil(step.max(1)) {
            debug_assert!(width <= rows.len() && i < ROWS);
            let Some(row) = rows.get(..width) else { break };
            rows = rows.get(step..).unwrap_or(&[]);
            let sums_of_row = if I::LANES == 8
                && let Ok(chunk) = row.try_into()
            {
                // A row of one chunk: with a count that the compiler knows the loop is unrolled away. Only in eight lanes: with
                // four, V8 would need more registers than there are.
                let chunks = Chunks::<T, CENTRED> { term, chunks: slice::from_ref(chunk) };
                Two { hi: chunks.fold(isa, 0), lo: isa.pairs().pair(isa.splat(0.0), isa.splat(0.0)) }
            } else {
                add_segments::<I, T, CENTRED>(isa, term, row, 0)
            };
            sums.set(isa, i, sums_of_row, width > BLOCK);
        }
    }
}
