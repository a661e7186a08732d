//! Pass 1: `A = Σd` and `B = Σd²` over a row, `d = x − pivot`.
//!
//!     group   16 elements, element i in lane i mod 16
//!     block   16 groups; a balanced tree over the groups, then over the lanes: 8 levels for 256 elements
//!     row     block totals added to two floats, hi + lo
//!
//! 1. A balanced tree costs as many additions as a running sum and its error grows with log₂ of the block
//!    instead of with its length. Running sums are also biased: a row of ±a adds equal squares, whose
//!    rounding errors all have one sign.
//! 2. Columns of a block are done one after another, so that few vectors are live.
//! 3. Totals go to two floats, so that the error does not grow with the number of blocks.
//! 4. A tail is the same tree with +0 in the places of the missing elements; the missing parts are skipped.

use super::term::Term;
use super::two::Two;
use crate::isa::{GROUP, Isa, Scalar};

pub(crate) type Group = [f32; GROUP];
/// Groups in a block.
pub(crate) const GROUPS: usize = 16;
pub(crate) type Block = [Group; GROUPS];

/// Sums over (part of) a row.
#[derive(Clone, Copy)]
pub(crate) struct Sums {
    /// `Σd`.
    pub a: Two<f32>,
    /// `Σd²`.
    pub b: Two<f32>,
}

/// A row as whole blocks, whole groups and the rest.
#[inline(always)]
pub(crate) fn blocks(row: &[f32]) -> (&[Block], &[Group], &[f32]) {
    let (groups, rest) = row.as_chunks();
    let (blocks, groups) = groups.as_chunks();
    (blocks, groups, rest)
}

type Pair<V> = (V, V);

/// `d` and `d²` of one column of a group.
#[inline(always)]
fn leaf<I: Isa, T: Term<I>>(isa: I, term: T, group: &Group, column: usize) -> Pair<I::V> {
    let d = term.of(isa, isa.load(&group[column * I::LANES..]));
    (d, isa.mul(d, d))
}

/// The same for the group that ends the row.
#[inline(always)]
fn partial_leaf<I: Isa, T: Term<I>>(isa: I, term: T, rest: &[f32], column: usize) -> Pair<I::V> {
    let from = rest.get(column * I::LANES..).unwrap_or(&[]);
    let d = isa.keep(term.of(isa, isa.load_partial(from)), from.len());
    (d, isa.mul(d, d))
}

#[inline(always)]
fn add<I: Isa>(isa: I, low: Pair<I::V>, high: Pair<I::V>) -> Pair<I::V> {
    (isa.add(low.0, high.0), isa.add(low.1, high.1))
}

macro_rules! balanced_tree {
    ($name:ident, $groups:literal, $half:ident, $half_groups:literal) => {
        #[inline(always)]
        fn $name<I: Isa, T: Term<I>>(
            isa: I,
            term: T,
            groups: &[Group; $groups],
            column: usize,
        ) -> Pair<I::V> {
            let (halves, _) = groups.as_chunks::<$half_groups>();
            add(isa, $half(isa, term, &halves[0], column), $half(isa, term, &halves[1], column))
        }
    };
}

#[inline(always)]
fn tree1<I: Isa, T: Term<I>>(isa: I, term: T, groups: &[Group; 1], column: usize) -> Pair<I::V> {
    leaf(isa, term, &groups[0], column)
}
balanced_tree!(tree2, 2, tree1, 1);
balanced_tree!(tree4, 4, tree2, 2);
balanced_tree!(tree8, 8, tree4, 4);
balanced_tree!(tree16, 16, tree8, 8);

impl Sums {
    pub(crate) const ZERO: Sums = Sums { a: Two { hi: 0.0, lo: 0.0 }, b: Two { hi: 0.0, lo: 0.0 } };

    #[inline(always)]
    fn push(&mut self, [a, b]: [Two<f32>; 2]) {
        self.a = self.a.plus(Scalar, a);
        self.b = self.b.plus(Scalar, b);
    }

    #[inline(always)]
    pub(crate) fn block<I: Isa, T: Term<I>>(&mut self, isa: I, term: T, block: &Block) {
        self.push(isa.reduce(|column| tree16(isa, term, block, column)));
    }

    /// The end of the row: fewer than [`GROUPS`] groups, then fewer than [`GROUP`] elements.
    #[inline(always)]
    pub(crate) fn tail<I: Isa, T: Term<I>>(&mut self, isa: I, term: T, groups: &[Group], rest: &[f32]) {
        if !groups.is_empty() || !rest.is_empty() {
            self.push(partial_block(isa, term, groups, rest));
        }
    }
}

/// Sums over fewer elements than a block.
#[inline(always)]
pub(crate) fn partial_block<I: Isa, T: Term<I>>(
    isa: I,
    term: T,
    groups: &[Group],
    rest: &[f32],
) -> [Two<f32>; 2] {
    isa.reduce(|column| {
        // From the last leaf towards the root: where the path comes from the right, the left sibling is a
        // whole tree; where it comes from the left, the right sibling is missing, that is +0.
        let mut sum = if rest.is_empty() {
            (isa.splat(0.0), isa.splat(0.0))
        } else {
            partial_leaf(isa, term, rest, column)
        };
        let mut left = groups;
        if groups.len() & 1 != 0
            && let Some((more, last)) = left.split_last_chunk()
        {
            (left, sum) = (more, add(isa, tree1(isa, term, last, column), sum));
        }
        if groups.len() & 2 != 0
            && let Some((more, last)) = left.split_last_chunk()
        {
            (left, sum) = (more, add(isa, tree2(isa, term, last, column), sum));
        }
        if groups.len() & 4 != 0
            && let Some((more, last)) = left.split_last_chunk()
        {
            (left, sum) = (more, add(isa, tree4(isa, term, last, column), sum));
        }
        if groups.len() & 8 != 0
            && let Some((_, last)) = left.split_last_chunk()
        {
            sum = add(isa, tree8(isa, term, last, column), sum);
        }
        sum
    })
}

/// Sums over a row.
#[inline(always)]
pub(crate) fn sums<I: Isa, T: Term<I>>(isa: I, term: T, row: &[f32]) -> Sums {
    let (blocks, groups, rest) = blocks(row);
    let mut sums = Sums::ZERO;
    for block in blocks {
        sums.block(isa, term, block);
    }
    sums.tail(isa, term, groups, rest);
    sums
}
