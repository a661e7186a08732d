//! A sequence that is kept for training.

use super::slices::first;
use super::{Cell, Kind, Normaliser};
use crate::{Error, shape};
use heapless::Vec;

/// A sequence as it comes, frame by frame, with its tape: for training where nobody knows how long it will be.
///
/// Room for `FRAMES` frames is that for `X` = `FRAMES` · inputs, `Y` = `FRAMES` · units and
/// `TAPE` = [`Cell::tape_len`]`(units, FRAMES)` numbers.
///
/// ```
/// use layernorm::sequence::{LnRnn, Recording};
///
/// let weights = [0.1; LnRnn::weights_len(2, 3)];
/// let rnn = LnRnn::new(2, 3, &weights)?;
/// let mut state = [0.0; LnRnn::state_len(3)];
/// let mut recording = Recording::<20, 30, { LnRnn::tape_len(3, 10) }>::new();
/// recording.push(&rnn, &[0.5, -1.0], &mut state)?;
/// recording.push(&rnn, &[0.25, 2.0], &mut state)?;
///
/// let dy = [1.0; 6];
/// let (mut dstate, mut gradients) = ([0.0; LnRnn::state_len(3)], [0.0; LnRnn::weights_len(2, 3)]);
/// let mut scratch = [0.0; LnRnn::scratch_len(3)];
/// let to = layernorm::sequence::Gradients { weights: &mut gradients, x: None };
/// rnn.backward(recording.x(), recording.tape(), &dy, &mut dstate, to, &mut scratch)?;
/// # Ok::<(), layernorm::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Recording<const X: usize, const Y: usize, const TAPE: usize> {
    x: Vec<f32, X>,
    y: Vec<f32, Y>,
    tape: Vec<f32, TAPE>,
}

impl<const X: usize, const Y: usize, const TAPE: usize> Recording<X, Y, TAPE> {
    /// A recording without frames.
    ///
    /// ```
    /// let recording = layernorm::sequence::Recording::<20, 30, 90>::new();
    /// assert!(recording.x().is_empty());
    /// ```
    pub const fn new() -> Self {
        Self { x: Vec::new(), y: Vec::new(), tape: Vec::new() }
    }

    /// Computes a [`Cell::step`] of `cell` and keeps what [`Cell::backward`] reads. All frames must come from one cell.
    ///
    /// # Errors
    /// [`Error::Length`] for `x` or `state`, [`Error::TooLarge`] for `frames`; nothing is written then.
    ///
    /// ```
    /// use layernorm::Error;
    /// use layernorm::sequence::{LnRnn, Recording};
    ///
    /// let weights = [0.1; LnRnn::weights_len(2, 3)];
    /// let rnn = LnRnn::new(2, 3, &weights)?;
    /// let mut state = [0.0; LnRnn::state_len(3)];
    /// // Room for one frame.
    /// let mut recording = Recording::<2, 3, { LnRnn::tape_len(3, 1) }>::new();
    /// recording.push(&rnn, &[0.5, -1.0], &mut state)?;
    /// let error = recording.push(&rnn, &[0.25, 2.0], &mut state).unwrap_err();
    /// assert_eq!(error, Error::TooLarge { parameter: "frames", limit: 1, actual: 2 });
    /// # Ok::<(), Error>(())
    /// ```
    pub fn push<K: Kind, N: Normaliser>(
        &mut self,
        cell: &Cell<K, N>,
        x: &[f32],
        state: &mut [f32],
    ) -> Result<(), Error> {
        let (units, record) = (cell.units(), Cell::<K, N>::scratch_len(cell.units()));
        shape::length("x", x.len(), cell.inputs())?;
        shape::length("state", state.len(), Cell::<K, N>::state_len(units))?;
        let start = self.tape.len();
        let lengths = [self.x.len() + x.len(), self.y.len() + units, start + record];
        if lengths[0] > X || lengths[1] > Y || lengths[2] > TAPE {
            let limit = start / record.max(1);
            return Err(Error::TooLarge { parameter: "frames", limit, actual: limit + 1 });
        }
        let resized = self.tape.resize(lengths[2], 0.0);
        cell.step(x, state, self.tape.get_mut(start..).unwrap_or_default())?;
        let extended = [self.x.extend_from_slice(x), self.y.extend_from_slice(first(state, units))];
        debug_assert!(resized.is_ok() && extended.iter().all(Result::is_ok));
        Ok(())
    }

    /// Forgets all frames.
    ///
    /// ```
    /// use layernorm::sequence::{LnRnn, Recording};
    ///
    /// let weights = [0.1; LnRnn::weights_len(2, 3)];
    /// let rnn = LnRnn::new(2, 3, &weights)?;
    /// let mut state = [0.0; LnRnn::state_len(3)];
    /// let mut recording = Recording::<20, 30, { LnRnn::tape_len(3, 10) }>::new();
    /// recording.push(&rnn, &[0.5, -1.0], &mut state)?;
    /// recording.clear();
    /// assert!(recording.x().is_empty() && recording.y().is_empty() && recording.tape().is_empty());
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub fn clear(&mut self) {
        self.x.clear();
        self.y.clear();
        self.tape.clear();
    }

    /// The frames, frames × inputs.
    ///
    /// ```
    /// use layernorm::sequence::{LnRnn, Recording};
    ///
    /// let weights = [0.1; LnRnn::weights_len(2, 3)];
    /// let rnn = LnRnn::new(2, 3, &weights)?;
    /// let mut state = [0.0; LnRnn::state_len(3)];
    /// let mut recording = Recording::<20, 30, { LnRnn::tape_len(3, 10) }>::new();
    /// recording.push(&rnn, &[0.5, -1.0], &mut state)?;
    /// assert_eq!(recording.x(), [0.5, -1.0]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub fn x(&self) -> &[f32] {
        &self.x
    }

    /// The outputs, frames × units.
    ///
    /// ```
    /// use layernorm::sequence::{LnRnn, Recording};
    ///
    /// let weights = [0.1; LnRnn::weights_len(2, 3)];
    /// let rnn = LnRnn::new(2, 3, &weights)?;
    /// let mut state = [0.0; LnRnn::state_len(3)];
    /// let mut recording = Recording::<20, 30, { LnRnn::tape_len(3, 10) }>::new();
    /// recording.push(&rnn, &[0.5, -1.0], &mut state)?;
    /// assert_eq!(recording.y(), state);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub fn y(&self) -> &[f32] {
        &self.y
    }

    /// The tape, as [`Cell::forward`] leaves it.
    ///
    /// ```
    /// use layernorm::sequence::{LnRnn, Recording};
    ///
    /// let weights = [0.1; LnRnn::weights_len(2, 3)];
    /// let rnn = LnRnn::new(2, 3, &weights)?;
    /// let mut state = [0.0; LnRnn::state_len(3)];
    /// let mut recording = Recording::<20, 30, { LnRnn::tape_len(3, 10) }>::new();
    /// recording.push(&rnn, &[0.5, -1.0], &mut state)?;
    /// assert_eq!(recording.tape().len(), LnRnn::tape_len(3, 1));
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub fn tape(&self) -> &[f32] {
        &self.tape
    }
}
