//! From exact sums to mean and rstd, each the float nearest to what it is.
//!
//! ```text
//! mean = S/N · 2⁻¹⁴⁹                    hi, then lo of what hi leaves out: by division, with the remainder
//! rstd = N · 2¹⁴⁹ / sqrt(T)             T = N·Q − S² + N²·ε · 2²⁹⁸;  RMSNorm T = N·Q + …
//! rstd > midpoint  where  N² · 2²⁹⁸ > midpoint² · T
//! ```
//!
//! An `f32` is within a few floats of rstd, and squares of integers tell which float is the nearest. So the result does not depend on how the
//! `f32` was rounded.
//!
//! Error of x̂ for every prefix, with u = 2⁻²⁴: no float is nearer to the mean than hi, so |lo| ≤ |d| for d = x − mean. The subtractions
//! are off by u·(|d| + |lo|), by u·|lo| for lo itself, and by u·|d|; rstd and the product by u each: together at most 6·u·|x̂| and a few
//! u², which is less than 6.1 ULP of |x̂|.
//!
//! A power of two scales a prefix whose rstd is outside 2⁻⁴⁸ … 2⁴⁸, so that pass 2 stays in range. Where all elements are equal
//! there is none, and x less the mean is exactly 0.

use super::limbs::Natural;
use super::sums::Sums;
use crate::RowStats;
use crate::isa::{Isa, Scalar};
use core::cmp::Ordering;

/// Bits behind the point of the mean in units of 2⁻¹⁴⁹.
const POINT: u32 = 96;
/// The exponent of the scale of a prefix that has one.
const SCALE: i32 = 64;
/// rstd of a prefix without a scale is from 2⁻⁴⁸ on and below 2⁴⁸.
const IN_RANGE: core::ops::Range<i32> = -48..48;

/// Of at least one element. The sum of the squares is divided by `divisor`: their number, or 1 for the L2 norm.
pub(super) fn statistics(sums: &Sums, centred: bool, divisor: u64, epsilon: f32) -> RowStats {
    if sums.not_finite {
        return RowStats::NOT_FINITE;
    }
    let spread = if centred { sums.variance() } else { sums.squares_times(divisor) };
    let factor_of_epsilon = Natural::from(divisor).times(&Natural::from(sums.count));
    let total = spread.plus(&factor_of_epsilon.times(&in_squares(epsilon)));
    let (factor, exponent) = if total == Natural::ZERO { (0.0, 0) } else { rstd(divisor, &total) };
    let scale = match exponent {
        _ if spread == Natural::ZERO || IN_RANGE.contains(&exponent) => 0,
        _ if exponent < 0 => -SCALE,
        _ => SCALE,
    };
    let factor = factor * power_of_two(exponent - scale);
    let scaled = RowStats { scale: power_of_two(scale), pivot: 0.0, delta: 0.0, factor };
    if !centred {
        return scaled;
    }
    let (sum, negative) = sums.magnitude();
    let (mean, inexact) = sum.shifted(POINT).divided(sums.count);
    let [hi, lo] = hi_and_lo(&mean, inexact, POINT.saturating_add_signed(-scale));
    let [pivot, delta] = [hi, lo].map(|part| if negative { 0.0 - part } else { part });
    RowStats { pivot, delta, ..scaled }
}

/// ε in units of 2⁻²⁹⁸, the squares of those of a float.
fn in_squares(epsilon: f32) -> Natural {
    let bits = epsilon.to_bits();
    let (exponent, fraction) = (bits >> 23, u64::from(bits & 0x7f_ffff));
    Natural::from(fraction | u64::from(exponent != 0) << 23).shifted(exponent.saturating_sub(1) + 149)
}

/// rstd as a number from 1 on and below 2, and the exponent of a power of two.
fn rstd(count: u64, total: &Natural) -> (f32, i32) {
    // total is about `head · 2^(2 · half)`.
    let half = total.len().saturating_sub(62).div_ceil(2);
    let mut near = (count as f32 / Scalar.sqrt(total.bits(2 * half) as f32)).to_bits();
    let square = Natural::from(count).times(&Natural::from(count));
    // rstd against the midpoint of a float and the one above it: in halves of the last place of the float, of which `shift` has the square.
    let against_midpoint = |below: u32| {
        let midpoint = Natural::from(u64::from(2 * (below & 0x7f_ffff | 1 << 23) + 1));
        let shift = 48 + 2 * (half as i32 - exponent_of(below));
        debug_assert!(shift >= 0);
        square.shifted(shift.unsigned_abs()).compare(&midpoint.times(&midpoint).times(total))
    };
    let rounds_up = |below| match against_midpoint(below) {
        Ordering::Less => false,
        Ordering::Equal => below & 1 != 0,
        Ordering::Greater => true,
    };
    while rounds_up(near) {
        near += 1;
    }
    while !rounds_up(near - 1) {
        near -= 1;
    }
    let exponent = exponent_of(near);
    (f32::from_bits(near & 0x7f_ffff | 1.0f32.to_bits()), exponent + 149 - half as i32)
}

/// That of the power of two in a normal number above 0, by its bits.
fn exponent_of(bits: u32) -> i32 {
    (bits >> 23) as i32 - 127
}

/// The float nearest to a mean, and the float nearest to what that leaves out. Bit `point` is worth 2⁻¹⁴⁹; `inexact` tells that
/// the mean is larger, by less than the lowest bit.
fn hi_and_lo(mean: &Natural, inexact: bool, point: u32) -> [f32; 2] {
    let (hi, rounded) = nearest(mean, inexact, point);
    match mean.compare(&rounded) {
        Ordering::Less => {
            let mut rest = rounded.minus(mean);
            if inexact {
                rest = rest.minus(&Natural::from(1));
            }
            [hi, 0.0 - nearest(&rest, inexact, point).0]
        }
        _ => [hi, nearest(&mean.minus(&rounded), inexact, point).0],
    }
}

/// The nearest float, of two the even one; and what it is in the units of `value`.
fn nearest(value: &Natural, inexact: bool, point: u32) -> (f32, Natural) {
    // The last place of the float, which for subnormal numbers is `point`.
    let place = value.len().saturating_sub(24).max(point);
    let below = value.bits(place) as u32;
    let half = value.bits(place - 1) & 1 != 0;
    let above = inexact || value.any_below(place - 1);
    let significand = below + u32::from(half && (above || below & 1 != 0));
    // A bit 23 adds 1 to the exponent.
    let float = f32::from_bits(((place - point) << 23) + significand);
    (float, Natural::from(u64::from(significand)).shifted(place))
}

/// 2^exponent, of a normal number.
fn power_of_two(exponent: i32) -> f32 {
    debug_assert!((-126..128).contains(&exponent));
    f32::from_bits(((exponent + 127) as u32) << 23)
}
