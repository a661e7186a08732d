//! The rest of a [file](crate::sequence::Shape), behind its header:
//!
//! | length | |
//! |---|---|
//! | 24 for each row that is normalised | k, m, 32 bits each; E, 128 bits |
//! | 4 · P·H, twice | g, then b: 32 bits each |
//! | 4, with classes | what one unit of a logit stands for: f32 |
//! | 4 · classes | biases: 32 bits each |
//! | w · G·H · I | kernel, a row for each output: w = 1 or 2 bytes each |
//! | w · G·H · H | recurrent kernel |
//! | w · classes · H | kernel of the dense layer |
//!
//! A file without classes is a cell.

use super::classifier::Head;
use super::linear::{self, Weight};
use super::normaliser::{Norms, ROW};
use super::{Cell, Classifier, Kind, STATE};
use crate::integer::WIDEST;
use crate::sequence::file::HEADER;
use crate::sequence::slices::{Group, take};
use crate::sequence::{NormKind, Shape};
use crate::{Error, bytes, shape};
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

fn read<'a, K: Kind, W: Weight>(bytes: &'a [u8]) -> Result<Classifier<'a, K, W>, Error> {
    let shape = Shape::read(bytes)?;
    shape.check(K::KIND, W::STORAGE, NormKind::Layer)?;
    let Shape { inputs, units, classes, fraction, .. } = shape;
    shape::length("bytes", bytes.len(), bytes_len::<K, W>(inputs, units, classes))?;
    for &group in K::ROWS {
        row_width(group, units)?;
    }
    let mut rest = bytes.get(HEADER..).unwrap_or_default();
    let [rows, gamma, beta, scale, bias, kernel, recurrent, head] =
        parts::<K, W>(inputs, units, classes).map(|len| take(&mut rest, len));
    let norms = Norms { units, rows, gamma, beta };
    norms.check::<K>().map_err(|error| behind(HEADER, error))?;
    let scale = f32::from_le_bytes(bytes::at(scale, 0));
    if classes > 0 && !(scale > 0.0 && scale.is_finite()) {
        return Err(Error::Corrupt { offset: HEADER + rows.len() + gamma.len() + beta.len() });
    }
    let cell = Cell { inputs, fraction, kernel, recurrent, norms, types: PhantomData };
    let classifier = Classifier { cell, head: Head { scale, bias, kernel: head } };
    let body = bytes.len() - kernel.len() - recurrent.len() - head.len();
    classifier.check_sums().map_err(|error| behind(body, error))?;
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

/// With an offset that is meant from there on.
fn behind(start: usize, error: Error) -> Error {
    match error {
        Error::Corrupt { offset } => Error::Corrupt { offset: start + offset },
        other => other,
    }
}

impl<'a, K: Kind, W: Weight> Cell<'a, K, W> {
    /// Length of a file.
    pub const fn bytes_len(inputs: usize, units: usize) -> usize {
        bytes_len::<K, W>(inputs, units, 0)
    }

    /// What [`fold`](Self::fold) wrote.
    ///
    /// # Errors
    /// Those of [`Shape::read`]; [`Error::Format`] for another kind, storage or norm, or a classifier; [`Error::Length`],
    /// [`Error::TooLarge`] for `units`; [`Error::Corrupt`] for a number that folding never gives.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, Error> {
        let Classifier { cell, head } = read(bytes)?;
        match head.bias.len() as u32 / 4 {
            0 => Ok(cell),
            actual => Err(Error::Format { offset: 12, expected: 0, actual }),
        }
    }
}

impl<'a, K: Kind, W: Weight> Classifier<'a, K, W> {
    /// Length of a file.
    pub const fn bytes_len(inputs: usize, units: usize, classes: usize) -> usize {
        bytes_len::<K, W>(inputs, units, classes)
    }

    /// What [`fold`](Self::fold) wrote.
    ///
    /// # Errors
    /// Those of [`Shape::read`]; [`Error::Format`] for another kind, storage or norm; [`Error::Zero`] for a cell without
    /// classes; [`Error::Length`], [`Error::TooLarge`] for `units`; [`Error::Corrupt`] for a number that folding never gives.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, Error> {
        let classifier = read(bytes)?;
        shape::at_least_one("classes", classifier.classes())?;
        Ok(classifier)
    }

    /// Whether every sum of products has 32 bits, whatever is multiplied. Offsets are from the first kernel on.
    fn check_sums(&self) -> Result<(), Error> {
        let Cell { inputs, kernel, recurrent, ref norms, .. } = self.cell;
        let sums = |matrix, inputs| linear::rows::<W>(matrix, inputs).map(sum_of_magnitudes::<W>);
        let mut offset = 0;
        // Where both kernels go to the same sums they are one matrix.
        let together = K::RECURRENT == 0;
        let others = sums(recurrent, norms.units).map(|sum| if together { sum } else { 0 });
        for (sum, other) in sums(kernel, inputs).zip(others) {
            within(sum + other, 0, offset)?;
            offset += inputs * W::BYTES;
        }
        for sum in sums(recurrent, norms.units) {
            within(sum, 0, offset)?;
            offset += norms.units * W::BYTES;
        }
        for (sum, &bias) in sums(self.head.kernel, norms.units).zip(self.head.bias.as_chunks().0) {
            within(sum, i32::from_le_bytes(bias), offset)?;
            offset += norms.units * W::BYTES;
        }
        Ok(())
    }
}

fn sum_of_magnitudes<W: Weight>(row: &[u8]) -> u64 {
    W::codes(row).map(|code| u64::from(code.unsigned_abs())).sum()
}

fn within(sum: u64, bias: i32, offset: usize) -> Result<(), Error> {
    let largest = (sum << STATE) + u64::from(bias.unsigned_abs());
    if largest < 1 << 31 { Ok(()) } else { Err(Error::Corrupt { offset }) }
}
