//! Types of codes.

use super::lane::Mac;

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
    fn load<M: Mac>(mac: M, from: &[Self]) -> M::V;
    #[doc(hidden)]
    fn store<M: Mac>(mac: M, v: M::V, to: &mut [Self]);
    /// The sum and the sum of squares; of at most 2¹⁵.
    #[doc(hidden)]
    fn sums<M: Mac>(mac: M, codes: &[Self]) -> (i64, i128);
}

macro_rules! code {
    ($type:ident, $load:ident, $store:ident, |$mac:ident, $codes:ident| $sums:expr) => {
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
            fn load<M: Mac>(mac: M, from: &[Self]) -> M::V {
                mac.$load(from)
            }
            #[inline(always)]
            fn store<M: Mac>(mac: M, v: M::V, to: &mut [Self]) {
                mac.$store(v, to)
            }
            #[inline(always)]
            fn sums<M: Mac>($mac: M, $codes: &[Self]) -> (i64, i128) {
                $sums
            }
        }
    };
}

code!(i8, load_i8, store_i8, |mac, codes| small(mac.sums_i8(codes)));
code!(u8, load_u8, store_u8, |mac, codes| small(mac.sums_u8(codes)));
code!(i16, load_i16, store_i16, |mac, codes| small(mac.sums_i16(codes)));
code!(i32, load_i32, store_i32, |_mac, codes| sums_of(codes.iter().map(|&c| i64::from(c))));

fn small((sum, squares): (i64, u64)) -> (i64, i128) {
    (sum, squares.into())
}

/// The sum and the sum of squares.
pub(crate) fn sums_of(values: impl Iterator<Item = i64>) -> (i64, i128) {
    values.fold((0, 0), |(sum, squares), v| (sum + v, squares + i128::from(v) * i128::from(v)))
}

/// γ or β: one code for all features, or one for each.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Codes<'a> {
    Same(i32),
    I8(&'a [i8]),
    I16(&'a [i16]),
    I32(&'a [i32]),
}

impl Codes<'_> {
    /// Bits of a code, its sign included.
    pub(crate) fn bits(&self) -> i32 {
        match self {
            Self::Same(code) => 33 - code.unsigned_abs().leading_zeros() as i32,
            Self::I8(_) => 8,
            Self::I16(_) => 16,
            Self::I32(_) => 32,
        }
    }

    #[inline(always)]
    pub(crate) fn get(&self, i: usize) -> i32 {
        match self {
            Self::Same(code) => *code,
            Self::I8(codes) => codes.get(i).map_or(0, |&c| c.into()),
            Self::I16(codes) => codes.get(i).map_or(0, |&c| c.into()),
            Self::I32(codes) => codes.get(i).copied().unwrap_or(0),
        }
    }

    /// As many as there are lanes, from `i` on.
    #[inline(always)]
    pub(crate) fn lanes<M: Mac>(&self, mac: M, i: usize) -> M::V {
        match self {
            Self::Same(code) => mac.splat(*code),
            Self::I8(codes) => mac.load_i8(codes.get(i..).unwrap_or(&[])),
            Self::I16(codes) => mac.load_i16(codes.get(i..).unwrap_or(&[])),
            Self::I32(codes) => mac.load_i32(codes.get(i..).unwrap_or(&[])),
        }
    }
}
