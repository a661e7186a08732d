//! A sequence that comes frame by frame to a [`Classifier`].

use super::cell::Cell;
use super::classifier::Classifier;
use super::kind::Kind;
use super::mean::Frames;
use super::normaliser::Normaliser;
use super::slices::{add, copy, first_mut, take_mut};
use crate::float::canonicalise_nans;
use crate::{Error, shape};

/// A sequence that a [`Classifier`] is listening to.
///
/// ```
/// use layernorm::sequence::{Classifier, Plain, Rnn, Session};
///
/// /// The logits after each frame.
/// fn listen(session: &mut Session<Rnn, Plain>, frames: &[f32]) -> Result<Vec<f32>, layernorm::Error> {
///     let mut logits = [0.0];
///     frames
///         .iter()
///         .map(|&frame| {
///             session.push(&[frame])?;
///             session.logits(&mut logits)?;
///             Ok(logits[0])
///         })
///         .collect()
/// }
///
/// // h' = tanh(x); the logit is the mean of h.
/// let classifier = Classifier::<Rnn, Plain>::new(1, 1, 1, &[1.0, 0.0, 1.0, 0.0, 1.0, 0.0])?;
/// let mut memory = [0.0; Classifier::<Rnn, Plain>::memory_len(1)];
/// let logits = listen(&mut classifier.start(&mut memory)?, &[20.0, -20.0])?;
/// assert_eq!(logits, [1.0, 0.0]);
/// # Ok::<(), layernorm::Error>(())
/// ```
#[must_use = "a session says nothing until it is asked for logits"]
#[derive(Debug)]
pub struct Session<'m, K, N> {
    classifier: Classifier<'m, K, N>,
    state: &'m mut [f32],
    /// Sum of the outputs of the frames.
    total: &'m mut [f32],
    scratch: &'m mut [f32],
    frames: Frames,
}

impl<'a, K: Kind, N: Normaliser> Classifier<'a, K, N> {
    /// Length of the memory of a [`Session`].
    ///
    /// ```
    /// use layernorm::sequence::{Cell, Classifier, Gru, Plain};
    ///
    /// // A step's scratch memory, the state and the sum of the outputs.
    /// let scratch = Cell::<Gru, Plain>::scratch_len(32);
    /// assert_eq!(Classifier::<Gru, Plain>::memory_len(32), scratch + 32 + 32);
    /// ```
    pub const fn memory_len(units: usize) -> usize {
        Cell::<K, N>::scratch_len(units).saturating_add(units.saturating_mul(K::STATES + 1))
    }

    /// Begins a sequence. `memory` is in use as long as the session.
    ///
    /// # Errors
    /// [`Error::Length`] for `memory`; nothing is written then.
    ///
    /// ```
    /// use layernorm::sequence::{Classifier, Plain, Rnn};
    ///
    /// let classifier = Classifier::<Rnn, Plain>::new(1, 1, 1, &[1.0, 0.0, 1.0, 0.0, 1.0, 0.0])?;
    /// let mut memory = [0.0; Classifier::<Rnn, Plain>::memory_len(1)];
    /// let session = classifier.start(&mut memory)?;
    /// assert_eq!(session.frames(), 0);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub fn start<'m>(&self, memory: &'m mut [f32]) -> Result<Session<'m, K, N>, Error>
    where
        'a: 'm,
    {
        self.start_with(Frames::all(usize::MAX - 1), memory)
    }

    /// Begins a sequence without end, for a device that always listens. The logits are those of a leaky mean: with k = `shift`
    /// the mean of all outputs up to 2ᵏ frames, as that of [`start`](Self::start); from then on each frame moves it by a 2ᵏth
    /// of its distance from the new output, so that a frame t frames ago has the weight (1 − 2⁻ᵏ)ᵗ / 2ᵏ. The mean is
    /// within 2ᵏ⁻²⁴ of the exact leaky mean of the outputs, if all are from −1 to 1.
    ///
    /// At 100 frames a second a `shift` of 10 forgets two thirds of what it has heard in 10 seconds, one of 15 in five minutes.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for a `shift` above 15, [`Error::Length`] for `memory`; nothing is written then.
    ///
    /// ```
    /// use layernorm::sequence::{Classifier, Plain, Rnn};
    ///
    /// // h' = tanh(x); the logit is the mean of h.
    /// let classifier = Classifier::<Rnn, Plain>::new(1, 1, 1, &[1.0, 0.0, 1.0, 0.0, 1.0, 0.0])?;
    /// let mut memory = [0.0; Classifier::<Rnn, Plain>::memory_len(1)];
    /// let mut session = classifier.start_leaky(1, &mut memory)?;
    /// let mut logits = [0.0];
    /// for (x, mean) in [(20.0, 1.0), (0.0, 0.5), (0.0, 0.25), (20.0, 0.625)] {
    ///     session.push(&[x])?;
    ///     session.logits(&mut logits)?;
    ///     assert_eq!(logits, [mean]);
    /// }
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub fn start_leaky<'m>(&self, shift: u32, memory: &'m mut [f32]) -> Result<Session<'m, K, N>, Error>
    where
        'a: 'm,
    {
        self.start_with(Frames::leaky(shift)?, memory)
    }

    fn start_with<'m>(&self, frames: Frames, memory: &'m mut [f32]) -> Result<Session<'m, K, N>, Error>
    where
        'a: 'm,
    {
        let units = self.units();
        shape::length("memory", memory.len(), Self::memory_len(units))?;
        memory.fill(0.0);
        let mut rest = memory;
        let [state, total] = [K::STATES, 1].map(|vectors| take_mut(&mut rest, vectors * units));
        Ok(Session { classifier: *self, state, total, scratch: rest, frames })
    }
}

impl<K: Kind, N: Normaliser> Session<'_, K, N> {
    /// Listens to the next frame, `x` of `inputs` numbers.
    ///
    /// # Errors
    /// [`Error::Length`] for `x`, [`Error::TooLarge`] from `usize::MAX` frames on, unless the mean is leaky; the session is
    /// as it was then.
    ///
    /// ```
    /// use layernorm::Error;
    /// use layernorm::sequence::{Classifier, Plain, Rnn};
    ///
    /// let classifier = Classifier::<Rnn, Plain>::new(1, 1, 1, &[1.0, 0.0, 1.0, 0.0, 1.0, 0.0])?;
    /// let mut memory = [0.0; Classifier::<Rnn, Plain>::memory_len(1)];
    /// let mut session = classifier.start(&mut memory)?;
    /// session.push(&[0.5])?;
    /// let error = session.push(&[0.5, 0.5]).unwrap_err();
    /// assert_eq!(error, Error::Length { parameter: "x", expected: 1, actual: 2 });
    /// assert_eq!(session.frames(), 1);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn push(&mut self, x: &[f32]) -> Result<(), Error> {
        let cell = &self.classifier.cell;
        shape::length("x", x.len(), cell.inputs())?;
        let leak = self.frames.count()?;
        cell.forward_frame(x, self.state, self.scratch);
        if let Some(shift) = leak {
            let part = 1.0 / (1 << shift) as f32;
            self.total.iter_mut().for_each(|total| *total -= *total * part);
        }
        // The state begins with the output.
        add(self.total, self.state);
        // Some machines change the sign of a NaN in a sum.
        canonicalise_nans(self.total);
        Ok(())
    }

    /// Writes `logits`, one for each class, of the frames so far. Before the first frame the mean of the outputs is 0.
    ///
    /// # Errors
    /// [`Error::Length`] for `logits`; nothing is written then.
    ///
    /// ```
    /// use layernorm::sequence::{Classifier, Plain, Rnn};
    ///
    /// // h' = tanh(x); the logit is the mean of 2 h + 0.5.
    /// let classifier = Classifier::<Rnn, Plain>::new(1, 1, 1, &[1.0, 0.0, 1.0, 0.0, 2.0, 0.5])?;
    /// let mut memory = [0.0; Classifier::<Rnn, Plain>::memory_len(1)];
    /// let mut session = classifier.start(&mut memory)?;
    /// let mut logits = [0.0];
    /// session.logits(&mut logits)?;
    /// assert_eq!(logits, [0.5]);
    /// session.push(&[20.0])?;
    /// session.logits(&mut logits)?;
    /// assert_eq!(logits, [2.5]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub fn logits(&mut self, logits: &mut [f32]) -> Result<(), Error> {
        shape::length("logits", logits.len(), self.classifier.classes())?;
        let mean = first_mut(self.scratch, self.total.len());
        copy(mean, self.total);
        self.classifier.dense(mean, self.frames.divisor(), logits);
        Ok(())
    }

    /// How many frames it has heard; `usize::MAX` of a leaky mean stands for any larger number too.
    ///
    /// ```
    /// use layernorm::sequence::{Classifier, Plain, Rnn};
    ///
    /// let classifier = Classifier::<Rnn, Plain>::new(1, 1, 1, &[1.0, 0.0, 1.0, 0.0, 1.0, 0.0])?;
    /// let mut memory = [0.0; Classifier::<Rnn, Plain>::memory_len(1)];
    /// let mut session = classifier.start(&mut memory)?;
    /// session.push(&[0.5])?;
    /// assert_eq!(session.frames(), 1);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub fn frames(&self) -> usize {
        self.frames.heard()
    }
}
