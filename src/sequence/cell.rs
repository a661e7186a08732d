//! A cell: its weights, the lengths of all that it is called with, and the checks of these lengths.

use super::kind::Kind;
use super::normaliser::{Normaliser, Norms};
use super::slices::take;
use crate::shape::checked;
use crate::{Error, shape};
use core::marker::PhantomData;

/// A recurrent cell of kind `K` that normalises by `N`; its [equations and weights](super).
///
/// A value is a few words and borrows its weights.
///
/// ```
/// use layernorm::sequence::{Cell, Lstm, Plain};
///
/// // An LSTM without a norm.
/// type PlainLstm<'a> = Cell<'a, Lstm, Plain>;
/// let (inputs, units) = (2, 3);
/// let weights = [0.1; PlainLstm::weights_len(2, 3)];
/// let lstm = PlainLstm::new(inputs, units, &weights)?;
/// assert_eq!((lstm.inputs(), lstm.units()), (2, 3));
/// # Ok::<(), layernorm::Error>(())
/// ```
#[must_use = "a cell does nothing until it is stepped"]
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a, K, N> {
    pub(super) inputs: usize,
    pub(super) kernel: &'a [f32],
    pub(super) recurrent: &'a [f32],
    pub(super) norms: Norms<'a>,
    types: PhantomData<fn() -> (K, N)>,
}

/// Where [`Cell::backward`] leaves gradients.
///
/// ```
/// use layernorm::sequence::{Gradients, LnGru};
///
/// // Two frames of 4 inputs, 3 units.
/// let (mut weights, mut x) = ([0.0; LnGru::weights_len(4, 3)], [0.0; 2 * 4]);
/// let all = Gradients { weights: &mut weights, x: Some(&mut x) };
/// assert_eq!(all.weights.len(), 99);
/// let weights_only = Gradients { weights: &mut weights, x: None };
/// assert!(weights_only.x.is_none());
/// ```
#[derive(Debug)]
pub struct Gradients<'a> {
    /// As long as the weights. The gradients of the sequence are added to what it holds.
    pub weights: &'a mut [f32],
    /// Frames × inputs, overwritten; `None` if nobody needs the gradients of the frames.
    pub x: Option<&'a mut [f32]>,
}

impl<'a, K: Kind, N: Normaliser> Cell<'a, K, N> {
    /// Length of the weights and of their gradients.
    ///
    /// ```
    /// // G = 3 gates and P = 6 vectors of gains: I · G·H + H · G·H + 2 · P·H.
    /// assert_eq!(layernorm::sequence::LnGru::weights_len(2, 5), 2 * 15 + 5 * 15 + 2 * 30);
    /// ```
    pub const fn weights_len(inputs: usize, units: usize) -> usize {
        let rows = inputs.saturating_add(units);
        rows.saturating_mul(K::GATES).saturating_add(2 * K::GAINS).saturating_mul(units)
    }

    /// Length of a state: h, then, for an LSTM, c.
    ///
    /// ```
    /// use layernorm::sequence::{LnGru, LnLstm};
    ///
    /// assert_eq!((LnGru::state_len(5), LnLstm::state_len(5)), (5, 10));
    /// ```
    pub const fn state_len(units: usize) -> usize {
        units.saturating_mul(K::STATES)
    }

    /// Length of the scratch memory of [`step`](Self::step) and [`backward`](Self::backward).
    ///
    /// ```
    /// // The state, and twice the P = 6 vectors that are normalised.
    /// assert_eq!(layernorm::sequence::LnGru::scratch_len(5), 5 + 2 * 30);
    /// ```
    pub const fn scratch_len(units: usize) -> usize {
        units.saturating_mul(K::STATES + 2 * K::GAINS)
    }

    /// Length of the tape of a sequence of `frames`.
    ///
    /// ```
    /// use layernorm::sequence::LnGru;
    ///
    /// assert_eq!(LnGru::tape_len(5, 20), 20 * LnGru::scratch_len(5));
    /// ```
    pub const fn tape_len(units: usize, frames: usize) -> usize {
        Self::scratch_len(units).saturating_mul(frames)
    }

    /// A cell with these weights and ε = 1e-5.
    ///
    /// # Errors
    /// [`Error::Zero`] for `inputs` or `units`; [`Error::Length`], [`Error::NotFinite`] for `weights`.
    ///
    /// ```
    /// use layernorm::Error;
    /// use layernorm::sequence::LnRnn;
    ///
    /// let weights = [0.1; 21];
    /// assert!(LnRnn::new(2, 3, &weights).is_ok());
    /// let error = LnRnn::new(2, 4, &weights).unwrap_err();
    /// assert_eq!(error, Error::Length { parameter: "weights", expected: 32, actual: 21 });
    /// ```
    pub const fn new(inputs: usize, units: usize, weights: &'a [f32]) -> Result<Self, Error> {
        checked!(shape::at_least_one("inputs", inputs));
        checked!(shape::at_least_one("units", units));
        checked!(shape::feature_vector("weights", weights, Self::weights_len(inputs, units)));
        Ok(Self::with_checked_weights(inputs, units, weights))
    }

    pub(super) const fn with_checked_weights(inputs: usize, units: usize, mut weights: &'a [f32]) -> Self {
        let row = K::GATES * units;
        let kernel = take(&mut weights, inputs * row);
        let recurrent = take(&mut weights, units * row);
        let gamma = take(&mut weights, K::GAINS * units);
        let beta = take(&mut weights, K::GAINS * units);
        debug_assert!(weights.is_empty());
        let norms = Norms { units, gamma, beta, epsilon: 1e-5 };
        Self { inputs, kernel, recurrent, norms, types: PhantomData }
    }

    /// Sets ε, which the norms add to the variance: finite, ≥ 0.
    ///
    /// # Errors
    /// [`Error::Epsilon`].
    ///
    /// ```
    /// use layernorm::Error;
    /// use layernorm::sequence::LnRnn;
    ///
    /// let rnn = LnRnn::new(2, 3, &[0.1; LnRnn::weights_len(2, 3)])?.with_epsilon(1e-3)?;
    /// let error = rnn.with_epsilon(-1.0).unwrap_err();
    /// assert_eq!(error, Error::Epsilon { actual: (-1f32).to_bits() });
    /// # Ok::<(), Error>(())
    /// ```
    pub const fn with_epsilon(mut self, epsilon: f32) -> Result<Self, Error> {
        self.norms.epsilon = checked!(shape::epsilon(epsilon));
        Ok(self)
    }

    /// Coefficients of a frame.
    ///
    /// ```
    /// use layernorm::sequence::LnRnn;
    ///
    /// assert_eq!(LnRnn::new(2, 3, &[0.1; LnRnn::weights_len(2, 3)])?.inputs(), 2);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn inputs(&self) -> usize {
        self.inputs
    }

    /// Elements of h.
    ///
    /// ```
    /// use layernorm::sequence::LnRnn;
    ///
    /// assert_eq!(LnRnn::new(2, 3, &[0.1; LnRnn::weights_len(2, 3)])?.units(), 3);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn units(&self) -> usize {
        self.norms.units
    }

    pub(super) fn epsilon(&self) -> f32 {
        self.norms.epsilon
    }

    /// Computes one step for the frame `x` of `inputs` numbers. Its output is the first `units` elements of `state`.
    ///
    /// # Errors
    /// [`Error::Length`] for `x`, `state` or `scratch`; nothing is written then.
    ///
    /// ```
    /// use layernorm::sequence::{Cell, Plain, Rnn};
    ///
    /// // w, u, γ (which `Plain` does not use) and β: h' = tanh(0.5 x + 0.25 h).
    /// let rnn = Cell::<Rnn, Plain>::new(1, 1, &[0.5, 0.25, 1.0, 0.0])?;
    /// let (mut state, mut scratch) = ([0.0], [0.0; Cell::<Rnn, Plain>::scratch_len(1)]);
    /// rnn.step(&[2.0], &mut state, &mut scratch)?;
    /// assert!((state[0] - 1f32.tanh()).abs() < 1e-6);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub fn step(&self, x: &[f32], state: &mut [f32], scratch: &mut [f32]) -> Result<(), Error> {
        shape::length("x", x.len(), self.inputs)?;
        shape::length("state", state.len(), Self::state_len(self.units()))?;
        shape::length("scratch", scratch.len(), Self::scratch_len(self.units()))?;
        self.forward_frame(x, state, scratch);
        Ok(())
    }

    /// Computes a step for each frame of `x`, frames × inputs. Writes the outputs to `y`, frames × units, and leaves the last
    /// state in `state`. [`backward`](Self::backward) reads `tape`. The bits are those of [`step`](Self::step).
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`; [`Error::Length`] for `state`, `y` or `tape`; nothing is written then.
    ///
    /// ```
    /// use layernorm::sequence::{Cell, Plain, Rnn};
    ///
    /// // h' = tanh(0.5 x + 0.25 h)
    /// let rnn = Cell::<Rnn, Plain>::new(1, 1, &[0.5, 0.25, 1.0, 0.0])?;
    /// let (mut state, mut y, mut tape) = ([0.0], [0.0; 2], [0.0; Cell::<Rnn, Plain>::tape_len(1, 2)]);
    /// rnn.forward(&[2.0, -2.0], &mut state, &mut y, &mut tape)?;
    /// assert!((y[0] - 1f32.tanh()).abs() < 1e-6);
    /// assert!((y[1] - (0.25 * y[0] - 1.0).tanh()).abs() < 1e-6);
    /// assert_eq!(state, [y[1]]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub fn forward(
        &self,
        x: &[f32],
        state: &mut [f32],
        y: &mut [f32],
        tape: &mut [f32],
    ) -> Result<(), Error> {
        let frames = shape::rows("x", x.len(), self.inputs)?;
        shape::length("state", state.len(), Self::state_len(self.units()))?;
        shape::length("y", y.len(), frames.saturating_mul(self.units()))?;
        shape::length("tape", tape.len(), Self::tape_len(self.units(), frames))?;
        self.forward_frames(x, state, y, tape);
        Ok(())
    }

    /// Goes back through the sequence `x` that left `tape`: from `dy`, the gradient with respect to each output, frames ×
    /// units, to the gradients of the weights and of `x`.
    ///
    /// `dstate` is the gradient with respect to the last state, without the part that `dy` holds (zeros, if nothing else
    /// depends on that state), and becomes the gradient with respect to the first state.
    ///
    /// Against JAX in double precision each part of the gradients is within 1e-5 of its largest magnitude.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`; [`Error::Length`] for `tape`, `dy`, `dstate`, `gradients.weights`, `gradients.x` or
    /// `scratch`; nothing is written then.
    ///
    /// ```
    /// use layernorm::sequence::{Cell, Gradients, Plain, Rnn};
    ///
    /// // h' = tanh(0.5 x + 0.25 h), one frame
    /// type PlainRnn<'a> = Cell<'a, Rnn, Plain>;
    /// let rnn = PlainRnn::new(1, 1, &[0.5, 0.25, 1.0, 0.0])?;
    /// let (mut state, mut y, mut tape) = ([0.0], [0.0], [0.0; PlainRnn::tape_len(1, 1)]);
    /// rnn.forward(&[2.0], &mut state, &mut y, &mut tape)?;
    ///
    /// let (mut weights, mut x, mut dstate) = ([0.0; 4], [0.0], [0.0]);
    /// let mut scratch = [0.0; PlainRnn::scratch_len(1)];
    /// let gradients = Gradients { weights: &mut weights, x: Some(&mut x) };
    /// rnn.backward(&[2.0], &tape, &[1.0], &mut dstate, gradients, &mut scratch)?;
    /// let slope = 1.0 - y[0] * y[0];
    /// assert_eq!(weights, [2.0 * slope, 0.0, 0.0, slope]);
    /// assert_eq!((x, dstate), ([0.5 * slope], [0.25 * slope]));
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub fn backward(
        &self,
        x: &[f32],
        tape: &[f32],
        dy: &[f32],
        dstate: &mut [f32],
        gradients: Gradients,
        scratch: &mut [f32],
    ) -> Result<(), Error> {
        let (frames, units) = (shape::rows("x", x.len(), self.inputs)?, self.units());
        shape::length("tape", tape.len(), Self::tape_len(units, frames))?;
        shape::length("dy", dy.len(), frames.saturating_mul(units))?;
        shape::length("dstate", dstate.len(), Self::state_len(units))?;
        let weights_len = Self::weights_len(self.inputs, units);
        shape::length("gradients.weights", gradients.weights.len(), weights_len)?;
        if let Some(dx) = &gradients.x {
            shape::length("gradients.x", dx.len(), x.len())?;
        }
        shape::length("scratch", scratch.len(), Self::scratch_len(units))?;
        self.backward_frames(x, tape, dy, dstate, gradients, scratch);
        Ok(())
    }
}
