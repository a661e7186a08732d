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
use crate::RowStats;
use crate::isa::{ByRow, GROUP, Isa, Lanes, List, Op, Pair, ROWS, Rows, Run, Scalar, Vectors};

/// Elements in four groups.
const FOUR: usize = 4 * GROUP;
/// Elements in a block.
pub(super) const BLOCK: usize = 4 * FOUR;

type Four = [f32; FOUR];

/// The statistics of up to [`ROWS`] rows.
pub(crate) struct Measure<'a> {
    pub row: &'a Row,
    /// What is to be added to them is added on the way.
    pub rows: Rows<'a>,
    /// What they are measured about; without it about 0, or the mean of the first block if that shows that 0 is far.
    pub about: Option<Scaled>,
    /// Gets them; those about `about` without it.
    pub stats: &'a mut List<RowStats, ROWS>,
}

/// Twice the most lanes of a vector with a row in each lane: a loop over as many is not unrolled, which is faster.
pub(super) const LANES: usize = 16;

impl Op for Measure<'_> {
    /// One bit per row; without it the row needs [`super::redo`].
    type Output = u32;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> u32 {
        let Self { row, mut rows, about, stats } = self;
        let sums = &mut Sums::new();
        sums.add(isa, row, rows.part(0, usize::MAX), about);
        let chosen = row.centred && about.is_none();
        if I::PAIRED && sums.hi.len() > I::LANES {
            isa.run(Finish { by_row: Pair(isa), row, rows, chosen, sums, stats })
        } else {
            isa.run(Finish { by_row: isa, row, rows, chosen, sums, stats })
        }
    }
}

/// From sums to statistics. Where the pivot is `chosen` and 0 is far, the row is summed again first.
struct Finish<'a, I: Isa, R> {
    by_row: R,
    row: &'a Row,
    rows: Rows<'a>,
    chosen: bool,
    sums: &'a mut Sums<I>,
    stats: &'a mut List<RowStats, ROWS>,
}

impl<I: Isa, R: ByRow<I>> Run<I> for Finish<'_, I, R> {
    type Output = u32;

    #[inline(always)]
    fn eval(self, isa: I) -> u32 {
        let Self { by_row, row, mut rows, chosen, sums, stats } = self;
        let count = sums.hi.len();
        sums.fill_up(R::LANES);
        let mut ok = 0;
        for first in (0..count).step_by(R::LANES) {
            let count = R::LANES.min(count - first);
            let mut pivots = [0.0; LANES];
            if chosen {
                let n = by_row.splat(row.block as f32);
                let (a, b) = (sums.rough(isa, by_row, first, 0), sums.rough(isa, by_row, first, 1));
                let square = by_row.mul(by_row.splat(4.0), by_row.mul(a, a));
                let mut far = !by_row.le(square, by_row.mul(n, b)) & ((1 << count) - 1);
                let mut means = [0.0; LANES];
                if far != 0 {
                    by_row.store(by_row.div(a, n), &mut means);
                }
                while far != 0 {
                    let i = far.trailing_zeros() as usize;
                    far &= far - 1;
                    let (Some(pivot), Some(mean)) = (pivots.get_mut(i), means.get(i)) else { break };
                    *pivot = *mean;
                    let this = rows.part((first + i) * row.width, row.width);
                    let about = Scaled { pivot: *pivot, ..Scaled::NOTHING };
                    let mut again = Sums::new();
                    again.add(isa, row, Rows::read(this.source()), Some(about));
                    sums.replace(first + i, &again);
                }
            }
            let (a, b) = (sums.over_lanes(isa, by_row, first, 0), sums.over_lanes(isa, by_row, first, 1));
            let a = if row.centred { by_row.add(a.hi, a.lo) } else { by_row.splat(0.0) };
            let statistics = statistics(by_row, row, a, b);
            let (mut deltas, mut factors) = ([0.0; LANES], [0.0; LANES]);
            by_row.store(statistics.delta, &mut deltas);
            by_row.store(statistics.rstd, &mut factors);
            ok |= statistics.ok << first;
            for ((&pivot, &delta), &factor) in pivots.iter().zip(&deltas).zip(&factors).take(count) {
                stats.push(RowStats::about(pivot, delta, factor));
            }
        }
        ok
    }
}

/// Sums over rows in four lanes, each those of `d` and those of `d²`.
struct Sums<I: Isa> {
    hi: List<[I::Four; 2], ROWS>,
    /// For each row, if they have more blocks than one.
    wide: List<Wide<I>, ROWS>,
}

#[derive(Clone, Copy)]
struct Wide<I: Isa> {
    lo: [I::Four; 2],
    /// Those of the first block.
    first: [I::Four; 2],
}

impl<I: Isa> Sums<I> {
    #[inline(always)]
    fn new() -> Self {
        Self { hi: List::new(), wide: List::new() }
    }

    #[inline(always)]
    fn add(&mut self, isa: I, row: &Row, mut rows: Rows, about: Option<Scaled>) {
        let sums = self;
        let Row { width, block, .. } = *row;
        match (about, rows.addition()) {
            (Some(term), _) => {
                let elements = rows.source();
                isa.run(Sum::<I, _, _, true> { term, elements, width, block, sums });
            }
            (None, Some(elements)) => {
                isa.run(Sum::<I, _, _, true> { term: Raw, elements, width, block, sums });
            }
            (None, None) => {
                let elements = rows.source();
                if row.centred {
                    isa.run(Sum::<I, _, _, true> { term: Raw, elements, width, block, sums });
                } else {
                    isa.run(Sum::<I, _, _, false> { term: Raw, elements, width, block, sums });
                }
            }
        }
    }

    /// Repeats the last row until there are a multiple of `lanes`: no lane goes without one.
    #[inline(always)]
    fn fill_up(&mut self, lanes: usize) {
        while let Some(&last) = self.hi.last()
            && !self.hi.len().is_multiple_of(lanes)
        {
            self.hi.push(last);
            if let Some(&last) = self.wide.last() {
                self.wide.push(last);
            }
        }
    }

    /// Row `i` gets the first sums of `other`.
    #[inline(always)]
    fn replace(&mut self, i: usize, other: &Self) {
        if let (Some(to), Some(sums)) = (self.hi.get_mut(i), other.hi.first()) {
            *to = *sums;
        }
        if let (Some(to), Some(wide)) = (self.wide.get_mut(i), other.wide.first()) {
            *to = *wide;
        }
    }

    /// The sums of first blocks over lanes, good enough to choose a pivot: `a` or `b`.
    #[inline(always)]
    fn rough<R: ByRow<I>>(&self, isa: I, by_row: R, first: usize, of: usize) -> R::V {
        let [l0, l1, l2, l3] = if let Some(wide) = rows_from::<R, _>(&self.wide, first) {
            by_row.turn(|i| wide.get(i).map_or(isa.no_two().hi, |wide| wide.first[of]))
        } else {
            self.turned(isa, by_row, first, of)
        };
        by_row.add(by_row.add(l0, l2), by_row.add(l1, l3))
    }

    /// The last two levels of the tree. They keep the roundings of their additions: there are three, and they weigh
    /// most.
    #[inline(always)]
    fn over_lanes<R: ByRow<I>>(&self, isa: I, by_row: R, first: usize, of: usize) -> Two<R::V> {
        let [l0, l1, l2, l3] = self.turned(isa, by_row, first, of);
        let (even, odd) = (two_sum(by_row, l0, l2), two_sum(by_row, l1, l3));
        let mut sum = two_sum(by_row, even.hi, odd.hi);
        sum.lo = by_row.add(by_row.add(even.lo, odd.lo), sum.lo);
        if let Some(wide) = rows_from::<R, _>(&self.wide, first) {
            let [l0, l1, l2, l3] = by_row.turn(|i| wide.get(i).map_or(isa.no_two().hi, |wide| wide.lo[of]));
            sum.lo = by_row.add(sum.lo, by_row.add(by_row.add(l0, l2), by_row.add(l1, l3)));
        }
        sum
    }

    #[inline(always)]
    fn turned<R: ByRow<I>>(&self, isa: I, by_row: R, first: usize, of: usize) -> [R::V; 4] {
        let hi = rows_from::<R, _>(&self.hi, first).unwrap_or(&[]);
        by_row.turn(|i| hi.get(i).map_or(isa.no_two().hi, |hi| hi[of]))
    }
}

/// As many rows as a vector has lanes.
#[inline(always)]
fn rows_from<R: Vectors, T>(rows: &[T], first: usize) -> Option<&[T]> {
    rows.get(first..first + R::LANES)
}

/// Elements of rows as they are, or with others that are added to them when they are read.
trait Elements: Sized {
    fn chunks(self, len: usize) -> impl Iterator<Item = Self>;
    fn fours(&mut self) -> impl Iterator<Item = impl Load>;
    /// What is left behind whole fours.
    fn rest(&mut self) -> &[f32];
}

trait Load {
    fn vector<I: Isa>(&mut self, isa: I, at: usize) -> I::V;
}

impl Elements for &[f32] {
    #[inline(always)]
    fn chunks(self, len: usize) -> impl Iterator<Item = Self> {
        self.chunks(len.max(1))
    }
    #[inline(always)]
    fn fours(&mut self) -> impl Iterator<Item = impl Load> {
        self.as_chunks::<FOUR>().0.iter()
    }
    #[inline(always)]
    fn rest(&mut self) -> &[f32] {
        self.as_chunks::<FOUR>().1
    }
}

impl Load for &Four {
    #[inline(always)]
    fn vector<I: Isa>(&mut self, isa: I, at: usize) -> I::V {
        isa.load(from(*self, at))
    }
}

/// `residual += x`
impl Elements for (&[f32], &mut [f32]) {
    #[inline(always)]
    fn chunks(self, len: usize) -> impl Iterator<Item = Self> {
        self.0.chunks(len.max(1)).zip(self.1.chunks_mut(len.max(1)))
    }
    #[inline(always)]
    fn fours(&mut self) -> impl Iterator<Item = impl Load> {
        self.0.as_chunks::<FOUR>().0.iter().zip(self.1.as_chunks_mut::<FOUR>().0)
    }
    #[inline(always)]
    fn rest(&mut self) -> &[f32] {
        let (x, residual) = (self.0.as_chunks::<FOUR>().1, self.1.as_chunks_mut::<FOUR>().1);
        residual.iter_mut().zip(x).for_each(|(to, x)| *to += x);
        residual
    }
}

impl Load for (&Four, &mut Four) {
    #[inline(always)]
    fn vector<I: Isa>(&mut self, isa: I, at: usize) -> I::V {
        let sum = isa.add(isa.load(from(self.1, at)), isa.load(from(self.0, at)));
        isa.store(sum, self.1.get_mut(at..).unwrap_or(&mut []));
        sum
    }
}

/// The sums of each row. What is left behind whole fours is one more four, filled up with `d = 0`.
struct Sum<'a, I: Isa, E, T, const CENTRED: bool> {
    term: T,
    elements: E,
    width: usize,
    /// Elements in a block. From memory, lest the compiler know that they are at most four fours: it would unroll the
    /// loop over them.
    block: usize,
    sums: &'a mut Sums<I>,
}

impl<I: Isa, E: Elements, T: Term, const CENTRED: bool> Run<I> for Sum<'_, I, E, T, CENTRED> {
    type Output = ();

    #[inline(always)]
    fn eval(self, isa: I) {
        let Self { term, elements, width, block, sums } = self;
        for row in elements.chunks(width) {
            let (mut a, mut b) = (isa.no_two(), isa.no_two());
            let mut first = None;
            for mut block in row.chunks(block) {
                let mut of_block = isa.fold(Block::<_, _, CENTRED> { term, elements: &mut block });
                let rest = block.rest();
                if !rest.is_empty() {
                    of_block = isa.join(of_block, last(isa, rest, term));
                }
                if first.is_some() {
                    (a, b) = (isa.plus(a, of_block[0]), isa.plus(b, of_block[1]));
                } else {
                    (a.hi, b.hi) = (of_block[0], of_block[1]);
                    first = Some(of_block);
                }
            }
            sums.hi.push([a.hi, b.hi]);
            if let Some(first) = first
                && width > block
            {
                sums.wide.push(Wide { lo: [a.lo, b.lo], first });
            }
        }
    }
}

#[inline(never)]
fn last<I: Isa, T: Term>(isa: I, rest: &[f32], term: T) -> [I::Four; 2] {
    let mut filled = [0.0; FOUR];
    filled.iter_mut().zip(rest).for_each(|(to, &x)| *to = term.of(Scalar, x));
    isa.fold(Block::<_, _, true> { term: Raw, elements: &mut &filled[..] })
}

/// Without `CENTRED` the sum of `d` is left out.
struct Block<'a, E, T, const CENTRED: bool> {
    term: T,
    elements: &'a mut E,
}

type Both<V> = (V, V);

#[inline(always)]
fn add<I: Isa>(isa: I, low: Both<I::V>, high: Both<I::V>) -> Both<I::V> {
    (isa.add(low.0, high.0), isa.add(low.1, high.1))
}

/// `d` and `d²` of one column of a group. Not a closure: those are not always compiled into their caller, nor then for
/// its instruction set.
#[inline(always)]
fn leaf<I: Isa, T: Term>(isa: I, term: T, four: &mut impl Load, at: usize) -> Both<I::V> {
    let d = term.of(isa, four.vector(isa, at));
    (d, isa.mul(d, d))
}

/// The elements from `at` on.
#[inline(always)]
pub(crate) fn from(group: &[f32], at: usize) -> &[f32] {
    group.get(at..).unwrap_or(&[])
}

impl<I: Isa, E: Elements, T: Term, const CENTRED: bool> Lanes<I> for Block<'_, E, T, CENTRED> {
    #[inline(always)]
    fn column(&mut self, isa: I, c: usize) -> (I::V, I::V) {
        let term = self.term;
        let (mut a, mut b) = (isa.splat(0.0), isa.splat(0.0));
        for mut four in self.elements.fours() {
            let at = c * I::LANES;
            let low = add(isa, leaf(isa, term, &mut four, at), leaf(isa, term, &mut four, at + GROUP));
            let high = add(
                isa,
                leaf(isa, term, &mut four, at + 2 * GROUP),
                leaf(isa, term, &mut four, at + 3 * GROUP),
            );
            let (da, db) = add(isa, low, high);
            a = if CENTRED { isa.add(a, da) } else { a };
            b = isa.add(b, db);
        }
        (a, b)
    }
}
