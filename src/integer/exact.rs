//! The last resort: on which side of a rounding boundary is a result?
//!
//! ```text
//! P·g·2⁸ / (sqrt(V)·2ᵏ) + b/2ᵐ  against  c + ½          times 2ᵘ, u = max(1, m)
//! A·2^(8−k+u) / sqrt(V)         against  R = (2c + 1)·2^(u−1) − b·2^(u−m)     A = P·g
//! ```
//!
//! Of the same sign, the squares decide: `A²·2^(2(8−k+u))` against `R²·V`, integers of at most 330 bits.

use super::Norm;
use super::wide::Word;
use core::cmp::Ordering;

/// One element.
pub(super) struct Exact<'a> {
    pub norm: &'a Norm,
    pub v: &'a u128,
    pub p: i64,
    pub g: i32,
    pub b: i32,
}

impl Exact<'_> {
    /// The result, which is known to lie between `lowest` and `highest`, or `highest` if it is above, or `lowest`. A `W` holds R.
    #[inline(never)]
    pub(super) fn between<W: Word>(&self, mut lowest: i32, mut highest: i32) -> i32 {
        while lowest < highest {
            let middle = lowest.wrapping_add((highest.wrapping_sub(lowest) as u32 / 2) as i32);
            // Which half is even is a matter of the number without the zero point.
            let c = middle - self.norm.zero_point;
            let at_most = match self.against_half_above::<W>(c) {
                Ordering::Less => true,
                Ordering::Equal => c & 1 == 0,
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
    #[inline(always)]
    fn against_half_above<W: Word>(&self, c: i32) -> Ordering {
        let Self { norm: &Norm { k, m, .. }, v, p, g, b } = *self;
        let u = m.max(1);
        let r = W::from(2 * i64::from(c) + 1).shifted(u - 1) - W::from(b).shifted(u - m);
        let r_is_negative = r < W::from(0);
        // 0 has the sign of the other.
        let a_is_negative = if p == 0 || g == 0 { r_is_negative } else { (p < 0) != (g < 0) };
        if a_is_negative != r_is_negative {
            return if a_is_negative { Ordering::Less } else { Ordering::Greater };
        }
        let shift = 8 - k + u;
        let (power, one) = (power(shift.unsigned_abs()), [1]);
        let (up, down) = if shift < 0 { (&one[..], &power[..]) } else { (&power[..], &one[..]) };
        let (mut left, mut right) = (Big::new(&one), Big::new(&limbs(*v)));
        left.multiply_by_squares(&[&limbs(p.unsigned_abs().into()), &[g.unsigned_abs()], up]);
        right.multiply_by_squares(&[&limbs(r.magnitude()), down]);
        let order = left.limbs.iter().rev().cmp(right.limbs.iter().rev());
        if a_is_negative { order.reverse() } else { order }
    }
}

/// Integers are limbs, least significant first.
fn limbs(v: u128) -> [u32; 4] {
    [v as u32, (v >> 32) as u32, (v >> 64) as u32, (v >> 96) as u32]
}

/// `2^bits`, which are fewer than 128.
fn power(bits: u32) -> [u32; 4] {
    let mut limbs = [0; 4];
    if let Some(limb) = limbs.get_mut((bits / 32) as usize) {
        *limb = 1 << (bits % 32);
    }
    limbs
}

/// 384 bits.
struct Big {
    limbs: [u32; 12],
    /// The others are 0.
    used: usize,
}

impl Big {
    #[inline(never)]
    fn new(limbs: &[u32]) -> Self {
        let limb = |i| limbs.get(i).copied().unwrap_or(0);
        Self { limbs: core::array::from_fn(limb), used: limbs.len() }
    }

    /// Of factors of at most 128 bits.
    #[inline(never)]
    fn multiply_by_squares(&mut self, factors: &[&[u32]]) {
        for mut factor in factors.iter().chain(factors).copied() {
            while let [below @ .., 0] = factor {
                factor = below;
            }
            self.used += factor.len();
            // In place: what goes from one limb to the next has as many bits as the factor.
            let mut carried = [0; 4];
            for limb in self.limbs.iter_mut().take(self.used) {
                let (value, mut lower, mut carry) = (u64::from(*limb), limb, 0);
                for (factor, carried) in factor.iter().zip(&mut carried) {
                    let sum = value * u64::from(*factor) + u64::from(*carried) + carry;
                    *lower = sum as u32;
                    (carry, lower) = (sum >> 32, carried);
                }
                *lower = carry as u32;
            }
        }
    }
}
