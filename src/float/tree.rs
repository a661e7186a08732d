//! The summation tree of pass 1: `A = Σd` and `B = Σd²` over the blocks of a segment. Its order decides bits. It
//! stands here for every instruction set; the last levels are in `total.rs`.
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
//!    seven additions that round. Running sums are biased as well: a row of ±a adds equal
//!    squares, whose rounding errors all have one sign.
//! 2. Vectors of four lanes sum a block one after another, so that few are live: V8 schedules all loads of a loop before
//!    the sums. Those of eight are two, in one loop. One lane goes further: it sums each of the four lanes over all blocks before the next, in registers.
//! 3. Blocks are added in two floats, so that the error does not grow with their number. Where vectors have eight lanes, A and
//!    B share one for that.

use super::term::{Raw, Scaled, Term};
use crate::isa::{
    Adder, GROUP, Isa, Op, PairV, Paired, SMALL, Scalar, Two, elements_from, elements_from_mut,
};

/// Elements of a chunk.
pub(super) const CHUNK: usize = 4 * GROUP;
/// Elements of a block.
pub(crate) const BLOCK: usize = 4 * CHUNK;
/// Elements of a segment: 1024 blocks. What their additions round off is itself added in one float, and rounded: an error
/// that grows with the square of their number, and for so many is 2⁻²⁹ of the sum (`error.md`).
pub(super) const SEGMENT: usize = power_of_two(18);

type Chunk = [f32; CHUNK];

/// What belongs to A and what belongs to B.
type Pair<V> = (V, V);

/// Where a `usize` has fewer bits, no row is as long.
pub(super) const fn power_of_two(exponent: u32) -> usize {
    match 1usize.checked_shl(exponent) {
        Some(power) => power,
        None => 1 << (usize::BITS - 1),
    }
}

/// Adds the blocks of `part`, the last of which may be shorter, to `sums`: those of four lanes from `lane` on. Where these
/// are 0, `first` says so. Without `CENTRED` the sum of `d` is left out.
#[inline(always)]
pub(super) fn add_blocks<I: Isa, T: Term, const CENTRED: bool>(
    isa: I,
    term: T,
    part: &[f32],
    lane: usize,
    mut sums: Two<PairV<I>>,
    mut first: bool,
) -> Two<PairV<I>> {
    // A compiler that knew the length of a block would unroll the loop over chunks and then need sixty registers.
    let len = if I::LANES == 1 { BLOCK } else { core::hint::black_box(BLOCK).min(BLOCK) };
    let mut rest = part;
    loop {
        let (block, others) = rest.split_at(rest.len().min(len));
        let block = block_sums::<I, T, CENTRED>(isa, term, block, lane);
        if first && !SMALL {
            // Adding to 0 is exact but costs instructions.
            sums.hi = block;
        } else {
            sums = sums.plus(isa.pairs(), block);
        }
        if others.is_empty() {
            return sums;
        }
        (first, rest) = (false, others);
    }
}

/// A and B of at most a block: all additions that round. What is added to these sums is added in two floats.
#[inline(always)]
pub(super) fn block_sums<I: Isa, T: Term, const CENTRED: bool>(
    isa: I,
    term: T,
    block: &[f32],
    lane: usize,
) -> PairV<I> {
    let (chunks, rest) = block.as_chunks::<CHUNK>();
    let sums = if SMALL {
        one_by_one(isa, term.general(), chunks.as_flattened(), lane)
    } else {
        Chunks::<T, CENTRED> { term, chunks }.fold(isa, lane)
    };
    if rest.is_empty() {
        return sums;
    }
    let rest = if I::LANES == 1 {
        one_by_one(isa, term.general(), rest, lane)
    } else if I::LANES == 8 {
        filled_up(isa, term, rest)
    } else {
        let sums = isa.run(Rest { term: term.general(), rest });
        isa.pairs().load_pair(&sums, lane)
    };
    isa.pairs().add(sums, rest)
}

/// The whole chunks of a block.
pub(super) struct Chunks<'a, T, const CENTRED: bool> {
    pub term: T,
    pub chunks: &'a [Chunk],
}

impl<T: Term, const CENTRED: bool> Chunks<'_, T, CENTRED> {
    /// Sixteen lanes to those of four from `lane` on.
    #[inline(always)]
    pub(super) fn fold<I: Isa>(&self, isa: I, lane: usize) -> PairV<I> {
        let sums = if I::LANES == 8 {
            let [low, high] = self.columns(isa, lane, [0, 8]);
            add(isa, low, high)
        } else if I::LANES == 1 {
            let [first, second, third, fourth] = self.columns(isa, lane, [0, 4, 8, 12]);
            add(isa, add(isa, first, third), add(isa, second, fourth))
        } else {
            let [first] = self.columns(isa, lane, [0]);
            let [third] = self.columns(isa, lane, [8]);
            let [second] = self.columns(isa, lane, [4]);
            let [fourth] = self.columns(isa, lane, [12]);
            add(isa, add(isa, first, third), add(isa, second, fourth))
        };
        isa.pairs().pair(sums.0, sums.1)
    }

    /// The lanes of a vector from `lane` on, and from each of `more` elements further on.
    #[inline(always)]
    fn columns<I: Isa, const COUNT: usize>(
        &self,
        isa: I,
        lane: usize,
        more: [usize; COUNT],
    ) -> [Pair<I::V>; COUNT] {
        let mut sums = [(isa.splat(0.0), isa.splat(0.0)); COUNT];
        for chunk in self.chunks {
            for (sums, &more) in sums.iter_mut().zip(&more) {
                *sums = self.plus(isa, *sums, chunk, lane, more);
            }
        }
        sums
    }

    /// Adds the four groups of a chunk.
    #[inline(always)]
    fn plus<I: Isa>(&self, isa: I, sums: Pair<I::V>, chunk: &Chunk, lane: usize, more: usize) -> Pair<I::V> {
        let term = self.term;
        let low = two_groups(isa, term, chunk, lane, more);
        let (a, b) = add(isa, low, two_groups(isa, term, chunk, lane, more + 2 * GROUP));
        (if CENTRED { isa.add(sums.0, a) } else { sums.0 }, isa.add(sums.1, b))
    }
}

#[inline(always)]
fn two_groups<I: Isa, T: Term>(isa: I, term: T, chunk: &Chunk, lane: usize, first: usize) -> Pair<I::V> {
    add(isa, leaf(isa, term, chunk, lane, first), leaf(isa, term, chunk, lane, first + GROUP))
}

/// `d` and `d²`. Not a closure: those are not always compiled into their caller, nor then for its instruction set.
#[inline(always)]
fn leaf<I: Isa, T: Term>(isa: I, term: T, chunk: &Chunk, lane: usize, first: usize) -> Pair<I::V> {
    // In one lane the compiler knows that `lane` is below 4, and checks nothing.
    let quads = chunk.as_chunks::<4>().0;
    let from = if I::LANES == 1 {
        quads.get(first / 4).map_or(&[][..], |quad| elements_from(quad, lane))
    } else {
        elements_from(chunk, lane + first)
    };
    let d = term.d(isa, isa.load(from));
    (d, isa.mul(d, d))
}

#[inline(always)]
fn add<I: Isa>(isa: I, a: Pair<I::V>, b: Pair<I::V>) -> Pair<I::V> {
    (isa.add(a.0, b.0), isa.add(a.1, b.1))
}

/// The elements after the last whole chunk of a block, summed as one more chunk that is filled up with `d = 0`.
#[inline(always)]
fn filled_up<I: Isa, T: Term>(isa: I, term: T, rest: &[f32]) -> PairV<I> {
    let mut chunk = [0.0; CHUNK];
    let vectors = rest.len() - rest.len() % I::LANES;
    for at in (0..vectors).step_by(I::LANES) {
        let d = term.d(isa, isa.load(elements_from(rest, at)));
        isa.store(d, elements_from_mut(&mut chunk, at));
    }
    for (to, &x) in elements_from_mut(&mut chunk, vectors).iter_mut().zip(elements_from(rest, vectors)) {
        *to = term.d(Scalar, x);
    }
    Chunks::<_, true> { term: Raw, chunks: core::slice::from_ref(&chunk) }.fold(isa, 0)
}

/// The same in a function of its own, for all terms, which give the same bits.
struct Rest<'a> {
    term: Scaled,
    rest: &'a [f32],
}

impl Op for Rest<'_> {
    type Output = [f32; 8];

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> [f32; 8] {
        let mut sums = [0.0; 8];
        isa.pairs().store_pair(filled_up(isa, self.term, self.rest), &mut sums, 0);
        sums
    }
}

/// The same sums of whole chunks, or of the elements after them, in one lane: a missing element is not read. It would
/// add `d = 0`, which changes no sum but the sign of a zero.
#[inline(never)]
fn one_by_one<I: Isa>(isa: I, term: Scaled, part: &[f32], lane: usize) -> PairV<I> {
    let zero = (isa.splat(0.0), isa.splat(0.0));
    // Most rows are summed about 0, where a chunk has a form of its own.
    let (chunks, rest) = if term == Scaled::IDENTITY { part.as_chunks::<CHUNK>() } else { (&[][..], part) };
    let leaf = |at: usize| {
        let d = rest.get(at).map_or(zero.0, |&x| isa.splat(term.d(Scalar, x)));
        (d, isa.mul(d, d))
    };
    let column = |more: usize| {
        let (mut column, mut at) = (zero, lane + more);
        for chunk in chunks {
            // Tells the compiler that no element is beyond the chunk.
            let first = at % GROUP;
            let leaf = |group: usize| {
                let d = chunk.get(first + group * GROUP).map_or(zero.0, |&x| isa.splat(x));
                (d, isa.mul(d, d))
            };
            let low = add(isa, leaf(0), leaf(1));
            column = add(isa, column, add(isa, low, add(isa, leaf(2), leaf(3))));
        }
        while at < rest.len() {
            let mut chunk = zero;
            for _ in 0..2 {
                chunk = add(isa, chunk, add(isa, leaf(at), leaf(at + GROUP)));
                at += 2 * GROUP;
            }
            column = add(isa, column, chunk);
        }
        column
    };
    // Columns 0 and 8, then 4 and 12.
    let (mut sums, mut two) = (zero, zero);
    for i in 0..4 {
        two = add(isa, two, column(8 * (i & 1) + 4 * (i >> 1)));
        if i & 1 == 1 {
            sums = add(isa, sums, two);
            two = zero;
        }
    }
    isa.pairs().pair(sums.0, sums.1)
}
