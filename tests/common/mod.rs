//! What the conformance tests share. No test shares a formula with the code.
#![allow(dead_code)] // Each test binary uses its part.

#[cfg(feature = "fixed")]
pub mod formats;
pub mod gradient_oracle;
pub mod groups;
pub mod integer_oracle;
pub mod integer_rows;
pub mod norms;
pub mod oracle;
pub mod others;
pub mod random;
pub mod rows;
pub mod tolerance;

/// The ε of contract C1.
pub const EPSILONS: [f32; 6] = [0.0, f32::from_bits(1), 1e-40, 1e-5, 1.0, f32::MAX];

/// The NaN of every result that is one.
pub const NAN: u32 = 0x7fc0_0000;

pub fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|v| v.to_bits()).collect()
}

/// The slow tier, of `cargo xtask test --full`.
pub fn full_tier() -> bool {
    std::env::var_os("LAYERNORM_FULL").is_some()
}
