//! Natural numbers of up to 704 bits, as limbs of 32 bits, the lowest first. What cannot overflow is said where it is called.

use core::cmp::Ordering;

/// The largest number is a product that `statistics` compares: less than 2⁶⁹².
const LIMBS: usize = 22;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Natural([u32; LIMBS]);

impl Natural {
    pub(super) const ZERO: Self = Self([0; LIMBS]);

    pub(super) fn from_limbs(limbs: &[u32]) -> Self {
        debug_assert!(limbs.len() <= LIMBS);
        let mut number = Self::ZERO;
        number.0.iter_mut().zip(limbs).for_each(|(to, limb)| *to = *limb);
        number
    }

    /// Limb `i`; 0 beyond the end.
    fn limb(&self, i: usize) -> u32 {
        self.0.get(i).copied().unwrap_or(0)
    }

    /// Bits without the zeros above the highest one.
    pub(super) fn len(&self) -> u32 {
        let highest = self.0.iter().enumerate().rev().find(|(_, limb)| **limb != 0);
        highest.map_or(0, |(i, limb)| 32 * i as u32 + 32 - limb.leading_zeros())
    }

    /// The 64 bits from bit `at` on.
    pub(super) fn bits(&self, at: u32) -> u64 {
        let (first, shift) = ((at / 32) as usize, at % 32);
        let low = u64::from(self.limb(first)) | u64::from(self.limb(first + 1)) << 32;
        low >> shift | u64::from(self.limb(first + 2)) << 1 << (63 - shift)
    }

    /// Whether one of the bits below bit `end` is 1.
    pub(super) fn any_below(&self, end: u32) -> bool {
        let whole = (end / 32) as usize;
        let part = self.limb(whole) & ((1 << (end % 32)) - 1);
        part != 0 || self.0.iter().take(whole).any(|limb| *limb != 0)
    }

    #[inline(never)]
    pub(super) fn shifted(&self, bits: u32) -> Self {
        debug_assert!(self.len() + bits <= 32 * LIMBS as u32);
        let (whole, shift) = ((bits / 32) as usize, bits % 32);
        // Below the lowest limb there are zeros.
        let limb = |i: usize, below: usize| i.checked_sub(below).map_or(0, |i| self.limb(i));
        Self(core::array::from_fn(|i| {
            let pair = u64::from(limb(i, whole)) << 32 | u64::from(limb(i, whole + 1));
            (pair << shift >> 32) as u32
        }))
    }

    #[inline(never)]
    pub(super) fn plus(&self, other: &Self) -> Self {
        let mut carry = 0;
        let mut sum = *self;
        for (to, other) in sum.0.iter_mut().zip(&other.0) {
            carry += u64::from(*to) + u64::from(*other);
            *to = carry as u32;
            carry >>= 32;
        }
        debug_assert_eq!(carry, 0);
        sum
    }

    /// What is less the other, which is not larger.
    #[inline(never)]
    pub(super) fn minus(&self, other: &Self) -> Self {
        debug_assert!(self.compare(other) != Ordering::Less);
        let mut borrow = false;
        let mut difference = *self;
        for (to, other) in difference.0.iter_mut().zip(&other.0) {
            let (less, first) = to.overflowing_sub(*other);
            let (less, second) = less.overflowing_sub(u32::from(borrow));
            (*to, borrow) = (less, first || second);
        }
        difference
    }

    #[inline(never)]
    pub(super) fn times(&self, other: &Self) -> Self {
        debug_assert!(self.len() + other.len() <= 32 * LIMBS as u32);
        let mut product = [0; LIMBS];
        for (i, a) in self.0.iter().enumerate().filter(|(_, limb)| **limb != 0) {
            let mut carry = 0;
            for (to, b) in product.iter_mut().skip(i).zip(&other.0) {
                carry += u64::from(*a) * u64::from(*b) + u64::from(*to);
                *to = carry as u32;
                carry >>= 32;
            }
        }
        Self(product)
    }

    /// The quotient, rounded down, and whether that is not exact. The divisor is between 1 and 2⁴⁸.
    #[inline(never)]
    pub(super) fn divided(&self, divisor: u64) -> (Self, bool) {
        debug_assert!(divisor - 1 < 1 << 48);
        let mut remainder = 0;
        let mut quotient = Self::ZERO;
        for (to, limb) in quotient.0.iter_mut().zip(&self.0).rev() {
            // Sixteen bits at a time, so that what is divided fits 64.
            for shift in [16, 0] {
                let part = remainder << 16 | u64::from(limb >> shift & 0xffff);
                if part >= divisor {
                    let digit = part.checked_div(divisor).unwrap_or(0);
                    remainder = part - digit * divisor;
                    *to |= (digit as u32) << shift;
                } else {
                    remainder = part;
                }
            }
        }
        (quotient, remainder != 0)
    }

    #[inline(never)]
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }
}

impl From<u64> for Natural {
    fn from(number: u64) -> Self {
        Self::from_limbs(&[number as u32, (number >> 32) as u32])
    }
}
