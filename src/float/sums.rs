//! Pass 1: `A = Σd` and `B = Σd²` over a row, `d = x − pivot`.
//!
//! ```text
//! group   16 elements, element i in lane i mod 16
//! block   16 groups, each lane summed by fours of groups: acc += (g0 + g1) + (g2 + g3); then a tree over the lanes
//! row     block totals added to two floats, hi + lo
//! ```
//!
//! 1. Fours and a tree cost as many additions as a running sum and round less: an element goes through at most
//!    six additions before the tree's end, instead of sixteen. Running sums are biased as well: a row of ±a adds
//!    equal squares, whose rounding errors all have one sign.
//! 2. Lanes are done a few at a time, so that few vectors are live. Each block is a slice whose length the
//!    compiler does not know: it would unroll the loop and then need sixty registers.
//! 3. Totals go to two floats, so that the error does not grow with the number of blocks.
//! 4. A last block that is shorter ends with a four in which +0 stands for what is missing.

use super::term::Term;
use super::two::Two;
use crate::isa::{GROUP, Isa, Lanes, Op};

pub(crate) type Group = [f32; GROUP];
/// Elements in a block.
pub(crate) const BLOCK: usize = 16 * GROUP;

/// Sums over (part of) a row.
#[derive(Clone, Copy)]
pub(crate) struct Sums {
    /// `Σd`.
    pub a: Two<f32>,
    /// `Σd²`.
    pub b: Two<f32>,
}

/// The elements from `at` on.
#[inline(always)]
pub(crate) fn from(group: &Group, at: usize) -> &[f32] {
    group.get(at..).unwrap_or(&[])
}

type Pair<V> = (V, V);

#[inline(always)]
fn add<I: Isa>(isa: I, low: Pair<I::V>, high: Pair<I::V>) -> Pair<I::V> {
    (isa.add(low.0, high.0), isa.add(low.1, high.1))
}

/// `d` and `d²` of one column of a group.
#[inline(always)]
fn leaf<I: Isa, T: Term>(isa: I, term: T, group: &Group, column: usize) -> Pair<I::V> {
    let d = term.of(isa, isa.load(from(group, column * I::LANES)));
    (d, isa.mul(d, d))
}

#[inline(always)]
fn four<I: Isa, T: Term>(isa: I, term: T, groups: &[Group; 4], column: usize) -> Pair<I::V> {
    let [g0, g1, g2, g3] = groups;
    let low = add(isa, leaf(isa, term, g0, column), leaf(isa, term, g1, column));
    let high = add(isa, leaf(isa, term, g2, column), leaf(isa, term, g3, column));
    add(isa, low, high)
}

/// The same for the first `count` elements of a group, +0 in the places of the others.
#[inline(always)]
fn partial<I: Isa, T: Term>(isa: I, term: T, (group, count): (&Group, usize), column: usize) -> Pair<I::V> {
    let d = term.of(isa, isa.load(from(group, column * I::LANES)));
    let d = isa.keep(d, count.saturating_sub(column * I::LANES));
    (d, isa.mul(d, d))
}

/// A block, or the end of a row: groups, then fewer than [`GROUP`] elements. Without `CENTRED` the sum of `d` is
/// left out.
struct Terms<'a, T, const CENTRED: bool> {
    term: T,
    fours: &'a [[Group; 4]],
    ones: &'a [Group],
    /// The last group and how many elements it has.
    rest: (&'a Group, usize),
}

impl<I: Isa, T: Term, const CENTRED: bool> Lanes<I> for Terms<'_, T, CENTRED> {
    #[inline(always)]
    fn columns(&self, isa: I, c: usize, d: usize) -> (I::V, I::V) {
        let term = self.term;
        let zero = isa.splat(0.0);
        let (mut low, mut high) = ((zero, zero), (zero, zero));
        for groups in self.fours {
            low = add(isa, low, four(isa, term, groups, c));
            high = add(isa, high, four(isa, term, groups, d));
        }
        // What is left is a four with +0 in the places of the missing groups.
        let (mut c_half, mut d_half) = ([(zero, zero); 2], [(zero, zero); 2]);
        let last = (self.rest.1 > 0).then_some((self.rest.0, self.rest.1));
        let more = self.ones.iter().map(|group| (group, GROUP)).chain(last);
        for (i, group) in more.take(4).enumerate() {
            if let (Some(c_half), Some(d_half)) = (c_half.get_mut(i / 2), d_half.get_mut(i / 2)) {
                *c_half = add(isa, *c_half, partial(isa, term, group, c));
                *d_half = add(isa, *d_half, partial(isa, term, group, d));
            }
        }
        low = add(isa, low, add(isa, c_half[0], c_half[1]));
        high = add(isa, high, add(isa, d_half[0], d_half[1]));
        let (a, b) = add(isa, low, high);
        (if CENTRED { a } else { zero }, b)
    }
}

/// Adds the sums over part of a row onto `sums`; every part but the last is a whole number of blocks.
pub(crate) struct AddSums<'a, T, const CENTRED: bool> {
    pub sums: Sums,
    pub term: T,
    pub part: &'a [f32],
}

impl<T: Term, const CENTRED: bool> Op for AddSums<'_, T, CENTRED> {
    type Output = Sums;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> Sums {
        let Self { sums, term, part } = self;
        let mut totals = isa.join_totals([sums.a, sums.b]);
        let mut last = [0.0; GROUP];
        for block in part.chunks(BLOCK) {
            let (groups, rest) = block.as_chunks();
            let (fours, ones) = groups.as_chunks();
            last.iter_mut().zip(rest).for_each(|(to, &from)| *to = from);
            let terms = Terms::<T, CENTRED> { term, fours, ones, rest: (&last, rest.len()) };
            totals = isa.add_lanes(totals, terms);
        }
        let [a, b] = isa.split_totals(totals);
        Sums { a, b }
    }
}

impl Sums {
    pub(crate) const ZERO: Sums = Sums { a: Two { hi: 0.0, lo: 0.0 }, b: Two { hi: 0.0, lo: 0.0 } };

    /// Over a row.
    #[inline(always)]
    pub(crate) fn of<I: Isa, T: Term>(isa: I, term: T, row: &[f32]) -> Self {
        isa.run(AddSums::<T, true> { sums: Self::ZERO, term, part: row })
    }
}
