//! Pass 1: `A = Σd` and `B = Σd²` over a row, `d = x − pivot`.
//!
//! ```text
//! group   16 elements, element i in lane i mod 16
//! four    4 groups
//! block   4 fours, each lane acc += (g0 + g1) + (g2 + g3); then a tree over the lanes
//! row     block totals added to two floats, hi + lo
//! ```
//!
//! 1. Fours and a tree cost as many additions as a running sum and round less: an element goes through at most
//!    six additions before the tree's end, instead of sixteen. Running sums are biased as well: a row of ±a adds
//!    equal squares, whose rounding errors all have one sign.
//! 2. Lanes are done one vector at a time, so that few are live: V8 schedules all loads of a loop before the sums.
//!    Each block is a slice whose length the compiler does not know: it would unroll the loop and then need sixty
//!    registers.
//! 3. The end of the tree needs as many operations for one block as for four, so it is done for four rows at once.
//! 4. Totals go to two floats, so that the error does not grow with the number of blocks.

use super::rstd::{Row, statistics};
use super::term::{Raw, Scaled, Term};
use super::two::{Two, two_sum};
use super::{part, part_mut};
use crate::isa::{Feature, GROUP, Isa, Lanes, Op, Place, ROWS, Scalar};

/// Elements in four groups.
const FOUR: usize = 4 * GROUP;
/// Elements in a block.
pub(crate) const BLOCK: usize = 4 * FOUR;

type Four = [f32; FOUR];

/// Rows side by side.
pub(crate) enum Source<'a> {
    Read(&'a [f32]),
    /// `residual += x`, and then `residual` is read.
    Add {
        x: &'a [f32],
        residual: &'a mut [f32],
        /// So many elements have been added.
        added: usize,
    },
}

/// The sums of up to [`Isa::ROWS`] rows, and the statistics that follow from them.
pub(crate) struct Measure<'a> {
    pub row: &'a Row,
    pub rows: Source<'a>,
    pub count: usize,
    /// Without one: 0, or the mean of the first block where that is over half its root mean square.
    pub about: Option<Scaled>,
}

/// A number for each row.
pub(crate) struct Measured {
    pub pivot: [f32; ROWS],
    /// Mean less pivot.
    pub delta: [f32; ROWS],
    pub rstd: [f32; ROWS],
    /// One bit per row; without it the row needs [`super::redo`].
    pub ok: u32,
}

impl Op for Measure<'_> {
    type Output<I: Isa> = Measured;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> Measured {
        let Self { row, mut rows, count, about } = self;
        let by_row = isa.rows();
        let zero = by_row.splat(0.0);
        let centre = about.unwrap_or(Scaled::NOTHING);
        let mut pivot = [centre.pivot; ROWS];
        let mut choosing = row.centred && about.is_none();
        let mut totals = [[Two { hi: zero, lo: zero }; 2]; ROWS];
        let mut fours = [[isa.no_four(); 2]; ROWS];
        // Lanes are rows where a row is one block, else blocks of the only row.
        let lanes_are_rows = row.width <= BLOCK;
        let stride = BLOCK.min(row.width);
        let (mut start, mut slot) = (0, 0);
        while start < row.width {
            let end = if lanes_are_rows { count * row.width } else { row.width };
            let mut from = start;
            for (four, &pivot) in fours.iter_mut().zip(&pivot).take(I::ROWS) {
                if from < end {
                    let x = rows.read(isa, from, stride.min(end - from));
                    *four = sum(isa, row.centred, x, Scaled { pivot, ..centre });
                } else {
                    *four = [isa.no_four(); 2];
                }
                from += stride;
            }
            let [a, b] = isa.turn(&fours);
            let (a, b) = (tree(by_row, a), tree(by_row, b));
            if core::mem::take(&mut choosing) {
                let n = by_row.splat(stride as f32);
                let near = by_row.le(by_row.mul(by_row.splat(4.0), by_row.mul(a.hi, a.hi)), by_row.mul(n, b.hi));
                let far = !near & if lanes_are_rows { (1 << count) - 1 } else { 1 };
                if far != 0 {
                    by_row.store(by_row.div(a.hi, n), &mut pivot);
                    for (i, pivot) in pivot.iter_mut().enumerate() {
                        *pivot = if far >> i & 1 != 0 { *pivot } else { 0.0 };
                    }
                    if !lanes_are_rows {
                        pivot = [pivot[0]; ROWS];
                    }
                    continue;
                }
            }
            if let Some([total_a, total_b]) = totals.get_mut(slot) {
                (*total_a, *total_b) = (total_a.plus(by_row, a), total_b.plus(by_row, b));
            }
            start += BLOCK * I::ROWS;
            slot = (slot + 1) % (ROWS / I::ROWS);
        }
        let [a, b] = if lanes_are_rows { totals[0] } else { isa.across(&totals) };
        let a = if row.centred { by_row.add(a.hi, a.lo) } else { zero };
        let statistics = statistics(by_row, row, a, b);
        let (mut delta, mut rstd) = ([0.0; ROWS], [0.0; ROWS]);
        by_row.store(statistics.delta, &mut delta);
        by_row.store(statistics.rstd, &mut rstd);
        Measured { pivot, delta, rstd, ok: statistics.ok }
    }
}

impl Source<'_> {
    #[inline(always)]
    fn read<I: Isa>(&mut self, isa: I, from: usize, len: usize) -> &[f32] {
        match self {
            Source::Read(x) => part(x, from, len),
            Source::Add { x, residual, added } => {
                let (x, residual) = (part(x, from, len), part_mut(residual, from, len));
                if from >= *added {
                    *added = from + len;
                    isa.run(Add { x, residual });
                }
                residual
            }
        }
    }
}

/// `residual += x`
struct Add<'a> {
    x: &'a [f32],
    residual: &'a mut [f32],
}

impl Op for Add<'_> {
    type Output<I: Isa> = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let mut place = Place::same(self.residual);
        let x = Feature::own(self.x);
        for (mut slot, x, _) in place.groups(x, x) {
            for at in (0..GROUP).step_by(I::LANES) {
                let sum = isa.add(isa.load(from(slot.source(), at)), isa.load(from(x, at)));
                isa.store(sum, slot.target().get_mut(at..).unwrap_or(&mut []));
            }
        }
        place.rest(|i, v| v + x.rest(i));
    }
}

/// Sums of `d` and `d²` over a block, in four lanes. What is left behind whole fours is one more four, filled up with
/// `d = 0`.
#[inline(always)]
fn sum<I: Isa>(isa: I, centred: bool, x: &[f32], term: Scaled) -> [I::Four; 2] {
    let (fours, rest) = x.as_chunks::<FOUR>();
    let sums = if !term.is_nothing() {
        isa.run(Block::<Scaled, true> { term, fours })
    } else if centred {
        isa.run(Block::<Raw, true> { term: Raw, fours })
    } else {
        isa.run(Block::<Raw, false> { term: Raw, fours })
    };
    if rest.is_empty() {
        return sums;
    }
    let mut last = [[0.0; FOUR]];
    last.iter_mut().flatten().zip(rest).for_each(|(to, &x)| *to = term.of(Scalar, x));
    isa.join(sums, isa.run(Block::<Raw, true> { term: Raw, fours: &last }))
}

/// Without `CENTRED` the sum of `d` is left out.
#[derive(Clone, Copy)]
struct Block<'a, T, const CENTRED: bool> {
    term: T,
    fours: &'a [Four],
}

impl<T: Term, const CENTRED: bool> Op for Block<'_, T, CENTRED> {
    type Output<I: Isa> = [I::Four; 2];

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> [I::Four; 2] {
        isa.fold(self)
    }
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

/// The last two levels of the tree. They keep the roundings of their additions: there are three, and they weigh
/// most.
#[inline(always)]
pub(crate) fn tree<I: Isa>(isa: I, [l0, l1, l2, l3]: [I::V; 4]) -> Two<I::V> {
    let (even, odd) = (two_sum(isa, l0, l2), two_sum(isa, l1, l3));
    let Two { hi, lo } = two_sum(isa, even.hi, odd.hi);
    Two { hi, lo: isa.add(isa.add(even.lo, odd.lo), lo) }
}
