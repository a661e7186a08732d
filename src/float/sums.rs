//! Pass 1: `A = Σd` and `B = Σd²` over a row, `d = x − pivot`.
//!
//! ```text
//! group   16 elements, element i in lane i mod 16
//! four    4 groups
//! block   4 fours, each lane acc += (g0 + g1) + (g2 + g3); then lane l with l + 8, and with l + 4
//! row     its blocks in four lanes of two floats, hi + lo; then lane l with l + 2, and with l + 1
//! ```
//!
//! 1. Fours and a tree cost as many additions as a running sum and round less: an element goes through at most
//!    nine additions that round, instead of sixteen. Running sums are biased as well: a row of ±a adds equal
//!    squares, whose rounding errors all have one sign.
//! 2. Lanes are done one vector at a time, so that few are live: V8 schedules all loads of a loop before the sums.
//!    Each block is a slice whose length the compiler does not know: it would unroll the loop and then need sixty
//!    registers.
//! 3. The end of the tree needs as many operations for one row as for four, so it is done for four rows at once.
//! 4. Blocks are added in two floats, so that the error does not grow with their number.

use super::rstd::{Row, statistics};
use super::term::{Raw, Scaled, Term};
use super::two::{Two, two_sum};
use crate::isa::{ByRow, GROUP, Isa, Lanes, Op, ROWS, Run, Scalar};
use crate::stats::StatsByRow;

/// Elements in four groups.
const FOUR: usize = 4 * GROUP;
/// Elements in a block.
pub(super) const BLOCK: usize = 4 * FOUR;

type Four = [f32; FOUR];

/// The sums of up to [`Isa::ROWS`] rows, and the statistics that follow from them.
pub(crate) struct Measure<'a> {
    pub row: &'a Row,
    pub rows: &'a [f32],
    /// What they are measured about; without it about 0, or the mean of the first block if that shows that 0 is far.
    pub about: Option<Scaled>,
}

pub(crate) struct Measured {
    pub stats: StatsByRow,
    /// One bit per row; without it the row needs [`super::redo`].
    pub ok: u32,
}

impl Op for Measure<'_> {
    type Output = Measured;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> Measured {
        let Self { row, rows, about } = self;
        let by_row = isa.rows();
        let mut stats = StatsByRow::default();
        let (mut a, mut b) = (Totals::new(isa), Totals::new(isa));
        let mut rest = rows;
        for (i, pivot) in stats.pivot.iter_mut().enumerate().take(I::ROWS) {
            let Some((x, others)) = rest.split_at_checked(row.width) else { break };
            rest = others;
            let sums;
            (*pivot, sums) = row_sums(isa, row, x, about);
            a.set(i, sums.a);
            b.set(i, sums.b);
        }
        let one_block = row.width <= BLOCK;
        let (a, b) = (a.over_lanes(isa, one_block), b.over_lanes(isa, one_block));
        let a = if row.centred { by_row.add(a.hi, a.lo) } else { by_row.splat(0.0) };
        let statistics = statistics(by_row, row, a, b);
        by_row.store(statistics.delta, &mut stats.delta);
        by_row.store(statistics.rstd, &mut stats.factor);
        Measured { stats, ok: statistics.ok }
    }
}

/// The pivot of a row and its sums about it, or about what is given.
#[inline(always)]
fn row_sums<I: Isa>(isa: I, row: &Row, x: &[f32], about: Option<Scaled>) -> (f32, Sums<I>) {
    // A length from memory, lest the compiler know that it is at most four fours: it would unroll their loops.
    let block = row.block;
    let term = match about {
        Some(term) => term,
        None if !row.centred => return (0.0, isa.run(RowSums::<Raw, false> { term: Raw, x, block })),
        None => {
            let sums = isa.run(RowSums::<Raw, true> { term: Raw, x, block });
            let (a, b) = (isa.total(sums.first[0]), isa.total(sums.first[1]));
            let n = x.len().min(BLOCK) as f32;
            let far = 4.0 * (a * a) > n * b;
            if !far {
                return (0.0, sums);
            }
            Scaled { pivot: a / n, ..Scaled::NOTHING }
        }
    };
    (term.pivot, isa.run(RowSums::<Scaled, true> { term, x, block }))
}

/// Sums over each row in four lanes. In two arrays: one of twice the size would be cleared by a call.
struct Totals<I: Isa> {
    hi: [I::Four; ROWS],
    lo: [I::Four; ROWS],
}

impl<I: Isa> Totals<I> {
    #[inline(always)]
    fn new(isa: I) -> Self {
        let Two { hi, lo } = isa.no_two();
        Self { hi: [hi; ROWS], lo: [lo; ROWS] }
    }

    #[inline(always)]
    fn set(&mut self, i: usize, total: Two<I::Four>) {
        if let (Some(hi), Some(lo)) = (self.hi.get_mut(i), self.lo.get_mut(i)) {
            (*hi, *lo) = (total.hi, total.lo);
        }
    }

    /// The last two levels of the tree. They keep the roundings of their additions: there are three, and they weigh
    /// most.
    #[inline(always)]
    fn over_lanes(&self, isa: I, one_block: bool) -> Two<ByRow<I>> {
        let by_row = isa.rows();
        let [l0, l1, l2, l3] = isa.turn(&self.hi);
        let (even, odd) = (two_sum(by_row, l0, l2), two_sum(by_row, l1, l3));
        let mut sum = two_sum(by_row, even.hi, odd.hi);
        sum.lo = by_row.add(by_row.add(even.lo, odd.lo), sum.lo);
        if !one_block {
            let [l0, l1, l2, l3] = isa.turn(&self.lo);
            sum.lo = by_row.add(sum.lo, by_row.add(by_row.add(l0, l2), by_row.add(l1, l3)));
        }
        sum
    }
}

/// `residual += x`
pub(crate) struct Add<'a> {
    pub x: &'a [f32],
    pub residual: &'a mut [f32],
}

impl Op for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let (groups, rest) = self.residual.as_chunks_mut::<GROUP>();
        let (x_groups, x_rest) = self.x.as_chunks::<GROUP>();
        for (to, x) in groups.iter_mut().zip(x_groups) {
            for at in (0..GROUP).step_by(I::LANES) {
                let sum = isa.add(isa.load(from(to, at)), isa.load(from(x, at)));
                isa.store(sum, to.get_mut(at..).unwrap_or(&mut []));
            }
        }
        rest.iter_mut().zip(x_rest).for_each(|(to, x)| *to += x);
    }
}

/// Sums over a row in four lanes.
struct Sums<I: Isa> {
    a: Two<I::Four>,
    b: Two<I::Four>,
    /// Those of the first block.
    first: [I::Four; 2],
}

/// The sums of a row. What is left behind whole fours is one more four, filled up with `d = 0`.
struct RowSums<'a, T, const CENTRED: bool> {
    term: T,
    x: &'a [f32],
    /// Elements in a block.
    block: usize,
}

impl<I: Isa, T: Term, const CENTRED: bool> Run<I> for RowSums<'_, T, CENTRED> {
    type Output = Sums<I>;

    #[inline(always)]
    fn eval(self, isa: I) -> Sums<I> {
        let Self { term, x, block } = self;
        let (mut a, mut b) = (isa.no_two(), isa.no_two());
        let mut first = None;
        for block in x.chunks(block.max(1)) {
            let (fours, rest) = block.as_chunks::<FOUR>();
            let mut sums = isa.fold(Block::<T, CENTRED> { term, fours });
            if !rest.is_empty() {
                sums = isa.join(sums, last(isa, rest, term));
            }
            if first.is_some() {
                (a, b) = (isa.plus(a, sums[0]), isa.plus(b, sums[1]));
            } else {
                (a.hi, b.hi) = (sums[0], sums[1]);
                first = Some(sums);
            }
        }
        Sums { a, b, first: first.unwrap_or([a.hi, b.hi]) }
    }
}

#[inline(never)]
fn last<I: Isa, T: Term>(isa: I, rest: &[f32], term: T) -> [I::Four; 2] {
    let mut filled = [0.0; FOUR];
    filled.iter_mut().zip(rest).for_each(|(to, &x)| *to = term.of(Scalar, x));
    isa.run(RowSums::<Raw, true> { term: Raw, x: &filled, block: FOUR }).first
}

/// Without `CENTRED` the sum of `d` is left out.
#[derive(Clone, Copy)]
struct Block<'a, T, const CENTRED: bool> {
    term: T,
    fours: &'a [Four],
}

type Pair<V> = (V, V);

#[inline(always)]
fn add<I: Isa>(isa: I, low: Pair<I::V>, high: Pair<I::V>) -> Pair<I::V> {
    (isa.add(low.0, high.0), isa.add(low.1, high.1))
}

/// The elements from `at` on.
#[inline(always)]
pub(crate) fn from(group: &[f32], at: usize) -> &[f32] {
    group.get(at..).unwrap_or(&[])
}

/// `d` and `d²` of one column of a group.
#[inline(always)]
fn leaf<I: Isa, T: Term>(isa: I, term: T, four: &Four, at: usize) -> Pair<I::V> {
    let d = term.of(isa, isa.load(from(four, at)));
    (d, isa.mul(d, d))
}

impl<I: Isa, T: Term, const CENTRED: bool> Lanes<I> for Block<'_, T, CENTRED> {
    #[inline(always)]
    fn column(&self, isa: I, c: usize) -> (I::V, I::V) {
        let term = self.term;
        let (mut a, mut b) = (isa.splat(0.0), isa.splat(0.0));
        for four in self.fours {
            let at = c * I::LANES;
            let low = add(isa, leaf(isa, term, four, at), leaf(isa, term, four, at + GROUP));
            let high = add(isa, leaf(isa, term, four, at + 2 * GROUP), leaf(isa, term, four, at + 3 * GROUP));
            let (da, db) = add(isa, low, high);
            a = if CENTRED { isa.add(a, da) } else { a };
            b = isa.add(b, db);
        }
        (a, b)
    }
}
