//! Pass 1 over a row that comes block by block: the additions of [`super::sums`], in the same order.

use super::redo::Pass;
use super::rstd::Row;
use super::sums::{BLOCK, LANES, Sums, blocks, far, statistics_of};
use super::term::Scaled;
use super::two::Two;
use crate::RowStats;
use crate::isa::{Isa, Op, Scalar};

/// The sums of `d` and `d²` over the blocks so far, in four lanes of two floats each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Totals {
    hi: [[f32; 4]; 2],
    lo: [[f32; 4]; 2],
    blocks: usize,
}

impl Totals {
    pub(crate) const NONE: Self = Self { hi: [[0.0; 4]; 2], lo: [[0.0; 4]; 2], blocks: 0 };

    /// Adds the sums of a part that was summed by itself.
    pub(crate) fn merge(&mut self, other: &Self) {
        if self.blocks == 0 {
            *self = *other;
            return;
        }
        for ((hi, lo), (other_hi, other_lo)) in
            self.hi.iter_mut().zip(&mut self.lo).zip(other.hi.iter().zip(&other.lo))
        {
            let sum = Scalar.plus(Two { hi: *hi, lo: *lo }, *other_hi);
            (*hi, *lo) = (sum.hi, sum.lo);
            lo.iter_mut().zip(other_lo).for_each(|(lo, other)| *lo += other);
        }
        self.blocks += other.blocks;
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
        let Self { about, part, totals } = self;
        let two = |of: usize| Two { hi: isa.four(totals.hi[of]), lo: isa.four(totals.lo[of]) };
        // As in `Sum`, a length that the compiler does not know.
        let block = core::hint::black_box(BLOCK);
        let (a, b) = blocks::<I, _, true>(isa, about, part, block, (two(0), two(1)), totals.blocks == 0);
        (totals.hi, totals.lo) = ([isa.values(a.hi), isa.values(b.hi)], [isa.values(a.lo), isa.values(b.lo)]);
        totals.blocks += part.len().div_ceil(BLOCK);
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
        let pair = |of: &[[f32; 4]; 2]| [isa.four(of[0]), isa.four(of[1])];
        sums.hi.push(pair(&totals.hi));
        if totals.blocks > 1 {
            sums.lo.push(pair(&totals.lo));
        }
        sums.fill_up();
        let (a, b) = (sums.over_lanes(isa, 0, 0), sums.over_lanes(isa, 0, 1));
        let first = |v: I::V| {
            let mut values = [0.0; LANES];
            isa.store(v, &mut values);
            values[0]
        };
        if row.centred && matches!(pass, Pass::First) && far(isa, row, a, b) & 1 != 0 {
            return Conclusion::Far(first(isa.div(a.hi, isa.splat(row.n))));
        }
        let statistics = statistics_of(isa, row, a, b);
        let stats = RowStats::about(0.0, first(statistics.delta), first(statistics.rstd));
        Conclusion::Near(stats, statistics.ok & 1 != 0)
    }
}
