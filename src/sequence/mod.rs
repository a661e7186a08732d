//! Recurrent cells with layer normalisation: [`LnRnn`], [`LnLstm`], [`LnGru`], [`LnStateNormLstm`], and a [`Classifier`] of
//! sequences.
//!
//! A cell sees one frame after the other, so a sequence may have any length, and nothing is padded. A cell borrows its weights;
//! the caller owns the state, the scratch memory and the tape, and asks functions for their lengths.
//!
//! ```
//! use layernorm::sequence::LnGru;
//!
//! const INPUTS: usize = 2;
//! const UNITS: usize = 3;
//! let weights = [0.1; LnGru::weights_len(INPUTS, UNITS)];
//! let gru = LnGru::new(INPUTS, UNITS, &weights)?;
//! let (mut state, mut scratch) = ([0.0; LnGru::state_len(UNITS)], [0.0; LnGru::scratch_len(UNITS)]);
//! for frame in [[0.5, -1.0], [0.25, 2.0]] {
//!     gru.step(&frame, &mut state, &mut scratch)?;
//! }
//! assert!(state.iter().all(|h| h.abs() < 1.0));
//! # Ok::<(), layernorm::Error>(())
//! ```
//!
//! # Equations
//! The equations are in the supplement of Ba, Kiros and Hinton 2016 ([arXiv 1607.06450](https://arxiv.org/abs/1607.06450)), here
//! with I inputs and H units. Gates in one pair of brackets are normalised as one vector; each gate has its own gains and biases.
//! The second c' is not in the paper, but in [frameworks](#from-another-framework): [`StateNormLstm`].
//!
//! ```text
//! RNN    h' = tanh(LN(x·W + h·U))
//!
//! LSTM   (f, i, o, g) = LN(x·W) + LN(h·U)
//!        c' = σ(f) c + σ(i) tanh(g) ;  h' = σ(o) tanh(LN(c'))
//!
//!        or, where the normalised c is carried:
//!        c' = LN(σ(f) c + σ(i) tanh(g)) ;  h' = σ(o) tanh(c')
//!
//! GRU    (z, r) = LN(x·W₁) + LN(h·U₁)
//!        n = tanh(LN(x·W₂) + σ(r) LN(h·U₂)) ;  h' = (1 − σ(z)) h + σ(z) n
//! ```
//!
//! # Weights
//! The weights of a cell are one slice, and so are their gradients. G is the number of gates (1, 4, 3), in the order of the
//! equations; P is the number of gains of a unit (1, 9, 6).
//!
//! | | length | |
//! |---|---|---|
//! | kernel | I · G·H | W, one row for each input |
//! | recurrent kernel | H · G·H | U, one row for each unit |
//! | γ, then β | P·H each | for the gates from x, the gates from h, and c |
//!
//! The paper's bias b of the LSTM is part of β. A state is h, followed by c in an LSTM; a sequence begins with zeros.
//!
#![doc = include_str!("frameworks.md")]
//!
#![doc = include_str!("file.md")]
//!
//! # Sequences without end
//! [`Classifier::start`] takes the mean of all outputs so far, in integers of at most 65 535 frames. A device that always listens
//! begins by [`Classifier::start_leaky`], or by [that of integers](fixed::Classifier::start_leaky): old frames fade, and there is no
//! last one.
//!
//! # Bits
//! Every machine computes the same bits: sums have one order, and the crate computes exp and tanh itself, within 1 and 3 ULP,
//! with the bits of version 0.2.16 of the crate `libm`.
//!
//! A frame with a NaN makes the state NaN, and the state stays NaN. So does a frame with an infinity, except in a [`Plain`]
//! cell, to which an infinity is a large number. A sum of finite numbers that leaves the range of `f32` counts as an infinity,
//! and two infinities of opposite sign add to a NaN. With up to 10⁵ inputs and units, weights below 10¹⁸, and frames and states
//! below 10¹⁵ no sum leaves the range. Gradients that leave it are infinite or NaN. Every NaN that is written, in states,
//! outputs, logits, gradients, tapes and scratch memory, is 0x7fc00000.

mod activation;
mod cell;
mod classifier;
mod file;
pub mod fixed;
mod frames;
mod gates;
mod gru;
mod header;
mod kind;
mod linear;
mod lstm;
mod mean;
mod normaliser;
#[cfg(feature = "heapless")]
mod recording;
mod rnn;
mod session;
mod slices;
mod state_norm_lstm;

pub use crate::{Layer, Rms};
pub use cell::{Cell, Gradients};
pub use classifier::Classifier;
pub use gru::Gru;
pub use header::{CellKind, NormKind, Shape, Storage};
pub use kind::Kind;
pub use lstm::Lstm;
pub use normaliser::{Normaliser, Plain};
#[cfg(feature = "heapless")]
pub use recording::Recording;
pub use rnn::Rnn;
pub use session::Session;
pub use state_norm_lstm::StateNormLstm;

/// Recurrent net with layer normalisation.
///
/// ```
/// use layernorm::sequence::LnRnn;
///
/// let weights = [0.1; LnRnn::weights_len(2, 3)];
/// let rnn = LnRnn::new(2, 3, &weights)?;
/// let (mut state, mut scratch) = ([0.0; LnRnn::state_len(3)], [0.0; LnRnn::scratch_len(3)]);
/// rnn.step(&[0.5, -1.0], &mut state, &mut scratch)?;
/// assert!(state.iter().all(|element| element.abs() < 1.0));
/// # Ok::<(), layernorm::Error>(())
/// ```
pub type LnRnn<'a> = Cell<'a, Rnn, Layer>;

/// Long short-term memory (Hochreiter and Schmidhuber 1997) with layer normalisation.
///
/// ```
/// use layernorm::sequence::LnLstm;
///
/// let weights = [0.1; LnLstm::weights_len(2, 3)];
/// let lstm = LnLstm::new(2, 3, &weights)?;
/// let (mut state, mut scratch) = ([0.0; LnLstm::state_len(3)], [0.0; LnLstm::scratch_len(3)]);
/// lstm.step(&[0.5, -1.0], &mut state, &mut scratch)?;
/// assert!(state.iter().all(|element| element.abs() < 1.0));
/// # Ok::<(), layernorm::Error>(())
/// ```
pub type LnLstm<'a> = Cell<'a, Lstm, Layer>;

/// Gated recurrent unit (Cho et al. 2014) with layer normalisation.
///
/// ```
/// use layernorm::sequence::LnGru;
///
/// let weights = [0.1; LnGru::weights_len(2, 3)];
/// let gru = LnGru::new(2, 3, &weights)?;
/// let (mut state, mut scratch) = ([0.0; LnGru::state_len(3)], [0.0; LnGru::scratch_len(3)]);
/// gru.step(&[0.5, -1.0], &mut state, &mut scratch)?;
/// assert!(state.iter().all(|element| element.abs() < 1.0));
/// # Ok::<(), layernorm::Error>(())
/// ```
pub type LnGru<'a> = Cell<'a, Gru, Layer>;

/// [`StateNormLstm`], which carries the normalised c, with layer normalisation: `LayerNormLSTMCell` of TensorFlow Addons and of
/// PyTorch's `custom_lstms`.
///
/// ```
/// use layernorm::sequence::LnStateNormLstm;
///
/// let weights = [0.1; LnStateNormLstm::weights_len(2, 3)];
/// let lstm = LnStateNormLstm::new(2, 3, &weights)?;
/// let (mut state, mut scratch) = ([0.0; LnStateNormLstm::state_len(3)], [0.0; LnStateNormLstm::scratch_len(3)]);
/// lstm.step(&[0.5, -1.0], &mut state, &mut scratch)?;
/// // The sums of c are equal, so that their norm is β.
/// assert_eq!(state[3..], [0.1; 3]);
/// # Ok::<(), layernorm::Error>(())
/// ```
#[doc(alias = "LayerNormLSTMCell")]
pub type LnStateNormLstm<'a> = Cell<'a, StateNormLstm, Layer>;
