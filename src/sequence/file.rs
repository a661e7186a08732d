//! A file of `f32`: the [header](super::header), then the weights of a [`Classifier`], little-endian. The files of integers
//! have the same header; [`fixed`](super::fixed) reads and writes them.

use super::classifier::Classifier;
use super::header::{HEADER, Shape, Storage};
use super::kind::Kind;
use super::normaliser::Normaliser;
use crate::bytes::Writer;
use crate::{Error, FormatError, shape};

impl<'a, K: Kind, N: Normaliser> Classifier<'a, K, N> {
    /// Length of a file.
    ///
    /// ```
    /// use layernorm::sequence::{Classifier, Gru, Plain};
    ///
    /// type Speaker<'a> = Classifier<'a, Gru, Plain>;
    /// assert_eq!(Speaker::bytes_len(12, 32, 9), 24 + 4 * Speaker::weights_len(12, 32, 9));
    /// ```
    pub const fn bytes_len(inputs: usize, units: usize, classes: usize) -> usize {
        Self::weights_len(inputs, units, classes).saturating_mul(4).saturating_add(HEADER)
    }

    /// Writes a file of the weights, which [`from_bytes`](Self::from_bytes) reads.
    ///
    /// # Errors
    /// [`Error::Length`] unless `to` has [`bytes_len`](Self::bytes_len); [`Error::TooLarge`] for a size of more than 16 bits.
    /// Nothing is written then.
    ///
    /// ```
    /// use layernorm::sequence::{Classifier, Plain, Rnn};
    ///
    /// let classifier = Classifier::<Rnn, Plain>::new(1, 1, 1, &[1.0, 0.0, 1.0, 0.0, 2.0, 0.5])?;
    /// let mut bytes = [0; Classifier::<Rnn, Plain>::bytes_len(1, 1, 1)];
    /// classifier.to_bytes(&mut bytes)?;
    /// assert!(bytes.starts_with(b"LNSQ"));
    /// assert!(bytes.ends_with(&0.5f32.to_le_bytes()));
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub fn to_bytes(&self, to: &mut [u8]) -> Result<(), Error> {
        let (inputs, units, classes) = (self.inputs(), self.units(), self.classes());
        shape::length("to", to.len(), Self::bytes_len(inputs, units, classes))?;
        let (kind, norm, epsilon) = (K::KIND, N::NORM, self.cell.epsilon());
        let (storage, fraction) = (Storage::F32, 0);
        let header = Shape { kind, storage, norm, inputs, units, classes, fraction, epsilon }.to_bytes()?;
        let mut to = Writer(to);
        to.put(header);
        self.weights.iter().for_each(|weight| to.put(weight.to_le_bytes()));
        Ok(())
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote. Copies the weights to `weights`, whose length follows from the sizes of
    /// the [`Shape`].
    ///
    /// # Errors
    /// Those of [`Shape::read`]; [`FormatError::Format`] for another kind, storage or norm; [`Error::Zero`] for a file without
    /// classes; [`Error::Length`] for `bytes` or `weights`; [`Error::NotFinite`] for a weight. Nothing is written then.
    ///
    /// ```
    /// use layernorm::sequence::{Classifier, Plain, Rnn};
    ///
    /// type Small<'a> = Classifier<'a, Rnn, Plain>;
    /// let mut bytes = [0; Small::bytes_len(1, 1, 1)];
    /// Small::new(1, 1, 1, &[1.0, 0.0, 1.0, 0.0, 2.0, 0.5])?.to_bytes(&mut bytes)?;
    ///
    /// let mut weights = [0.0; Small::weights_len(1, 1, 1)];
    /// let classifier = Small::from_bytes(&bytes, &mut weights)?;
    /// assert_eq!((classifier.inputs(), classifier.units(), classifier.classes()), (1, 1, 1));
    /// assert_eq!(weights, [1.0, 0.0, 1.0, 0.0, 2.0, 0.5]);
    /// # Ok::<(), layernorm::FormatError>(())
    /// ```
    pub fn from_bytes(bytes: &[u8], weights: &'a mut [f32]) -> Result<Self, FormatError> {
        let shape = Shape::read(bytes)?;
        shape.check(K::KIND, Storage::F32, N::NORM)?;
        let Shape { inputs, units, classes, epsilon, .. } = shape;
        shape::at_least_one("classes", classes)?;
        shape::length("bytes", bytes.len(), Self::bytes_len(inputs, units, classes))?;
        shape::length("weights", weights.len(), Self::weights_len(inputs, units, classes))?;
        let body = bytes.get(HEADER..).unwrap_or_default();
        debug_assert_eq!(body.len(), 4 * weights.len());
        let read = || body.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
        if let Some((index, weight)) = read().enumerate().find(|(_, weight)| !weight.is_finite()) {
            return Err(Error::NotFinite { parameter: "weights", index, actual: weight.to_bits() }.into());
        }
        weights.iter_mut().zip(read()).for_each(|(to, weight)| *to = weight);
        Ok(Self::new(inputs, units, classes, weights)?.with_epsilon(epsilon)?)
    }
}
