//! Types of codes as lanes load, store and sum them.
#![allow(
    private_bounds,
    private_interfaces,
    reason = "the trait is public for bounds alone; lanes are the crate's own"
)]

use super::lanes::Lanes;
use crate::integer::code::Code;
use crate::integer::sums::Sums;

/// A type of codes that lanes load, store and sum.
pub trait LaneCode: Code {
    /// The first `LANES` codes, as integers.
    #[doc(hidden)]
    fn load<L: Lanes>(lanes: L, from: &[Self]) -> L::V;
    /// Writes integers to the first `LANES` codes, saturated.
    #[doc(hidden)]
    fn store<L: Lanes>(lanes: L, v: L::V, to: &mut [Self]);
    /// The sums of at most 2¹⁵ codes.
    #[doc(hidden)]
    fn sums<L: Lanes>(lanes: L, codes: &[Self]) -> Sums;
    /// The same slice if the type is `i16`, else an empty one.
    #[cfg(layernorm_dsp)]
    #[doc(hidden)]
    fn as_i16(codes: &[Self]) -> &[i16];
    /// The same slice if the type is `i16`, else an empty one.
    #[cfg(layernorm_dsp)]
    #[doc(hidden)]
    fn as_i16_mut(codes: &mut [Self]) -> &mut [i16];
}

macro_rules! lane_code {
    ($type:ident, $load:ident, $store:ident, |$lanes:ident, $codes:ident| $sums:expr, |$slice:ident| $as_i16:expr) => {
        impl LaneCode for $type {
            #[inline(always)]
            fn load<L: Lanes>(lanes: L, from: &[Self]) -> L::V {
                lanes.$load(from)
            }
            #[inline(always)]
            fn store<L: Lanes>(lanes: L, v: L::V, to: &mut [Self]) {
                lanes.$store(v, to)
            }
            #[inline(always)]
            fn sums<L: Lanes>($lanes: L, $codes: &[Self]) -> Sums {
                $sums
            }
            #[cfg(layernorm_dsp)]
            #[inline(always)]
            fn as_i16($slice: &[Self]) -> &[i16] {
                $as_i16
            }
            #[cfg(layernorm_dsp)]
            #[inline(always)]
            fn as_i16_mut($slice: &mut [Self]) -> &mut [i16] {
                $as_i16
            }
        }
    };
}

lane_code!(i8, load_i8, store_i8, |lanes, codes| lanes.sums_i8(codes), |_codes| Default::default());
lane_code!(u8, load_u8, store_u8, |lanes, codes| lanes.sums_u8(codes), |_codes| Default::default());
lane_code!(i16, load_i16, store_i16, |lanes, codes| lanes.sums_i16(codes), |codes| codes);
lane_code!(
    i32,
    load_i32,
    store_i32,
    |_lanes, codes| Sums::NONE.with(codes.iter().map(|&c| i64::from(c))),
    |_codes| Default::default()
);
