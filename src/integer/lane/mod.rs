//! Lanes of 32-bit integers: what multiplies and accumulates codes.
//!
//! Sums are exact. Products and shifts are exact or round down, so every lane gives the same numbers.

mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(layernorm_isa = "scalar")))]
mod simd128;

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
    /// By fewer than 32 bits, as is `shr`.
    fn shl(self, v: Self::V, bits: u32) -> Self::V;
    /// Towards −∞.
    fn shr(self, v: Self::V, bits: u32) -> Self::V;
    fn and(self, a: Self::V, b: Self::V) -> Self::V;
    /// Whether any lane is less than `limit`.
    fn any_below(self, v: Self::V, limit: i32) -> bool;

    /// The first codes of `from`; zeros where it has too few.
    fn load_i8(self, from: &[i8]) -> Self::V;
    fn load_u8(self, from: &[u8]) -> Self::V;
    fn load_i16(self, from: &[i16]) -> Self::V;
    fn load_i32(self, from: &[i32]) -> Self::V;
    /// Writes the first codes of `to`, saturated; nothing where it has too few.
    fn store_i8(self, v: Self::V, to: &mut [i8]);
    fn store_u8(self, v: Self::V, to: &mut [u8]);
    fn store_i16(self, v: Self::V, to: &mut [i16]);
    fn store_i32(self, v: Self::V, to: &mut [i32]);

    /// The sum and the sum of squares of at most 2¹⁵ codes.
    fn sums_i8(self, codes: &[i8]) -> (i64, u64);
    fn sums_u8(self, codes: &[u8]) -> (i64, u64);
    fn sums_i16(self, codes: &[i16]) -> (i64, u64);
}
