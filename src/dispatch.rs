//! Chooses the instruction set, once per call. The DSP instructions of an Arm core belong to the one lane of the integers.
//!
//! `--cfg layernorm_isa="scalar"` (or `"sse2"`) forces one, for tests and measurements; the bits are the same.

use crate::integer::{CodeOp, Lanes};
use crate::isa::{Isa, Op};

/// Calls `$run` of the best instruction set with `$op`.
macro_rules! dispatch {
    ($run:ident, $op:ident) => {{
        #[cfg(all(
            target_arch = "x86_64",
            feature = "std",
            not(any(layernorm_isa = "scalar", layernorm_isa = "sse2"))
        ))]
        if let Some(isa) = crate::isa::Avx2::detect() {
            return isa.$run($op);
        }
        // Operating systems and firmware are compiled without: `x86_64-unknown-none`.
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(layernorm_isa = "scalar")))]
        return crate::isa::Sse2.$run($op);
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(layernorm_isa = "scalar")))]
        return crate::isa::Simd128.$run($op);
        // Where the highest byte comes first nobody has computed the digest by vectors.
        #[cfg(all(
            target_arch = "aarch64",
            target_feature = "neon",
            target_endian = "little",
            not(layernorm_isa = "scalar")
        ))]
        return crate::isa::Neon.$run($op);
        #[allow(unreachable_code)]
        crate::isa::Scalar.$run($op)
    }};
}

/// Runs `op`.
#[inline(always)]
pub(crate) fn run<O: Op>(op: O) -> O::Output {
    dispatch!(run, op)
}

/// Runs `op`, of codes.
#[inline(always)]
pub(crate) fn run_on_codes<O: CodeOp>(op: O) {
    dispatch!(run_on_codes, op)
}
