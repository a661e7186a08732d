//! Instruction sets: the vectors that the float kernels are written over.
//!
//! An implementation is a zero-sized token: having one proves that its instructions may be used. That is
//! why kernels need no `unsafe`; all that instructions need is in this folder.

#[cfg(all(target_arch = "x86_64", feature = "std", not(layernorm_isa = "scalar")))]
mod avx2;
#[cfg(all(
    target_arch = "x86_64",
    feature = "std",
    feature = "half",
    not(any(layernorm_isa = "scalar", layernorm_isa = "sse2"))
))]
mod f16c;
mod lanes;
#[cfg(all(
    target_arch = "aarch64",
    target_feature = "neon",
    target_endian = "little",
    not(layernorm_isa = "scalar")
))]
mod neon;
mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(layernorm_isa = "scalar")))]
mod simd128;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(layernorm_isa = "scalar")))]
mod sse2;
mod two;

#[cfg(all(target_arch = "x86_64", feature = "std", not(layernorm_isa = "scalar")))]
pub(crate) use avx2::Avx2;
#[cfg(all(
    target_arch = "x86_64",
    feature = "std",
    feature = "half",
    not(any(layernorm_isa = "scalar", layernorm_isa = "sse2"))
))]
pub(crate) use f16c::F16c;
#[cfg(test)]
pub(crate) use lanes::VectorPair;
pub(crate) use lanes::{
    Adder, FourPairs, GROUP, Group, Isa, MOST_LANES, ONE_LANE, OUT_OF_CACHE, Op, PairV, Paired, SMALL,
    elements_from, elements_from_mut,
};
#[cfg(all(
    target_arch = "aarch64",
    target_feature = "neon",
    target_endian = "little",
    not(layernorm_isa = "scalar")
))]
pub(crate) use neon::Neon;
pub(crate) use scalar::{Scalar, wide_sqrt};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(layernorm_isa = "scalar")))]
pub(crate) use simd128::Simd128;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(layernorm_isa = "scalar")))]
pub(crate) use sse2::Sse2;
pub(crate) use two::{Two, two_product, two_square, two_sum};
