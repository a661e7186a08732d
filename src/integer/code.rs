//! Types of codes.

use super::lane::Mac;
use core::ops::Range;

/// An integer type whose values stand for real numbers. `i8`, `u8`, `i16` and `i32` are; no others can be.
pub trait Code: Copy + Sealed {
    #[doc(hidden)]
    const BITS: u32;
    #[doc(hidden)]
    const LOWEST: i64;
    #[doc(hidden)]
    const HIGHEST: i64;
    #[doc(hidden)]
    fn get(self) -> i32;
    /// The nearest code.
    #[doc(hidden)]
    fn saturated(value: i64) -> Self;
}

/// What the lanes do with a type of codes.
pub trait Sealed: Sized {
    #[doc(hidden)]
    fn load<M: Mac>(mac: M, from: &[Self], at: usize) -> M::V;
    #[doc(hidden)]
    fn store<M: Mac>(mac: M, v: M::V, to: &mut [Self], at: usize);
    /// Of at most 2¹⁵.
    #[doc(hidden)]
    fn sums<M: Mac>(mac: M, codes: &[Self]) -> Sums;
    /// The same slice, if codes are of this type, else an empty one.
    #[cfg(layernorm_dsp)]
    #[doc(hidden)]
    fn as_i16(codes: &[Self]) -> &[i16];
    /// The same.
    #[cfg(layernorm_dsp)]
    #[doc(hidden)]
    fn as_i16_mut(codes: &mut [Self]) -> &mut [i16];
}

macro_rules! code {
    ($type:ident, $load:ident, $store:ident, |$mac:ident, $codes:ident| $sums:expr, |$same:ident| $as_i16:expr) => {
        impl Code for $type {
            const BITS: u32 = $type::BITS;
            const LOWEST: i64 = $type::MIN as i64;
            const HIGHEST: i64 = $type::MAX as i64;

            #[inline(always)]
            fn get(self) -> i32 {
                self.into()
            }
            #[inline(always)]
            fn saturated(value: i64) -> Self {
                value.clamp(Self::LOWEST, Self::HIGHEST) as Self
            }
        }

        impl Sealed for $type {
            #[inline(always)]
            fn load<M: Mac>(mac: M, from: &[Self], at: usize) -> M::V {
                mac.$load(from, at)
            }
            #[inline(always)]
            fn store<M: Mac>(mac: M, v: M::V, to: &mut [Self], at: usize) {
                mac.$store(v, to, at)
            }
            #[inline(always)]
            fn sums<M: Mac>($mac: M, $codes: &[Self]) -> Sums {
                $sums
            }
            #[cfg(layernorm_dsp)]
            #[inline(always)]
            fn as_i16($same: &[Self]) -> &[i16] {
                $as_i16
            }
            #[cfg(layernorm_dsp)]
            #[inline(always)]
            fn as_i16_mut($same: &mut [Self]) -> &mut [i16] {
                $as_i16
            }
        }
    };
}

code!(i8, load_i8, store_i8, |mac, codes| mac.sums_i8(codes), |_codes| Default::default());
code!(u8, load_u8, store_u8, |mac, codes| mac.sums_u8(codes), |_codes| Default::default());
code!(i16, load_i16, store_i16, |mac, codes| mac.sums_i16(codes), |codes| codes);
code!(
    i32,
    load_i32,
    store_i32,
    |_mac, codes| Sums::NONE.with(codes.iter().map(|&c| i64::from(c))),
    |_codes| Default::default()
);

/// What pass 1 finds out about a row.
#[derive(Clone, Copy, Debug)]
pub struct Sums {
    pub(crate) sum: i64,
    pub(crate) squares: i128,
    /// No element is outside of them. Where they cost time, they are those of the type.
    pub(crate) range: [i64; 2],
}

impl Sums {
    pub(crate) const NONE: Self = Self { sum: 0, squares: 0, range: [i64::MAX, i64::MIN] };

    /// Of so many elements more, of at most 38 bits.
    #[inline(always)]
    pub(crate) fn with(self, values: impl Iterator<Item = i64>) -> Self {
        values.fold(self, |sums, v| Self {
            sum: sums.sum + v,
            squares: sums.squares + i128::from(v) * i128::from(v),
            range: [sums.range[0].min(v), sums.range[1].max(v)],
        })
    }
}

/// A parameter for each feature, whose type may be known.
pub(crate) trait Feature: Copy {
    /// Bits of a parameter's type, at most.
    const SIZE: i32;
    /// That type is known from [`bits`](Feature::bits) alone.
    const ANY: bool = false;
    /// Every parameter has 32 bits.
    const WIDE: bool = Self::SIZE == 32 && !Self::ANY;
    /// Bits that hold the parameters, their sign included.
    fn bits(self) -> i32;
    /// As many as the first `width` parameters need.
    fn used_bits(self, width: usize) -> i32 {
        let magnitudes = self.each(0..width).fold(0, |all, v| all | v ^ v >> 31);
        33 - magnitudes.leading_zeros() as i32
    }
    fn get(self, i: usize) -> i32;
    /// As many as there are lanes, from `i` on, which their number divides.
    fn lanes<M: Mac>(self, mac: M, i: usize) -> M::V;
    /// One after another.
    #[inline(always)]
    fn each(self, elements: Range<usize>) -> impl Iterator<Item = i32> {
        elements.map(move |i| self.get(i))
    }
    /// Parameters of 16 bits.
    #[cfg(layernorm_dsp)]
    #[inline(always)]
    fn as_i16(&self) -> &[i16] {
        &[]
    }
}

impl<C: Code> Feature for &[C] {
    const SIZE: i32 = if C::BITS == 32 { 32 } else { 16 };

    #[inline(always)]
    fn bits(self) -> i32 {
        Self::SIZE
    }
    #[inline(always)]
    fn each(self, elements: Range<usize>) -> impl Iterator<Item = i32> {
        <[C]>::get(self, elements).unwrap_or_default().iter().map(|code| code.get())
    }
    #[inline(always)]
    fn get(self, i: usize) -> i32 {
        <[C]>::get(self, i).map_or(0, |c| c.get())
    }
    #[inline(always)]
    fn lanes<M: Mac>(self, mac: M, i: usize) -> M::V {
        C::load(mac, self, i)
    }
    #[cfg(layernorm_dsp)]
    #[inline(always)]
    fn as_i16(&self) -> &[i16] {
        C::as_i16(self)
    }
}
