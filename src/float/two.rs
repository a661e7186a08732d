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

use crate::isa::{Isa, SMALL, Scalar};

/// `hi + lo`, one pair per lane.
#[derive(Clone, Copy)]
pub(crate) struct Two<V> {
    pub hi: V,
    pub lo: V,
}

impl Two<f32> {
    /// `hi + v`; what rounding leaves out goes to `lo`.
    #[inline(always)]
    pub(crate) fn plus(self, v: f32) -> Self {
        let sum = two_sum(Scalar, self.hi, v);
        Self { hi: sum.hi, lo: self.lo + sum.lo }
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

/// What [`Isa::two_product`] is, compiled where it is called.
#[inline(always)]
pub(crate) fn split_product<I: Isa>(isa: I, a: I::V, b: I::V) -> Two<I::V> {
    let hi = isa.mul(a, b);
    let (a, b) = (split(isa, a), split(isa, b));
    let rest = isa.sub(isa.mul(a.hi, b.hi), hi);
    let rest = isa.add(isa.add(rest, isa.mul(a.hi, b.lo)), isa.mul(a.lo, b.hi));
    Two { hi, lo: isa.add(rest, isa.mul(a.lo, b.lo)) }
}

#[inline(always)]
pub(crate) fn two_square<I: Isa>(isa: I, v: I::V) -> Two<I::V> {
    if I::LANES == 1 && SMALL {
        // Both are exact.
        return isa.two_product(v, v);
    }
    let square = isa.mul(v, v);
    let v = split(isa, v);
    let cross = isa.mul(v.hi, v.lo);
    let rest = isa.add(isa.sub(isa.mul(v.hi, v.hi), square), isa.add(cross, cross));
    Two { hi: square, lo: isa.add(rest, isa.mul(v.lo, v.lo)) }
}
