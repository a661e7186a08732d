//! Vectors of codes: loaded as integers of 32 bits, stored from them, and summed exactly, so that every lane gives the same
//! numbers.

#[cfg(all(target_arch = "x86_64", feature = "std", not(layernorm_isa = "scalar")))]
mod avx2;
mod code;
#[cfg(layernorm_dsp)]
pub(crate) mod dsp;
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

pub(crate) use code::LaneCode;
pub(crate) use lanes::{CodeOp, Lanes};
