//! A sequence that comes frame by frame to a [`Classifier`] in integers.

use super::classifier::{Classifier, Dense};
use super::linear;
use super::{Cell, Kind, Weight};
use crate::integer::rows::rounded;
use crate::sequence::mean::Frames;
use crate::sequence::slices::{first_mut, take_mut, zip_equal};
use crate::{Error, shape};

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
    /// Sum of the outputs of the frames.
    total: &'m mut [i32],
    frames: Frames,
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
        self.start_with(Frames::all(u16::MAX.into()), words, codes)
    }

    /// Begins a sequence without end, for a device that always listens. The logits are those of a leaky mean: with k = `shift`
    /// the mean of all outputs up to 2ᵏ frames, as that of [`start`](Self::start); from then on each frame moves it by a 2ᵏth
    /// of its distance from the new output, so that a frame t frames ago has the weight (1 − 2⁻ᵏ)ᵗ / 2ᵏ.
    /// [The definition](super#the-dense-layer) has its integers: the mean is within 1 LSB of 2⁻¹⁵ of the exact leaky mean of
    /// the outputs, however long the sequence is, and with constant outputs it becomes equal to them.
    ///
    /// At 100 frames a second a `shift` of 10 forgets two thirds of what it has heard in 10 seconds, one of 15 in five minutes.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for a `shift` above 15, [`Error::Length`] for `words` or `codes`; nothing is written then.
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
    /// let mut session = classifier.start_leaky(10, &mut words, &mut codes)?;
    /// // A session of `start` takes 65 535 frames.
    /// for _ in 0..70_000 {
    ///     session.push(&[0x0800])?;
    /// }
    /// assert_eq!(session.frames(), 70_000);
    /// let error = classifier.start_leaky(16, &mut words, &mut codes).unwrap_err();
    /// assert_eq!(error, layernorm::Error::TooLarge { parameter: "shift", limit: 15, actual: 16 });
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn start_leaky<'m>(
        &self,
        shift: u32,
        words: &'m mut [i32],
        codes: &'m mut [i16],
    ) -> Result<Session<'m, K, W>, Error>
    where
        'a: 'm,
    {
        self.start_with(Frames::leaky(shift)?, words, codes)
    }

    fn start_with<'m>(
        &self,
        frames: Frames,
        words: &'m mut [i32],
        codes: &'m mut [i16],
    ) -> Result<Session<'m, K, W>, Error>
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
        Ok(Session { classifier: *self, state, gates: codes, sums: words, total, frames })
    }
}

impl<K: Kind, W: Weight> Session<'_, K, W> {
    /// Listens to the next frame, `x` of `inputs` numbers with the cell's [`fraction`](Cell::fraction) bits.
    ///
    /// # Errors
    /// [`Error::Length`] for `x`, [`Error::TooLarge`] from 65 536 frames on, unless the mean is leaky; the session is as it
    /// was then.
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
        let leak = self.frames.count()?;
        cell.forward_frame(x, self.state, self.sums, self.gates);
        for (total, &h) in self.total.iter_mut().zip(&*self.state) {
            let lost = leak.map_or(0, |shift| rounded((*total).into(), shift) as i32);
            *total += i32::from(h) - lost;
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
        let divisor = self.frames.divisor() as u32;
        for (mean, &total) in zip_equal(&mut *mean, &*self.total) {
            *mean = quotient(total, divisor) as i16;
        }
        for (logit, &bias) in zip_equal(&mut *logits, bias.as_chunks().0) {
            *logit = i32::from_le_bytes(bias);
        }
        linear::add::<W>(kernel, mean, logits);
        Ok(())
    }

    /// How many frames it has heard; `usize::MAX` of a leaky mean stands for any larger number too.
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
        self.frames.heard()
    }
}

/// `total / n`, rounded half to even.
fn quotient(total: i32, n: u32) -> i32 {
    let (magnitude, n) = (total.unsigned_abs(), n.max(1));
    let (quotient, rest) = (magnitude / n, magnitude % n);
    let up = 2 * rest > n || 2 * rest == n && quotient & 1 == 1;
    let quotient = (quotient + u32::from(up)) as i32;
    if total < 0 { -quotient } else { quotient }
}
