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
//! 4. A last block that is shorter ends with a pair of groups, a group, and the elements left over.

use super::term::Term;
use super::two::Two;
use crate::isa::{GROUP, Isa, Lanes};

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

type Pair<V> = (V, V);

#[inline(always)]
fn add<I: Isa>(isa: I, low: Pair<I::V>, high: Pair<I::V>) -> Pair<I::V> {
    (isa.add(low.0, high.0), isa.add(low.1, high.1))
}

/// `d` and `d²` of one column of a group.
#[inline(always)]
fn leaf<I: Isa, T: Term<I>>(isa: I, term: T, group: &Group, column: usize) -> Pair<I::V> {
    let d = term.of(isa, isa.load(&group[column * I::LANES..]));
    (d, isa.mul(d, d))
}

#[inline(always)]
fn two<I: Isa, T: Term<I>>(isa: I, term: T, groups: &[Group; 2], column: usize) -> Pair<I::V> {
    add(isa, leaf(isa, term, &groups[0], column), leaf(isa, term, &groups[1], column))
}

#[inline(always)]
fn four<I: Isa, T: Term<I>>(isa: I, term: T, groups: &[Group; 4], column: usize) -> Pair<I::V> {
    let [g0, g1, g2, g3] = groups;
    let low = add(isa, leaf(isa, term, g0, column), leaf(isa, term, g1, column));
    let high = add(isa, leaf(isa, term, g2, column), leaf(isa, term, g3, column));
    add(isa, low, high)
}

/// The group that ends a row, +0 in the places of the missing elements.
#[inline(always)]
fn partial<I: Isa, T: Term<I>>(isa: I, term: T, rest: &[f32], column: usize) -> Pair<I::V> {
    let from = rest.get(column * I::LANES..).unwrap_or(&[]);
    let d = isa.keep(term.of(isa, isa.load_partial(from)), from.len());
    (d, isa.mul(d, d))
}

/// A block, or the end of a row: groups, then fewer than [`GROUP`] elements.
struct Terms<'a, T> {
    term: T,
    fours: &'a [[Group; 4]],
    twos: &'a [[Group; 2]],
    ones: &'a [Group],
    rest: &'a [f32],
}

impl<I: Isa, T: Term<I>> Lanes<I> for Terms<'_, T> {
    #[inline(always)]
    fn columns(&self, isa: I, c: usize, d: usize) -> (I::V, I::V) {
        let term = self.term;
        let zero = isa.splat(0.0);
        let (mut low, mut high) = ((zero, zero), (zero, zero));
        for groups in self.fours {
            low = add(isa, low, four(isa, term, groups, c));
            high = add(isa, high, four(isa, term, groups, d));
        }
        for groups in self.twos {
            low = add(isa, low, two(isa, term, groups, c));
            high = add(isa, high, two(isa, term, groups, d));
        }
        for group in self.ones {
            low = add(isa, low, leaf(isa, term, group, c));
            high = add(isa, high, leaf(isa, term, group, d));
        }
        if !self.rest.is_empty() {
            low = add(isa, low, partial(isa, term, self.rest, c));
            high = add(isa, high, partial(isa, term, self.rest, d));
        }
        add(isa, low, high)
    }
}

/// Adds a block, or the end of a row, onto `totals`.
#[inline(always)]
pub(crate) fn add_block<I: Isa, T: Term<I>>(isa: I, term: T, totals: I::Totals, block: &[f32]) -> I::Totals {
    let (groups, rest) = block.as_chunks();
    let (fours, more) = groups.as_chunks();
    let (twos, ones) = more.as_chunks();
    isa.add_lanes(totals, Terms { term, fours, twos, ones, rest })
}

impl Sums {
    #[inline(always)]
    pub(crate) fn of<I: Isa>(isa: I, totals: I::Totals) -> Self {
        let [a, b] = isa.split_totals(totals);
        Self { a, b }
    }
}

/// Sums over a row.
#[inline(always)]
pub(crate) fn sums<I: Isa, T: Term<I>>(isa: I, term: T, row: &[f32]) -> Sums {
    let mut totals = isa.no_totals();
    for block in row.chunks(BLOCK) {
        totals = add_block(isa, term, totals, block);
    }
    Sums::of(isa, totals)
}
