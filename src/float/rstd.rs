//! From the sums of a row to `delta = A/N` and `1/sqrt(var + ε)`, for a row in each lane.
//!
//! ```text
//! w + w' = B − A·delta + N·ε       N · (var + ε) in two floats: what the additions round off goes to w'
//! r = sqrt(N/w)                    two roundings; then one Newton step takes them and w' out:
//! rstd = r + r · (N − r²·(w + w')) / 2N
//! ```
//!
//! so that `rstd` has, but for the error of the sums, little more than the error of one rounding. `A·delta` needs
//! no second float: it is at most a third of N·var. Some fifty operations, most of them one after another,
//! are why rows share a vector.

use super::tree::BLOCK;
use crate::isa::{Isa, Scalar, Two, two_product, two_square, two_sum};

/// What a call knows about its rows before it sees one.
#[derive(Clone, Copy)]
pub(crate) struct RowSpec {
    pub width: usize,
    /// LayerNorm; else RMSNorm, for which pivot, delta and the sum of `d` are 0.
    pub centred: bool,
    pub epsilon: f32,
}

/// What statistics take of that.
#[derive(Clone, Copy)]
pub(super) struct Constants {
    pub spec: RowSpec,
    /// Elements of a row's first block.
    pub block: usize,
    /// N; exact up to 2²⁴.
    pub n: f32,
    n_epsilon: Two<f32>,
}

impl Constants {
    #[inline(always)]
    pub(super) fn new(spec: RowSpec) -> Self {
        let n = spec.width as f32;
        Self { spec, block: spec.width.min(BLOCK), n, n_epsilon: two_product(Scalar, n, spec.epsilon) }
    }
}

/// One row per lane.
#[derive(Clone, Copy)]
pub(super) struct Statistics<V> {
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
const CENTRED_ENOUGH: f32 = 4.0;

/// One bit per lane: the mean is too far from 0 for sums about 0, so that they are to be taken about the mean.
#[inline(always)]
pub(super) fn needs_pivot<I: Isa>(isa: I, constants: &Constants, a: Two<I::V>, b: Two<I::V>) -> u32 {
    let square = isa.mul(isa.splat(CENTRED_ENOUGH), isa.mul(a.hi, a.hi));
    !isa.le(square, isa.mul(isa.splat(constants.n), b.hi))
}

/// Of what was summed.
#[inline(always)]
pub(super) fn mean<I: Isa>(isa: I, constants: &Constants, a: Two<I::V>) -> I::V {
    isa.div(isa.add(a.hi, a.lo), isa.splat(constants.n))
}

/// `a` and `b` are the sums of `d` and `d²`; RMSNorm takes 0 for `a`.
#[inline(always)]
pub(super) fn statistics<I: Isa>(
    isa: I,
    constants: &Constants,
    a: Two<I::V>,
    b: Two<I::V>,
) -> Statistics<I::V> {
    let a = if constants.spec.centred { isa.add(a.hi, a.lo) } else { isa.splat(0.0) };
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
    let product = two_product(isa, square.hi, w.hi);
    let missing = isa.sub(isa.sub(n, product.hi), product.lo);
    let missing = isa.sub(missing, isa.add(isa.mul(square.lo, w.hi), isa.mul(square.hi, rest)));
    let rstd = isa.add(r, isa.mul(r, isa.mul(missing, isa.splat(0.5 / constants.n))));
    Statistics { delta, rstd, ok: centred & in_range }
}
