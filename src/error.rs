use core::fmt;

/// What was wrong with the arguments of a call. Nothing has been written when it is returned.
///
/// It is small, `Copy` and carries what a caller needs to say which argument to mend: the parameter's
/// name, what was expected of it and what it was. What only folding to integers can find wrong is a
/// [`FoldError`](crate::FoldError), what only bytes can have wrong a [`FormatError`](crate::FormatError).
///
/// ```
/// use layernorm::{Error, LayerNorm};
///
/// let error = LayerNorm::new(4)?.forward(&[0.0; 4], &mut [0.0; 3]).unwrap_err();
/// assert_eq!(error, Error::Length { parameter: "y", expected: 4, actual: 3 });
/// assert_eq!(error.to_string(), "y: expected length 4, actual 3");
/// # Ok::<(), Error>(())
/// ```
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Error {
    /// A number of things is 0, and there must be one.
    Zero {
        /// Name of the parameter, as in the signature.
        parameter: &'static str,
    },
    /// A slice has another length than the shape asks for.
    Length {
        /// Name of the parameter, as in the signature.
        parameter: &'static str,
        /// Length it must have.
        expected: usize,
        /// Length it has.
        actual: usize,
    },
    /// A slice is not a whole number of rows, of frames or of samples.
    NotWholeRows {
        /// Name of the parameter, as in the signature.
        parameter: &'static str,
        /// What the length must be a multiple of: the width of a row, the inputs of a frame, channels × positions.
        width: usize,
        /// Length it has.
        actual: usize,
    },
    /// The last of the rows with a stride is not whole.
    LastRow {
        /// Name of the parameter, as in the signature.
        parameter: &'static str,
        /// Width of a row.
        width: usize,
        /// Elements from the beginning of the last row to the end of the slice.
        actual: usize,
    },
    /// `epsilon` is negative, infinite or NaN.
    Epsilon {
        /// Its bits; `f32::from_bits` gives the value. (Bits, because `Error` is `Eq`.)
        actual: u32,
    },
    /// A learned parameter is infinite or NaN.
    NotFinite {
        /// Name of the parameter, as in the signature.
        parameter: &'static str,
        /// Index of the first such element.
        index: usize,
        /// Its bits; `f32::from_bits` gives the value.
        actual: u32,
    },
    /// A stride is less than the width of a row.
    Stride {
        /// Name of the parameter, as in the signature.
        parameter: &'static str,
        /// Width of a row.
        width: usize,
        /// Stride it is.
        actual: usize,
    },
    /// A slice has another number of rows than the input.
    Rows {
        /// Name of the parameter, as in the signature.
        parameter: &'static str,
        /// Rows it must have.
        expected: usize,
        /// Rows it has.
        actual: usize,
    },
    /// The rows are not the same number for each sample of a modulation.
    Samples {
        /// Rows of the input, which must be a multiple of the samples.
        rows: usize,
        /// Samples it has.
        actual: usize,
    },
    /// The channels of a group norm are not the same number for each group.
    Groups {
        /// Groups that there are to be.
        groups: usize,
        /// Channels there are, which must be a multiple of the groups.
        actual: usize,
    },
    /// A modulation takes the place of γ and β, and the norm has one of its own.
    Affine {
        /// Which.
        parameter: &'static str,
    },
    /// A chunk goes beyond the end of its row.
    BeyondRow {
        /// Where in the row it begins.
        offset: usize,
        /// Width of the row.
        width: usize,
        /// Length of the chunk.
        actual: usize,
    },
    /// Moments are not of the same norm, or not in the same pass over the same row.
    Passes,
    /// A number of things is too large: a width for the integer norms, a shape for a file, elements for a row in pieces.
    TooLarge {
        /// Name of the parameter, as in the signature.
        parameter: &'static str,
        /// Largest that is allowed.
        limit: usize,
        /// What it is.
        actual: usize,
    },
    /// A residual form was called with parameters that were folded without a residual.
    NoResidual,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Error::Zero { parameter } => write!(f, "{parameter}: expected at least 1, actual 0"),
            Error::Length { parameter, expected, actual } => {
                write!(f, "{parameter}: expected length {expected}, actual {actual}")
            }
            Error::NotWholeRows { parameter, width, actual } => {
                write!(f, "{parameter}: expected a length that is a multiple of {width}, actual {actual}")
            }
            Error::LastRow { parameter, width, actual } => {
                write!(f, "{parameter}: expected a last row of {width}, actual {actual}")
            }
            Error::Epsilon { actual } => {
                write!(f, "epsilon: expected a finite number ≥ 0, actual {}", f32::from_bits(actual))
            }
            Error::NotFinite { parameter, index, actual } => {
                write!(f, "{parameter}[{index}]: expected a finite number, actual {}", f32::from_bits(actual))
            }
            Error::Stride { parameter, width, actual } => {
                write!(f, "{parameter}: expected at least width {width}, actual {actual}")
            }
            Error::Rows { parameter, expected, actual } => {
                write!(f, "{parameter}: expected {expected} rows, actual {actual}")
            }
            Error::Samples { rows, actual } => {
                write!(
                    f,
                    "modulation: expected a number of samples that divides {rows} rows, actual {actual}"
                )
            }
            Error::Groups { groups, actual } => {
                write!(f, "channels: expected a multiple of {groups} groups, actual {actual}")
            }
            Error::Affine { parameter } => {
                write!(f, "{parameter}: expected none beside a modulation, actual one")
            }
            Error::BeyondRow { offset, width, actual } => {
                write!(
                    f,
                    "chunk: expected to end within width {width}, actual offset {offset} and length {actual}"
                )
            }
            Error::Passes => {
                write!(
                    f,
                    "other: expected moments of the same norm in the same pass over the same row, actual others"
                )
            }
            Error::TooLarge { parameter, limit, actual } => {
                write!(f, "{parameter}: expected at most {limit}, actual {actual}")
            }
            Error::NoResidual => {
                write!(f, "params: expected parameters folded with a residual, actual without one")
            }
        }
    }
}

impl core::error::Error for Error {}
