//! The last resort: on which side of a rounding boundary is a result?
//!
//! ```text
//! P·g·2⁸ / (sqrt(V)·2ᵏ) + b/2ᵐ  against  c + ½          times 2ᵘ, u = max(1, m)
//! A·2^(8−k+u) / sqrt(V)         against  R = (2c + 1)·2^(u−1) − b·2^(u−m)     A = P·g
//! ```
//!
//! Of the same sign, the squares decide: `A²·2^(2(8−k+u))` against `R²·V`, integers of at most 330 bits.

use core::cmp::Ordering;

/// One element.
pub(super) struct Exact {
    /// `P·g`
    pub a: i128,
    pub k: i32,
    pub b: i32,
    pub m: i32,
    pub v: u128,
}

impl Exact {
    /// The result, rounded half to even, which is known to lie between `lowest` and `highest`, or `highest` if it is
    /// above, or `lowest`.
    pub(super) fn between(&self, mut lowest: i64, mut highest: i64) -> i64 {
        while lowest < highest {
            let middle = lowest + (highest - lowest) / 2;
            let at_most = match self.against_half_above(middle) {
                Ordering::Less => true,
                Ordering::Equal => middle % 2 == 0,
                Ordering::Greater => false,
            };
            if at_most {
                highest = middle;
            } else {
                lowest = middle + 1;
            }
        }
        lowest
    }

    /// The result beside `c + ½`.
    fn against_half_above(&self, c: i64) -> Ordering {
        let u = self.m.max(1);
        let r = (i128::from(2 * c + 1) << (u - 1)) - (i128::from(self.b) << (u - self.m));
        let (a, v) = (self.a, self.v);
        if a.signum() != r.signum() || a == 0 {
            return a.signum().cmp(&r.signum());
        }
        let shift = 2 * (8 - self.k + u);
        let (a, r) = (a.unsigned_abs(), r.unsigned_abs());
        let left = Big::from(a).times(a).shifted(shift.max(0));
        let right = Big::from(r).times(r).times(v).shifted((-shift).max(0));
        let order = left.cmp(&right);
        if self.a < 0 { order.reverse() } else { order }
    }
}

const LIMBS: usize = 12;

/// 384 bits, most significant last.
struct Big([u32; LIMBS]);

impl Big {
    fn from(v: u128) -> Self {
        let mut limbs = [0; LIMBS];
        for (i, limb) in limbs.iter_mut().take(4).enumerate() {
            *limb = (v >> (32 * i)) as u32;
        }
        Self(limbs)
    }

    fn times(&self, factor: u128) -> Self {
        let mut product = [0; LIMBS];
        for (i, factor) in Self::from(factor).0.iter().take(4).enumerate() {
            let mut carry = 0;
            for (to, limb) in product.iter_mut().skip(i).zip(&self.0) {
                let sum = u64::from(*limb) * u64::from(*factor) + u64::from(*to) + carry;
                *to = sum as u32;
                carry = sum >> 32;
            }
        }
        Self(product)
    }

    /// Times `2^bits`.
    fn shifted(&self, bits: i32) -> Self {
        let (limbs, bits) = ((bits / 32) as usize, bits % 32);
        let mut shifted = [0; LIMBS];
        let mut carry = 0;
        for (to, limb) in shifted.iter_mut().skip(limbs).zip(&self.0) {
            let wide = u64::from(*limb) << bits;
            *to = wide as u32 | carry;
            carry = (wide >> 32) as u32;
        }
        Self(shifted)
    }

    fn cmp(&self, other: &Self) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }
}
