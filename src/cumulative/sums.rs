//! Exact sums of floats and of their squares.
//!
//! ```text
//! x   an integer times 2⁻¹⁴⁹, less than 2²⁷⁷        S = Σx    two's complement, 320 bits, for 2⁴⁰ elements
//! x²  an integer times 2⁻²⁹⁸, less than 2⁵⁵⁴        Q = Σx²   608 bits
//! ```
//!
//! Nothing is rounded, so the sums of the same elements are the same in any order. Within a frame each limb is a sum of its own
//! in 64 bits, without carries; they are carried once at the end.

use super::limbs::Natural;
use crate::Error;

/// The most elements.
pub(super) const MOST: u64 = 1 << 40;

const SUM: usize = 10;
const SQUARES: usize = 19;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sums {
    pub count: u64,
    pub sum: [u32; SUM],
    pub squares: [u32; SQUARES],
    /// One of the elements is a NaN or an infinity; it is counted, and in no sum.
    pub not_finite: bool,
}

/// Elements before the limbs are carried: each adds less than 2³⁴ to a limb.
const CARRY: usize = 1 << 20;

impl Sums {
    pub(super) const ZERO: Self = Self { count: 0, sum: [0; SUM], squares: [0; SQUARES], not_finite: false };

    /// An error unless there is room for `actual` elements more.
    pub(super) fn check_room(&self, parameter: &'static str, actual: usize) -> Result<(), Error> {
        let room = MOST - self.count;
        if actual as u64 <= room {
            return Ok(());
        }
        Err(Error::TooLarge { parameter, limit: usize::try_from(room).unwrap_or(usize::MAX), actual })
    }

    /// Adds elements for which there is room.
    pub(super) fn push(&mut self, frame: &[f32]) {
        self.count += frame.len() as u64;
        debug_assert!(self.count <= MOST);
        for part in frame.chunks(CARRY) {
            let (mut sum, mut squares) = ([0; SUM], [0; SQUARES]);
            for x in part {
                let bits = x.to_bits();
                let exponent = bits >> 23 & 0xff;
                if exponent == 0xff {
                    self.not_finite = true;
                    continue;
                }
                let significand = u64::from(bits & 0x7f_ffff) | u64::from(exponent != 0) << 23;
                let shift = exponent.saturating_sub(1);
                let negative = bits >> 31 != 0;
                add(&mut sum, shift, significand, negative);
                // The square has 48 bits; shifted within a limb it would not fit 64.
                let square = significand * significand;
                add(&mut squares, 2 * shift, square & 0xff_ffff, false);
                add(&mut squares, 2 * shift + 24, square >> 24, false);
            }
            carry(&mut self.sum, &sum);
            carry(&mut self.squares, &squares);
        }
    }

    /// |S|, and whether S is negative.
    pub(super) fn magnitude(&self) -> (Natural, bool) {
        let negative = self.sum.last().is_some_and(|highest| highest >> 31 != 0);
        if !negative {
            return (Natural::from_limbs(&self.sum), false);
        }
        let complement = Natural::from_limbs(&self.sum.map(|limb| !limb));
        (complement.plus(&Natural::from(1)), true)
    }

    /// N·Q − S², which is N² times the variance.
    pub(super) fn variance(&self) -> Natural {
        self.squares_times(self.count).minus(&self.square_of_sum())
    }

    /// S², of all that N numbers may have for N·Q at most as large (Cauchy and Schwarz).
    fn square_of_sum(&self) -> Natural {
        let (sum, _) = self.magnitude();
        sum.times(&sum)
    }

    /// Whether up to [`MOST`] elements may have these sums, so that more may be added to them.
    pub(super) fn are_of_elements(&self) -> bool {
        let largest = Natural::from(((1 << 24) - 1) * ((1 << 24) - 1)).shifted(2 * 253);
        let largest = Natural::from(self.count).times(&largest);
        Natural::from_limbs(&self.squares).compare(&largest).is_le()
            && self.square_of_sum().compare(&self.squares_times(self.count)).is_le()
    }

    /// Q times `factor`; N·Q is N² times the mean square.
    pub(super) fn squares_times(&self, factor: u64) -> Natural {
        Natural::from(factor).times(&Natural::from_limbs(&self.squares))
    }
}

/// Adds or subtracts `value` · 2^`shift`; the value has at most 24 bits.
#[inline(always)]
fn add<const LIMBS: usize>(limbs: &mut [i64; LIMBS], shift: u32, value: u64, negative: bool) {
    let (first, value) = ((shift / 32) as usize, value << (shift % 32));
    let parts = [(value & 0xffff_ffff) as i64, (value >> 32) as i64];
    for (i, part) in parts.into_iter().enumerate() {
        debug_assert!(first + i < LIMBS);
        if let Some(limb) = limbs.get_mut(first + i) {
            *limb += if negative { -part } else { part };
        }
    }
}

fn carry<const LIMBS: usize>(to: &mut [u32; LIMBS], limbs: &[i64; LIMBS]) {
    let mut carry = 0;
    for (to, limb) in to.iter_mut().zip(limbs) {
        carry += i64::from(*to) + limb;
        *to = carry as u32;
        carry >>= 32;
    }
}
