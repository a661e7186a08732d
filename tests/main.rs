//! The conformance tests: one program, so that the kernels are compiled once for all of them.

mod common;

mod accuracy;
mod attack;
mod backward;
mod bounds;
mod codes;
mod constants;
mod contracts;
mod cumulative;
mod cumulative_codes;
mod encoder;
mod errors;
#[cfg(not(target_arch = "wasm32"))]
mod examples;
mod frameworks;
mod gradients;
mod group;
mod group_gradients;
#[cfg(not(target_arch = "wasm32"))]
mod imports;
#[cfg(feature = "fixed")]
mod integer;
mod jax;
mod lengths;
#[cfg(feature = "half")]
mod mixed;
mod onnx;
mod operations;
#[cfg(feature = "fixed")]
mod others;
mod properties;
mod pytorch;
#[cfg(feature = "sequence")]
mod sequence;
#[cfg(feature = "sequence")]
mod sequence_fixed;
#[cfg(all(feature = "serde", feature = "sequence", not(target_arch = "wasm32")))]
mod stored;
mod streaming;
mod threads;
mod variants;
