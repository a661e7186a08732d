//! What the code is compiled for and no `cfg` of stable Rust tells. Neither changes a bit of a result.
//!
//! | cfg | |
//! |---|---|
//! | `layernorm_small` | `opt-level` is s or z: one lane takes few forms, which are small, instead of faster ones |
//! | `layernorm_dsp` | the Arm core has the DSP extension: products of two pairs of 16 bits |

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let of = |name: &str| env::var(name).unwrap_or_default();
    if matches!(of("OPT_LEVEL").as_str(), "s" | "z") {
        println!("cargo::rustc-cfg=layernorm_small");
    }
    if has_dsp(&of("TARGET"), &of("CARGO_ENCODED_RUSTFLAGS")) {
        println!("cargo::rustc-cfg=layernorm_dsp");
    }
}

/// Every Armv7E-M core has it, and of Armv8-M ones those of these names.
fn has_dsp(target: &str, flags: &str) -> bool {
    let cpu = ["cortex-m33", "cortex-m35p", "cortex-m55", "cortex-m85"];
    let named = || cpu.iter().any(|cpu| flags.contains(&format!("target-cpu={cpu}")));
    let without = flags.contains("-dsp");
    !without && (target.starts_with("thumbv7em") || target.starts_with("thumbv8m.main") && named())
}
