//! Pass 1 over a row that comes block by block: the additions of [`super::sums`], in the same order.
//!
//! A row of more than [`SEGMENT`] elements, in memory or not, is summed by segments, each from 0, and these are added
//! in two floats like its blocks: an ULP of a longer sum would be as large as the sum of a block.

use super::redo::Pass;
use super::rstd::Row;
use super::sums::{BLOCK, LANES, Sums, blocks, far, statistics_of};
use super::term::Scaled;
use super::two::Two;
use crate::RowStats;
use crate::isa::{Isa, Op, Scalar};

/// Elements of a segment.
pub(super) const SEGMENT: usize = 1 << 24;

/// The sums of `d` and `d²`, in four lanes of two floats each.
#[derive(Clone, Copy, Debug)]
struct Pair {
    hi: [[f32; 4]; 2],
    lo: [[f32; 4]; 2],
}

impl Pair {
    const NONE: Self = Self { hi: [[0.0; 4]; 2], lo: [[0.0; 4]; 2] };

    fn add(&mut self, other: &Self) {
        let here = self.hi.iter_mut().zip(&mut self.lo);
        for ((hi, lo), (other_hi, other_lo)) in here.zip(other.hi.iter().zip(&other.lo)) {
            let sum = Scalar.plus(Two { hi: *hi, lo: *lo }, *other_hi);
            (*hi, *lo) = (sum.hi, sum.lo);
            lo.iter_mut().zip(other_lo).for_each(|(lo, other)| *lo += other);
        }
    }
}

/// The sums over the blocks so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Totals {
    /// Of the segment that is not over yet.
    segment: Pair,
    len: usize,
    /// Of those before it, if there are any.
    before: Option<Pair>,
}

impl Totals {
    pub(crate) const NONE: Self = Self { segment: Pair::NONE, len: 0, before: None };

    /// Adds the sums of a part that was summed by itself.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.close();
        for part in other.before.iter().chain((other.len > 0).then_some(&other.segment)) {
            self.add(*part);
        }
    }

    /// The segment is over.
    fn close(&mut self) {
        if self.len > 0 {
            self.add(self.segment);
            (self.segment, self.len) = (Pair::NONE, 0);
        }
    }

    fn add(&mut self, part: Pair) {
        match &mut self.before {
            Some(before) => before.add(&part),
            None => self.before = Some(part),
        }
    }

    /// Of one row, for the end of the tree.
    #[inline(always)]
    pub(super) fn push_to<I: Isa>(&self, isa: I, sums: &mut Sums<I>) {
        let mut all = *self;
        let several = all.len > BLOCK || all.before.is_some();
        all.close();
        let Pair { hi, lo } = all.before.unwrap_or(Pair::NONE);
        let pair = |of: [[f32; 4]; 2]| [isa.four(of[0]), isa.four(of[1])];
        sums.hi.push(pair(hi));
        if several {
            sums.lo.push(pair(lo));
        }
    }
}

/// Adds whole blocks, or the last of a row.
pub(crate) struct Extend<'a> {
    pub about: Scaled,
    pub part: &'a [f32],
    pub totals: &'a mut Totals,
}

impl Op for Extend<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { about, mut part, totals } = self;
        // As in `Sum`, a length that the compiler does not know.
        let block = core::hint::black_box(BLOCK);
        while !part.is_empty() {
            if totals.len >= SEGMENT {
                totals.close();
            }
            let (these, others) = part.split_at(part.len().min(SEGMENT - totals.len));
            let Pair { hi, lo } = totals.segment;
            let two = |of: usize| Two { hi: isa.four(hi[of]), lo: isa.four(lo[of]) };
            let (a, b) = blocks::<I, _, true>(isa, about, these, block, (two(0), two(1)), totals.len == 0);
            totals.segment.hi = [isa.values(a.hi), isa.values(b.hi)];
            totals.segment.lo = [isa.values(a.lo), isa.values(b.lo)];
            totals.len += these.len();
            part = others;
        }
    }
}

/// What the sums of a whole row say: its statistics about `pass`, or the mean that is too far from 0.
pub(crate) struct Conclude<'a> {
    pub row: &'a Row,
    pub pass: Pass,
    pub totals: &'a Totals,
}

pub(crate) enum Conclusion {
    Far(f32),
    /// With whether they are good enough.
    Near(RowStats, bool),
}

impl Op for Conclude<'_> {
    type Output = Conclusion;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> Conclusion {
        let Self { row, pass, totals } = self;
        let mut sums = Sums::<I>::new();
        totals.push_to(isa, &mut sums);
        sums.fill_up();
        let (a, b) = (sums.over_lanes(isa, 0, 0), sums.over_lanes(isa, 0, 1));
        let first = |v: I::V| {
            let mut values = [0.0; LANES];
            isa.store(v, &mut values);
            values[0]
        };
        if row.centred && pass == Pass::First && far(isa, row, a, b) & 1 != 0 {
            return Conclusion::Far(first(isa.div(a.hi, isa.splat(row.n))));
        }
        let statistics = statistics_of(isa, row, a, b);
        let stats = RowStats::about(0.0, first(statistics.delta), first(statistics.rstd));
        Conclusion::Near(stats, statistics.ok & 1 != 0)
    }
}
