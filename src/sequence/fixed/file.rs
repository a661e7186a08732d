//! The files of integers: [the page of the format](crate::sequence#the-file) has what follows the header.

use super::classifier::Dense;
use super::format::STATE_FRACTION;
use super::linear::{self, Weight};
use super::normaliser::{Norms, ROW};
use super::{Cell, Classifier, Kind};
use crate::integer::WIDEST;
use crate::sequence::header::HEADER;
use crate::sequence::slices::{Group, take};
use crate::sequence::{NormKind, Shape};
use crate::{Error, FormatError, shape};
use core::marker::PhantomData;

/// Bytes of each part of the body.
const fn parts<K: Kind, W: Weight>(inputs: usize, units: usize, classes: usize) -> [usize; 8] {
    let (gains, gates) = (units.saturating_mul(4 * K::GAINS), units.saturating_mul(K::GATES * W::BYTES));
    [
        K::ROWS.len() * ROW,
        gains,
        gains,
        if classes == 0 { 0 } else { 4 },
        classes.saturating_mul(4),
        gates.saturating_mul(inputs),
        gates.saturating_mul(units),
        classes.saturating_mul(units).saturating_mul(W::BYTES),
    ]
}

pub(super) const fn bytes_len<K: Kind, W: Weight>(inputs: usize, units: usize, classes: usize) -> usize {
    let parts = parts::<K, W>(inputs, units, classes);
    let (mut len, mut i) = (HEADER, 0);
    while i < parts.len() {
        len = parts[i].saturating_add(len);
        i += 1;
    }
    len
}

fn read<'a, K: Kind, W: Weight>(bytes: &'a [u8]) -> Result<Classifier<'a, K, W>, FormatError> {
    let shape = Shape::read(bytes)?;
    shape.check(K::KIND, W::STORAGE, NormKind::Layer)?;
    let Shape { inputs, units, classes, fraction, .. } = shape;
    shape::length("bytes", bytes.len(), bytes_len::<K, W>(inputs, units, classes))?;
    for &group in K::ROWS {
        row_width(group, units)?;
    }
    let mut rest = bytes.get(HEADER..).unwrap_or_default();
    let [rows, gamma, beta, scale, bias, kernel, recurrent, dense] =
        parts::<K, W>(inputs, units, classes).map(|len| take(&mut rest, len));
    debug_assert!(rest.is_empty());
    let norms = Norms { units, rows, gamma, beta };
    norms.check::<K>().map_err(|error| moved_by(HEADER, error))?;
    let scale = f32::from_le_bytes(scale.first_chunk().copied().unwrap_or_default());
    if classes > 0 && !(scale > 0.0 && scale.is_finite()) {
        return Err(FormatError::Corrupt { offset: HEADER + rows.len() + gamma.len() + beta.len() });
    }
    let cell = Cell { inputs, fraction, kernel, recurrent, norms, types: PhantomData };
    let classifier = Classifier { cell, dense: Dense { scale, bias, kernel: dense } };
    let body = bytes.len() - kernel.len() - recurrent.len() - dense.len();
    classifier.check_sums().map_err(|error| moved_by(body, error))?;
    Ok(classifier)
}

/// The width of a row that is normalised.
pub(super) fn row_width((_, count): Group, units: usize) -> Result<usize, Error> {
    let limit = WIDEST / count.max(1);
    if units > limit {
        Err(Error::TooLarge { parameter: "units", limit, actual: units })
    } else {
        Ok(count * units)
    }
}

/// The error with its offset counted from `start` bytes earlier.
fn moved_by(start: usize, error: FormatError) -> FormatError {
    match error {
        FormatError::Corrupt { offset } => FormatError::Corrupt { offset: start + offset },
        error => error,
    }
}

impl<'a, K: Kind, W: Weight> Cell<'a, K, W> {
    /// Length of a file.
    ///
    /// ```
    /// use layernorm::sequence::fixed::LnRnn;
    ///
    /// // Header, k, m and E of one row, γ and β, and both kernels, here of one byte a weight.
    /// assert_eq!(LnRnn::<i8>::bytes_len(3, 4), 24 + 24 + 2 * 4 * 4 + (3 + 4) * 4);
    /// ```
    pub const fn bytes_len(inputs: usize, units: usize) -> usize {
        bytes_len::<K, W>(inputs, units, 0)
    }

    /// The cell that [`fold`](Self::fold) wrote.
    ///
    /// # Errors
    /// Those of [`Shape::read`]; [`FormatError::Format`] for another kind, storage or norm, or a classifier; [`Error::Length`],
    /// [`Error::TooLarge`] for `units`; [`FormatError::Corrupt`] for a number that folding never gives.
    ///
    /// ```
    /// use layernorm::FormatError;
    /// use layernorm::sequence::{self, fixed};
    ///
    /// let weights = [0.5; sequence::LnRnn::weights_len(1, 2)];
    /// let float = sequence::LnRnn::new(1, 2, &weights)?;
    /// let mut bytes = [0; fixed::LnRnn::<i8>::bytes_len(1, 2)];
    /// fixed::LnRnn::<i8>::fold(&float, 12, &mut bytes)?;
    ///
    /// let rnn = fixed::LnRnn::<i8>::from_bytes(&bytes)?;
    /// assert_eq!((rnn.inputs(), rnn.units(), rnn.fraction()), (1, 2, 12));
    /// // The bytes hold weights of 8 bits, which is storage 2.
    /// let error = fixed::LnRnn::<i16>::from_bytes(&bytes).unwrap_err();
    /// assert_eq!(error, FormatError::Format { offset: 7, expected: 3, actual: 2 });
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let Classifier { cell, dense } = read(bytes)?;
        match dense.bias.len() as u32 / 4 {
            0 => Ok(cell),
            actual => Err(FormatError::Format { offset: 12, expected: 0, actual }),
        }
    }
}

impl<'a, K: Kind, W: Weight> Classifier<'a, K, W> {
    /// Length of a file.
    ///
    /// ```
    /// use layernorm::sequence::{Rnn, fixed};
    ///
    /// // The file of the cell, the scale, and for each class a bias and a weight for each unit.
    /// let cell = fixed::LnRnn::<i8>::bytes_len(3, 4);
    /// assert_eq!(fixed::Classifier::<Rnn, i8>::bytes_len(3, 4, 5), cell + 4 + 5 * (4 + 4));
    /// ```
    pub const fn bytes_len(inputs: usize, units: usize, classes: usize) -> usize {
        bytes_len::<K, W>(inputs, units, classes)
    }

    /// The classifier that [`fold`](Self::fold) wrote.
    ///
    /// # Errors
    /// Those of [`Shape::read`]; [`FormatError::Format`] for another kind, storage or norm; [`Error::Zero`] for a cell without
    /// classes; [`Error::Length`], [`Error::TooLarge`] for `units`; [`FormatError::Corrupt`] for a number that folding never
    /// gives.
    ///
    /// ```
    /// use layernorm::sequence::{self, Layer, Rnn, fixed};
    ///
    /// type Float<'a> = sequence::Classifier<'a, Rnn, Layer>;
    /// type Fixed<'a> = fixed::Classifier<'a, Rnn, i8>;
    /// let weights = [0.5; Float::weights_len(1, 2, 3)];
    /// let mut bytes = [0; Fixed::bytes_len(1, 2, 3)];
    /// Fixed::fold(&Float::new(1, 2, 3, &weights)?, 12, &mut bytes)?;
    ///
    /// let classifier = Fixed::from_bytes(&bytes)?;
    /// assert_eq!((classifier.cell().units(), classifier.classes()), (2, 3));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let classifier = read(bytes)?;
        shape::at_least_one("classes", classifier.classes())?;
        Ok(classifier)
    }

    /// Whether every sum of products fits 32 bits, for all inputs. Offsets of errors count from the first kernel.
    fn check_sums(&self) -> Result<(), FormatError> {
        let Cell { inputs, kernel, recurrent, ref norms, .. } = self.cell;
        let sums = |matrix, inputs| linear::rows::<W>(matrix, inputs).map(sum_of_magnitudes::<W>);
        let mut offset = 0;
        // In the RNN both kernels add to the same sums.
        let shared = K::RECURRENT == 0;
        let recurrent_sums = sums(recurrent, norms.units).map(|sum| if shared { sum } else { 0 });
        for (sum, recurrent_sum) in sums(kernel, inputs).zip(recurrent_sums) {
            check_sum(sum + recurrent_sum, 0, offset)?;
            offset += inputs * W::BYTES;
        }
        for sum in sums(recurrent, norms.units) {
            check_sum(sum, 0, offset)?;
            offset += norms.units * W::BYTES;
        }
        for (sum, &bias) in sums(self.dense.kernel, norms.units).zip(self.dense.bias.as_chunks().0) {
            check_sum(sum, i32::from_le_bytes(bias), offset)?;
            offset += norms.units * W::BYTES;
        }
        Ok(())
    }
}

fn sum_of_magnitudes<W: Weight>(row: &[u8]) -> u64 {
    W::codes(row).map(|code| u64::from(code.unsigned_abs())).sum()
}

/// Whether a sum of products fits 32 bits, when the magnitudes of its weights add up to `sum`.
fn check_sum(sum: u64, bias: i32, offset: usize) -> Result<(), FormatError> {
    let largest = (sum << STATE_FRACTION) + u64::from(bias.unsigned_abs());
    if largest < 1 << 31 { Ok(()) } else { Err(FormatError::Corrupt { offset }) }
}
