//! Pass 1 over a row that comes block by block: the additions of [`super::sums`], in the same order.
//!
//! A row of more than [`SEGMENT`] elements, in memory or not, is summed by segments, each from 0, and these are added
//! in two floats like its blocks.

use super::redo::{Next, Pass};
use super::rstd::Row;
use super::sums::{BLOCK, blocks, over_lanes, rest};
use super::term::Scaled;
use super::two::Two;
use crate::isa::{Isa, Op};

/// Elements of a segment: 1024 blocks. What their additions round off is itself added in one float, and rounded: an error
/// that grows with the square of their number, and for so many is 2⁻²⁹ of the sum (`error.md`).
pub(super) const SEGMENT: usize = power_of_two(18);

/// Where a `usize` has fewer bits, no row is as long.
pub(super) const fn power_of_two(exponent: u32) -> usize {
    match 1usize.checked_shl(exponent) {
        Some(power) => power,
        None => 1 << (usize::BITS - 1),
    }
}

/// The sums of `d` and `d²`, in four lanes of two floats each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub hi: [[f32; 4]; 2],
    pub lo: [[f32; 4]; 2],
}

impl Pair {
    const NONE: Self = Self { hi: [[0.0; 4]; 2], lo: [[0.0; 4]; 2] };

    fn add(&mut self, other: &Self) {
        let (hi, lo) = (self.hi.as_flattened_mut(), self.lo.as_flattened_mut());
        let others = other.hi.as_flattened().iter().zip(other.lo.as_flattened());
        for ((hi, lo), (other_hi, other_lo)) in hi.iter_mut().zip(lo).zip(others) {
            let sum = Two { hi: *hi, lo: *lo }.plus(*other_hi);
            (*hi, *lo) = (sum.hi, sum.lo + other_lo);
        }
    }
}

/// The sums over the blocks so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Totals {
    /// Of the segment that is not over yet.
    segment: Pair,
    len: usize,
    /// Of those before it. Sums are added to 0 exactly.
    before: Pair,
}

impl Totals {
    pub(crate) const NONE: Self = Self { segment: Pair::NONE, len: 0, before: Pair::NONE };

    /// Adds the sums of a part that was summed by itself.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.close();
        self.before.add(&other.before);
        self.before.add(&other.segment);
    }

    /// The segment is over.
    fn close(&mut self) {
        self.before.add(&self.segment);
        (self.segment, self.len) = (Pair::NONE, 0);
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
    pub totals: &'a mut Totals,
}

impl Op for Conclude<'_> {
    type Output = Next;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> Next {
        let Self { row, pass, totals } = self;
        totals.close();
        let Pair { hi: [a_hi, b_hi], lo: [a_lo, b_lo] } = &totals.before;
        let (a, b) = (over_row(isa, a_hi, a_lo), over_row(isa, b_hi, b_lo));
        pass.next(isa, row, a, b)
    }
}

/// The end of the tree, with the row in every lane.
#[inline(always)]
fn over_row<I: Isa>(isa: I, [h0, h1, h2, h3]: &[f32; 4], [l0, l1, l2, l3]: &[f32; 4]) -> Two<I::V> {
    let mut sum = over_lanes(isa, isa.splat(*h0), isa.splat(*h1), isa.splat(*h2), isa.splat(*h3));
    let rest = rest(isa, isa.splat(*l0), isa.splat(*l1), isa.splat(*l2), isa.splat(*l3));
    sum.lo = isa.add(sum.lo, rest);
    sum
}
