//! Turns binary32 parameters into the integers of the definition, by integers alone.

use crate::{FoldError, shape};
use core::ops::RangeInclusive;

/// `numerator · 2^exponent / denominator`, rounded half to even; `None` where that is 2¹¹² or more. Both integers have at most 62
/// bits.
///
/// It divides bit by bit: it runs when a norm is made, not when it is used, and a core without a division needs none.
#[inline(never)]
pub(crate) fn quotient(numerator: u64, exponent: i32, denominator: u64) -> Option<u128> {
    // A very small exponent leaves a quotient below a quarter. With a very large one the first 256 bits are beyond 2¹¹² already.
    let bits = 64 + exponent.min(192);
    if bits < 0 {
        return Some(0);
    }
    let (mut numerator, mut quotient) = (numerator, 0u128);
    let mut twice = numerator >> 63;
    for _ in 0..bits {
        numerator <<= 1;
        let mut rest = twice;
        quotient <<= 1;
        if rest >= denominator {
            rest -= denominator;
            quotient += 1;
        }
        if quotient >> 112 != 0 {
            return None;
        }
        twice = rest << 1 | numerator >> 63;
    }
    let up = twice > denominator || twice == denominator && (numerator << 1 != 0 || quotient & 1 == 1);
    Some(quotient + u128::from(up)).filter(|q| q >> 112 == 0)
}

/// `|v| = mantissa · 2^exponent` of a finite number.
pub(crate) const fn parts(v: f32) -> (u64, i32) {
    let bits = v.to_bits() & (u32::MAX >> 1);
    let (exponent, fraction) = (bits >> 23, (bits & 0x7f_ffff) as u64);
    if exponent == 0 { (fraction, -149) } else { (fraction | 1 << 23, exponent as i32 - 150) }
}

/// `E = N²·ε/s²·2¹⁶` for a step `s = scale · 2^−shift`.
pub(crate) fn epsilon(width: usize, epsilon: f32, scale: f32, shift: i32) -> Option<u128> {
    let ((mantissa, exponent), (step, step_exponent)) = (parts(epsilon), parts(scale));
    let width = width as u64;
    let exponent = exponent - 2 * (step_exponent - shift) + 16;
    quotient(width * width * mantissa, exponent, step * step)
}

/// [`epsilon`] for a step of `2^−shift`, without a division.
#[cfg(feature = "fixed")]
pub(crate) const fn binary_epsilon(width: usize, epsilon: f32, shift: i32) -> Option<u128> {
    let (mantissa, exponent) = parts(epsilon);
    let mut exponent = exponent + 2 * shift + 16;
    let width = width as u64;
    let (mut rest, mut half, mut below) = (width * width * mantissa, 0, 0);
    while exponent < 0 {
        (below, half) = (below | half, rest & 1);
        rest >>= 1;
        exponent += 1;
    }
    let mut e = (rest + (half & (below | rest & 1))) as u128;
    while exponent > 0 {
        e <<= 1;
        if e >> 112 != 0 {
            return None;
        }
        exponent -= 1;
    }
    Some(e)
}

/// `value / scale · 2^shift`; `None` unless its magnitude is below 2³¹.
pub(crate) fn multiplier(value: f32, scale: f32, shift: i32) -> Option<i32> {
    let ((mantissa, exponent), (step, step_exponent)) = (parts(value), parts(scale));
    let magnitude = quotient(mantissa, exponent - step_exponent + shift, step)?;
    let magnitude = i32::try_from(magnitude).ok()?;
    Some(if value < 0.0 { -magnitude } else { magnitude })
}

/// The values that `k` and `m` may have.
pub(crate) const SHIFTS: RangeInclusive<i32> = 0..=40;

/// The largest shift at which every value, divided by `scale`, stays below 2³¹.
pub(crate) fn shift(parameter: &'static str, values: &[f32], scale: f32) -> Result<i32, FoldError> {
    // The bits of magnitudes are in the order of the magnitudes.
    let magnitude = |v: &f32| v.to_bits() & (u32::MAX >> 1);
    let largest = f32::from_bits(values.iter().map(magnitude).max().unwrap_or(0));
    SHIFTS.rev().find(|shift| multiplier(largest, scale, *shift).is_some()).ok_or_else(|| {
        let index = values.iter().position(|v| multiplier(*v, scale, 0).is_none()).unwrap_or(0);
        let actual = values.get(index).map_or(0, |v| v.to_bits());
        FoldError::BeyondScale { parameter, index, actual }
    })
}

/// [`epsilon`] with its errors; `step` names what has the scale.
pub(crate) fn folded_epsilon(
    width: usize,
    epsilon: f32,
    (step, scale): (&'static str, f32),
    shift: i32,
) -> Result<u128, FoldError> {
    let epsilon = shape::epsilon(epsilon)?;
    self::epsilon(width, epsilon, scale, shift).ok_or(epsilon_error(step, shift, epsilon))
}

/// The error of an ε that is too large for a step named `step`. E = N²·ε/s²·2¹⁶ must be below 2¹¹², and s is `2^−shift` of the steps
/// in the message.
pub(crate) const fn epsilon_error(step: &'static str, shift: i32, epsilon: f32) -> FoldError {
    FoldError::EpsilonBeyondScale { of: step, power: (96 - 2 * shift) as u32, actual: epsilon.to_bits() }
}
