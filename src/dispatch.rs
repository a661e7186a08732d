//! The only choice of instruction set in the crate, made once per call.
//!
//! `--cfg layernorm_isa="scalar"` (or `"sse2"`) forces one, for tests and measurements; the bits are the same.

use crate::float::Forward;
use crate::isa::Isa;

#[inline(always)]
pub(crate) fn run(call: Forward) {
    #[cfg(all(
        target_arch = "x86_64",
        feature = "std",
        not(any(layernorm_isa = "scalar", layernorm_isa = "sse2"))
    ))]
    if let Some(isa) = crate::isa::Avx2::detect() {
        return isa.run(call);
    }
    #[cfg(all(target_arch = "x86_64", not(layernorm_isa = "scalar")))]
    return crate::isa::Sse2.run(call);
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(layernorm_isa = "scalar")))]
    return crate::isa::Simd128.run(call);
    #[allow(unreachable_code)]
    crate::isa::Scalar.run(call)
}
