//! The summation tree of pass 1: `A = Σd` and `B = Σd²` over the blocks of a segment. Its order decides bits, and
//! stands here alone, for every instruction set.
//!
//! ```text
//! group     16 elements, element i in lane i mod 16
//! chunk     4 groups
//! block     4 chunks, each lane acc += (g0 + g1) + (g2 + g3); then lane l with l + 8, and with l + 4
//! segment   its blocks in four lanes of two floats, hi + lo
//! row       its segments alike; then lane l with l + 2, and with l + 1                    (total.rs)
//! ```
//!
//! 1. Chunks and a tree cost as many additions as a running sum and round less: an element goes through at most
//!    nine additions that round, instead of sixteen. Running sums are biased as well: a row of ±a adds equal
//!    squares, whose rounding errors all have one sign.
//! 2. A block is summed one vector of lanes at a time, so that few are live: V8 schedules all loads of a loop before
//!    the sums. One lane goes further: it sums each of the four lanes over all blocks before the next, in registers.
//! 3. Blocks are added in two floats, so that the error does not grow with their number.

use super::term::{Raw, Scaled, Term};
use crate::isa::{GROUP, Isa, Op, QuadV, SMALL, Scalar, Two, elements_from};

/// Elements of a chunk.
pub(super) const CHUNK: usize = 4 * GROUP;
/// Elements of a block.
pub(crate) const BLOCK: usize = 4 * CHUNK;
/// Elements of a segment: 1024 blocks. What their additions round off is itself added in one float, and rounded: an error
/// that grows with the square of their number, and for so many is 2⁻²⁹ of the sum (`error.md`).
pub(super) const SEGMENT: usize = power_of_two(18);

type Chunk = [f32; CHUNK];

/// What belongs to A and what belongs to B.
pub(super) type Pair<V> = (V, V);

/// Where a `usize` has fewer bits, no row is as long.
pub(super) const fn power_of_two(exponent: u32) -> usize {
    match 1usize.checked_shl(exponent) {
        Some(power) => power,
        None => 1 << (usize::BITS - 1),
    }
}

/// Adds the blocks of `part` to `sums`, in the lanes of a quad from `lane` on. Where `part` is the beginning of a
/// segment, `first` says so. Without `CENTRED` the sum of `d` is left out.
///
/// `block` is [`BLOCK`], or the elements of a shorter row, from memory: a compiler that knew it would unroll the loop
/// over chunks and then need sixty registers.
#[inline(always)]
pub(super) fn add_blocks<I: Isa, T: Term, const CENTRED: bool>(
    isa: I,
    term: T,
    part: &[f32],
    block: usize,
    lane: usize,
    (mut a, mut b): Pair<Two<QuadV<I>>>,
    mut first: bool,
) -> Pair<Two<QuadV<I>>> {
    let quad = I::QUAD;
    for block in part.chunks(block.max(1)) {
        let sums = block_sums::<I, T, CENTRED>(isa, term, block, lane);
        if first && !SMALL {
            // Adding to 0 is exact but costs instructions.
            (a.hi, b.hi) = sums;
        } else {
            (a, b) = (a.plus(quad, sums.0), b.plus(quad, sums.1));
        }
        first = false;
    }
    (a, b)
}

/// A and B of a block: all additions that round. What is added to these sums is added in two floats.
#[inline(always)]
pub(super) fn block_sums<I: Isa, T: Term, const CENTRED: bool>(
    isa: I,
    term: T,
    block: &[f32],
    lane: usize,
) -> Pair<QuadV<I>> {
    let (chunks, rest) = block.as_chunks::<CHUNK>();
    let sums = if SMALL {
        one_by_one(isa, term.general(), chunks.as_flattened(), lane)
    } else {
        Chunks::<T, CENTRED> { term, chunks }.fold(isa, lane)
    };
    if rest.is_empty() {
        return sums;
    }
    let (quad, term) = (I::QUAD, term.general());
    let rest = if I::LANES == 1 {
        one_by_one(isa, term, rest, lane)
    } else {
        let [a, b] = isa.run(Rest { term, rest });
        (quad.load(&a), quad.load(&b))
    };
    add(quad, sums, rest)
}

/// The whole chunks of a block.
struct Chunks<'a, T, const CENTRED: bool> {
    term: T,
    chunks: &'a [Chunk],
}

impl<T: Term, const CENTRED: bool> Chunks<'_, T, CENTRED> {
    /// Sixteen lanes to those of a quad from `lane` on.
    #[inline(always)]
    fn fold<I: Isa>(&self, isa: I, lane: usize) -> Pair<QuadV<I>> {
        let mut sums = add(isa, self.column(isa, lane), self.column(isa, lane + 8));
        if I::LANES <= 4 {
            sums = add(isa, sums, add(isa, self.column(isa, lane + 4), self.column(isa, lane + 12)));
        }
        (isa.narrow(sums.0), isa.narrow(sums.1))
    }

    /// The lanes of a vector from `lane` on.
    #[inline(always)]
    fn column<I: Isa>(&self, isa: I, lane: usize) -> Pair<I::V> {
        let term = self.term;
        let (mut a, mut b) = (isa.splat(0.0), isa.splat(0.0));
        for chunk in self.chunks {
            let low = add(isa, leaf(isa, term, chunk, lane), leaf(isa, term, chunk, lane + GROUP));
            let (third, fourth) = (lane + 2 * GROUP, lane + 3 * GROUP);
            let high = add(isa, leaf(isa, term, chunk, third), leaf(isa, term, chunk, fourth));
            let sums = add(isa, low, high);
            a = if CENTRED { isa.add(a, sums.0) } else { a };
            b = isa.add(b, sums.1);
        }
        (a, b)
    }
}

/// `d` and `d²`. Not a closure: those are not always compiled into their caller, nor then for its instruction set.
#[inline(always)]
fn leaf<I: Isa, T: Term>(isa: I, term: T, chunk: &Chunk, at: usize) -> Pair<I::V> {
    let d = term.d(isa, isa.load(elements_from(chunk, at)));
    (d, isa.mul(d, d))
}

#[inline(always)]
fn add<I: Isa>(isa: I, a: Pair<I::V>, b: Pair<I::V>) -> Pair<I::V> {
    (isa.add(a.0, b.0), isa.add(a.1, b.1))
}

/// The elements after the last whole chunk of a block, summed as one more chunk that is filled up with `d = 0`. One
/// function for all terms, which give the same bits.
struct Rest<'a> {
    term: Scaled,
    rest: &'a [f32],
}

impl Op for Rest<'_> {
    type Output = [[f32; 4]; 2];

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> [[f32; 4]; 2] {
        let Self { term, rest } = self;
        let mut chunk = [0.0; CHUNK];
        chunk.iter_mut().zip(rest).for_each(|(to, &x)| *to = term.d(Scalar, x));
        let chunks = Chunks::<_, true> { term: Raw, chunks: core::slice::from_ref(&chunk) };
        let (sums, mut stored) = (chunks.fold(isa, 0), [[0.0; 4]; 2]);
        I::QUAD.store(sums.0, &mut stored[0]);
        I::QUAD.store(sums.1, &mut stored[1]);
        stored
    }
}

/// The same sums of whole chunks, or of the elements after them, in one lane: a missing element is not read. It would
/// add `d = 0`, which changes no sum but the sign of a zero.
#[inline(never)]
fn one_by_one<I: Isa>(isa: I, term: Scaled, part: &[f32], lane: usize) -> Pair<QuadV<I>> {
    let zero = (isa.splat(0.0), isa.splat(0.0));
    let leaf = |at: usize| {
        let d = part.get(at).map_or(zero.0, |&x| isa.splat(term.d(Scalar, x)));
        (d, isa.mul(d, d))
    };
    let column = |lane: usize| {
        let (mut column, mut at) = (zero, lane);
        while at < part.len() {
            let mut chunk = zero;
            for _ in 0..2 {
                chunk = add(isa, chunk, add(isa, leaf(at), leaf(at + GROUP)));
                at += 2 * GROUP;
            }
            column = add(isa, column, chunk);
        }
        column
    };
    let mut sums = zero;
    for half in 0..2 {
        let mut half_sums = zero;
        for eight in 0..2 {
            half_sums = add(isa, half_sums, column(lane + 4 * half + 8 * eight));
        }
        sums = add(isa, sums, half_sums);
    }
    (isa.narrow(sums.0), isa.narrow(sums.1))
}
