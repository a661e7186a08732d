use core::fmt;

/// What was wrong with the arguments of a call. Nothing has been written when it is returned.
///
/// It is small, `Copy` and carries what a caller needs to say which argument to mend: the parameter's
/// name, what was expected of it and what it was.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// `width` is 0: a row needs at least one element.
    ZeroWidth,
    /// A slice has another length than the shape asks for.
    Length {
        /// Name of the parameter, as in the signature.
        parameter: &'static str,
        /// Length it must have.
        expected: usize,
        /// Length it has.
        actual: usize,
    },
    /// A slice is not a whole number of rows.
    NotWholeRows {
        /// Name of the parameter, as in the signature.
        parameter: &'static str,
        /// Width of a row; the length must be a multiple of it.
        width: usize,
        /// Length it has.
        actual: usize,
    },
    /// `epsilon` is negative, infinite or NaN.
    Epsilon {
        /// Its bits; `f32::from_bits` gives the value. (Bits, because `Error` is `Eq`.)
        actual: u32,
    },
    /// An element of `gamma` or `beta` is infinite or NaN.
    NotFinite {
        /// Name of the parameter, as in the signature.
        parameter: &'static str,
        /// Index of the first such element.
        index: usize,
        /// Its bits; `f32::from_bits` gives the value.
        actual: u32,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Error::ZeroWidth => write!(f, "width: expected at least 1, actual 0"),
            Error::Length { parameter, expected, actual } => {
                write!(f, "{parameter}: expected length {expected}, actual {actual}")
            }
            Error::NotWholeRows { parameter, width, actual } => {
                write!(
                    f,
                    "{parameter}: expected a length that is a multiple of width {width}, actual {actual}"
                )
            }
            Error::Epsilon { actual } => {
                write!(f, "epsilon: expected a finite number ≥ 0, actual {}", f32::from_bits(actual))
            }
            Error::NotFinite { parameter, index, actual } => {
                write!(f, "{parameter}[{index}]: expected a finite number, actual {}", f32::from_bits(actual))
            }
        }
    }
}

impl core::error::Error for Error {}
