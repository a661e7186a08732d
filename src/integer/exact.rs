//! The last resort: on which side of a rounding boundary is a result?
//!
//! ```text
//! P·g·2⁸ / (sqrt(V)·2ᵏ) + b/2ᵐ  against  c + ½          times 2ᵘ, u = max(1, m)
//! A·2^(8−k+u) / sqrt(V)         against  R = (2c + 1)·2^(u−1) − b·2^(u−m)     A = P·g
//! ```
//!
//! The squares decide, each with the sign of what it is a square of: `A²·2^(2(8−k+u))` against `R²·V`. They are never held as
//! a whole: every factor takes limb after limb and keeps what it carries.
//!
//! | bits, at most | P | g | 8−k+u | R | V | squares |
//! |---|---:|---:|---:|---:|---:|---:|
//! | outputs of 8 and 16 bits | 52 | 31 | 48 | 59 | 119 | 270 |
//! | of 32 bits | 48 | 31 | 41 | 65 | 113 | 288 |

use super::Row;
use super::wide::{Word, shifted};

impl Row<'_> {
    /// The result, which is known to lie between `lowest` and `highest`, or `highest` if it is above, or `lowest`. They are among
    /// [`Word::RANGE`].
    #[inline(always)]
    pub(super) fn between<W: Word>(
        &self,
        [mut lowest, mut highest]: [i32; 2],
        g: i32,
        b: i32,
        code: i64,
    ) -> i32 {
        while lowest < highest {
            let middle = (lowest & highest) + ((lowest ^ highest) >> 1);
            if self.is_at_most::<W>(middle, g, b, code) {
                highest = middle;
            } else {
                lowest = middle + 1;
            }
        }
        lowest
    }

    /// Whether the result is at most `y`.
    #[inline(never)]
    fn is_at_most<W: Word>(&self, y: i32, g: i32, b: i32, code: i64) -> bool {
        let p = self.numerator(code);
        let (k, m) = (self.norm.k, self.norm.m);
        // Which half is even is a matter of the number without the zero point.
        let c = y - self.norm.zero_point;
        let u = m.max(1);
        let r = W::from(2 * i64::from(c) + 1).shifted(u - 1) - W::from(b).shifted(u - m);
        let shift = 8 - k + u;
        let (mut of_p, mut of_g) = (Square::new(p.unsigned_abs()), Square::new(g.unsigned_abs()));
        let (mut of_r, mut of_shift) =
            (Square::new(r.magnitude()), Square::new(shifted(1, shift.abs()) as u64));
        // A square that is taken negative has all its bits turned, and 1 is added. Of the difference, 1 is taken where a half
        // goes down to an even c.
        let (a, r) = ((p >> 63) as i32 ^ g >> 31, if r < W::from(0) { 0 } else { -1 });
        let (mut one, mut v, mut carry) = (1, self.v, i64::from((c & 1) - 1 - a - r));
        for _ in 0..LIMBS {
            let (mut left, mut right) = (of_g.times(of_p.times(one)), of_r.times(v as u32));
            (one, v) = (0, v >> 32);
            let less = if shift < 0 { &mut right } else { &mut left };
            *less = of_shift.times(*less);
            carry = (carry + i64::from(left ^ a as u32) + i64::from(right ^ r as u32)) >> 32;
        }
        // The limb above has the sign.
        carry as i32 + a + r < 0
    }
}

/// Of 32 bits, that hold a square.
const LIMBS: usize = 9;

/// A factor, squared, of an integer that comes limb by limb, the least significant first.
struct Square<F> {
    factor: F,
    carries: [F; 2],
}

/// Of fewer than 96 bits.
pub(super) trait Factor: Copy + From<u32> + Into<u128> {
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

impl<F: Factor> Square<F> {
    fn new(factor: F) -> Self {
        Self { factor, carries: [F::from(0); 2] }
    }

    /// The next limb of the product.
    #[inline(never)]
    fn times(&mut self, mut limb: u32) -> u32 {
        for carry in &mut self.carries {
            // Most limbs are 0, and on some cores a product is a call.
            let product = if limb == 0 { 0 } else { u128::from(limb) * self.factor.into() };
            let sum = product + (*carry).into();
            (limb, *carry) = (sum as u32, F::low(sum >> 32));
        }
        limb
    }
}
