//! The header of a file of weights; [the page of the format](super#the-file) has its bytes.

use crate::bytes::{Writer, at};
use crate::{Error, FormatError, shape};

pub(super) const HEADER: usize = 24;
const MAGIC: u32 = u32::from_le_bytes(*b"LNSQ");
const VERSION: u16 = 1;

macro_rules! tags {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $tag:literal),* }) => {
        $(#[$doc])*
        #[non_exhaustive]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        pub enum $name {
            $($(#[$variant_doc])* $variant = $tag),*
        }

        impl $name {
            fn read(bytes: &[u8], offset: usize) -> Result<Self, FormatError> {
                match bytes.get(offset) {
                    $(Some($tag) => Ok(Self::$variant),)*
                    _ => Err(FormatError::Corrupt { offset }),
                }
            }
        }
    };
}

tags!(
    /// The kinds of cells that a file may hold. A file stores the number of the variant.
    ///
    /// ```
    /// use layernorm::sequence::CellKind;
    ///
    /// assert_eq!([CellKind::Rnn, CellKind::Lstm, CellKind::Gru].map(|kind| kind as u8), [1, 2, 3]);
    /// assert_eq!(CellKind::StateNormLstm as u8, 4);
    /// ```
    CellKind {
        /// [`Rnn`](super::Rnn)
        Rnn = 1,
        /// [`Lstm`](super::Lstm)
        Lstm = 2,
        /// [`Gru`](super::Gru)
        Gru = 3,
        /// [`StateNormLstm`](super::StateNormLstm)
        StateNormLstm = 4
    }
);

tags!(
    /// The types of the weights that a file may hold. A file stores the number of the variant.
    ///
    /// ```
    /// use layernorm::sequence::Storage;
    ///
    /// assert_eq!([Storage::F32, Storage::I8, Storage::I16].map(|storage| storage as u8), [1, 2, 3]);
    /// ```
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
    /// The norms of the cells that a file may hold. A file stores the number of the variant.
    ///
    /// ```
    /// use layernorm::sequence::NormKind;
    ///
    /// assert_eq!([NormKind::Layer, NormKind::Rms, NormKind::Plain].map(|norm| norm as u8), [1, 2, 3]);
    /// ```
    NormKind {
        /// [`Layer`](super::Layer)
        Layer = 1,
        /// [`Rms`](super::Rms)
        Rms = 2,
        /// [`Plain`](super::Plain)
        Plain = 3
    }
);

/// The header of a file of weights, which tells what the file holds.
///
/// ```
/// use layernorm::sequence::{CellKind, Classifier, NormKind, Plain, Rnn, Shape, Storage};
///
/// type Small<'a> = Classifier<'a, Rnn, Plain>;
/// let weights = [0.5; Small::weights_len(2, 3, 4)];
/// let mut bytes = [0; Small::bytes_len(2, 3, 4)];
/// Small::new(2, 3, 4, &weights)?.to_bytes(&mut bytes)?;
///
/// let shape = Shape::read(&bytes)?;
/// assert_eq!((shape.kind, shape.storage, shape.norm), (CellKind::Rnn, Storage::F32, NormKind::Plain));
/// assert_eq!((shape.inputs, shape.units, shape.classes), (2, 3, 4));
/// assert_eq!((shape.fraction, shape.epsilon), (0, 1e-5));
/// # Ok::<(), layernorm::FormatError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
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
    /// Number of classes; 0 for a cell without a dense layer.
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
    /// [`FormatError::TooShort`] for `bytes` that are fewer than a header; [`FormatError::Format`] for another beginning or
    /// another version; [`FormatError::Corrupt`] for a number that no header has; [`Error::Epsilon`].
    ///
    /// ```
    /// use layernorm::FormatError;
    /// use layernorm::sequence::Shape;
    ///
    /// let error = Shape::read(b"LNSQ").unwrap_err();
    /// assert_eq!(error, FormatError::TooShort { parameter: "bytes", least: 24, actual: 4 });
    /// assert!(matches!(Shape::read(&[0; 24]), Err(FormatError::Format { offset: 0, .. })));
    /// ```
    pub fn read(bytes: &[u8]) -> Result<Self, FormatError> {
        if bytes.len() < HEADER {
            return Err(FormatError::TooShort { parameter: "bytes", least: HEADER, actual: bytes.len() });
        }
        let magic = u32::from_le_bytes(at(bytes, 0));
        if magic != MAGIC {
            return Err(FormatError::Format { offset: 0, expected: MAGIC, actual: magic });
        }
        let number = |offset| u16::from_le_bytes(at(bytes, offset));
        if number(4) != VERSION {
            return Err(FormatError::Format {
                offset: 4,
                expected: VERSION.into(),
                actual: number(4).into(),
            });
        }
        let kind = CellKind::read(bytes, 6)?;
        let storage = Storage::read(bytes, 7)?;
        let [inputs, units, classes, fraction] = [8, 10, 12, 14].map(number);
        for (offset, number) in [(8, inputs), (10, units)] {
            if number == 0 {
                return Err(FormatError::Corrupt { offset });
            }
        }
        if fraction > if storage == Storage::F32 { 0 } else { 15 } {
            return Err(FormatError::Corrupt { offset: 14 });
        }
        let epsilon = shape::epsilon(f32::from_le_bytes(at(bytes, 16)))?;
        let norm = NormKind::read(bytes, 20)?;
        if at::<3>(bytes, 21) != [0; 3] {
            return Err(FormatError::Corrupt { offset: 21 });
        }
        let [inputs, units, classes] = [inputs, units, classes].map(usize::from);
        Ok(Self { kind, storage, norm, inputs, units, classes, fraction: fraction.into(), epsilon })
    }

    /// The bytes of the header.
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

    /// Whether the file holds this kind of cell, with this storage and this norm.
    pub(super) fn check(&self, kind: CellKind, storage: Storage, norm: NormKind) -> Result<(), FormatError> {
        let tags = [
            (6, kind as u8, self.kind as u8),
            (7, storage as u8, self.storage as u8),
            (20, norm as u8, self.norm as u8),
        ];
        for (offset, expected, actual) in tags {
            if actual != expected {
                return Err(FormatError::Format { offset, expected: expected.into(), actual: actual.into() });
            }
        }
        Ok(())
    }
}
