//! Recurrent cells with layer normalisation: [`LnRnn`], [`LnLstm`], [`LnGru`], and a [`Classifier`] of sequences.
//!
//! A cell sees one frame after the other, so a sequence may have any length, and nothing is padded. Configuration is apart
//! from state: a cell borrows its weights, and the caller owns state, scratch memory and tape, whose lengths are functions.
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
//! Those of Ba, Kiros and Hinton 2016 ([arXiv 1607.06450](https://arxiv.org/abs/1607.06450), supplement), with I inputs and H
//! units. Gates that are in one vector there are normalised as one vector; each gate has gains and biases of its own.
//!
//! ```text
//! RNN    h' = tanh(LN(x·W + h·U))
//!
//! LSTM   (f, i, o, g) = LN(x·W) + LN(h·U)
//!        c' = σ(f) c + σ(i) tanh(g) ;  h' = σ(o) tanh(LN(c'))
//!
//! GRU    (z, r) = LN(x·W₁) + LN(h·U₁)
//!        n = tanh(LN(x·W₂) + σ(r) LN(h·U₂)) ;  h' = (1 − σ(z)) h + σ(z) n
//! ```
//!
//! # Weights
//! One slice, and gradients alike. G is the number of gates (1, 4, 3), in the order in which the equations have them;
//! P is that of gains for each unit (1, 9, 6).
//!
//! | | length | |
//! |---|---|---|
//! | kernel | I · G·H | W, a row for each input |
//! | recurrent kernel | H · G·H | U, a row for each unit |
//! | γ, then β | P·H each | of the gates from x, of those from h, of c |
//!
//! The paper's bias b of the LSTM is part of β. A state is h, behind which the LSTM has c; it begins as zeros.
//!
//! # Bits
//! The same on every machine: sums have one order, and exp and tanh are computed here, within 1 and 3 ULP, with the bits of
//! version 0.2.16 of the crate `libm`.
//!
//! A frame with a NaN makes the state NaN, which it stays; so does one with an infinity, but to a [`Plain`] cell that is a
//! large number. Sums of finite numbers that leave the range of `f32` count as infinities, and where two of opposite sign meet
//! they are a NaN. Up to 10⁵ inputs and units, weights below 10¹⁸ with frames and states below 10¹⁵ cannot come to that.
//! Gradients that leave it are infinite or NaN. Every NaN that is written is 0x7fc00000, in states, outputs, logits and
//! gradients, and in tapes and scratch memory too.

mod activation;
mod cell;
mod classifier;
mod exp;
mod file;
pub mod fixed;
mod gru;
mod linear;
mod lstm;
mod normaliser;
#[cfg(feature = "heapless")]
mod recording;
mod rnn;
mod slices;

pub use cell::{Cell, Gradients, Kind};
pub use classifier::{Classifier, Session};
pub use file::{CellKind, NormKind, Shape, Storage};
pub use gru::Gru;
pub use lstm::Lstm;
pub use normaliser::{Layer, Normaliser, Plain, Rms};
#[cfg(feature = "heapless")]
pub use recording::Recording;
pub use rnn::Rnn;

/// Recurrent net with layer normalisation.
pub type LnRnn<'a> = Cell<'a, Rnn, Layer>;

/// Long short-term memory (Hochreiter and Schmidhuber 1997) with layer normalisation.
pub type LnLstm<'a> = Cell<'a, Lstm, Layer>;

/// Gated recurrent unit (Cho et al. 2014) with layer normalisation.
pub type LnGru<'a> = Cell<'a, Gru, Layer>;
