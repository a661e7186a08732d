//! LayerNorm, RMSNorm and the L2 norm of rows that are stored in other types than `f32`, and computed in `f32`: half precision (`f16` and `bf16`, with the
//! feature `half`), quantised codes on one side, and any mix.
//!
//! Only memory is narrow. A row is brought to `f32`, normalised with the arithmetic, the statistics and the bits of [`crate::Norm`], and
//! rounded once where it is stored: to the nearest, half to even. So `y` is the rounded result of `f32` of the same numbers, on every
//! machine.
//!
//! ```
//! # #[cfg(feature = "half")] fn main() -> Result<(), Box<dyn core::error::Error>> {
//! use layernorm::mixed::{LayerNorm, bf16, f16};
//! use layernorm::quantized::Scale;
//!
//! let gamma = [1.0, 0.5, 2.0, 1.0].map(bf16::from_f32);
//! let norm = LayerNorm::new(4)?.with_gamma(&gamma)?.with_beta(&[0.0f32, 0.1, -0.1, 0.0])?;
//! let x = [1.0, 2.0, 3.0, 4.0].map(f16::from_f32);
//!
//! let mut y = [f16::ZERO; 4];
//! norm.forward(&x, &mut y)?;
//! assert_eq!(y.map(f32::from), [-1.3417969, -0.12359619, 0.7944336, 1.3417969]);
//!
//! let mut codes = [0i8; 4];
//! norm.forward_quantized(&x, Scale { scale: 0.02, zero_point: 0 }, &mut codes)?;
//! assert_eq!(codes, [-67, -6, 40, 67]);
//! # Ok(()) }
//! # #[cfg(not(feature = "half"))] fn main() {}
//! ```
//!
//! | | |
//! |---|---|
//! | finite row | the nearest number of the output's type, or the code, of what [`crate::Norm`] gives |
//! | beyond the range of `f16` | an infinity, from 65520 on |
//! | row with a NaN or an infinity | all NaN (0x7e00 of `f16`, 0x7fc0 of `bf16`); codes of 0 |
//! | memory | none is allocated; 48 kB of stack, 3 kB where there are no vectors |
//!
//! ONNX's definition for half precision rounds x̂ before γ and β, and their product too; here there is one rounding.

mod backward;
mod codes;
#[cfg(feature = "half")]
mod convert;
mod element;
mod forward;
#[cfg(feature = "half")]
mod half;
mod layouts;
mod memory;
mod norm;
mod planes;
mod tile;

#[cfg(feature = "half")]
pub use ::half::{bf16, f16};
pub use codes::SignedCode;
pub use element::Element;
pub(crate) use element::{Stored, Values};
pub use norm::{L2Norm, LayerNorm, Norm, RmsNorm};
