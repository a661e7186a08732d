//! One element in `f64`, and by squares where that does not decide either.

use crate::integer::row::SummedRow;
use crate::integer::rows::WIDE_UNIT;
use crate::integer::word::Word;

/// The relative error of an element in `f64`: eight operations and conversions, each of 2⁻⁵³, with room.
const WIDE_ERROR: f64 = 1.0 / (1u64 << 48) as f64;
/// Results are beyond all codes of 16 bits, and so is their sum with a zero point.
const WIDE_LARGEST: f64 = (1 << 17) as f64;

/// `2^exponent`, of a normal number.
pub(super) fn power(exponent: i32) -> f64 {
    debug_assert!((-1022..1024).contains(&exponent));
    f64::from_bits(((1023 + exponent) as u64) << 52)
}

/// The result for `code`, or where that is beyond the codes of the output, a number beyond them too. `factor` is `2⁸/(sqrt(V)·2ᵏ)`,
/// and `beta_scale` is `2^−m`.
#[inline(always)]
pub(super) fn element(row: &SummedRow, [factor, beta_scale]: [f64; 2], [g, b]: [i32; 2], code: i64) -> i32 {
    let product = row.numerator(code) as f64 * factor * f64::from(g);
    let bias = f64::from(b) * beta_scale;
    let (y, error) = (product + bias, (product.abs() + bias.abs()) * WIDE_ERROR);
    let [lowest, highest] = [y - error, y + error].map(|y| {
        let y = if y < -WIDE_LARGEST { -WIDE_LARGEST } else { y };
        let y = if y > WIDE_LARGEST { WIDE_LARGEST } else { y };
        let [first, last] = i64::RANGE;
        let y = (y + WIDE_UNIT - WIDE_UNIT) as i32 + row.norm.zero_point;
        y.max(first).min(last)
    });
    if lowest == highest { lowest } else { exact(row, [lowest, highest], [g, b], code) }
}

/// The result, by squares; in a function of its own because hardly a call needs it.
#[cold]
#[inline(never)]
fn exact(row: &SummedRow, candidates: [i32; 2], [g, b]: [i32; 2], code: i64) -> i32 {
    row.between::<i64>(candidates, g, b, code)
}
