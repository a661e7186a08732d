//! From the sums of a row to `delta = A/N` and `1/sqrt(var + ε)`, for a row in each lane.
//!
//! ```text
//! w + w' = B − A·delta + N·ε       N · (var + ε) in two floats: what the additions round off goes to w'
//! r = sqrt(N/w)                    two roundings; then one Newton step takes them and w' out:
//! rstd = r + r · (N − r²·(w + w')) / 2N
//! ```
//!
//! so that `rstd` has, but for the error of the sums, little more than the error of one rounding. `A·delta` needs
//! no second float: it is at most a third of what is left. Some fifty operations, most of them one after another,
//! are why rows share a vector.

use super::sums::BLOCK;
use super::two::{Two, two_square, two_sum};
use crate::isa::{Isa, Scalar};

/// What a call knows about its rows before it sees one.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub width: usize,
    /// LayerNorm; else RMSNorm, for which pivot, delta and the sum of `d` are 0.
    pub centred: bool,
    pub epsilon: f32,
}

/// What their statistics take of that.
#[derive(Clone, Copy)]
pub(crate) struct Constants {
    pub row: Row,
    /// Elements in its first block, or all it has.
    pub block: usize,
    /// N; exact up to 2²⁴.
    pub n: f32,
    n_epsilon: Two<f32>,
}

impl Constants {
    #[inline(always)]
    pub(crate) fn new(row: Row) -> Self {
        let n = row.width as f32;
        Self { row, block: row.width.min(BLOCK), n, n_epsilon: Scalar.two_product(n, row.epsilon) }
    }
}

/// One row per lane.
#[derive(Clone, Copy)]
pub(crate) struct Statistics<V> {
    pub delta: V,
    pub rstd: V,
    /// One bit per lane: the sums kept their digits.
    pub ok: u32,
}

/// Where `var + ε` is outside this range, the squares or the products of two floats may have lost digits to under- or
/// overflow.
const LOWEST: f32 = f32::from_bits((127 - 96) << 23);
const HIGHEST: f32 = f32::from_bits((127 + 80) << 23);

/// `var = B/N − delta²` keeps its digits while delta² is at most a quarter of B/N.
pub(super) const CENTRED_ENOUGH: f32 = 4.0;

/// `a` and `b` are the sums of `d` and `d²`; for RMSNorm `a` is 0.
#[inline(always)]
pub(crate) fn statistics<I: Isa>(isa: I, constants: &Constants, a: I::V, b: Two<I::V>) -> Statistics<I::V> {
    let n = isa.splat(constants.n);
    let delta = isa.div(a, n);
    let a_delta = isa.mul(a, delta);
    let var = two_sum(isa, b.hi, isa.sub(isa.splat(0.0), a_delta));
    let w = two_sum(isa, var.hi, isa.splat(constants.n_epsilon.hi));
    let rest = isa.add(isa.add(var.lo, w.lo), isa.add(b.lo, isa.splat(constants.n_epsilon.lo)));
    let in_range =
        isa.le(isa.splat(constants.n * LOWEST), w.hi) & isa.le(w.hi, isa.splat(constants.n * HIGHEST));
    // `|A| ≤ 2⁸⁰ · spare` instead of `0 ≤ spare`: squares that underflow say nothing of the mean. A constant row never passes,
    // unless its sums are exactly 0. The two differ for no row whose σ is 2⁻⁶⁰ or more.
    let spare = isa.sub(b.hi, isa.mul(isa.splat(CENTRED_ENOUGH), a_delta));
    let centred = isa.le(isa.abs(a), isa.mul(isa.splat(HIGHEST), spare));

    let r = isa.sqrt(isa.div(n, w.hi));
    let square = two_square(isa, r);
    let product = isa.two_product(square.hi, w.hi);
    let missing = isa.sub(isa.sub(n, product.hi), product.lo);
    let missing = isa.sub(missing, isa.add(isa.mul(square.lo, w.hi), isa.mul(square.hi, rest)));
    let rstd = isa.add(r, isa.mul(r, isa.mul(missing, isa.splat(0.5 / constants.n))));
    Statistics { delta, rstd, ok: centred & in_range }
}
