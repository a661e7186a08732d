//! An element alone: for outputs of 8 and 16 bits in 64 where 32 do not decide, for outputs of 32 bits in 128.
//!
//! ```text
//! x̂ = P · 2⁸/sqrt(V)                 as many bits as fit
//! y = x̂·g·2^(w−k) + b·2^(w−m)        w bits behind the point, with a bound on the error
//! ```

use super::exact::Factor;
use super::lane::Scalar;
use super::rsqrt::Root;
use super::{Feature, Row, Rows};
use core::ops::{Add, Sub};

/// What `y` is computed in.
pub(super) trait Word:
    Copy + Ord + From<i32> + From<i64> + Add<Output = Self> + Sub<Output = Self>
{
    const BITS: i32 = 8 * size_of::<Self>() as i32;
    /// The most bits behind the point of `y`.
    const POINT: i32;
    /// All codes are among these.
    const RANGE: [i32; 2];
    type Magnitude: Factor;
    fn product(p: i64, root: Root, g: i32) -> Product<Self>;
    /// `self · 2^bits`, towards −∞. Callers know that it does not overflow.
    fn shifted(self, bits: i32) -> Self;
    fn low(self) -> i32;
    fn magnitude(self) -> Self::Magnitude;
}

/// `x̂·g`, of fewer than [`Word::BITS`] − 2 bits.
pub(super) struct Product<W> {
    value: W,
    /// So many of them are behind the point.
    point: i32,
    /// In its units.
    error: W,
}

impl Word for i64 {
    const POINT: i32 = 24;
    const RANGE: [i32; 2] = [-1 << 16, (1 << 16) - 1];
    type Magnitude = u64;

    #[inline(always)]
    fn product(p: i64, Root { mantissa, exponent }: Root, g: i32) -> Product<i64> {
        // p with 31 bits: nothing is lost, but of sums of two codes.
        let more = p.unsigned_abs().leading_zeros() as i32 - 33;
        let p = i64::from(shifted(p, more) as i32);
        let u = p * i64::from((mantissa >> 32) as i32) + ((p * i64::from(mantissa as u32)) >> 32);
        let dropped = 32 - g.unsigned_abs().leading_zeros() as i32;
        let value = shifted(u, -dropped) * i64::from(g);
        // The root is within 2⁻⁵³ of itself.
        let error = if more < 0 || dropped > 16 { 1 << 33 } else { 1 << 17 };
        Product { value, point: exponent - 32 + more - dropped, error }
    }
    #[inline(always)]
    fn shifted(self, bits: i32) -> i64 {
        shifted(self, bits)
    }
    #[inline(always)]
    fn low(self) -> i32 {
        self as i32
    }
    #[inline(always)]
    fn magnitude(self) -> u64 {
        self.unsigned_abs()
    }
}

impl Word for i128 {
    const POINT: i32 = 40;
    const RANGE: [i32; 2] = [i32::MIN, i32::MAX];
    type Magnitude = u128;

    #[inline(always)]
    fn product(p: i64, Root { mantissa, exponent }: Root, g: i32) -> Product<i128> {
        let more = p.unsigned_abs().leading_zeros() as i32 - 2;
        let u = (i128::from(p << (more & 63)) * i128::from(mantissa)) >> 64;
        let error = i128::from(g.unsigned_abs()) << 9;
        Product { value: u * i128::from(g), point: exponent + more - 64, error }
    }
    #[inline(always)]
    fn shifted(self, bits: i32) -> i128 {
        if bits >= 0 { self << (bits & 127) } else { self >> (-bits).min(127) }
    }
    #[inline(always)]
    fn low(self) -> i32 {
        self as i32
    }
    #[inline(always)]
    fn magnitude(self) -> u128 {
        self.unsigned_abs()
    }
}

/// Of the shifts of the product and of `b`.
const ERROR_OF_SHIFTS: i32 = 2;

impl Row<'_> {
    /// All of them, one after another.
    #[inline(never)]
    pub(super) fn elements<W: Word, R: Rows, F: Feature>(&self, rows: &mut R, gamma: F, beta: F) {
        for i in 0..self.norm.width {
            let y = self.y::<W>(gamma.get(i), beta.get(i), rows.code(i));
            rows.store(Scalar, i, y);
        }
    }

    /// What comes out for `code`, if that is a code; else one beyond it.
    #[inline(always)]
    pub(super) fn y<W: Word>(&self, g: i32, b: i32, code: i64) -> i32 {
        let candidates = self.candidates::<W>(self.numerator(code), g, b);
        self.between::<W>(candidates, g, b, code)
    }

    /// The lowest and the highest that it may be.
    #[inline(never)]
    fn candidates<W: Word>(&self, p: i64, g: i32, b: i32) -> [i32; 2] {
        let norm = self.norm;
        let Product { value, point, error } = W::product(p, self.root, g);
        let point = point + norm.k;
        // b·2^(w−m) leaves room for a sign and a sum.
        let w = W::POINT.min(point).min(W::BITS - 34 + norm.m);
        let error = error.shifted(w - point) + W::from(ERROR_OF_SHIFTS);
        let y = value.shifted(w - point) + W::from(b).shifted(w - norm.m) + W::from(1).shifted(w - 1);
        // Not `clamp`: it panics where the limits are the wrong way round, and the compiler may not know.
        let [first, last] = W::RANGE.map(W::from);
        let saturated = |y: W| (y.shifted(-w) + W::from(norm.zero_point)).max(first).min(last).low();
        [saturated(y - error), saturated(y + error)]
    }
}

/// `v · 2^bits`, towards −∞. Callers know that it does not overflow.
#[cfg_attr(layernorm_small, inline(never))]
#[cfg_attr(not(layernorm_small), inline(always))]
pub(super) fn shifted(v: i64, bits: i32) -> i64 {
    if bits >= 0 { v << (bits & 63) } else { v >> (-bits).min(63) }
}
