//! Words of 64 and of 128 bits, in which an element is computed.

use super::rsqrt::Root;
use super::shift::shifted;
use core::ops::{Add, Sub};

/// An integer type in which `y` is computed.
pub(super) trait Word:
    Copy + Ord + From<i32> + From<i64> + Add<Output = Self> + Sub<Output = Self>
{
    const BITS: i32 = 8 * size_of::<Self>() as i32;
    /// The most bits behind the point of `y`.
    const POINT: i32;
    /// The first and the last number that a result may be; all codes of the output lie between them.
    const RANGE: [i32; 2];
    type Magnitude: Factor;
    /// `P · 2⁸/sqrt(V) · g`
    fn product(p: i64, root: Root, g: i32) -> Product<Self>;
    /// `self · 2^bits`, rounded towards −∞. Callers know that it does not overflow.
    fn shifted(self, bits: i32) -> Self;
    /// The low 32 bits.
    fn low(self) -> i32;
    fn magnitude(self) -> Self::Magnitude;
}

/// `x̂·g`, in fewer than [`Word::BITS`] − 2 bits.
pub(super) struct Product<W> {
    pub value: W,
    /// How many of the bits are behind the point.
    pub point: i32,
    /// A bound of the error, in units of the last bit.
    pub error: W,
}

impl Word for i64 {
    const POINT: i32 = 24;
    const RANGE: [i32; 2] = [-1 << 16, (1 << 16) - 1];
    type Magnitude = u64;

    #[inline(always)]
    fn product(p: i64, Root { mantissa, exponent }: Root, g: i32) -> Product<i64> {
        // Shifted to 31 bits p is exact, unless codes are sums of two.
        let more = p.unsigned_abs().leading_zeros() as i32 - 33;
        let p = i64::from(shifted(p, more) as i32);
        let u = p * i64::from((mantissa >> 32) as i32) + ((p * i64::from(mantissa as u32)) >> 32);
        let dropped = 32 - g.unsigned_abs().leading_zeros() as i32;
        let value = shifted(u, -dropped) * i64::from(g);
        // The root's relative error is below 2⁻⁵³.
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

/// An integer of fewer than 96 bits without a sign.
pub(super) trait Factor: Copy + From<u32> + Into<u128> {
    /// The low bits of `v`.
    fn low(v: u128) -> Self;
}

impl Factor for u32 {
    fn low(v: u128) -> Self {
        v as Self
    }
}

impl Factor for u64 {
    fn low(v: u128) -> Self {
        v as Self
    }
}

impl Factor for u128 {
    fn low(v: u128) -> Self {
        v
    }
}
