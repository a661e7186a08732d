//! The last resort: decides exactly on which side of a rounding boundary a result is.
//!
//! ```text
//! P·g·2⁸ / (sqrt(V)·2ᵏ) + b/2ᵐ  against  c + ½          times 2ᵘ, u = max(1, m)
//! A·2^(8−k+u) / sqrt(V)         against  R = (2c + 1)·2^(u−1) − b·2^(u−m)     A = P·g
//! ```
//!
//! The squares of both sides decide, `A²·2^(2(8−k+u))` against `R²·V`, each with the sign of its side. No square is ever held
//! as a whole: each factor multiplies limb after limb and keeps its carry.
//!
//! | bits, at most | P | g | 8−k+u | R | V | squares |
//! |---|---:|---:|---:|---:|---:|---:|
//! | outputs of 8 and 16 bits | 52 | 31 | 48 | 59 | 119 | 270 |
//! | of 32 bits | 48 | 31 | 41 | 65 | 113 | 288 |

use super::row::SummedRow;
use super::shift::shifted;
use super::word::{Factor, Word};

impl SummedRow<'_> {
    /// The result, clamped to `lowest` … `highest`, which are in [`Word::RANGE`].
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
        // A half is rounded to an even number before the zero point is added.
        let c = y - self.norm.zero_point;
        let u = m.max(1);
        let r = W::from(2 * i64::from(c) + 1).shifted(u - 1) - W::from(b).shifted(u - m);
        let shift = 8 - k + u;
        let (mut p_squared, mut g_squared) = (Square::new(p.unsigned_abs()), Square::new(g.unsigned_abs()));
        let (mut r_squared, mut shift_squared) =
            (Square::new(r.magnitude()), Square::new(shifted(1, shift.abs()) as u64));
        // The left square is negated where A < 0, and the right one where R ≥ 0, since it is subtracted. To negate is to invert
        // all bits and to add 1. Where c is even, a half is rounded down to c: 1 is subtracted, so that equal squares count as less.
        let (a_sign, r_sign) = ((p >> 63) as i32 ^ g >> 31, if r < W::from(0) { 0 } else { -1 });
        let (mut one, mut v, mut carry) = (1, self.v, i64::from((c & 1) - 1 - a_sign - r_sign));
        for _ in 0..LIMBS {
            let (mut left, mut right) = (g_squared.times(p_squared.times(one)), r_squared.times(v as u32));
            (one, v) = (0, v >> 32);
            let shifted_side = if shift < 0 { &mut right } else { &mut left };
            *shifted_side = shift_squared.times(*shifted_side);
            carry = (carry + i64::from(left ^ a_sign as u32) + i64::from(right ^ r_sign as u32)) >> 32;
        }
        // The limb above has the sign.
        carry as i32 + a_sign + r_sign < 0
    }
}

/// Limbs of 32 bits that hold a square.
const LIMBS: usize = 9;

/// Multiplies an integer, which comes limb by limb from the least significant on, by the square of a factor.
struct Square<F> {
    factor: F,
    carries: [F; 2],
}

impl<F: Factor> Square<F> {
    fn new(factor: F) -> Self {
        Self { factor, carries: [F::from(0); 2] }
    }

    /// The next limb of the product.
    #[inline(never)]
    fn times(&mut self, mut limb: u32) -> u32 {
        for carry in &mut self.carries {
            // Most limbs are 0, and on some cores a product is a function call.
            let product = if limb == 0 { 0 } else { u128::from(limb) * self.factor.into() };
            let sum = product + (*carry).into();
            (limb, *carry) = (sum as u32, F::low(sum >> 32));
        }
        limb
    }
}
