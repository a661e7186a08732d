//! The conformance tests: one program, so that the kernels are compiled once for all of them.

mod common;

mod accuracy;
mod attack;
mod backward;
mod bounds;
mod contracts;
mod encoder;
mod errors;
mod gradients;
#[cfg(not(target_arch = "wasm32"))]
mod imports;
#[cfg(feature = "fixed")]
mod integer;
mod jax;
mod lengths;
mod onnx;
#[cfg(feature = "fixed")]
mod others;
mod properties;
mod pytorch;
#[cfg(feature = "sequence")]
mod sequence;
#[cfg(feature = "sequence")]
mod sequence_fixed;
mod streaming;
mod threads;
mod variants;
