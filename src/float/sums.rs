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
//! 3. The end of the tree needs as many operations for one row as for four, so it is done for a row in each lane of a
//!    vector.
//! 4. Blocks are added in two floats, so that the error does not grow with their number.

use super::rstd::{CENTRED_ENOUGH, Constants, Statistics, statistics};
use super::stream::SEGMENT;
use super::term::{Raw, Scaled, Term};
use super::two::{Two, two_sum};
use crate::RowStats;
use crate::isa::{GROUP, Isa, Lanes, List, Op, ROWS, Run, Scalar};

/// Elements in four groups.
pub(super) const FOUR: usize = 4 * GROUP;
/// Elements in a block.
pub(crate) const BLOCK: usize = 4 * FOUR;

pub(super) type Four = [f32; FOUR];

/// The statistics of up to [`ROWS`] rows.
pub(crate) struct Measure<'a> {
    pub constants: &'a Constants,
    pub rows: &'a [f32],
    /// Elements from one of them to the next.
    pub step: usize,
    /// Gets them.
    pub stats: &'a mut List<RowStats, ROWS>,
}

/// The most lanes of a vector.
pub(super) const LANES: usize = 8;

impl Op for Measure<'_> {
    /// One bit per row; without it the row needs [`super::redo`].
    type Output = u32;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> u32 {
        let Self { constants, rows, step, stats } = self;
        let mut sums = Sums::new();
        sums.add(isa, constants, rows, step, None);
        let count = sums.hi.len();
        // No lane goes without a row.
        sums.fill_up();
        let mut ok = 0;
        for first in (0..count).step_by(I::LANES) {
            let mut pivots = [0.0; LANES];
            let mut chosen = !constants.row.centred;
            let (a, b) = loop {
                let (a, b) = (sums.over_lanes(isa, first, 0), sums.over_lanes(isa, first, 1));
                if chosen {
                    break (a, b);
                }
                chosen = true;
                let mut far = far(isa, constants, a, b) & ((1 << (count - first).min(I::LANES)) - 1);
                if far == 0 {
                    break (a, b);
                }
                let mut means = [0.0; LANES];
                isa.store(isa.div(isa.add(a.hi, a.lo), isa.splat(constants.n)), &mut means);
                while far != 0 {
                    let i = far.trailing_zeros() as usize;
                    far &= far - 1;
                    let (Some(pivot), Some(mean)) = (pivots.get_mut(i), means.get(i)) else { break };
                    *pivot = *mean;
                    let start = (first + i) * step;
                    let width = constants.row.width;
                    let this = rows.get(start..start + width).unwrap_or(&[]);
                    let mut again = Sums::new();
                    let about = Scaled { pivot: *pivot, ..Scaled::NOTHING };
                    again.add(isa, constants, this, width, Some(about));
                    sums.replace(first + i, &again);
                }
            };
            let statistics = statistics_of(isa, constants, a, b);
            let (mut deltas, mut factors) = ([0.0; LANES], [0.0; LANES]);
            isa.store(statistics.delta, &mut deltas);
            isa.store(statistics.rstd, &mut factors);
            ok |= statistics.ok << first;
            let rows = pivots.iter().zip(&deltas).zip(&factors).take((count - first).min(I::LANES));
            for ((pivot, delta), factor) in rows {
                stats.push(RowStats::about(*pivot, *delta, *factor));
            }
        }
        ok
    }
}

/// One bit per lane: the mean is too far from 0 for sums about 0.
#[inline(always)]
pub(super) fn far<I: Isa>(isa: I, constants: &Constants, a: Two<I::V>, b: Two<I::V>) -> u32 {
    let square = isa.mul(isa.splat(CENTRED_ENOUGH), isa.mul(a.hi, a.hi));
    !isa.le(square, isa.mul(isa.splat(constants.n), b.hi))
}

#[inline(always)]
pub(super) fn statistics_of<I: Isa>(
    isa: I,
    constants: &Constants,
    a: Two<I::V>,
    b: Two<I::V>,
) -> Statistics<I::V> {
    let a = if constants.row.centred { isa.add(a.hi, a.lo) } else { isa.splat(0.0) };
    statistics(isa, constants, a, b)
}

/// Sums over rows in four lanes, of each row those of `d` and those of `d²`.
pub(super) struct Sums<I: Isa> {
    pub(super) hi: List<[I::Four; 2], ROWS>,
    /// What is to be added to those, if the rows have more blocks than one.
    pub(super) lo: List<[I::Four; 2], ROWS>,
}

impl<I: Isa> Sums<I> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self { hi: List::new(), lo: List::new() }
    }

    #[inline(always)]
    fn add(&mut self, isa: I, constants: &Constants, rows: &[f32], step: usize, about: Option<Scaled>) {
        let sums = self;
        let Constants { row, block, .. } = *constants;
        let width = row.width;
        if width > SEGMENT {
            return isa.run(Long { about: about.unwrap_or(Scaled::NOTHING), rows, step, width, block, sums });
        }
        match about {
            Some(term) => isa.run(Sum::<I, _, true> { term, rows, step, width, block, sums }),
            None if row.centred => isa.run(Sum::<I, _, true> { term: Raw, rows, step, width, block, sums }),
            None => isa.run(Sum::<I, _, false> { term: Raw, rows, step, width, block, sums }),
        }
    }

    #[inline(always)]
    pub(super) fn fill_up(&mut self) {
        self.hi.fill_up(I::LANES);
        self.lo.fill_up(I::LANES);
    }

    /// Row `i` gets the first sums of `other`.
    #[inline(always)]
    fn replace(&mut self, i: usize, other: &Self) {
        let parts = [(&mut self.hi, &other.hi), (&mut self.lo, &other.lo)];
        for (to, from) in parts {
            if let (Some(to), Some(from)) = (to.get_mut(i), from.first()) {
                *to = *from;
            }
        }
    }

    #[inline(always)]
    fn over_lanes(&self, isa: I, first: usize, of: usize) -> Two<I::V> {
        let [l0, l1, l2, l3] = turned(isa, &self.hi, first, of);
        let mut sum = over_lanes(isa, l0, l1, l2, l3);
        if !self.lo.is_empty() {
            let [l0, l1, l2, l3] = turned(isa, &self.lo, first, of);
            sum.lo = isa.add(sum.lo, rest(isa, l0, l1, l2, l3));
        }
        sum
    }
}

/// The last two levels of the tree. They keep the roundings of their additions: there are three, and they weigh most.
#[inline(always)]
pub(super) fn over_lanes<I: Isa>(isa: I, l0: I::V, l1: I::V, l2: I::V, l3: I::V) -> Two<I::V> {
    let (even, odd) = (two_sum(isa, l0, l2), two_sum(isa, l1, l3));
    let mut sum = two_sum(isa, even.hi, odd.hi);
    sum.lo = isa.add(isa.add(even.lo, odd.lo), sum.lo);
    sum
}

/// What the additions of blocks rounded off, in all lanes.
#[inline(always)]
pub(super) fn rest<I: Isa>(isa: I, l0: I::V, l1: I::V, l2: I::V, l3: I::V) -> I::V {
    isa.add(isa.add(l0, l2), isa.add(l1, l3))
}

/// As many rows as a vector has lanes.
#[inline(always)]
fn turned<I: Isa>(isa: I, rows: &[[I::Four; 2]], first: usize, of: usize) -> [I::V; 4] {
    let rows = rows.get(first..first + I::LANES).unwrap_or(&[]);
    isa.turn(|i| rows.get(i).map_or(isa.no_two().hi, |row| row[of]))
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

/// The sums of each row. What is left behind whole fours is one more four, filled up with `d = 0`.
struct Sum<'a, I: Isa, T, const CENTRED: bool> {
    term: T,
    rows: &'a [f32],
    step: usize,
    width: usize,
    /// Elements in a block. From memory, lest the compiler know that they are at most four fours: it would unroll the
    /// loop over them.
    block: usize,
    sums: &'a mut Sums<I>,
}

impl<I: Isa, T: Term, const CENTRED: bool> Run<I> for Sum<'_, I, T, CENTRED> {
    type Output = ();

    #[inline(always)]
    fn eval(self, isa: I) {
        let Self { term, rows, step, width, block, sums } = self;
        for row in rows.chunks(step.max(1)) {
            let row = row.get(..width).unwrap_or(row);
            let none = (isa.no_two(), isa.no_two());
            let (a, b) = blocks::<I, T, CENTRED>(isa, term, row, block, none, true);
            sums.hi.push([a.hi, b.hi]);
            if width > block {
                sums.lo.push([a.lo, b.lo]);
            }
        }
    }
}

/// Adds the blocks of `row`, the first of which may be the first of all.
#[inline(always)]
pub(super) fn blocks<I: Isa, T: Term, const CENTRED: bool>(
    isa: I,
    term: T,
    row: &[f32],
    block: usize,
    (mut a, mut b): (Two<I::Four>, Two<I::Four>),
    mut first: bool,
) -> (Two<I::Four>, Two<I::Four>) {
    for block in row.chunks(block.max(1)) {
        let (fours, rest) = block.as_chunks::<FOUR>();
        let mut of_block = isa.fold(Block::<T, CENTRED> { term, fours });
        if !rest.is_empty() {
            of_block = isa.join(of_block, last(isa, rest, term.general()));
        }
        if first {
            (a.hi, b.hi) = (of_block[0], of_block[1]);
        } else {
            (a, b) = (isa.plus(a, of_block[0]), isa.plus(b, of_block[1]));
        }
        first = false;
    }
    (a, b)
}

/// The sums of each row, by segments: `super::stream` says why.
struct Long<'a, I: Isa> {
    about: Scaled,
    rows: &'a [f32],
    step: usize,
    width: usize,
    block: usize,
    sums: &'a mut Sums<I>,
}

impl<I: Isa> Run<I> for Long<'_, I> {
    type Output = ();

    #[inline(always)]
    fn eval(self, isa: I) {
        let Self { about, rows, step, width, block, sums } = self;
        let none = (isa.no_two(), isa.no_two());
        let joined = |total: Two<I::Four>, part: Two<I::Four>| {
            let sum = isa.plus(total, part.hi);
            Two { hi: sum.hi, lo: isa.join([sum.lo; 2], [part.lo; 2])[0] }
        };
        for row in rows.chunks(step.max(1)) {
            let (mut a, mut b) = none;
            for (i, segment) in row.get(..width).unwrap_or(row).chunks(SEGMENT).enumerate() {
                let of = blocks::<I, _, true>(isa, about, segment, block, none, true);
                (a, b) = if i == 0 { of } else { (joined(a, of.0), joined(b, of.1)) };
            }
            sums.hi.push([a.hi, b.hi]);
            sums.lo.push([a.lo, b.lo]);
        }
    }
}

/// The sums of fewer elements than a four. One function for all terms: they have the same bits.
#[inline(never)]
fn last<I: Isa>(isa: I, rest: &[f32], term: Scaled) -> [I::Four; 2] {
    let mut filled = [0.0; FOUR];
    filled.iter_mut().zip(rest).for_each(|(to, &x)| *to = term.of(Scalar, x));
    let mut sums = Sums::new();
    let sum =
        Sum::<I, _, true> { term: Raw, rows: &filled, step: FOUR, width: FOUR, block: FOUR, sums: &mut sums };
    isa.run(sum);
    sums.hi.first().copied().unwrap_or([isa.no_two().hi; 2])
}

/// Without `CENTRED` the sum of `d` is left out.
pub(super) struct Block<'a, T, const CENTRED: bool> {
    pub(super) term: T,
    pub(super) fours: &'a [Four],
}

pub(super) type Both<V> = (V, V);

#[inline(always)]
fn add<I: Isa>(isa: I, low: Both<I::V>, high: Both<I::V>) -> Both<I::V> {
    (isa.add(low.0, high.0), isa.add(low.1, high.1))
}

/// `d` and `d²` of one column of a group. Not a closure: those are not always compiled into their caller, nor then for
/// its instruction set.
#[inline(always)]
fn leaf<I: Isa, T: Term>(isa: I, term: T, four: &Four, at: usize) -> Both<I::V> {
    let d = term.of(isa, isa.load(from(four, at)));
    (d, isa.mul(d, d))
}

/// The elements from `at` on.
#[inline(always)]
pub(crate) fn from<T>(group: &[T], at: usize) -> &[T] {
    group.get(at..).unwrap_or(&[])
}

impl<I: Isa, T: Term, const CENTRED: bool> Lanes<I> for Block<'_, T, CENTRED> {
    #[inline(always)]
    fn column(&self, isa: I, c: usize) -> (I::V, I::V) {
        let (term, at) = (self.term, c * I::LANES);
        let (mut a, mut b) = (isa.splat(0.0), isa.splat(0.0));
        for four in self.fours {
            let low = add(isa, leaf(isa, term, four, at), leaf(isa, term, four, at + GROUP));
            let high = add(isa, leaf(isa, term, four, at + 2 * GROUP), leaf(isa, term, four, at + 3 * GROUP));
            let (da, db) = add(isa, low, high);
            a = if CENTRED { isa.add(a, da) } else { a };
            b = isa.add(b, db);
        }
        (a, b)
    }
}
