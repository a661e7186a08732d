//! A sequence that comes frame by frame to a [`Classifier`].

use super::cell::Cell;
use super::classifier::Classifier;
use super::kind::Kind;
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
    /// Sum of the outputs of all frames.
    total: &'m mut [f32],
    scratch: &'m mut [f32],
    frames: usize,
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
        let units = self.units();
        shape::length("memory", memory.len(), Self::memory_len(units))?;
        memory.fill(0.0);
        let mut rest = memory;
        let [state, total] = [K::STATES, 1].map(|vectors| take_mut(&mut rest, vectors * units));
        Ok(Session { classifier: *self, state, total, scratch: rest, frames: 0 })
    }
}

impl<K: Kind, N: Normaliser> Session<'_, K, N> {
    /// Listens to the next frame, `x` of `inputs` numbers.
    ///
    /// # Errors
    /// [`Error::Length`] for `x`, [`Error::TooLarge`] from `usize::MAX` frames on; the session is as it was then.
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
        let (limit, actual) = (usize::MAX - 1, self.frames.saturating_add(1));
        if actual > limit {
            return Err(Error::TooLarge { parameter: "frames", limit, actual });
        }
        self.frames = actual;
        cell.forward_frame(x, self.state, self.scratch);
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
        self.classifier.dense(mean, self.frames, logits);
        Ok(())
    }

    /// How many frames it has heard.
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
        self.frames
    }
}

#[cfg(test)]
mod tests {
    use super::Classifier;
    use crate::Error;
    use crate::sequence::{Plain, Rnn};

    type Small<'a> = Classifier<'a, Rnn, Plain>;

    #[test]
    fn a_session_counts_up_to_the_last_number_but_one_and_is_as_before() {
        let weights = [0.5; Small::weights_len(1, 1, 1)];
        let classifier = Small::new(1, 1, 1, &weights).unwrap();
        let mut memory = [0.0; Small::memory_len(1)];
        let mut session = classifier.start(&mut memory).unwrap();
        session.frames = usize::MAX - 2;
        assert_eq!(session.push(&[1.0]), Ok(()));
        let (state, total) = (session.state[0], session.total[0]);
        let limit = usize::MAX - 1;
        let error = Error::TooLarge { parameter: "frames", limit, actual: usize::MAX };
        for _ in 0..2 {
            assert_eq!(session.push(&[1.0]), Err(error));
            assert_eq!((session.frames(), session.state[0], session.total[0]), (limit, state, total));
        }
    }
}
