//! Weights as bytes, little-endian:
//!
//! | offset | |
//! |---:|---|
//! | 0 | `LNSQ` |
//! | 4 | version, 16 bits: 1 |
//! | 6 | kind of cell (1 RNN, 2 LSTM, 3 GRU), storage of the weights (1 f32, 2 i8, 3 i16), 8 bits each |
//! | 8 | inputs, units, classes, fraction bits of the input (0 for f32), 16 bits each |
//! | 16 | ε, f32 |
//! | 20 | norm (1 LayerNorm, 2 RMSNorm, 3 none), 8 bits; three zeros |
//! | 24 | f32: the weights of a [`Classifier`]; others: [`fixed`](super::fixed) |

use super::cell::Kind;
use super::classifier::Classifier;
use super::normaliser::Normaliser;
use crate::bytes::{Writer, at};
use crate::{Error, shape};

pub(super) const HEADER: usize = 24;
const MAGIC: u32 = u32::from_le_bytes(*b"LNSQ");
const VERSION: u16 = 1;

macro_rules! tags {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $tag:literal),* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$of])* $variant = $tag),*
        }

        impl $name {
            fn read(bytes: &[u8], offset: usize) -> Result<Self, Error> {
                match bytes.get(offset) {
                    $(Some($tag) => Ok(Self::$variant),)*
                    _ => Err(Error::Corrupt { offset }),
                }
            }
        }
    };
}

tags!(
    /// The kinds of cells that a file may hold.
    CellKind {
        /// [`Rnn`](super::Rnn)
        Rnn = 1,
        /// [`Lstm`](super::Lstm)
        Lstm = 2,
        /// [`Gru`](super::Gru)
        Gru = 3
    }
);

tags!(
    /// The types of the weights that a file may hold.
    Storage {
        /// `f32`
        F32 = 1,
        /// `i8`, fixed point
        I8 = 2,
        /// `i16`, fixed point
        I16 = 3
    }
);

tags!(
    /// The norms of the cells that a file may hold.
    NormKind {
        /// [`Layer`](super::Layer)
        Layer = 1,
        /// [`Rms`](super::Rms)
        Rms = 2,
        /// [`Plain`](super::Plain)
        Plain = 3
    }
);

/// What the header of a file of weights says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Kind of the cell.
    pub kind: CellKind,
    /// Type of the weights.
    pub storage: Storage,
    /// Norm of the cell.
    pub norm: NormKind,
    /// Coefficients of a frame.
    pub inputs: usize,
    /// Outputs of the cell.
    pub units: usize,
    /// Classes of a sequence; 0 for a cell alone.
    pub classes: usize,
    /// Fraction bits of the input; 0 for `f32`.
    pub fraction: u32,
    /// What the norms add to the variance.
    pub epsilon: f32,
}

impl Shape {
    /// Reads the header of a file.
    ///
    /// # Errors
    /// [`Error::TooShort`] for `bytes` that are fewer than a header; [`Error::Format`] if they begin otherwise or are of another
    /// version; [`Error::Corrupt`] for a number that no header has.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() < HEADER {
            return Err(Error::TooShort { parameter: "bytes", least: HEADER, actual: bytes.len() });
        }
        let magic = u32::from_le_bytes(at(bytes, 0));
        if magic != MAGIC {
            return Err(Error::Format { offset: 0, expected: MAGIC, actual: magic });
        }
        let number = |offset| u16::from_le_bytes(at(bytes, offset));
        if number(4) != VERSION {
            return Err(Error::Format { offset: 4, expected: VERSION.into(), actual: number(4).into() });
        }
        let kind = CellKind::read(bytes, 6)?;
        let storage = Storage::read(bytes, 7)?;
        let [inputs, units, classes, fraction] = [8, 10, 12, 14].map(number);
        for (offset, number) in [(8, inputs), (10, units)] {
            if number == 0 {
                return Err(Error::Corrupt { offset });
            }
        }
        if fraction > if storage == Storage::F32 { 0 } else { 15 } {
            return Err(Error::Corrupt { offset: 14 });
        }
        let epsilon = shape::epsilon(f32::from_le_bytes(at(bytes, 16)))?;
        let norm = NormKind::read(bytes, 20)?;
        if at::<3>(bytes, 21) != [0; 3] {
            return Err(Error::Corrupt { offset: 21 });
        }
        let [inputs, units, classes] = [inputs, units, classes].map(usize::from);
        Ok(Self { kind, storage, norm, inputs, units, classes, fraction: fraction.into(), epsilon })
    }

    /// The header.
    pub(super) fn to_bytes(self) -> Result<[u8; HEADER], Error> {
        let sizes = [("inputs", self.inputs), ("units", self.units), ("classes", self.classes)];
        let mut bytes = [0; HEADER];
        let mut to = Writer(&mut bytes);
        to.put(MAGIC.to_le_bytes());
        to.put(VERSION.to_le_bytes());
        to.put([self.kind as u8, self.storage as u8]);
        for (parameter, actual) in sizes {
            let limit = u16::MAX.into();
            let size = u16::try_from(actual).map_err(|_| Error::TooLarge { parameter, limit, actual })?;
            to.put(size.to_le_bytes());
        }
        to.put((self.fraction as u16).to_le_bytes());
        to.put(self.epsilon.to_le_bytes());
        to.put([self.norm as u8]);
        Ok(bytes)
    }

    /// Whether it is one of such classifiers.
    pub(super) fn check(&self, kind: CellKind, storage: Storage, norm: NormKind) -> Result<(), Error> {
        let tags = [
            (6, kind as u8, self.kind as u8),
            (7, storage as u8, self.storage as u8),
            (20, norm as u8, self.norm as u8),
        ];
        for (offset, expected, actual) in tags {
            if actual != expected {
                return Err(Error::Format { offset, expected: expected.into(), actual: actual.into() });
            }
        }
        Ok(())
    }
}

impl<'a, K: Kind, N: Normaliser> Classifier<'a, K, N> {
    /// Length of a file.
    pub const fn bytes_len(inputs: usize, units: usize, classes: usize) -> usize {
        Self::weights_len(inputs, units, classes).saturating_mul(4).saturating_add(HEADER)
    }

    /// Writes the weights, to be read by [`from_bytes`](Self::from_bytes).
    ///
    /// # Errors
    /// [`Error::Length`] unless `to` has [`bytes_len`](Self::bytes_len); [`Error::TooLarge`] for a size of more than 16 bits.
    /// Nothing is written then.
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

    /// What [`to_bytes`](Self::to_bytes) wrote. The weights are put into `weights`, whose length is that of the
    /// [`Shape`].
    ///
    /// # Errors
    /// Those of [`Shape::read`]; [`Error::Format`] for another kind, storage or norm; [`Error::Length`] for `bytes` or
    /// `weights`; [`Error::NotFinite`] for a weight. Nothing is written then.
    pub fn from_bytes(bytes: &[u8], weights: &'a mut [f32]) -> Result<Self, Error> {
        let shape = Shape::read(bytes)?;
        shape.check(K::KIND, Storage::F32, N::NORM)?;
        let Shape { inputs, units, classes, epsilon, .. } = shape;
        shape::at_least_one("classes", classes)?;
        shape::length("bytes", bytes.len(), Self::bytes_len(inputs, units, classes))?;
        shape::length("weights", weights.len(), Self::weights_len(inputs, units, classes))?;
        let body = bytes.get(HEADER..).unwrap_or_default();
        let read = || body.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
        if let Some((index, weight)) = read().enumerate().find(|(_, weight)| !weight.is_finite()) {
            return Err(Error::NotFinite { parameter: "weights", index, actual: weight.to_bits() });
        }
        weights.iter_mut().zip(read()).for_each(|(to, weight)| *to = weight);
        Self::new(inputs, units, classes, weights)?.with_epsilon(epsilon)
    }
}
