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

use crate::isa::{Isa, Scalar, Two, two_product, two_square, two_sum, wide_sqrt};

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
    /// N; exact up to 2²⁴.
    pub n: f32,
    n_epsilon: Two<f32>,
}

impl Constants {
    #[inline(always)]
    pub(super) fn new(spec: RowSpec) -> Self {
        let n = spec.width as f32;
        Self { spec, n, n_epsilon: two_product(Scalar, n, spec.epsilon) }
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

/// The two parts of what a row is centred about, from the pivot of its sums and the mean of what is left.
///
/// Up to two standard deviations from 0 the mean becomes one float: its rounding costs less than the rounding of a second
/// subtraction would, and pass 2 has one operation less.
#[inline(always)]
pub(super) fn centre<I: Isa>(isa: I, pivot: I::V, delta: I::V, rstd: I::V) -> (I::V, I::V) {
    let (mean, two) = (isa.add(pivot, delta), isa.splat(2.0));
    let distance = isa.abs(isa.mul(mean, rstd));
    (isa.if_le(distance, two, isa.splat(0.0), pivot), isa.if_le(distance, two, mean, delta))
}

/// The second part of [`centre`] where the pivot is 0, as the first then is.
#[inline(always)]
pub(super) fn centre_about_zero<I: Isa>(isa: I, delta: I::V) -> I::V {
    // −0 becomes 0, as it does there.
    isa.add(isa.splat(0.0), delta)
}

/// `a` and `b` are the sums of `d` and `d²`; RMSNorm takes 0 for `a`.
#[inline(always)]
pub(super) fn statistics<I: Isa>(
    isa: I,
    constants: &Constants,
    a: Two<I::V>,
    b: Two<I::V>,
) -> Statistics<I::V> {
    let (delta, w, ok) = spread(isa, constants, a, b);
    Statistics { delta, rstd: rstd(isa, constants, w), ok }
}

/// The same of one row, by a short chain of operations that decides all but one row in some 10⁴.
#[inline(always)]
pub(super) fn statistics_by_f64(constants: &Constants, a: Two<f32>, b: Two<f32>) -> Option<Statistics<f32>> {
    let (delta, w, ok) = spread(Scalar, constants, a, b);
    rstd_by_f64(constants, w).map(|rstd| Statistics { delta, rstd, ok })
}

/// delta; N·(var + ε); one bit per lane: the sums kept their digits.
#[inline(always)]
fn spread<I: Isa>(isa: I, constants: &Constants, a: Two<I::V>, b: Two<I::V>) -> (I::V, Two<I::V>, u32) {
    let a = if constants.spec.centred { isa.add(a.hi, a.lo) } else { isa.splat(0.0) };
    let delta = isa.div(a, isa.splat(constants.n));
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
    (delta, Two { hi: w.hi, lo: rest }, centred & in_range)
}

/// What 1/sqrt(w/N) is, for every machine.
#[inline(always)]
fn rstd<I: Isa>(isa: I, constants: &Constants, w: Two<I::V>) -> I::V {
    let n = isa.splat(constants.n);
    let r = isa.sqrt(isa.div(n, w.hi));
    let square = two_square(isa, r);
    let product = two_product(isa, square.hi, w.hi);
    let missing = isa.sub(isa.sub(n, product.hi), product.lo);
    let missing = isa.sub(missing, isa.add(isa.mul(square.lo, w.hi), isa.mul(square.hi, w.lo)));
    isa.add(r, isa.mul(r, isa.mul(missing, isa.splat(0.5 / constants.n))))
}

/// An `f64` this near a midpoint of two floats does not decide the rounding. In ULP of the `f64`: 2¹⁵, which is 2⁻¹⁴ ULP of a float.
const DOUBT: u32 = 1 << 15;
/// The largest `lo` beside `hi`: 2⁻²⁰.
pub(super) const LARGEST_REST: f32 = f32::from_bits((127 - 20) << 23);

/// [`rstd`] by one division and one root in `f64`; `None` where they do not decide it: one row in some 10⁴.
///
/// While |lo| ≤ 2⁻²⁰·hi, what [`rstd`] has before its last rounding is within 2⁻³⁹ of 1/√(w/N) (`error.md`), and the `f64`
/// within 2⁻⁵⁰: together less than 2⁻¹⁴ ULP of a float. Unless a midpoint of two floats is that near, both round alike.
#[inline(always)]
fn rstd_by_f64(constants: &Constants, w: Two<f32>) -> Option<f32> {
    let r = wide_sqrt(f64::from(constants.n) / (f64::from(w.hi) + f64::from(w.lo)));
    let from_midpoint = (r.to_bits() as u32 & ((1 << 29) - 1)).abs_diff(1 << 28);
    let decided = w.lo.abs() <= w.hi * LARGEST_REST && from_midpoint > DOUBT;
    decided.then_some(r as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sums whose rstd is near a midpoint of two floats.
    #[test]
    fn where_f64_decides_the_bits_are_those_of_every_machine() {
        let mut state = 1_u64;
        let mut random = |bits: u32| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> (64 - bits)) as u32
        };
        let (mut decided, mut undecided) = (0, 0);
        for i in 0..4_000_000 {
            let width = [1 + random(4), 1 + random(12), 1 + random(24)][i % 3] as usize;
            let constants = &Constants::new(RowSpec { width, centred: true, epsilon: 0.0 });
            let rstd_near = f32::from_bits(((97 + random(5)) << 23) + random(23));
            // Up to four times as far from the midpoint as what is in doubt.
            let off = u64::from(random(18)).wrapping_sub(1 << 17);
            let near = f64::from_bits((f64::from(rstd_near).to_bits() | 1 << 28).wrapping_add(off));
            let w = f64::from(constants.n) / (near * near);
            // Half of them have no more than what rounding leaves, half up to the largest `lo` there may be.
            let stretch = if random(1) == 0 {
                0.0
            } else {
                f64::from(random(31)) / f64::from(1_u32 << 31) * 1.9e-6 - 0.95e-6
            };
            let hi = (w * (1.0 + stretch)) as f32;
            let lo = (w - f64::from(hi)) as f32;
            let lo = if random(2) == 0 { f32::from_bits(lo.to_bits() ^ random(6)) } else { lo };
            let w = Two { hi, lo };
            match rstd_by_f64(constants, w) {
                Some(by_f64) => {
                    decided += 1;
                    assert_eq!(by_f64.to_bits(), rstd(Scalar, constants, w).to_bits(), "{width}, {w:?}");
                }
                None => undecided += 1,
            }
        }
        assert!(decided > 1_000_000 && undecided > 500_000, "{decided}, {undecided}");
    }
}
