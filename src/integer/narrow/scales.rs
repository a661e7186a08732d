//! The integers of a row, and the formulas of u and y.

use super::products::{mul_high, mul_high_16};
use crate::integer::feature::Feature;
#[cfg(layernorm_dsp)]
use crate::integer::lane::dsp::PairLoop;
use crate::integer::row::RootedRow;
use crate::integer::rows::Rows;
use crate::integer::shift::shifted;

/// Is added to `y` so that it is never too low. `u` is less than 1.5 too low or too high. Its product with g at least halves
/// that error, gives it the sign of g and rounds down; b may be rounded down too. Together `y` is at most 2.75 too low and
/// 0.75 too high.
const LIFT: i32 = 3;
/// With [`LIFT`] `y` is less than this too high, so a fraction of at least this decides how `y` rounds.
pub(super) const NEAR: i32 = 4;
/// The fewest bits behind the point: with fewer, too many elements would be computed again.
const FEWEST_BITS: i32 = 5;
/// The most bits behind the point.
const MOST_BITS: i32 = 24;
/// With so few bits behind the point every element is near a boundary, so no result depends on `y`.
pub(super) const ALL_NEAR: i32 = 2;
/// Bits behind the point in the loop that is compiled for one number of them.
pub(super) const USUAL_BITS: i32 = 12;

/// Whether an element near a boundary is decided by squares at once, without the way in 64 bits.
const DECIDES_AT_ONCE: bool = cfg!(layernorm_small);

/// One row, and the integers by which its codes become results.
pub(crate) struct Narrow<'a, F> {
    pub rooted: &'a RootedRow<'a>,
    pub gamma: F,
    pub beta: F,
    /// Bits of `y` behind the point.
    pub w: u32,
    /// See [`scaled`].
    pub gamma_scale: i32,
    /// `a` without its last 16 bits.
    pub a_high: i32,
    /// The last 16 bits of `a`.
    pub a_low: i32,
    pub rest: i32,
    /// Where a code is a sum, `u` is the product of `P·2^up` and the first half of the root.
    pub up: i32,
    /// A half, the zero point and [`LIFT`].
    pub half: i32,
    /// b is shifted left by this,
    pub beta_left: u32,
    /// or right by this.
    pub beta_right: u32,
}

impl<'a, F: Feature> Narrow<'a, F> {
    /// `None` where 32 bits are too few for the formats.
    pub fn new<R: Rows>(rooted: &'a RootedRow, gamma: F, beta: F) -> Option<Self> {
        let norm = rooted.row.norm;
        // u has at most this many bits behind the point: P·2^up is up to four times u, and has 32 bits.
        let most_f = if R::P_FITS_I32 { 30 } else { 29 } - rooted.bits;
        // b·2^(w−m) stays below 2³⁰, and the zero point below 2²⁸.
        let zero_bits = 32 - norm.zero_point.unsigned_abs().leading_zeros() as i32;
        let most_w = |gamma_bits: i32, beta_bits: i32| {
            (most_f + norm.k - gamma_bits).min(MOST_BITS).min(31 - beta_bits + norm.m).min(28 - zero_bits)
        };
        let mut gamma_bits = gamma.bits();
        let mut w = most_w(gamma_bits, beta.bits());
        if DECIDES_AT_ONCE && w < FEWEST_BITS {
            // The types of γ and β leave too few bits, but their values may leave more.
            gamma_bits = gamma.used_bits(norm.width);
            w = most_w(gamma_bits, beta.used_bits(norm.width));
        }
        if !F::ALL_32_BITS {
            w = w.min(USUAL_BITS);
        }
        let w_of_most_f = most_f + norm.k - gamma_bits;
        #[cfg(layernorm_dsp)]
        if !DECIDES_AT_ONCE && R::IS_I16 && !gamma.as_i16().is_empty() && !beta.as_i16().is_empty() {
            // The loop takes an `a` of 31 bits, so x̂·2ᶠ of a code of 1 is below 2¹⁵.
            let w_of_a = 15 - rooted.root.product_bits(norm.width as u64) - most_f + w_of_most_f;
            w = PairLoop::point(w.min(w_of_a)).unwrap_or(w);
        }
        let mut f = most_f - (w_of_most_f - w);
        if w < FEWEST_BITS || f <= 0 {
            if !DECIDES_AT_ONCE {
                return None;
            }
            (w, f) = (ALL_NEAR, most_f);
        }
        let up = f + 64 - rooted.root.exponent;
        let (a, rest) = if R::P_FITS_I32 { linear(rooted, up) } else { (0, 0) };
        Some(Self {
            rooted,
            gamma,
            beta,
            w: w as u32,
            gamma_scale: 1 << (F::SIZE - gamma_bits),
            a_high: (a >> 16) as i32,
            a_low: (a & 0xffff) as i32,
            rest,
            up,
            half: (1 << (w - 1)) + (norm.zero_point << w) + LIFT,
            beta_left: (w - norm.m).clamp(0, 31) as u32,
            beta_right: (norm.m - w).clamp(0, 31) as u32,
        })
    }

    /// `P·2^up`, whose product with the first half of the root is `u`.
    #[inline(always)]
    pub(super) fn numerator(&self, code: i64) -> i32 {
        shifted(self.rooted.row.numerator(code), self.up) as i32
    }
}

/// `a` and `rest` of `u` for a `P` that is multiplied by `2^up`. `a` is within half a unit of its last place, and `rest` is at
/// most one too high.
fn linear(RootedRow { row, root, .. }: &RootedRow, up: i32) -> (i64, i32) {
    let (offset, mantissa) = (row.offset as i32, root.mantissa);
    let a = (shifted(row.norm.width as i64 * (mantissa >> 16) as i64, up - 31) + 1) >> 1;
    let high = i64::from(-offset) * i64::from((mantissa >> 32) as i32);
    let low = (i64::from(-offset) * i64::from(mantissa as u32)) >> 32;
    (a, (shifted(high + low, up - 32) as i32).wrapping_add(1))
}

/// `u = code·a + rest`
#[inline(always)]
pub(super) fn normalised(code: i32, a_high: i32, a_low: i32, rest: i32) -> i32 {
    code.wrapping_mul(a_high).wrapping_add(rest).wrapping_add(code.wrapping_mul(a_low) >> 16)
}

/// `u·parameter / 2^bits`, where `scale` is `2^(SIZE − bits)` of the parameter's type.
#[inline(always)]
pub(super) fn scaled<F: Feature>(u: i32, parameter: i32, scale: i32) -> i32 {
    let parameter = if F::DYNAMIC || DECIDES_AT_ONCE { parameter.wrapping_mul(scale) } else { parameter };
    if F::SIZE == 32 { mul_high(u, parameter) } else { mul_high_16(u, parameter) }
}
