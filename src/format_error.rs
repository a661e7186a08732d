use crate::Error;
use core::fmt;

/// Why bytes could not be read. Nothing has been written when it is returned.
///
/// What every call can get wrong, such as a length, is an [`Error`] in [`FormatError::Argument`]; `?` converts.
///
/// ```
/// use layernorm::FormatError;
/// use layernorm::quantized::Params;
///
/// let error = Params::<i8, i8, [i32; 1]>::from_bytes(&[0; 76]).unwrap_err();
/// assert_eq!(error, FormatError::Format { offset: 0, expected: 0x31514e4c, actual: 0 });
/// assert_eq!(error.to_string(), "bytes[0]: expected 0x31514e4c, actual 0x00000000");
/// ```
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum FormatError {
    /// An argument, or a number in the bytes that would be one, is wrong by itself.
    Argument(Error),
    /// The bytes are fewer than a header.
    TooShort {
        /// Name of the parameter, as in the signature.
        parameter: &'static str,
        /// Length it must have at least.
        least: usize,
        /// Length it has.
        actual: usize,
    },
    /// Bytes that are not what they are read as.
    Format {
        /// Where in the bytes.
        offset: usize,
        /// The little-endian number that must be there.
        expected: u32,
        /// The number that is there.
        actual: u32,
    },
    /// A number in bytes has a value that is not allowed there, because nothing ever writes it.
    Corrupt {
        /// Its offset.
        offset: usize,
    },
}

impl From<Error> for FormatError {
    fn from(error: Error) -> Self {
        Self::Argument(error)
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Argument(error) => error.fmt(f),
            Self::TooShort { parameter, least, actual } => {
                write!(f, "{parameter}: expected a length of at least {least}, actual {actual}")
            }
            Self::Format { offset, expected, actual } => {
                write!(f, "bytes[{offset}]: expected {expected:#010x}, actual {actual:#010x}")
            }
            Self::Corrupt { offset } => {
                write!(f, "bytes[{offset}]: expected a number that is allowed there, actual one that is not")
            }
        }
    }
}

impl core::error::Error for FormatError {}
