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
#![no_std]
#![warn(missing_docs)]

#[cfg(any(test, feature = "std"))]
extern crate std;

mod dispatch;
mod error;
#[cfg(feature = "fixed")]
pub mod fixed;
mod float;
mod integer;
mod isa;
mod layer_norm;
mod norm;
pub mod quantized;
mod rms_norm;
mod shape;
mod stats;

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use error::Error;
pub use layer_norm::LayerNorm;
pub use rms_norm::RmsNorm;
pub use stats::RowStats;
