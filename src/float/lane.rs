//! Pass 1 over a row in one lane: the additions of [`super::sums`], for one lane of the four after another.
//!
//! ```text
//! block   (l + l₈) + (l₄ + l₁₂)  over its fours,  and the same over what is left behind them
//! row     hi + lo over its blocks, in registers
//! ```
//!
//! 1. One lane after another, so that all that is added to is in registers.
//! 2. An element that is missing is not read. It would add `d = 0`, which changes no sum but the sign of a zero.
//! 3. Where code is to be small all passes take the most general term, and all parts of a block the loop that looks
//!    whether there is an element.

use super::redo::{Next, Pass, Stage, passes};
use super::rstd::Row;
use super::stream::SEGMENT;
use super::sums::{self, BLOCK, Block, Both, FOUR};
use super::term::{Raw, Scaled, Term};
use super::two::Two;
use crate::RowStats;
use crate::isa::{GROUP, List, SMALL, Scalar};

/// The statistics of a row.
#[inline]
pub(super) fn statistics(row: &Row, x: &[f32]) -> RowStats {
    passes(row, x, Pass::FIRST, |pass| {
        let mut sums = [List::new(), List::new()];
        for segment in x.chunks(SEGMENT) {
            if SMALL || pass.stage != Stage::First {
                add::<_, true>(&pass.about, segment, &mut sums);
            } else if row.centred {
                add::<_, true>(&Raw, segment, &mut sums);
            } else {
                add::<_, false>(&Raw, segment, &mut sums);
            }
        }
        next(pass, row, &sums)
    })
}

/// The sums of `d` and of `d²` over a row, in four lanes.
type Sums = [Lanes; 2];
type Lanes = List<Two<f32>, 4>;

const NONE: Two<f32> = Two { hi: 0.0, lo: 0.0 };

/// Adds a segment.
#[inline(never)]
fn add<T: Term, const CENTRED: bool>(term: &T, segment: &[f32], sums: &mut Sums) {
    for l in 0..4 {
        let (mut a, mut b) = (NONE, NONE);
        for (i, block) in segment.chunks(BLOCK).enumerate() {
            let sums = of_block::<T, CENTRED>(*term, block, l);
            if i == 0 && !SMALL {
                // To 0 a sum is added exactly, but not for nothing.
                (a.hi, b.hi) = sums;
            } else {
                (a, b) = (a.plus(sums.0), b.plus(sums.1));
            }
        }
        let [of_a, of_b] = &mut *sums;
        join(of_a, l, a);
        join(of_b, l, b);
    }
}

/// Adds to lane `l`.
#[cfg_attr(layernorm_small, inline(never))]
fn join(lanes: &mut Lanes, l: usize, part: Two<f32>) {
    match lanes.get_mut(l) {
        Some(total) => {
            let sum = total.plus(part.hi);
            *total = Two { lo: sum.lo + part.lo, ..sum };
        }
        None => lanes.push(part),
    }
}

/// After these sums. Apart, so that its many values are not on the stack while a row is summed.
#[inline(never)]
fn next(pass: &Pass, row: &Row, sums: &Sums) -> Next {
    let [a, b] = sums;
    pass.next(Scalar, row, over_lanes(a), over_lanes(b))
}

/// The end of the tree.
#[cfg_attr(layernorm_small, inline(never))]
fn over_lanes(lanes: &Lanes) -> Two<f32> {
    let Some([l0, l1, l2, l3]) = lanes.first_chunk() else { return NONE };
    let sum = sums::over_lanes(Scalar, l0.hi, l1.hi, l2.hi, l3.hi);
    Two { lo: sum.lo + sums::rest(Scalar, l0.lo, l1.lo, l2.lo, l3.lo), ..sum }
}

/// Of a block in a lane of four.
#[inline(always)]
fn of_block<T: Term, const CENTRED: bool>(term: T, block: &[f32], l: usize) -> Both<f32> {
    let (fours, rest) = block.as_chunks::<FOUR>();
    let whole = fours.as_flattened();
    let sums = if SMALL {
        of_part(term.general(), whole, l)
    } else {
        Scalar.fold_lane(&Block::<T, CENTRED> { term, fours }, l)
    };
    if rest.is_empty() { sums } else { both(sums, of_part(term.general(), rest, l)) }
}

#[inline(always)]
fn both(a: Both<f32>, b: Both<f32>) -> Both<f32> {
    (a.0 + b.0, a.1 + b.1)
}

/// Of fours, or of less than one. One function for all terms: they have the same bits.
#[inline(never)]
fn of_part(term: Scaled, part: &[f32], l: usize) -> Both<f32> {
    let d = |at: usize| part.get(at).map_or(0.0, |&x| term.of(Scalar, x));
    let column = |c: usize| {
        let mut column = (0.0, 0.0);
        let mut at = c;
        while at < part.len() {
            let mut four = (0.0, 0.0);
            for _ in 0..2 {
                let (low, high) = (d(at), d(at + GROUP));
                four = both(four, (low + high, low * low + high * high));
                at += 2 * GROUP;
            }
            column = both(column, four);
        }
        column
    };
    let mut sums = (0.0, 0.0);
    for half in 0..2 {
        let mut of_half = (0.0, 0.0);
        for eight in 0..2 {
            of_half = both(of_half, column(l + 4 * half + 8 * eight));
        }
        sums = both(sums, of_half);
    }
    sums
}
