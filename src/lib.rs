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
mod modulation;
mod moments;
mod norm;
pub mod quantized;
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
