use super::linear;
use super::{Cell, Kind, Weight};
use crate::sequence::slices::take_mut;
use crate::{Error, shape};

/// Names the class of a sequence: a [`Cell`], the mean of its outputs over the frames, and a dense layer. It borrows the
/// bytes that [`fold`](Self::fold) wrote.
#[derive(Clone, Copy, Debug)]
pub struct Classifier<'a, K, W> {
    pub(super) cell: Cell<'a, K, W>,
    pub(super) head: Head<'a>,
}

/// The dense layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head<'a> {
    /// What one unit of a logit stands for.
    pub scale: f32,
    /// Integers of 32 bits.
    pub bias: &'a [u8],
    pub kernel: &'a [u8],
}

/// A sequence that a [`Classifier`] is listening to.
#[derive(Debug)]
pub struct Session<'m, K, W> {
    classifier: Classifier<'m, K, W>,
    state: &'m mut [i16],
    gates: &'m mut [i16],
    sums: &'m mut [i32],
    /// Of the outputs so far.
    total: &'m mut [i32],
    frames: u16,
}

impl<'a, K: Kind, W: Weight> Classifier<'a, K, W> {
    /// Length of a session's `words`.
    pub const fn words_len(units: usize) -> usize {
        Cell::<K, W>::scratch_len(units).saturating_add(units)
    }

    /// Length of a session's `codes`.
    pub const fn codes_len(units: usize) -> usize {
        Cell::<K, W>::scratch_len(units).saturating_add(Cell::<K, W>::state_len(units))
    }

    /// The cell alone.
    pub fn cell(&self) -> Cell<'a, K, W> {
        self.cell
    }

    /// Classes there are.
    pub fn classes(&self) -> usize {
        self.head.bias.len() / 4
    }

    /// What one unit of a logit stands for.
    pub fn scale(&self) -> f32 {
        self.head.scale
    }

    /// Begins a sequence. `words` and `codes` are in use as long as the session.
    ///
    /// # Errors
    /// [`Error::Length`] for `words` or `codes`; nothing is written then.
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
        Ok(Session { classifier: *self, state, gates: codes, sums: words, total, frames: 0 })
    }
}

impl<K: Kind, W: Weight> Session<'_, K, W> {
    /// The next frame: `inputs` numbers with the cell's [`fraction`](Cell::fraction) bits.
    ///
    /// # Errors
    /// [`Error::Length`] for `x`, [`Error::TooLarge`] from 65 536 frames on; the session is as it was then.
    pub fn push(&mut self, x: &[i16]) -> Result<(), Error> {
        let cell = &self.classifier.cell;
        shape::length("x", x.len(), cell.inputs())?;
        let limit = u16::MAX.into();
        let frames = self.frames.checked_add(1);
        self.frames = frames.ok_or(Error::TooLarge { parameter: "frames", limit, actual: limit + 1 })?;
        cell.frame(x, self.state, self.sums, self.gates);
        for (total, &h) in self.total.iter_mut().zip(&*self.state) {
            *total += i32::from(h);
        }
        Ok(())
    }

    /// `logits`, one for each class, of the frames so far, in units of [`scale`](Classifier::scale); without any those of a
    /// mean of 0.
    ///
    /// # Errors
    /// [`Error::Length`]; nothing is written then.
    pub fn logits(&mut self, logits: &mut [i32]) -> Result<(), Error> {
        let Head { bias, kernel, .. } = self.classifier.head;
        shape::length("logits", logits.len(), self.classifier.classes())?;
        let mean = self.gates.get_mut(..self.total.len()).unwrap_or_default();
        for (mean, &total) in mean.iter_mut().zip(&*self.total) {
            *mean = quotient(total, self.frames) as i16;
        }
        for (logit, &bias) in logits.iter_mut().zip(bias.as_chunks().0) {
            *logit = i32::from_le_bytes(bias);
        }
        linear::add::<W>(kernel, mean, logits);
        Ok(())
    }

    /// How many frames it has heard.
    pub fn frames(&self) -> usize {
        self.frames.into()
    }
}

/// `total / n`, half to even; 0 for none.
fn quotient(total: i32, n: u16) -> i32 {
    let (magnitude, n) = (total.unsigned_abs(), u32::from(n).max(1));
    let (quotient, rest) = (magnitude / n, magnitude % n);
    let up = 2 * rest > n || 2 * rest == n && quotient & 1 == 1;
    let quotient = (quotient + u32::from(up)) as i32;
    if total < 0 { -quotient } else { quotient }
}
