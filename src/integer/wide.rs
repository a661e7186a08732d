//! An element in 64 and 128 bits, for outputs of 32 bits and wherever 32 bits do not decide.
//!
//! ```text
//! u = P·2ˡ · mantissa / 2⁶⁴         x̂·2ᶠ, below 2⁶¹
//! y = u·g·2^(w−f−k) + b·2^(w−m)     w bits behind the point
//! ```

use super::{Exact, Norm, Row};

/// Of `u`, in its units: the root is within 2⁻⁵³ of itself, and two shifts round down.
const ERROR_OF_U: i128 = 1 << 9;
/// Of the shifts of the product and of `b`.
const ERROR_OF_SHIFTS: i128 = 2;
/// The most bits behind the point.
const POINT: i32 = 40;

pub(super) struct Wide<'a> {
    pub norm: &'a Norm,
    pub row: Row,
    /// Codes of the output.
    pub range: [i64; 2],
}

impl Wide<'_> {
    /// What comes out for `code`, saturated.
    #[inline(never)]
    pub(super) fn y(&self, g: i32, b: i32, code: i64) -> i64 {
        let Self { norm, row, range } = self;
        let p = row.numerator(code);
        let f = 61 - row.bits;
        let u = (i128::from(shifted(p, f + 64 - row.root.exponent)) * i128::from(row.root.mantissa)) >> 64;
        let w = POINT.min(f + norm.k);
        let down = f + norm.k - w;
        let product = (u * i128::from(g)) >> down;
        let bias = shifted_wide(b.into(), w - norm.m);
        let error = ((ERROR_OF_U * i128::from(g.unsigned_abs())) >> down) + ERROR_OF_SHIFTS;
        let half = 1 << (w - 1);
        let zero = i128::from(norm.zero_point);
        // Rounded and saturated, less the zero point.
        let [first, last] = range.map(|code| i128::from(code) - zero);
        let code = |y: i128| ((y + half) >> w).clamp(first, last.max(first)) as i64;
        let (lowest, highest) = (code(product + bias - error), code(product + bias + error));
        let y = if lowest == highest {
            lowest
        } else {
            let a = i128::from(p) * i128::from(g);
            Exact { a, k: norm.k, b, m: norm.m, v: row.v }.between(lowest, highest)
        };
        y + i64::from(norm.zero_point)
    }
}

/// `v · 2^bits`, towards −∞. Callers know that it does not overflow.
#[inline(always)]
pub(super) fn shifted(v: i64, bits: i32) -> i64 {
    if bits >= 0 { v << (bits & 63) } else { v >> (-bits).min(63) }
}

fn shifted_wide(v: i128, bits: i32) -> i128 {
    if bits >= 0 { v << (bits & 127) } else { v >> (-bits).min(127) }
}
