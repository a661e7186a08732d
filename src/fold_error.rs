use crate::Error;
use core::fmt;

/// Why γ, β, ε and scales could not be folded to integers. Nothing has been written when it is returned.
///
/// What every call can get wrong, such as a length, is an [`Error`] in [`FoldError::Argument`]; `?` converts.
///
/// ```
/// use layernorm::FoldError;
/// use layernorm::quantized::{Params, Scale};
///
/// let (input, output) = (Scale { scale: 0.0, zero_point: 0i8 }, Scale { scale: 0.03, zero_point: 0i8 });
/// let error = Params::fold(&[1.0], &[0.0], input, output, 1e-5).unwrap_err();
/// assert_eq!(error, FoldError::Scale { parameter: "input", actual: 0 });
/// assert_eq!(error.to_string(), "input: expected a finite scale > 0, actual 0");
/// ```
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum FoldError {
    /// An argument is wrong by itself.
    Argument(Error),
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
    /// The input's scale is more than 16 times the residual's.
    ScaleRatio {
        /// Bits of the input's scale.
        input: u32,
        /// Bits of the residual's scale.
        residual: u32,
    },
}

impl From<Error> for FoldError {
    fn from(error: Error) -> Self {
        Self::Argument(error)
    }
}

impl fmt::Display for FoldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Argument(error) => error.fmt(f),
            Self::EpsilonBeyondScale { of, power, actual } => {
                let actual = f32::from_bits(actual);
                write!(
                    f,
                    "epsilon: expected width² · epsilon below 2^{power} squared {of} steps, actual epsilon {actual}"
                )
            }
            Self::Scale { parameter, actual } => {
                write!(f, "{parameter}: expected a finite scale > 0, actual {}", f32::from_bits(actual))
            }
            Self::BeyondScale { parameter, index, actual } => {
                let actual = f32::from_bits(actual);
                write!(
                    f,
                    "{parameter}[{index}]: expected less than 2^31 steps of the output, actual {actual}"
                )
            }
            Self::ScaleRatio { input, residual } => {
                let (input, residual) = (f32::from_bits(input), f32::from_bits(residual));
                write!(
                    f,
                    "input: expected a scale of at most 16 times the residual's {residual}, actual {input}"
                )
            }
        }
    }
}

impl core::error::Error for FoldError {}
