//! Chooses the instruction set: for `f32` once per call, for the integer norms when the crate is compiled. The DSP instructions of an
//! Arm core belong to the one lane of the integers.
//!
//! `--cfg layernorm_isa="scalar"` (or `"sse2"`) forces one, for tests and measurements; the bits are the same.

use crate::integer::lane;
use crate::isa::{Isa, Op};

/// Elements of a call above which memory sets the pace: 32 MB of input and output. Vectors of four lanes keep it better
/// there (Zen 4: 3.2 Gelem/s, 2.0 with eight).
#[cfg(all(
    target_arch = "x86_64",
    feature = "std",
    not(any(layernorm_isa = "scalar", layernorm_isa = "sse2"))
))]
const OUT_OF_CACHE: usize = 1 << 22;

/// Runs `op`, which goes through so many elements: that is asked only where there is a choice.
#[inline(always)]
pub(crate) fn run<O: Op>(op: O, elements: usize) -> O::Output {
    let _ = elements;
    #[cfg(all(
        target_arch = "x86_64",
        feature = "std",
        not(any(layernorm_isa = "scalar", layernorm_isa = "sse2"))
    ))]
    if elements <= OUT_OF_CACHE
        && let Some(isa) = crate::isa::Avx2::detect()
    {
        return isa.run(op);
    }
    // Kernels and firmware are compiled without: `x86_64-unknown-none`.
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(layernorm_isa = "scalar")))]
    return crate::isa::Sse2.run(op);
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(layernorm_isa = "scalar")))]
    return crate::isa::Simd128.run(op);
    #[allow(unreachable_code)]
    crate::isa::Scalar.run(op)
}

/// The lanes of the integer norms.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(layernorm_isa = "scalar")))]
pub(crate) const MAC: lane::Simd128 = lane::Simd128;
/// The lanes of the integer norms.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128", not(layernorm_isa = "scalar"))))]
pub(crate) const MAC: lane::Scalar = lane::Scalar;
