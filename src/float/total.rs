//! From the sums of segments to those of a row: `A = Σd` and `B = Σd²` in two floats.
//!
//! A row of more than [`SEGMENT`] elements is summed by segments, each from 0, and these are added in two floats like the
//! blocks of one. [`Totals`] does the same for a row that comes in pieces, with the same bits.

use super::term::{Scaled, Term};
use super::tree::{SEGMENT, add_blocks};
use crate::isa::{FourPairs, Isa, Op, PairV, Paired, Scalar, Two, two_sum};
use crate::list::List;

/// A and B of a row in four lanes, of which `lane` is the first.
#[inline(always)]
pub(super) fn add_segments<I: Isa, T: Term, const CENTRED: bool>(
    isa: I,
    term: T,
    row: &[f32],
    lane: usize,
) -> Two<PairV<I>> {
    let zero = isa.pairs().pair(isa.splat(0.0), isa.splat(0.0));
    let zero = Two { hi: zero, lo: zero };
    let (mut rest, mut total) = (row, None);
    loop {
        let (segment, others) = rest.split_at(rest.len().min(SEGMENT));
        let sums = add_blocks::<I, T, CENTRED>(isa, term, segment, lane, zero, true);
        let sums = match total {
            None => sums,
            Some(total) => Two::join(total, isa.pairs(), sums),
        };
        if others.is_empty() {
            return sums;
        }
        (total, rest) = (Some(sums), others);
    }
}

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

/// Adds the sums of a segment to a lane.
#[inline(always)]
pub(super) fn push(lanes: &mut Lanes, lane: usize, segment: Two<(f32, f32)>) {
    let ([a, b], Two { hi: (a_hi, b_hi), lo: (a_lo, b_lo) }) = (lanes, segment);
    push_one(a, lane, Two { hi: a_hi, lo: a_lo });
    push_one(b, lane, Two { hi: b_hi, lo: b_lo });
}

#[cfg_attr(layernorm_small, inline(never))]
fn push_one(lanes: &mut List<Two<f32>, 4>, lane: usize, segment: Two<f32>) {
    match lanes.get_mut(lane) {
        Some(total) => *total = total.join(Scalar, segment),
        None => _ = lanes.push(segment),
    }
}

/// A and B of one row.
#[inline(always)]
pub(super) fn finish_lanes([a, b]: &Lanes) -> [Two<f32>; 2] {
    [finish_one(a), finish_one(b)]
}

#[cfg_attr(layernorm_small, inline(never))]
fn finish_one(lanes: &List<Two<f32>, 4>) -> Two<f32> {
    debug_assert_eq!(lanes.len(), 4);
    let Some([l0, l1, l2, l3]) = lanes.first_chunk() else { return Two { hi: 0.0, lo: 0.0 } };
    let sum = finish(Scalar, [l0.hi, l1.hi, l2.hi, l3.hi]);
    add_rest(Scalar, sum, [l0.lo, l1.lo, l2.lo, l3.lo])
}

/// A and B in four lanes of two floats, in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Total {
    pub hi: FourPairs,
    pub lo: FourPairs,
}

impl Total {
    const ZERO: Self = Self { hi: [0.0; 8], lo: [0.0; 8] };

    #[inline(always)]
    fn load<I: Isa>(&self, isa: I, lane: usize) -> Two<PairV<I>> {
        Two { hi: isa.pairs().load_pair(&self.hi, lane), lo: isa.pairs().load_pair(&self.lo, lane) }
    }

    #[inline(always)]
    fn store<I: Isa>(&mut self, isa: I, lane: usize, sums: Two<PairV<I>>) {
        isa.pairs().store_pair(sums.hi, &mut self.hi, lane);
        isa.pairs().store_pair(sums.lo, &mut self.lo, lane);
    }

    fn join(&mut self, other: &Self) {
        for lane in 0..4 {
            let sums = self.load(Scalar, lane).join(Scalar.pairs(), other.load(Scalar, lane));
            self.store(Scalar, lane, sums);
        }
    }

    /// A and B of the row.
    #[inline(always)]
    pub(super) fn finish(&self) -> [Two<f32>; 2] {
        let ([a0, a1, a2, a3, b0, b1, b2, b3], [c0, c1, c2, c3, d0, d1, d2, d3]) = (self.hi, self.lo);
        let finish = |hi, lo| add_rest(Scalar, finish(Scalar, hi), lo);
        [finish([a0, a1, a2, a3], [c0, c1, c2, c3]), finish([b0, b1, b2, b3], [d0, d1, d2, d3])]
    }

    #[inline(always)]
    fn lanes(&self) -> Lanes {
        let mut lanes = [List::new(), List::new()];
        for lane in 0..4 {
            push(&mut lanes, lane, self.load(Scalar, lane));
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
        while !part.is_empty() {
            if totals.len >= SEGMENT {
                totals.close();
            }
            let (piece, others) = part.split_at(part.len().min(SEGMENT - totals.len));
            for lane in (0..4).step_by(I::LANES) {
                let (sums, first) = (totals.segment.load(isa, lane), totals.len == 0);
                totals.segment.store(
                    isa,
                    lane,
                    add_blocks::<I, _, true>(isa, about, piece, lane, sums, first),
                );
            }
            totals.len += piece.len();
            part = others;
        }
    }
}
