//! Two floats, `hi + lo`: twice the digits of an `f32` from `f32` operations alone.
//!
//! ```text
//! two_sum(a, b)  = s + e exactly, s = fl(a + b)          (Knuth 1969, no assumption on sizes)
//! two_product    = p + e exactly, by splitting at 12 bits (Dekker 1971)
//! ```
//!
//! Neither an `f64` nor a fused multiply-add is used: a Cortex-M4F has no `f64`, wasm has no FMA, and the
//! bits must be the same there. Products are exact while neither over- nor underflow is near, which the
//! callers see to: quantities outside 2⁻⁹⁶ … 2⁹⁶ take the scaled path.

use super::lanes::{Isa, SMALL};

/// `hi + lo`, one pair per lane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Two<V> {
    pub hi: V,
    pub lo: V,
}

impl<V: Copy> Two<V> {
    /// `hi + v`; what rounding leaves out goes to `lo`.
    #[inline(always)]
    pub(crate) fn plus<I: Isa<V = V>>(self, isa: I, v: V) -> Self {
        let sum = two_sum(isa, self.hi, v);
        Self { hi: sum.hi, lo: isa.add(self.lo, sum.lo) }
    }

    /// The sum of two sums.
    #[inline(always)]
    pub(crate) fn join<I: Isa<V = V>>(self, isa: I, other: Self) -> Self {
        let sum = self.plus(isa, other.hi);
        Self { hi: sum.hi, lo: isa.add(sum.lo, other.lo) }
    }
}

#[inline(always)]
pub(crate) fn two_sum<I: Isa>(isa: I, a: I::V, b: I::V) -> Two<I::V> {
    let hi = isa.add(a, b);
    let b_seen = isa.sub(hi, a);
    let a_seen = isa.sub(hi, b_seen);
    Two { hi, lo: isa.add(isa.sub(a, a_seen), isa.sub(b, b_seen)) }
}

/// Twelve bits each.
#[inline(always)]
fn split<I: Isa>(isa: I, v: I::V) -> Two<I::V> {
    let hi = isa.head(v);
    Two { hi, lo: isa.sub(v, hi) }
}

/// `a · b`, and what its rounding leaves out: some twenty operations, which are a function where code is to be small.
#[inline(always)]
pub(crate) fn two_product<I: Isa>(isa: I, a: I::V, b: I::V) -> Two<I::V> {
    if SMALL { outlined_product(isa, a, b) } else { split_product(isa, a, b) }
}

#[inline(never)]
fn outlined_product<I: Isa>(isa: I, a: I::V, b: I::V) -> Two<I::V> {
    split_product(isa, a, b)
}

#[inline(always)]
fn split_product<I: Isa>(isa: I, a: I::V, b: I::V) -> Two<I::V> {
    let hi = isa.mul(a, b);
    let (a, b) = (split(isa, a), split(isa, b));
    let rest = isa.sub(isa.mul(a.hi, b.hi), hi);
    let rest = isa.add(isa.add(rest, isa.mul(a.hi, b.lo)), isa.mul(a.lo, b.hi));
    Two { hi, lo: isa.add(rest, isa.mul(a.lo, b.lo)) }
}

#[inline(always)]
pub(crate) fn two_square<I: Isa>(isa: I, v: I::V) -> Two<I::V> {
    if SMALL {
        // Both are exact.
        return two_product(isa, v, v);
    }
    let square = isa.mul(v, v);
    let v = split(isa, v);
    let cross = isa.mul(v.hi, v.lo);
    let rest = isa.add(isa.sub(isa.mul(v.hi, v.hi), square), isa.add(cross, cross));
    Two { hi: square, lo: isa.add(rest, isa.mul(v.lo, v.lo)) }
}
