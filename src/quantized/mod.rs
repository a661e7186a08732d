//! LayerNorm and RMSNorm of quantised codes, correctly rounded, [group norm](GroupNorm) and [dynamic tanh](DynamicTanh); without floating point where a core has no vectors.
//!
//! A code `q` (`i8`, `u8` or `i16`) stands for `scale · (q − zero_point)`. [`Params::fold`] turns γ, β, both scales and ε into
//! integers once, on a host if need be; from then on everything is integers.
//!
//! ```
//! use layernorm::quantized::{LayerNorm, Params, Scale};
//!
//! let input = Scale { scale: 0.02, zero_point: 3i8 };
//! let output = Scale { scale: 0.03, zero_point: -5i8 };
//! let params = Params::fold(&[1.0, 0.5, 2.0, 1.0], &[0.0, 0.1, -0.1, 0.0], input, output, 1e-5)?;
//!
//! let norm = LayerNorm::new(&params);
//! let mut y = [0i8; 4];
//! norm.forward(&[-100, -20, 60, 127], &mut y)?;
//! assert_eq!(y, [-51, -9, 26, 38]);
//! # Ok::<(), layernorm::FoldError>(())
//! ```
//!
//! A device needs no γ in floating point: write [`Params::to_bytes`] on the host, and read the bytes at compile time.
//!
//! ```
//! # use layernorm::{FormatError, quantized::Params};
//! # const BYTES: &[u8] = &[0; Params::<i8, i8, [i32; 64]>::BYTES];
//! const PARAMS: Result<Params<i8, i8, [i32; 64]>, FormatError> = Params::from_bytes(BYTES); // include_bytes!("norm.bin")
//! # assert!(matches!(PARAMS, Err(FormatError::Format { .. })));
//! ```
//!
//! | | |
//! |---|---|
//! | result | that of exact arithmetic on the codes and the folded integers, rounded half to even, then saturated: within 0.5 LSB |
//! | folding | moves x̂·γ by at most \|x̂\| · 2^−(k+1) LSB and β by 2^−(m+1); [`Params::report`] tells by how much |
//! | width | 1 … 32768, a power of two or not |
//! | constant row | exactly the code of β |
//!
#![doc = include_str!("../integer/definition.md")]

mod bytes;
mod code;
mod cumulative;
mod dynamic_tanh;
mod group_norm;
mod header;
mod moments;
mod norm;
mod params;
mod scale;

pub use code::Code;
pub use cumulative::CumulativeSums;
pub use dynamic_tanh::DynamicTanh;
pub use group_norm::GroupNorm;
pub use moments::Moments;
pub use norm::{LayerNorm, Norm, RmsNorm};
pub use params::{Params, Report};
pub use scale::Scale;
