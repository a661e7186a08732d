//! What functions return.

use core::ffi::{CStr, c_char};
use layernorm::{Error, FoldError, FormatError};

/// What a function returns: LN_OK, a positive number where it asks for more, a negative one where an argument is wrong. Then
/// nothing has been written.
pub type ln_status = i32;

/// Done.
pub const LN_OK: ln_status = 0;
/// The row has to be pushed once more, all of it, and finished again.
pub const LN_AGAIN: ln_status = 1;
/// A pointer is NULL that must not be.
pub const LN_NULL: ln_status = -1;
/// A pointer is not aligned to its type.
pub const LN_MISALIGNED: ln_status = -2;
/// Memory that is written overlaps other memory of the call. Where a function says so, `y` may be `x`.
pub const LN_OVERLAP: ln_status = -3;
/// A width of 0, or a row of no elements.
pub const LN_ZERO: ln_status = -4;
/// A width or a length beyond its limit, or beyond the end of its row.
pub const LN_TOO_LARGE: ln_status = -5;
/// Bytes, or elements of a later pass, are not as many as they must be.
pub const LN_LENGTH: ln_status = -6;
/// `epsilon` is negative, infinite or NaN.
pub const LN_EPSILON: ln_status = -7;
/// An element of `gamma`, `beta` or `residual_bias` is infinite or NaN.
pub const LN_NOT_FINITE: ln_status = -8;
/// What a pointer leads to was not made for this function: never initialised, or for another type of numbers.
pub const LN_NOT_MADE: ln_status = -9;
/// Moments are not of the same norm, or not in the same pass over the same row.
pub const LN_PASSES: ln_status = -10;
/// A scale is not a finite number above 0.
pub const LN_SCALE: ln_status = -11;
/// A zero point is not a code of its type.
pub const LN_ZERO_POINT: ln_status = -12;
/// An element of `gamma` or `beta` is 2^31 steps of the output or more.
pub const LN_BEYOND_SCALE: ln_status = -13;
/// `epsilon` is too large beside the square of the input's scale, or the residual's.
pub const LN_EPSILON_BEYOND_SCALE: ln_status = -14;
/// The input's scale is more than 16 times the residual's.
pub const LN_SCALE_RATIO: ln_status = -15;
/// The parameters were folded without a residual.
pub const LN_NO_RESIDUAL: ln_status = -16;
/// Bytes that are not parameters of this type of codes.
pub const LN_FORMAT: ln_status = -17;
/// Parameters with a number that folding never writes.
pub const LN_CORRUPT: ln_status = -18;
/// Another error of the crate; no function of this version returns it.
pub const LN_OTHER: ln_status = -19;

/// A text for a status, in English, that lives as long as the program.
#[unsafe(no_mangle)]
pub extern "C" fn ln_strerror(status: ln_status) -> *const c_char {
    let text: &CStr = match status {
        LN_OK => c"done",
        LN_AGAIN => c"push the row once more",
        LN_NULL => c"a pointer is NULL",
        LN_MISALIGNED => c"a pointer is not aligned to its type",
        LN_OVERLAP => c"memory that is written overlaps other memory of the call",
        LN_ZERO => c"a width of 0, or a row of no elements",
        LN_TOO_LARGE => c"a width or a length is too large",
        LN_LENGTH => c"a length is not what it must be",
        LN_EPSILON => c"epsilon is not a finite number >= 0",
        LN_NOT_FINITE => c"a learned parameter is not finite",
        LN_NOT_MADE => c"not initialised, or made for another type",
        LN_PASSES => c"moments of another pass",
        LN_SCALE => c"a scale is not a finite number > 0",
        LN_ZERO_POINT => c"a zero point is not a code of its type",
        LN_BEYOND_SCALE => c"gamma or beta is 2^31 steps of the output or more",
        LN_EPSILON_BEYOND_SCALE => c"epsilon is too large beside a squared scale",
        LN_SCALE_RATIO => c"the input's scale is more than 16 times the residual's",
        LN_NO_RESIDUAL => c"parameters folded without a residual",
        LN_FORMAT => c"bytes that are not parameters of this type",
        LN_CORRUPT => c"a number that folding never writes",
        LN_OTHER => c"another error",
        _ => c"not a status of this library",
    };
    text.as_ptr()
}

/// Of a function's body: everything that is wrong comes back as an error.
pub(crate) fn status(result: Result<ln_status, ln_status>) -> ln_status {
    result.unwrap_or_else(|status| status)
}

/// The status of an error of the crate.
pub(crate) trait Status {
    fn status(self) -> ln_status;
}

impl Status for Error {
    fn status(self) -> ln_status {
        match self {
            Error::Zero { .. } => LN_ZERO,
            Error::Length { .. } => LN_LENGTH,
            Error::Epsilon { .. } => LN_EPSILON,
            Error::NotFinite { .. } => LN_NOT_FINITE,
            Error::BeyondRow { .. } | Error::TooLarge { .. } => LN_TOO_LARGE,
            Error::Passes => LN_PASSES,
            Error::NoResidual => LN_NO_RESIDUAL,
            _ => LN_OTHER,
        }
    }
}

impl Status for FoldError {
    fn status(self) -> ln_status {
        match self {
            FoldError::Argument(error) => error.status(),
            FoldError::Scale { .. } => LN_SCALE,
            FoldError::BeyondScale { .. } => LN_BEYOND_SCALE,
            FoldError::EpsilonBeyondScale { .. } => LN_EPSILON_BEYOND_SCALE,
            FoldError::ScaleRatio { .. } => LN_SCALE_RATIO,
            _ => LN_OTHER,
        }
    }
}

impl Status for FormatError {
    fn status(self) -> ln_status {
        match self {
            FormatError::Argument(error) => error.status(),
            FormatError::TooShort { .. } => LN_LENGTH,
            FormatError::Format { .. } => LN_FORMAT,
            FormatError::Corrupt { .. } => LN_CORRUPT,
            _ => LN_OTHER,
        }
    }
}
