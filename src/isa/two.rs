//! Two floats, `hi + lo`: twice the digits of an `f32` from `f32` operations alone.
//!
//! ```text
//! two_sum(a, b)  = s + e exactly, s = fl(a + b)          (Knuth 1969, no assumption on sizes)
//! two_product    = p + e exactly, by splitting at 12 bits (Dekker 1971)
//! ```
//!
//! Neither an `f64` nor a fused multiply-add is used: a Cortex-M4F has no `f64`, wasm has no FMA, and the
//! bits must be the same there. Products are exact while neither over- nor underflow is near, which the
//! callers see to: quantities outside 2⁻⁹⁶ … 2⁸⁰ take the scaled path.

use super::lanes::{Adder, Isa, SMALL};

/// `hi + lo`, one pair per lane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Two<V> {
    pub hi: V,
    pub lo: V,
}

impl<V: Copy> Two<V> {
    /// `hi + v`; what rounding leaves out goes to `lo`.
    #[inline(always)]
    pub(crate) fn plus<A: Adder<V = V>>(self, adder: A, v: V) -> Self {
        let sum = two_sum(adder, self.hi, v);
        Self { hi: sum.hi, lo: adder.add(self.lo, sum.lo) }
    }

    /// The sum of two sums.
    #[inline(always)]
    pub(crate) fn join<A: Adder<V = V>>(self, adder: A, other: Self) -> Self {
        let sum = self.plus(adder, other.hi);
        Self { hi: sum.hi, lo: adder.add(sum.lo, other.lo) }
    }
}

#[inline(always)]
pub(crate) fn two_sum<A: Adder>(adder: A, a: A::V, b: A::V) -> Two<A::V> {
    let hi = adder.add(a, b);
    let b_seen = adder.sub(hi, a);
    let a_seen = adder.sub(hi, b_seen);
    Two { hi, lo: adder.add(adder.sub(a, a_seen), adder.sub(b, b_seen)) }
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
