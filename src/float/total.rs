//! From the sums of segments to those of a row: `A = Σd` and `B = Σd²` in two floats.
//!
//! A row of more than [`SEGMENT`] elements is summed by segments, each from 0, and these are added in two floats like the
//! blocks of one. [`Totals`] does the same for a row that comes in pieces, with the same bits.

use super::term::Scaled;
use super::tree::{BLOCK, Pair, SEGMENT, add_blocks};
use crate::isa::{Isa, Op, Scalar, Two, elements_from, elements_from_mut, two_sum};
use crate::list::List;

/// The last two levels of the tree, from the `hi` of four lanes; `lo` goes to [`add_rest`]. They keep the roundings of
/// their additions: there are three, and they weigh most.
#[inline(always)]
pub(super) fn finish<I: Isa>(isa: I, [l0, l1, l2, l3]: [I::V; 4]) -> Two<I::V> {
    let (even, odd) = (two_sum(isa, l0, l2), two_sum(isa, l1, l3));
    let sum = two_sum(isa, even.hi, odd.hi);
    Two { hi: sum.hi, lo: isa.add(isa.add(even.lo, odd.lo), sum.lo) }
}

/// Adds what the additions of blocks rounded off in four lanes.
#[inline(always)]
pub(super) fn add_rest<I: Isa>(isa: I, sum: Two<I::V>, [l0, l1, l2, l3]: [I::V; 4]) -> Two<I::V> {
    let rest = isa.add(isa.add(l0, l2), isa.add(l1, l3));
    Two { hi: sum.hi, lo: isa.add(sum.lo, rest) }
}

/// A and B of one row, each in the four lanes that [`finish`] adds.
pub(crate) type Lanes = [List<Two<f32>, 4>; 2];

/// Adds the sum of a segment to a lane.
#[cfg_attr(layernorm_small, inline(never))]
pub(super) fn join(lanes: &mut List<Two<f32>, 4>, lane: usize, segment: Two<f32>) {
    match lanes.get_mut(lane) {
        Some(total) => *total = total.join(Scalar, segment),
        None => _ = lanes.push(segment),
    }
}

/// [`finish`] for one sum of one row.
#[cfg_attr(layernorm_small, inline(never))]
pub(super) fn finish_one(lanes: &List<Two<f32>, 4>) -> Two<f32> {
    debug_assert_eq!(lanes.len(), 4);
    let Some([l0, l1, l2, l3]) = lanes.first_chunk() else { return Two { hi: 0.0, lo: 0.0 } };
    let sum = finish(Scalar, [l0.hi, l1.hi, l2.hi, l3.hi]);
    add_rest(Scalar, sum, [l0.lo, l1.lo, l2.lo, l3.lo])
}

/// A and B in four lanes, in memory.
#[derive(Clone, Copy, Debug)]
struct Total {
    hi: [[f32; 4]; 2],
    lo: [[f32; 4]; 2],
}

impl Total {
    const ZERO: Self = Self { hi: [[0.0; 4]; 2], lo: [[0.0; 4]; 2] };

    #[inline(always)]
    fn load<Q: Isa>(&self, quad: Q, lane: usize) -> Pair<Two<Q::V>> {
        let ([a_hi, b_hi], [a_lo, b_lo]) = (&self.hi, &self.lo);
        let load = |hi, lo| {
            let (hi, lo) = (elements_from(hi, lane), elements_from(lo, lane));
            Two { hi: quad.load(hi), lo: quad.load(lo) }
        };
        (load(a_hi, a_lo), load(b_hi, b_lo))
    }

    #[inline(always)]
    fn store<Q: Isa>(&mut self, quad: Q, lane: usize, (a, b): Pair<Two<Q::V>>) {
        let ([a_hi, b_hi], [a_lo, b_lo]) = (&mut self.hi, &mut self.lo);
        for (v, to) in [(a.hi, a_hi), (b.hi, b_hi), (a.lo, a_lo), (b.lo, b_lo)] {
            quad.store(v, elements_from_mut(to, lane));
        }
    }

    fn join(&mut self, other: &Self) {
        for lane in 0..4 {
            let ((a, b), (other_a, other_b)) = (self.load(Scalar, lane), other.load(Scalar, lane));
            self.store(Scalar, lane, (a.join(Scalar, other_a), b.join(Scalar, other_b)));
        }
    }

    fn lanes(&self) -> Lanes {
        let mut lanes = [List::new(), List::new()];
        for lane in 0..4 {
            let (a, b) = self.load(Scalar, lane);
            lanes[0].push(a);
            lanes[1].push(b);
        }
        lanes
    }
}

/// A row that comes in pieces, so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Totals {
    /// Of the segment that is not over yet.
    segment: Total,
    /// Elements of that segment.
    len: usize,
    /// Of the segments before it. Adding to 0 is exact.
    segments: Total,
}

impl Totals {
    pub(crate) const EMPTY: Self = Self { segment: Total::ZERO, len: 0, segments: Total::ZERO };

    /// Adds the sums of a part that was summed by itself.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.close();
        self.segments.join(&other.segments);
        self.segments.join(&other.segment);
    }

    /// Ends the segment.
    fn close(&mut self) {
        self.segments.join(&self.segment);
        (self.segment, self.len) = (Total::ZERO, 0);
    }

    /// The sums of the whole row.
    pub(crate) fn finish(&mut self) -> Lanes {
        self.close();
        self.segments.lanes()
    }
}

/// Adds whole blocks, or the last of a row.
pub(crate) struct Push<'a> {
    pub about: Scaled,
    pub part: &'a [f32],
    pub totals: &'a mut Totals,
}

impl Op for Push<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { about, mut part, totals } = self;
        let (quad, block) = (I::QUAD, core::hint::black_box(BLOCK));
        while !part.is_empty() {
            if totals.len >= SEGMENT {
                totals.close();
            }
            let (piece, others) = part.split_at(part.len().min(SEGMENT - totals.len));
            for lane in (0..4).step_by(I::Quad::LANES) {
                let (sums, first) = (totals.segment.load(quad, lane), totals.len == 0);
                let sums = add_blocks::<I, _, true>(isa, about, piece, block, lane, sums, first);
                totals.segment.store(quad, lane, sums);
            }
            totals.len += piece.len();
            part = others;
        }
    }
}
