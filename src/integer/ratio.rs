//! From binary32 parameters to the integers of the definition, by integers alone.

use crate::{Error, shape};
use core::ops::RangeInclusive;

/// `numerator · 2^exponent / denominator`, rounded half to even; `None` from 2¹¹² on. Neither integer has more than 62 bits.
///
/// Bit by bit: it runs when a norm is made, not when it is used, and a device that has no division then needs none.
#[inline(never)]
pub(crate) fn quotient(numerator: u64, exponent: i32, denominator: u64) -> Option<u128> {
    // Below a quarter; or beyond, of which a few bits more show as much.
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
pub(crate) fn parts(v: f32) -> (u64, i32) {
    let bits = v.to_bits() & (u32::MAX >> 1);
    let (exponent, fraction) = (bits >> 23, u64::from(bits & 0x7f_ffff));
    if exponent == 0 { (fraction, -149) } else { (fraction | 1 << 23, exponent as i32 - 150) }
}

/// `E = N²·ε/s²·2¹⁶` for a step `s = scale · 2^−shift`.
pub(crate) fn epsilon(width: usize, epsilon: f32, scale: f32, shift: i32) -> Option<u128> {
    let ((mantissa, exponent), (step, step_exponent)) = (parts(epsilon), parts(scale));
    let width = width as u64;
    let exponent = exponent - 2 * (step_exponent - shift) + 16;
    quotient(width * width * mantissa, exponent, step * step)
}

/// The same for a step of `2^−shift`, where nothing is divided.
#[cfg(feature = "fixed")]
pub(crate) fn epsilon_of_point(width: usize, epsilon: f32, shift: i32) -> Option<u128> {
    let (mantissa, exponent) = parts(epsilon);
    let exponent = exponent + 2 * shift + 16;
    let width = width as u64;
    let (mut rest, mut half, mut below) = (width * width * mantissa, 0, 0);
    for _ in exponent..0 {
        (below, half) = (below | half, rest & 1);
        rest >>= 1;
    }
    let mut e = u128::from(rest + (half & (below | rest & 1)));
    for _ in 0..exponent {
        e <<= 1;
        if e >> 112 != 0 {
            return None;
        }
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

/// `k` and `m` are among these.
pub(crate) const SHIFTS: RangeInclusive<i32> = 0..=40;

/// The largest shift at which every value, divided by `scale`, stays below 2³¹.
pub(crate) fn shift(parameter: &'static str, values: &[f32], scale: f32) -> Result<i32, Error> {
    // Magnitudes of floats are ordered as their bits are.
    let magnitude = |v: &f32| v.to_bits() & (u32::MAX >> 1);
    let largest = f32::from_bits(values.iter().map(magnitude).max().unwrap_or(0));
    SHIFTS.rev().find(|shift| multiplier(largest, scale, *shift).is_some()).ok_or_else(|| {
        let index = values.iter().position(|v| multiplier(*v, scale, 0).is_none()).unwrap_or(0);
        let actual = values.get(index).map_or(0, |v| v.to_bits());
        Error::BeyondScale { parameter, index, actual }
    })
}

/// [`epsilon`], checked. `of` is what has that scale.
pub(crate) fn folded_epsilon(
    width: usize,
    epsilon: f32,
    (of, scale): (&'static str, f32),
    shift: i32,
) -> Result<u128, Error> {
    let epsilon = shape::epsilon(epsilon)?;
    self::epsilon(width, epsilon, scale, shift).ok_or(beyond(of, shift, epsilon))
}

/// The error of an ε that is too large: E = N²·ε/s²·2¹⁶ is below 2¹¹², and a step is `2^−shift` of those in the message.
pub(crate) fn beyond(of: &'static str, shift: i32, epsilon: f32) -> Error {
    Error::EpsilonBeyondScale { of, power: (96 - 2 * shift) as u32, actual: epsilon.to_bits() }
}
