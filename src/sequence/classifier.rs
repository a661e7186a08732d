//! A classifier of whole sequences: a cell, the mean of its outputs, a dense layer; forward and back.

use super::cell::{Cell, Gradients};
use super::kind::Kind;
use super::linear;
use super::normaliser::Normaliser;
use super::slices::{add, chunks, chunks_mut, copy, take, take_mut};
use crate::float::canonicalise_nans;
use crate::shape::checked;
use crate::{Error, shape};

/// Names the class of a sequence: a [`Cell`], the mean of its outputs over the frames, and a dense layer.
///
/// Its weights are one slice, and so are its gradients: the weights of the cell, then the kernel of the dense layer, units ×
/// classes, and its bias, one number for each class.
///
/// ```
/// use layernorm::sequence::{Classifier, Plain, Rnn};
///
/// // h' = tanh(x); the logits are the mean of h, and 0.5.
/// type Small<'a> = Classifier<'a, Rnn, Plain>;
/// let cell = [1.0, 0.0, 1.0, 0.0];
/// let (kernel, bias) = ([1.0, 0.0], [0.0, 0.5]);
/// let weights = [&cell[..], &kernel, &bias].concat();
/// let classifier = Small::new(1, 1, 2, &weights)?;
///
/// let mut logits = [0.0; 2];
/// let mut tape = [0.0; Small::tape_len(1, 3)];
/// classifier.forward(&[20.0, -20.0, 20.0], &mut tape, &mut logits)?;
/// assert_eq!(logits, [1.0 / 3.0, 0.5]);
/// # Ok::<(), layernorm::Error>(())
/// ```
#[must_use = "a classifier does nothing until a sequence is begun"]
#[derive(Clone, Copy, Debug)]
pub struct Classifier<'a, K, N> {
    pub(super) cell: Cell<'a, K, N>,
    pub(super) kernel: &'a [f32],
    pub(super) bias: &'a [f32],
    pub(super) weights: &'a [f32],
}

impl<'a, K: Kind, N: Normaliser> Classifier<'a, K, N> {
    /// Length of the weights and of their gradients.
    ///
    /// ```
    /// use layernorm::sequence::{Cell, Classifier, Gru, Plain};
    ///
    /// let cell = Cell::<Gru, Plain>::weights_len(12, 32);
    /// assert_eq!(Classifier::<Gru, Plain>::weights_len(12, 32, 9), cell + 32 * 9 + 9);
    /// ```
    pub const fn weights_len(inputs: usize, units: usize, classes: usize) -> usize {
        let layer = units.saturating_add(1).saturating_mul(classes);
        Cell::<K, N>::weights_len(inputs, units).saturating_add(layer)
    }

    /// Length of the tape of a sequence of `frames`.
    ///
    /// ```
    /// use layernorm::sequence::{Cell, Classifier, Gru, Plain};
    ///
    /// // The last state, the mean, the output of each frame, and the tape of the cell.
    /// let cell = Cell::<Gru, Plain>::tape_len(32, 20);
    /// assert_eq!(Classifier::<Gru, Plain>::tape_len(32, 20), 32 + 32 + 20 * 32 + cell);
    /// ```
    pub const fn tape_len(units: usize, frames: usize) -> usize {
        // The last state, the mean, and the output of each frame.
        let vectors = frames.saturating_add(K::STATES + 1);
        Cell::<K, N>::tape_len(units, frames).saturating_add(units.saturating_mul(vectors))
    }

    /// Length of the scratch memory of [`backward`](Self::backward).
    ///
    /// ```
    /// use layernorm::sequence::{Cell, Classifier, Gru, Plain};
    ///
    /// // The gradients of the state, of the mean and of each output, and the scratch memory of the cell.
    /// let cell = Cell::<Gru, Plain>::scratch_len(32);
    /// assert_eq!(Classifier::<Gru, Plain>::scratch_len(32, 20), 32 + 32 + 20 * 32 + cell);
    /// ```
    pub const fn scratch_len(units: usize, frames: usize) -> usize {
        Cell::<K, N>::scratch_len(units)
            .saturating_add(units.saturating_mul(frames.saturating_add(K::STATES + 1)))
    }

    /// A classifier with these weights and ε = 1e-5.
    ///
    /// # Errors
    /// [`Error::Zero`] for `inputs`, `units` or `classes`; [`Error::Length`], [`Error::NotFinite`] for `weights`.
    ///
    /// ```
    /// use layernorm::Error;
    /// use layernorm::sequence::{Classifier, Plain, Rnn};
    ///
    /// let weights = [0.1; Classifier::<Rnn, Plain>::weights_len(2, 3, 4)];
    /// assert!(Classifier::<Rnn, Plain>::new(2, 3, 4, &weights).is_ok());
    /// let error = Classifier::<Rnn, Plain>::new(2, 3, 0, &weights).unwrap_err();
    /// assert_eq!(error, Error::Zero { parameter: "classes" });
    /// ```
    pub const fn new(inputs: usize, units: usize, classes: usize, weights: &'a [f32]) -> Result<Self, Error> {
        checked!(shape::at_least_one("inputs", inputs));
        checked!(shape::at_least_one("units", units));
        checked!(shape::at_least_one("classes", classes));
        checked!(shape::feature_vector("weights", weights, Self::weights_len(inputs, units, classes)));
        let mut rest = weights;
        let cell = take(&mut rest, Cell::<K, N>::weights_len(inputs, units));
        let cell = Cell::with_checked_weights(inputs, units, cell);
        let kernel = take(&mut rest, units * classes);
        debug_assert!(rest.len() == classes);
        Ok(Self { cell, kernel, bias: rest, weights })
    }

    /// Sets ε, which the norms add to the variance: finite, ≥ 0.
    ///
    /// # Errors
    /// [`Error::Epsilon`].
    ///
    /// ```
    /// use layernorm::sequence::{Classifier, Plain, Rnn};
    ///
    /// let weights = [0.1; Classifier::<Rnn, Plain>::weights_len(2, 3, 4)];
    /// let classifier = Classifier::<Rnn, Plain>::new(2, 3, 4, &weights)?;
    /// assert!(classifier.with_epsilon(1e-3).is_ok());
    /// assert!(classifier.with_epsilon(f32::NAN).is_err());
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn with_epsilon(self, epsilon: f32) -> Result<Self, Error> {
        Ok(Self { cell: checked!(self.cell.with_epsilon(epsilon)), ..self })
    }

    /// Coefficients of a frame.
    ///
    /// ```
    /// use layernorm::sequence::{Classifier, Plain, Rnn};
    ///
    /// let weights = [0.1; Classifier::<Rnn, Plain>::weights_len(2, 3, 4)];
    /// assert_eq!(Classifier::<Rnn, Plain>::new(2, 3, 4, &weights)?.inputs(), 2);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn inputs(&self) -> usize {
        self.cell.inputs()
    }

    /// Elements of h, which are the outputs of the cell.
    ///
    /// ```
    /// use layernorm::sequence::{Classifier, Plain, Rnn};
    ///
    /// let weights = [0.1; Classifier::<Rnn, Plain>::weights_len(2, 3, 4)];
    /// assert_eq!(Classifier::<Rnn, Plain>::new(2, 3, 4, &weights)?.units(), 3);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn units(&self) -> usize {
        self.cell.units()
    }

    /// Number of classes.
    ///
    /// ```
    /// use layernorm::sequence::{Classifier, Plain, Rnn};
    ///
    /// let weights = [0.1; Classifier::<Rnn, Plain>::weights_len(2, 3, 4)];
    /// assert_eq!(Classifier::<Rnn, Plain>::new(2, 3, 4, &weights)?.classes(), 4);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn classes(&self) -> usize {
        self.bias.len()
    }

    /// Writes `logits`, one for each class, of the sequence `x`, frames × inputs. [`backward`](Self::backward) reads `tape`.
    /// The bits are those of a [`Session`](super::Session).
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`; [`Error::Length`] for `tape` or `logits`; nothing is written then.
    ///
    /// ```
    /// use layernorm::sequence::{Classifier, Plain, Rnn};
    ///
    /// // h' = tanh(x); the logit is the mean of 2 h + 0.5.
    /// let classifier = Classifier::<Rnn, Plain>::new(1, 1, 1, &[1.0, 0.0, 1.0, 0.0, 2.0, 0.5])?;
    /// let (mut tape, mut logits) = ([0.0; Classifier::<Rnn, Plain>::tape_len(1, 2)], [0.0]);
    /// classifier.forward(&[20.0, 0.0], &mut tape, &mut logits)?;
    /// assert_eq!(logits, [1.5]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub fn forward(&self, x: &[f32], tape: &mut [f32], logits: &mut [f32]) -> Result<(), Error> {
        let frames = shape::rows("x", x.len(), self.inputs())?;
        shape::length("tape", tape.len(), Self::tape_len(self.units(), frames))?;
        shape::length("logits", logits.len(), self.classes())?;
        let mut tape = tape;
        let units = self.units();
        let [state, mean, y] = [K::STATES, 1, frames].map(|vectors| take_mut(&mut tape, vectors * units));
        state.fill(0.0);
        self.cell.forward_frames(x, state, y, tape);
        mean.fill(0.0);
        for y in chunks(y, units) {
            add(mean, y);
        }
        self.dense(mean, frames, logits);
        Ok(())
    }

    /// Goes back through the sequence `x` that left `tape`: adds to `gradients` those of the weights, from `dlogits`, the
    /// gradient with respect to each logit.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`; [`Error::Length`] for `tape`, `dlogits`, `gradients` or `scratch`; nothing is
    /// written then.
    ///
    /// ```
    /// use layernorm::sequence::{Classifier, Plain, Rnn};
    ///
    /// // h' = tanh(x); the logit is the mean of 2 h + 0.5.
    /// type Small<'a> = Classifier<'a, Rnn, Plain>;
    /// let classifier = Small::new(1, 1, 1, &[1.0, 0.0, 1.0, 0.0, 2.0, 0.5])?;
    /// let (mut tape, mut logits) = ([0.0; Small::tape_len(1, 2)], [0.0]);
    /// classifier.forward(&[20.0, 0.0], &mut tape, &mut logits)?;
    ///
    /// let (mut gradients, mut scratch) = ([0.0; 6], [0.0; Small::scratch_len(1, 2)]);
    /// classifier.backward(&[20.0, 0.0], &tape, &[1.0], &mut gradients, &mut scratch)?;
    /// // Of w, u, γ, β, of the dense layer's weight, which is the mean of h, and of its bias.
    /// assert_eq!(gradients, [0.0, 1.0, 0.0, 1.0, 0.5, 1.0]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub fn backward(
        &self,
        x: &[f32],
        tape: &[f32],
        dlogits: &[f32],
        gradients: &mut [f32],
        scratch: &mut [f32],
    ) -> Result<(), Error> {
        let frames = shape::rows("x", x.len(), self.inputs())?;
        let units = self.units();
        shape::length("tape", tape.len(), Self::tape_len(units, frames))?;
        shape::length("dlogits", dlogits.len(), self.classes())?;
        shape::length("gradients", gradients.len(), self.weights.len())?;
        shape::length("scratch", scratch.len(), Self::scratch_len(units, frames))?;
        let (mut tape, mut scratch) = (tape, scratch);
        // The last state and the outputs are of no use here.
        let [_, mean, _] = [K::STATES, 1, frames].map(|vectors| take(&mut tape, vectors * units));
        let [dstate, dmean, dy] =
            [K::STATES, 1, frames].map(|vectors| take_mut(&mut scratch, vectors * units));
        let mut rest = gradients;
        let weights = take_mut(&mut rest, self.weights.len() - self.kernel.len() - self.bias.len());
        let dkernel = take_mut(&mut rest, self.kernel.len());
        linear::add_outer(mean, dlogits, dkernel);
        add(rest, dlogits);
        canonicalise_nans(dkernel);
        canonicalise_nans(rest);
        dmean.fill(0.0);
        linear::add_transposed(self.kernel, dlogits, dmean);
        dmean.iter_mut().for_each(|d| *d /= frames.max(1) as f32);
        canonicalise_nans(dmean);
        chunks_mut(dy, units).for_each(|dy| copy(dy, dmean));
        dstate.fill(0.0);
        self.cell.backward_frames(x, tape, dy, dstate, Gradients { weights, x: None }, scratch);
        Ok(())
    }

    /// Divides the sum of the outputs in `mean` by the number of frames, and applies the dense layer to it.
    pub(super) fn dense(&self, mean: &mut [f32], frames: usize, logits: &mut [f32]) {
        mean.iter_mut().for_each(|h| *h /= frames.max(1) as f32);
        canonicalise_nans(mean);
        copy(logits, self.bias);
        linear::add(mean, self.kernel, logits);
        canonicalise_nans(logits);
    }
}
