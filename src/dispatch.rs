//! The only choice of instruction set in the crate, made once per call.
//!
//! `--cfg layernorm_isa="scalar"` (or `"sse2"`) forces one, for tests and measurements; the bits are the same.

use crate::isa::{Isa, Op};

#[inline(always)]
pub(crate) fn run<O: Op>(op: O) -> O::Output {
    #[cfg(all(
        target_arch = "x86_64",
        feature = "std",
        not(any(layernorm_isa = "scalar", layernorm_isa = "sse2"))
    ))]
    if let Some(isa) = crate::isa::Avx2::detect() {
        return isa.run(op);
    }
    #[cfg(all(target_arch = "x86_64", not(layernorm_isa = "scalar")))]
    return crate::isa::Sse2.run(op);
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(layernorm_isa = "scalar")))]
    return crate::isa::Simd128.run(op);
    #[allow(unreachable_code)]
    crate::isa::Scalar.run(op)
}
