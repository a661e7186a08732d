//! Cells and classifiers in integers: activations of 16 bits, weights of 8 or 16, and no floating point after folding.
//!
//! On a host [`Classifier::fold`] turns a classifier of `f32` into the bytes of a file. A device reads the bytes in place: they
//! may stay in flash, and none of them is copied.
//!
//! ```
//! use layernorm::sequence::{self, Gru, Layer, fixed};
//!
//! type Float<'a> = sequence::Classifier<'a, Gru, Layer>;
//! type Fixed<'a> = fixed::Classifier<'a, Gru, i8>;
//! let (inputs, units, classes) = (2, 3, 2);
//! let weights = [0.1; Float::weights_len(2, 3, 2)];
//! let float = Float::new(inputs, units, classes, &weights)?;
//!
//! // Frames will have 12 fraction bits.
//! let mut bytes = [0; Fixed::bytes_len(2, 3, 2)];
//! Fixed::fold(&float, 12, &mut bytes)?;
//!
//! let fixed = Fixed::from_bytes(&bytes)?;
//! let (mut words, mut codes) = ([0; Fixed::words_len(3)], [0; Fixed::codes_len(3)]);
//! let mut session = fixed.start(&mut words, &mut codes)?;
//! session.push(&[0x0800, -0x1000])?;
//! let mut logits = [0; 2];
//! session.logits(&mut logits)?;
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! A norm divides by the standard deviation of its input, so the scale of the weights cancels. The norm takes the sums of a kernel
//! unrounded, in 32 bits: weights may have any scale.
//!
//! | | |
//! |---|---|
//! | result | exact integers by the definition below: the same codes on every machine |
//! | norms | within 0.5 LSB of 2⁻¹¹ of the norm of the exact sums |
//! | σ, tanh | within 0.503 LSB of 2⁻¹⁵ |
//! | h | after one step within 8.5 (RNN) and 22 (GRU) LSB of 2⁻¹⁵ of the cell of `f32` with the same weights and state |
//! | LSTM | c is within 3.1 LSB of 2⁻¹¹, h within 200 LSB of 2⁻¹⁵: the norm of a small c enlarges the rounding error of c |
//! | `StateNormLstm` | c, which is normalised, is within 11 LSB of 2⁻¹¹, h within 140 LSB of 2⁻¹⁵ |
//!
//! The last three rows were measured, on 200 000 random steps of each kind with weights of each type.
//!
#![doc = include_str!("definition.md")]

mod activation;
mod cell;
mod classifier;
mod equations;
mod file;
mod fold;
mod format;
mod linear;
mod normaliser;
mod session;

pub use cell::Cell;
pub use classifier::Classifier;
pub use equations::Kind;
pub use linear::Weight;
pub use session::Session;

use super::{Gru, Lstm, Rnn, StateNormLstm};

/// Recurrent net with layer normalisation.
///
/// ```
/// use layernorm::sequence::{self, fixed};
///
/// let weights = [0.1; sequence::LnRnn::weights_len(2, 3)];
/// let float = sequence::LnRnn::new(2, 3, &weights)?;
/// let mut bytes = [0; fixed::LnRnn::<i16>::bytes_len(2, 3)];
/// fixed::LnRnn::<i16>::fold(&float, 12, &mut bytes)?;
/// assert_eq!(fixed::LnRnn::<i16>::from_bytes(&bytes)?.units(), 3);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub type LnRnn<'a, W> = Cell<'a, Rnn, W>;

/// Long short-term memory with layer normalisation.
///
/// ```
/// use layernorm::sequence::{self, fixed};
///
/// let weights = [0.1; sequence::LnLstm::weights_len(2, 3)];
/// let float = sequence::LnLstm::new(2, 3, &weights)?;
/// let mut bytes = [0; fixed::LnLstm::<i16>::bytes_len(2, 3)];
/// fixed::LnLstm::<i16>::fold(&float, 12, &mut bytes)?;
/// assert_eq!(fixed::LnLstm::<i16>::from_bytes(&bytes)?.units(), 3);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub type LnLstm<'a, W> = Cell<'a, Lstm, W>;

/// Gated recurrent unit with layer normalisation.
///
/// ```
/// use layernorm::sequence::{self, fixed};
///
/// let weights = [0.1; sequence::LnGru::weights_len(2, 3)];
/// let float = sequence::LnGru::new(2, 3, &weights)?;
/// let mut bytes = [0; fixed::LnGru::<i16>::bytes_len(2, 3)];
/// fixed::LnGru::<i16>::fold(&float, 12, &mut bytes)?;
/// assert_eq!(fixed::LnGru::<i16>::from_bytes(&bytes)?.units(), 3);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub type LnGru<'a, W> = Cell<'a, Gru, W>;

/// [`StateNormLstm`], which carries the normalised c, with layer normalisation.
///
/// ```
/// use layernorm::sequence::{self, fixed};
///
/// let weights = [0.1; sequence::LnStateNormLstm::weights_len(2, 3)];
/// let float = sequence::LnStateNormLstm::new(2, 3, &weights)?;
/// let mut bytes = [0; fixed::LnStateNormLstm::<i16>::bytes_len(2, 3)];
/// fixed::LnStateNormLstm::<i16>::fold(&float, 12, &mut bytes)?;
/// assert_eq!(fixed::LnStateNormLstm::<i16>::from_bytes(&bytes)?.units(), 3);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub type LnStateNormLstm<'a, W> = Cell<'a, StateNormLstm, W>;
