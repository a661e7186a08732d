//! A classifier in integers, and the sequence that it listens to.

use super::linear;
use super::{Cell, Kind, Weight};
use crate::sequence::slices::{first_mut, take_mut, zip_equal};
use crate::{Error, shape};

/// Names the class of a sequence: a [`Cell`], the mean of its outputs over the frames, and a dense layer. It borrows the
/// bytes that [`fold`](Self::fold) wrote.
///
/// ```
/// use layernorm::sequence::{self, Layer, Rnn, fixed};
///
/// type Float<'a> = sequence::Classifier<'a, Rnn, Layer>;
/// type Fixed<'a> = fixed::Classifier<'a, Rnn, i16>;
/// // h = tanh(0.5) in both units; the logits are their sum and 0.25.
/// let cell = [0.5; sequence::LnRnn::weights_len(1, 2)];
/// let (kernel, bias) = ([1.0, 0.0, 1.0, 0.0], [0.0, 0.25]);
/// let weights = [&cell[..], &kernel, &bias].concat();
/// let mut bytes = [0; Fixed::bytes_len(1, 2, 2)];
/// Fixed::fold(&Float::new(1, 2, 2, &weights)?, 12, &mut bytes)?;
///
/// let classifier = Fixed::from_bytes(&bytes)?;
/// let (mut words, mut codes) = ([0; Fixed::words_len(2)], [0; Fixed::codes_len(2)]);
/// let mut session = classifier.start(&mut words, &mut codes)?;
/// session.push(&[0x0800])?;
/// let mut logits = [0; 2];
/// session.logits(&mut logits)?;
/// let [sum, constant] = logits.map(|logit| logit as f32 * classifier.scale());
/// assert!((sum - 2.0 * 0.5f32.tanh()).abs() < 1e-3 && (constant - 0.25).abs() < 1e-3);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[must_use = "a classifier does nothing until a sequence is begun"]
#[derive(Clone, Copy, Debug)]
pub struct Classifier<'a, K, W> {
    pub(super) cell: Cell<'a, K, W>,
    pub(super) dense: Dense<'a>,
}

/// The dense layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dense<'a> {
    /// The value of one unit of a logit.
    pub scale: f32,
    /// One integer of 32 bits for each class.
    pub bias: &'a [u8],
    /// One row of weights for each class.
    pub kernel: &'a [u8],
}

/// A sequence that a [`Classifier`] is listening to.
///
/// ```
/// use layernorm::sequence::Gru;
/// use layernorm::sequence::fixed::Session;
///
/// /// The class with the largest logit.
/// fn decide(session: &mut Session<Gru, i8>) -> Result<usize, layernorm::Error> {
///     let mut logits = [0; 9];
///     session.logits(&mut logits)?;
///     Ok((1..9).fold(0, |best, next| if logits[next] > logits[best] { next } else { best }))
/// }
/// ```
#[must_use = "a session says nothing until it is asked for logits"]
#[derive(Debug)]
pub struct Session<'m, K, W> {
    classifier: Classifier<'m, K, W>,
    state: &'m mut [i16],
    gates: &'m mut [i16],
    sums: &'m mut [i32],
    /// Sum of the outputs of all frames.
    total: &'m mut [i32],
    frames: u16,
}

impl<'a, K: Kind, W: Weight> Classifier<'a, K, W> {
    /// Length of a session's `words`.
    ///
    /// ```
    /// use layernorm::sequence::{Gru, fixed};
    ///
    /// // The sums of a step, and the sum of the outputs.
    /// assert_eq!(fixed::Classifier::<Gru, i8>::words_len(32), 6 * 32 + 32);
    /// ```
    pub const fn words_len(units: usize) -> usize {
        Cell::<K, W>::scratch_len(units).saturating_add(units)
    }

    /// Length of a session's `codes`.
    ///
    /// ```
    /// use layernorm::sequence::{Gru, fixed};
    ///
    /// // The gates of a step, and the state.
    /// assert_eq!(fixed::Classifier::<Gru, i8>::codes_len(32), 6 * 32 + 32);
    /// ```
    pub const fn codes_len(units: usize) -> usize {
        Cell::<K, W>::scratch_len(units).saturating_add(Cell::<K, W>::state_len(units))
    }

    /// The cell without the dense layer.
    ///
    /// ```
    /// # use layernorm::sequence::{self, Layer, Rnn, fixed};
    /// # type Float<'a> = sequence::Classifier<'a, Rnn, Layer>;
    /// # type Fixed<'a> = fixed::Classifier<'a, Rnn, i8>;
    /// # let weights = [0.5; Float::weights_len(1, 2, 3)];
    /// # let mut bytes = [0; Fixed::bytes_len(1, 2, 3)];
    /// # Fixed::fold(&Float::new(1, 2, 3, &weights)?, 12, &mut bytes)?;
    /// let classifier = Fixed::from_bytes(&bytes)?;
    /// assert_eq!((classifier.cell().inputs(), classifier.cell().units()), (1, 2));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn cell(&self) -> Cell<'a, K, W> {
        self.cell
    }

    /// Number of classes.
    ///
    /// ```
    /// # use layernorm::sequence::{self, Layer, Rnn, fixed};
    /// # type Float<'a> = sequence::Classifier<'a, Rnn, Layer>;
    /// # type Fixed<'a> = fixed::Classifier<'a, Rnn, i8>;
    /// # let weights = [0.5; Float::weights_len(1, 2, 3)];
    /// # let mut bytes = [0; Fixed::bytes_len(1, 2, 3)];
    /// # Fixed::fold(&Float::new(1, 2, 3, &weights)?, 12, &mut bytes)?;
    /// let classifier = Fixed::from_bytes(&bytes)?;
    /// assert_eq!(classifier.classes(), 3);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn classes(&self) -> usize {
        self.dense.bias.len() / 4
    }

    /// The value of one unit of a logit.
    ///
    /// ```
    /// # use layernorm::sequence::{self, Layer, Rnn, fixed};
    /// # type Float<'a> = sequence::Classifier<'a, Rnn, Layer>;
    /// # type Fixed<'a> = fixed::Classifier<'a, Rnn, i8>;
    /// # let weights = [0.5; Float::weights_len(1, 2, 3)];
    /// # let mut bytes = [0; Fixed::bytes_len(1, 2, 3)];
    /// # Fixed::fold(&Float::new(1, 2, 3, &weights)?, 12, &mut bytes)?;
    /// let classifier = Fixed::from_bytes(&bytes)?;
    /// let logit = 1000;
    /// assert!(logit as f32 * classifier.scale() > 0.0);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn scale(&self) -> f32 {
        self.dense.scale
    }

    /// Begins a sequence. `words` and `codes` are in use as long as the session.
    ///
    /// # Errors
    /// [`Error::Length`] for `words` or `codes`; nothing is written then.
    ///
    /// ```
    /// # use layernorm::sequence::{self, Layer, Rnn, fixed};
    /// # type Float<'a> = sequence::Classifier<'a, Rnn, Layer>;
    /// # type Fixed<'a> = fixed::Classifier<'a, Rnn, i8>;
    /// # let weights = [0.5; Float::weights_len(1, 2, 3)];
    /// # let mut bytes = [0; Fixed::bytes_len(1, 2, 3)];
    /// # Fixed::fold(&Float::new(1, 2, 3, &weights)?, 12, &mut bytes)?;
    /// let classifier = Fixed::from_bytes(&bytes)?;
    /// let (mut words, mut codes) = ([0; Fixed::words_len(2)], [0; Fixed::codes_len(2)]);
    /// let session = classifier.start(&mut words, &mut codes)?;
    /// assert_eq!(session.frames(), 0);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn start<'m>(&self, words: &'m mut [i32], codes: &'m mut [i16]) -> Result<Session<'m, K, W>, Error>
    where
        'a: 'm,
    {
        let units = self.cell.units();
        shape::length("words", words.len(), Self::words_len(units))?;
        shape::length("codes", codes.len(), Self::codes_len(units))?;
        words.fill(0);
        codes.fill(0);
        let (mut words, mut codes) = (words, codes);
        let total = take_mut(&mut words, units);
        let state = take_mut(&mut codes, Cell::<K, W>::state_len(units));
        debug_assert_eq!([words.len(), codes.len()], [Cell::<K, W>::scratch_len(units); 2]);
        Ok(Session { classifier: *self, state, gates: codes, sums: words, total, frames: 0 })
    }
}

impl<K: Kind, W: Weight> Session<'_, K, W> {
    /// Listens to the next frame, `x` of `inputs` numbers with the cell's [`fraction`](Cell::fraction) bits.
    ///
    /// # Errors
    /// [`Error::Length`] for `x`, [`Error::TooLarge`] from 65 536 frames on; the session is as it was then.
    ///
    /// ```
    /// # use layernorm::sequence::{self, Layer, Rnn, fixed};
    /// # type Float<'a> = sequence::Classifier<'a, Rnn, Layer>;
    /// # type Fixed<'a> = fixed::Classifier<'a, Rnn, i8>;
    /// # let weights = [0.5; Float::weights_len(1, 2, 3)];
    /// # let mut bytes = [0; Fixed::bytes_len(1, 2, 3)];
    /// # Fixed::fold(&Float::new(1, 2, 3, &weights)?, 12, &mut bytes)?;
    /// let classifier = Fixed::from_bytes(&bytes)?;
    /// let (mut words, mut codes) = ([0; Fixed::words_len(2)], [0; Fixed::codes_len(2)]);
    /// let mut session = classifier.start(&mut words, &mut codes)?;
    /// // 0.5 with 12 fraction bits.
    /// session.push(&[0x0800])?;
    /// let error = session.push(&[]).unwrap_err();
    /// assert_eq!(error, layernorm::Error::Length { parameter: "x", expected: 1, actual: 0 });
    /// assert_eq!(session.frames(), 1);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn push(&mut self, x: &[i16]) -> Result<(), Error> {
        let cell = &self.classifier.cell;
        shape::length("x", x.len(), cell.inputs())?;
        let limit = u16::MAX.into();
        let frames = self.frames.checked_add(1);
        self.frames = frames.ok_or(Error::TooLarge { parameter: "frames", limit, actual: limit + 1 })?;
        cell.forward_frame(x, self.state, self.sums, self.gates);
        for (total, &h) in self.total.iter_mut().zip(&*self.state) {
            *total += i32::from(h);
        }
        Ok(())
    }

    /// Writes `logits`, one for each class, of the frames so far, in units of [`scale`](Classifier::scale). Before the first
    /// frame the mean of the outputs is 0.
    ///
    /// # Errors
    /// [`Error::Length`] for `logits`; nothing is written then.
    ///
    /// ```
    /// # use layernorm::sequence::{self, Layer, Rnn, fixed};
    /// # type Float<'a> = sequence::Classifier<'a, Rnn, Layer>;
    /// # type Fixed<'a> = fixed::Classifier<'a, Rnn, i8>;
    /// # let weights = [0.5; Float::weights_len(1, 2, 3)];
    /// # let mut bytes = [0; Fixed::bytes_len(1, 2, 3)];
    /// # Fixed::fold(&Float::new(1, 2, 3, &weights)?, 12, &mut bytes)?;
    /// let classifier = Fixed::from_bytes(&bytes)?;
    /// let (mut words, mut codes) = ([0; Fixed::words_len(2)], [0; Fixed::codes_len(2)]);
    /// let mut session = classifier.start(&mut words, &mut codes)?;
    /// let mut logits = [0; 3];
    /// session.logits(&mut logits)?;
    /// // Of a mean of 0 they are the bias, 0.5.
    /// assert!((logits[0] as f32 * classifier.scale() - 0.5).abs() < classifier.scale());
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn logits(&mut self, logits: &mut [i32]) -> Result<(), Error> {
        let Dense { bias, kernel, .. } = self.classifier.dense;
        shape::length("logits", logits.len(), self.classifier.classes())?;
        let mean = first_mut(self.gates, self.total.len());
        for (mean, &total) in zip_equal(&mut *mean, &*self.total) {
            *mean = quotient(total, self.frames) as i16;
        }
        for (logit, &bias) in zip_equal(&mut *logits, bias.as_chunks().0) {
            *logit = i32::from_le_bytes(bias);
        }
        linear::add::<W>(kernel, mean, logits);
        Ok(())
    }

    /// How many frames it has heard.
    ///
    /// ```
    /// # use layernorm::sequence::{self, Layer, Rnn, fixed};
    /// # type Float<'a> = sequence::Classifier<'a, Rnn, Layer>;
    /// # type Fixed<'a> = fixed::Classifier<'a, Rnn, i8>;
    /// # let weights = [0.5; Float::weights_len(1, 2, 3)];
    /// # let mut bytes = [0; Fixed::bytes_len(1, 2, 3)];
    /// # Fixed::fold(&Float::new(1, 2, 3, &weights)?, 12, &mut bytes)?;
    /// let classifier = Fixed::from_bytes(&bytes)?;
    /// let (mut words, mut codes) = ([0; Fixed::words_len(2)], [0; Fixed::codes_len(2)]);
    /// let mut session = classifier.start(&mut words, &mut codes)?;
    /// session.push(&[0x0800])?;
    /// assert_eq!(session.frames(), 1);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn frames(&self) -> usize {
        self.frames.into()
    }
}

/// `total / n`, rounded half to even; 0 if n is 0.
fn quotient(total: i32, n: u16) -> i32 {
    let (magnitude, n) = (total.unsigned_abs(), u32::from(n).max(1));
    let (quotient, rest) = (magnitude / n, magnitude % n);
    let up = 2 * rest > n || 2 * rest == n && quotient & 1 == 1;
    let quotient = (quotient + u32::from(up)) as i32;
    if total < 0 { -quotient } else { quotient }
}
