//! From the sums of a row to `delta = A/N` and `1/sqrt(var + ε)`, for as many rows at once as a vector has lanes.
//!
//! ```text
//! q + q' = B/N                 two floats: q rounded, q' the rest of the division
//! v + v' = q − delta² + ε      two floats: what the additions rounded off goes to v', with q'
//! s = sqrt(v)    r = 1/s       then one correction of each
//! sqrt(v + v') = s + c,  c = (v + v' − s²) · r/2       1/sqrt(v + v') = r + r · (1 − s·r − c·r)
//! ```
//!
//! so that `rstd` has, but for the error of the sums, little more than the error of one rounding. `delta²` needs
//! no second float: it is at most a third of the variance. Some seventy operations, a third of them one after
//! another, are why rows share a vector.

use super::two::{Two, two_product, two_sum};
use crate::isa::Isa;

/// What a call knows about its rows before it sees one.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    /// N; exact up to 2²⁴.
    n: f32,
    pub epsilon: f32,
}

impl Row {
    pub(crate) fn new(width: usize, epsilon: f32) -> Self {
        Self { n: width as f32, epsilon }
    }

    pub(crate) fn with_epsilon(self, epsilon: f32) -> Self {
        Self { epsilon, ..self }
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

/// `a` and `b` are the sums of `d` and `d²`; for RMSNorm `a` is 0.
#[inline(always)]
pub(crate) fn statistics<I: Isa>(isa: I, row: &Row, a: I::V, b: Two<I::V>) -> Statistics<I::V> {
    let (n, epsilon) = (isa.splat(row.n), isa.splat(row.epsilon));
    let q = isa.div(b.hi, n);
    let product = two_product(isa, q, n);
    let rest = isa.add(isa.sub(isa.sub(b.hi, product.hi), product.lo), b.lo);
    let rest = isa.div(rest, n);
    let delta = isa.div(a, n);
    let delta_square = isa.mul(delta, delta);
    let var = two_sum(isa, q, isa.sub(isa.splat(0.0), delta_square));
    let v = two_sum(isa, var.hi, epsilon);
    let v = Two { hi: v.hi, lo: isa.add(isa.add(var.lo, v.lo), rest) };
    let centred = isa.le(delta_square, isa.mul(isa.splat(CENTRED_ENOUGH), q));
    Statistics { delta, rstd: rsqrt(isa, v), ok: centred & in_range(isa, v.hi) }
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
