use core::fmt;

/// What was wrong with the arguments of a call. Nothing has been written when it is returned.
///
/// It is small, `Copy` and carries what a caller needs to say which argument to mend: the parameter's
/// name, what was expected of it and what it was.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// A slice has fewer elements than it must have at least.
    TooShort {
        /// Name of the parameter, as in the signature.
        parameter: &'static str,
        /// Length it must have at least.
        least: usize,
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
    /// `epsilon` is too large beside the square of the step of what is normalised: its integer would have more than 112 bits.
    EpsilonBeyondScale {
        /// What has that step: `input`, `residual`, or the `c` of an LSTM.
        of: &'static str,
        /// width² · epsilon must be below 2 to this power, in squared steps.
        power: u32,
        /// Bits of `epsilon`; `f32::from_bits` gives the value.
        actual: u32,
    },
    /// A scale is not a finite number above 0.
    Scale {
        /// Name of the parameter, as in the signature.
        parameter: &'static str,
        /// Its bits; `f32::from_bits` gives the value.
        actual: u32,
    },
    /// An element of `gamma` or `beta` is 2³¹ steps of the norm's output or more.
    BeyondScale {
        /// Name of the parameter, as in the signature.
        parameter: &'static str,
        /// Index of the first such element.
        index: usize,
        /// Its bits; `f32::from_bits` gives the value.
        actual: u32,
    },
    /// The input's scale is more than 16 times that of the residual, in units of 2⁻¹⁶.
    ScaleRatio {
        /// Bits of the input's scale.
        input: u32,
        /// Bits of the residual's scale.
        residual: u32,
    },
    /// A residual form was called with parameters that were folded without a residual.
    NoResidual,
    /// Bytes that are not what they are read as.
    Format {
        /// Where in the bytes.
        offset: usize,
        /// The little-endian number that must be there.
        expected: u32,
        /// Those that are.
        actual: u32,
    },
    /// A number in bytes has a value that is not allowed there, because nothing ever writes it.
    Corrupt {
        /// Its offset.
        offset: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Error::Zero { parameter } => write!(f, "{parameter}: expected at least 1, actual 0"),
            Error::Length { parameter, expected, actual } => {
                write!(f, "{parameter}: expected length {expected}, actual {actual}")
            }
            Error::TooShort { parameter, least, actual } => {
                write!(f, "{parameter}: expected a length of at least {least}, actual {actual}")
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
            Error::EpsilonBeyondScale { of, power, actual } => {
                let actual = f32::from_bits(actual);
                write!(
                    f,
                    "epsilon: expected width² · epsilon below 2^{power} squared {of} steps, actual epsilon {actual}"
                )
            }
            Error::Scale { parameter, actual } => {
                write!(f, "{parameter}: expected a finite scale > 0, actual {}", f32::from_bits(actual))
            }
            Error::BeyondScale { parameter, index, actual } => {
                let actual = f32::from_bits(actual);
                write!(
                    f,
                    "{parameter}[{index}]: expected less than 2^31 steps of the output, actual {actual}"
                )
            }
            Error::ScaleRatio { input, residual } => {
                let (input, residual) = (f32::from_bits(input), f32::from_bits(residual));
                write!(
                    f,
                    "input: expected a scale of at most 16 times the residual's {residual}, actual {input}"
                )
            }
            Error::NoResidual => {
                write!(f, "params: expected parameters folded with a residual, actual without one")
            }
            Error::Format { offset, expected, actual } => {
                write!(f, "bytes[{offset}]: expected {expected:#010x}, actual {actual:#010x}")
            }
            Error::Corrupt { offset } => {
                write!(f, "bytes[{offset}]: expected a number that is allowed there, actual one that is not")
            }
        }
    }
}

impl core::error::Error for Error {}
