//! Layer normalisation and RMSNorm for `f32` rows: accurate, allocation-free, the same bits everywhere.
//! [`quantized`] and [`fixed`] have them for integer codes, correctly rounded and without floating point.
//!
//! ```
//! use layernorm::LayerNorm;
//!
//! let norm = LayerNorm::new(4)?;
//! let x = [1.0, 2.0, 3.0, 4.0];
//! let mut y = [0.0; 4];
//! norm.forward(&x, &mut y)?;
//! assert!((y[0] + 1.3416355).abs() < 1e-6);
//! # Ok::<(), layernorm::Error>(())
//! ```
//!
//! # Where the bits are the same
//! On every target whose `f32` and `f64` are those of IEEE 754, with results rounded to nearest and subnormal numbers kept,
//! in hardware or in software. Integer results do not depend on that. What breaks the bits, and what does not:
//!
//! | | |
//! |---|---|
//! | x86 without SSE2 (`i586-…`) | does not compile: the x87 unit rounds to 64 bits, then again |
//! | `-C target-cpu=cortex-m55`, or Helium's floats (`mve.fp`) by another name | other bits: LLVM vectorises the loops, and these vectors flush subnormal numbers to 0. `thumbv8m.main-none-eabihf` as it is has the right ones |
//! | AltiVec (`powerpc`, `powerpc64`) | other bits: its vectors flush subnormal numbers, as QEMU runs them. `powerpc64le` has VSX, which does not |
//! | NEON of 32-bit Arm | the same bits: it flushes subnormal numbers, but LLVM 22 uses it for no `f32` of this crate, because Rust allows no fast maths |
//! | FTZ, DAZ or another rounding mode, set by the caller (`MXCSR`, `FPCR`, `FPSCR`; `-ffast-math` of a C compiler sets it at start) | other bits, and not only here: Rust counts on the default mode |
//!
//! Rust has no flag for fast maths. One that is passed on to LLVM (`-C llvm-args`) breaks the bits too.
#![no_std]
#![warn(missing_docs)]

#[cfg(all(target_arch = "x86", not(target_feature = "sse2")))]
compile_error!(
    "layernorm needs SSE2 on 32-bit x86: the x87 unit rounds otherwise, so the bits would differ from those of every other \
     target; build for an i686 target, or with `-C target-feature=+sse2`"
);

#[cfg(any(test, feature = "std"))]
extern crate std;

mod backward;
mod bytes;
mod channels_first;
mod dispatch;
mod error;
#[cfg(feature = "fixed")]
pub mod fixed;
mod float;
mod integer;
mod isa;
mod list;
mod modulation;
mod moments;
mod norm;
pub mod quantized;
mod rows;
#[cfg(feature = "sequence")]
pub mod sequence;
mod shape;
mod stats;
mod strided;
mod sublayer;

#[doc = include_str!("float/error.md")]
pub mod accuracy {}

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use backward::ParamGrads;
pub use error::Error;
pub use modulation::Modulation;
pub use moments::{Finish, Moments};
pub use norm::{LayerNorm, Norm, RmsNorm};
pub use stats::RowStats;
