//! The numbers that a norm takes.

use crate::integer::wrapper::Wrapper;
use ::fixed::types::extra::{LeEqU8, LeEqU16, LeEqU32};
use ::fixed::{FixedI8, FixedI16, FixedI32};

/// A number with a binary point: `FixedI8`, `FixedI16` or `FixedI32`.
///
/// ```
/// use fixed::types::{I4F12, I16F16};
/// use layernorm::{Error, fixed::{LayerNorm, Number}};
///
/// /// Normalises one row of any numbers.
/// fn normalise<X: Number>(row: &mut [X]) -> Result<(), Error> {
///     LayerNorm::<X>::new(row.len())?.forward_in_place(row)
/// }
/// let (mut short, mut long) = ([1, 2, 3, 4].map(I4F12::from_num), [1, 2, 3, 4].map(I16F16::from_num));
/// normalise(&mut short)?;
/// normalise(&mut long)?;
/// assert_eq!(short.map(I4F12::to_bits), [-5495, -1832, 1832, 5495]);
/// assert_eq!(long.map(I16F16::to_bits), [-87925, -29308, 29308, 87925]);
/// # Ok::<(), layernorm::Error>(())
/// ```
pub trait Number: Wrapper {
    /// Bits behind the point.
    #[doc(hidden)]
    const FRACTION: i32;
}

macro_rules! number {
    ($type:ident, $bound:ident) => {
        impl<F: $bound> Number for $type<F> {
            const FRACTION: i32 = Self::FRAC_NBITS as i32;
        }
    };
}
number!(FixedI8, LeEqU8);
number!(FixedI16, LeEqU16);
number!(FixedI32, LeEqU32);
