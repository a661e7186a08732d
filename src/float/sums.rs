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
use crate::stats::StatsByRow;
use crate::isa::{Feature, GROUP, Isa, Lanes, Op, ROWS, Rows, Scalar};

/// Elements in four groups.
const FOUR: usize = 4 * GROUP;
/// Elements in a block.
pub(crate) const BLOCK: usize = 4 * FOUR;

type Four = [f32; FOUR];

/// The sums of up to [`Isa::ROWS`] rows, and the statistics that follow from them.
pub(crate) struct Measure<'a> {
    pub row: &'a Row,
    /// As many as lanes if a row is one block, else one.
    pub rows: Rows<'a>,
    pub about: About,
}

/// What the rows are measured about.
#[derive(Clone, Copy)]
pub(crate) enum About {
    /// 0, unless the first block shows that it is far from the mean.
    Zero,
    /// The means of the first blocks, which have been read before.
    Pivots([f32; ROWS]),
    /// Whatever is given, for the only row.
    Given(Scaled),
}

/// The statistics of each row, and what is to be done where they are not good enough.
pub(crate) struct Measured {
    pub stats: StatsByRow,
    /// One bit per row; without it the row needs [`super::redo`].
    pub ok: u32,
    /// Nothing was measured but pivots, about which it must be done again.
    pub far: bool,
}

impl Op for Measure<'_> {
    type Output = Measured;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> Measured {
        let Self { row, mut rows, about } = self;
        let by_row = isa.rows();
        let zero = by_row.splat(0.0);
        let mut stats = StatsByRow::default();
        let centre = match about {
            About::Zero => Scaled::NOTHING,
            About::Pivots(pivot) => {
                stats.pivot = pivot;
                Scaled::NOTHING
            }
            About::Given(centre) => {
                stats.pivot = [centre.pivot; ROWS];
                centre
            }
        };
        let raw = matches!(about, About::Zero);
        // Lanes are rows where a row is one block, else blocks of the only row.
        let lanes_are_rows = row.width <= BLOCK;
        // Read from memory, lest the compiler know that it is at most four fours: it would unroll their loops.
        let stride = row.block;
        let mut totals = [[Two { hi: zero, lo: zero }; 2]; ROWS];
        let (mut a, mut b) = ([isa.no_four(); ROWS], [isa.no_four(); ROWS]);
        let (mut start, mut slot) = (0, 0);
        while start < row.width {
            if raw || start > 0 {
                if let Some((x, residual)) = rows.part(start, stride * I::ROWS).addition() {
                    isa.run(Add { x, residual });
                }
            }
            let x = rows.source();
            for (i, ((a, b), &pivot)) in a.iter_mut().zip(&mut b).zip(&stats.pivot).enumerate().take(I::ROWS) {
                let x = x.get(start + i * stride..).unwrap_or(&[]);
                let x = x.get(..stride).unwrap_or(x);
                [*a, *b] = if x.is_empty() {
                    [isa.no_four(); 2]
                } else {
                    sum(isa, row.centred, x, raw, Scaled { pivot, ..centre })
                };
            }
            let (a, b) = (tree(by_row, isa.turn(&a)), tree(by_row, isa.turn(&b)));
            if raw && start == 0 && row.centred {
                let n = by_row.splat(stride as f32);
                let near = by_row.le(by_row.mul(by_row.splat(4.0), by_row.mul(a.hi, a.hi)), by_row.mul(n, b.hi));
                let far = !near & if lanes_are_rows { (1 << I::ROWS) - 1 } else { 1 };
                if far != 0 {
                    by_row.store(by_row.div(a.hi, n), &mut stats.pivot);
                    for (i, pivot) in stats.pivot.iter_mut().enumerate() {
                        *pivot = if far >> i & 1 != 0 { *pivot } else { 0.0 };
                    }
                    if !lanes_are_rows {
                        stats.pivot = [stats.pivot[0]; ROWS];
                    }
                    return Measured { stats, ok: 0, far: true };
                }
            }
            if let Some([total_a, total_b]) = totals.get_mut(slot) {
                (*total_a, *total_b) = (total_a.plus(by_row, a), total_b.plus(by_row, b));
            }
            start += BLOCK * I::ROWS;
            slot = (slot + 1) % (ROWS / I::ROWS);
        }
        let [a, b] = if lanes_are_rows { totals[0] } else { isa.across(&totals[..ROWS / I::ROWS]) };
        let a = if row.centred { by_row.add(a.hi, a.lo) } else { zero };
        let statistics = statistics(by_row, row, a, b);
        by_row.store(statistics.delta, &mut stats.delta);
        by_row.store(statistics.rstd, &mut stats.factor);
        Measured { stats, ok: statistics.ok, far: false }
    }
}

/// `residual += x`
struct Add<'a> {
    x: &'a [f32],
    residual: &'a mut [f32],
}

impl Op for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let mut sums = Rows::in_place(self.residual);
        let x = Feature::own(self.x);
        for (mut slot, x, _) in sums.groups(x, x) {
            for at in (0..GROUP).step_by(I::LANES) {
                let sum = isa.add(isa.load(from(slot.source(), at)), isa.load(from(x, at)));
                isa.store(sum, slot.target().get_mut(at..).unwrap_or(&mut []));
            }
        }
        sums.rest(|i, v| v + x.rest(i));
    }
}

/// Sums of `d` and `d²` over a block, in four lanes; `d` is `x` if `raw`. What is left behind whole fours is one more
/// four, filled up with `d = 0`.
#[inline(always)]
fn sum<I: Isa>(isa: I, centred: bool, x: &[f32], raw: bool, term: Scaled) -> [I::Four; 2] {
    let (fours, rest) = x.as_chunks::<FOUR>();
    let sums = if !raw {
        isa.fold(Block::<Scaled, true> { term, fours })
    } else if centred {
        isa.fold(Block::<Raw, true> { term: Raw, fours })
    } else {
        isa.fold(Block::<Raw, false> { term: Raw, fours })
    };
    if rest.is_empty() { sums } else { isa.join(sums, last(isa, rest, term)) }
}

#[inline(never)]
fn last<I: Isa>(isa: I, rest: &[f32], term: Scaled) -> [I::Four; 2] {
    let mut filled = [[0.0; FOUR]];
    filled.iter_mut().flatten().zip(rest).for_each(|(to, &x)| *to = term.of(Scalar, x));
    isa.fold(Block::<Raw, true> { term: Raw, fours: &filled })
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

/// The last two levels of the tree. They keep the roundings of their additions: there are three, and they weigh
/// most.
#[inline(always)]
pub(crate) fn tree<I: Isa>(isa: I, [l0, l1, l2, l3]: [I::V; 4]) -> Two<I::V> {
    let (even, odd) = (two_sum(isa, l0, l2), two_sum(isa, l1, l3));
    let Two { hi, lo } = two_sum(isa, even.hi, odd.hi);
    Two { hi, lo: isa.add(isa.add(even.lo, odd.lo), lo) }
}
