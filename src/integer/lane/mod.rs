//! Lanes of 32-bit integers: what multiplies and accumulates codes.
//!
//! Sums are exact. Products and shifts are exact or round down, so every lane gives the same numbers.

#[cfg(layernorm_dsp)]
pub(crate) mod dsp;
mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(layernorm_isa = "scalar")))]
mod simd128;

use super::code::Sums;
pub(crate) use scalar::Scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(layernorm_isa = "scalar")))]
pub(crate) use simd128::Simd128;

/// A zero-sized token, as an [`Isa`](crate::isa::Isa) is.
pub trait Mac: Copy {
    const LANES: usize;
    /// One 32-bit integer in each lane.
    type V: Copy;

    fn splat(self, value: i32) -> Self::V;
    fn each(self, lane: impl FnMut(usize) -> i32) -> Self::V;
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    /// The low 32 bits.
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    /// The high 32 bits.
    fn mul_high(self, a: Self::V, b: Self::V) -> Self::V;
    /// Of a `b` of 16 bits: the product without its last 16.
    #[inline(always)]
    fn mul_high_16(self, a: Self::V, b: Self::V) -> Self::V {
        let (high, low) = (self.shr(a, 16), self.and(a, self.splat(0xffff)));
        self.add(self.mul(high, b), self.shr(self.mul(low, b), 16))
    }
    /// By fewer than 32 bits, towards −∞.
    fn shr(self, v: Self::V, bits: u32) -> Self::V;
    fn and(self, a: Self::V, b: Self::V) -> Self::V;
    /// Whether any lane is less than `limit`; both are below 2³⁰ and not negative.
    fn any_below(self, v: Self::V, limit: i32) -> bool;

    /// As many codes as there are lanes, whose number divides `at`; zeros where there are too few.
    fn load_i8(self, from: &[i8], at: usize) -> Self::V;
    fn load_u8(self, from: &[u8], at: usize) -> Self::V;
    fn load_i16(self, from: &[i16], at: usize) -> Self::V;
    fn load_i32(self, from: &[i32], at: usize) -> Self::V;
    /// Writes as many codes, saturated; nothing where there is no room.
    fn store_i8(self, v: Self::V, to: &mut [i8], at: usize);
    fn store_u8(self, v: Self::V, to: &mut [u8], at: usize);
    fn store_i16(self, v: Self::V, to: &mut [i16], at: usize);
    fn store_i32(self, v: Self::V, to: &mut [i32], at: usize);

    /// Of at most 2¹⁵ codes.
    fn sums_i8(self, codes: &[i8]) -> Sums;
    fn sums_u8(self, codes: &[u8]) -> Sums;
    fn sums_i16(self, codes: &[i16]) -> Sums;
}
