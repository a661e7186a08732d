//! From the sums of a row to `delta = A/N` and `1/sqrt(var + ε)`, for as many rows at once as a vector has lanes.
//!
//! ```text
//! var = B/N − delta²        v = var + ε        all as two floats
//! s = sqrt(v.hi)            r = 1/s            then one correction of each
//! sqrt(v) = s + c,   c = (v − s²) · r/2        1/sqrt(v) = r + r · (1 − s·r − c·r)
//! ```
//!
//! so that `rstd` has, but for the error of the sums, the error of one rounding. It costs about a hundred
//! operations, which is why rows share a vector.

use super::two::{Two, two_product};
use crate::isa::{Isa, Scalar};

/// What a call knows about its rows before it sees one.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    /// 1/N.
    pub inverse: Two<f32>,
    pub epsilon: f32,
}

impl Row {
    pub(crate) fn new(width: usize, epsilon: f32) -> Self {
        // N itself in two floats: an f32 holds integers up to 2²⁴ only.
        let hi = width as f32;
        // A width that rounds up has a negative rest.
        let whole = hi as usize;
        let lo = if whole > width { -((whole - width) as f32) } else { (width - whole) as f32 };
        let inverse = 1.0 / hi;
        let product = two_product(Scalar, inverse, hi);
        let rest = ((1.0 - product.hi) - product.lo) - inverse * lo;
        Self { inverse: Two { hi: inverse, lo: rest * inverse }, epsilon }
    }

    #[inline(always)]
    fn inverse<I: Isa>(&self, isa: I) -> Two<I::V> {
        Two { hi: isa.splat(self.inverse.hi), lo: isa.splat(self.inverse.lo) }
    }

    #[inline(always)]
    fn epsilon<I: Isa>(&self, isa: I) -> Two<I::V> {
        Two { hi: isa.splat(self.epsilon), lo: isa.splat(0.0) }
    }
}

/// One row per lane.
#[derive(Clone, Copy)]
pub(crate) struct Statistics<V> {
    pub delta: V,
    pub rstd: V,
    /// One bit per lane: the sums kept their digits. Where it is not set, the row needs [`super::redo`].
    pub ok: u32,
}

/// Outside this range the squares or the products of two floats may have lost digits to under- or overflow.
const LOWEST: f32 = f32::from_bits((127 - 96) << 23);
const HIGHEST: f32 = f32::from_bits((127 + 80) << 23);

/// `var = B/N − delta²` keeps its digits while delta² is at most this part of B/N.
const CENTRED_ENOUGH: f32 = 0.25;

/// `a` and `b` are the sums of `d` and `d²`; RMSNorm uses the second alone.
#[inline(always)]
pub(crate) fn statistics<I: Isa, const CENTRED: bool>(
    isa: I,
    row: &Row,
    a: Two<I::V>,
    b: Two<I::V>,
) -> Statistics<I::V> {
    let inverse = row.inverse(isa);
    let square = b.times(isa, inverse);
    if !CENTRED {
        let v = square.plus(isa, row.epsilon(isa));
        return Statistics { delta: isa.splat(0.0), rstd: rsqrt(isa, v), ok: in_range(isa, v.hi) };
    }
    let delta = a.times(isa, inverse);
    let delta_square = delta.times(isa, delta);
    let v = square.plus(isa, delta_square.negated(isa)).plus(isa, row.epsilon(isa));
    let centred = isa.le(delta_square.hi, isa.mul(isa.splat(CENTRED_ENOUGH), square.hi));
    Statistics { delta: delta.hi, rstd: rsqrt(isa, v), ok: centred & in_range(isa, v.hi) }
}

#[inline(always)]
fn in_range<I: Isa>(isa: I, v: I::V) -> u32 {
    isa.le(isa.splat(LOWEST), v) & isa.le(v, isa.splat(HIGHEST))
}

#[inline(always)]
fn rsqrt<I: Isa>(isa: I, v: Two<I::V>) -> I::V {
    let one = isa.splat(1.0);
    let s = isa.sqrt(v.hi);
    let r = isa.div(one, s);
    let square = two_product(isa, s, s);
    let rest = isa.add(isa.sub(isa.sub(v.hi, square.hi), square.lo), v.lo);
    let c = isa.mul(rest, isa.mul(isa.splat(0.5), r));
    let unit = two_product(isa, s, r);
    let rest = isa.sub(isa.sub(isa.sub(one, unit.hi), unit.lo), isa.mul(c, r));
    isa.add(r, isa.mul(r, rest))
}
