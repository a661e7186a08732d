//! The types of codes.

use crate::integer::LaneCode;
use core::fmt::Debug;

/// A type of codes: `i8`, `u8` or `i16`.
///
/// ```
/// use layernorm::quantized::{Code, LayerNorm, Params, Scale};
///
/// /// Normalises a row of codes of any type to i16 codes of 0.001 each.
/// fn normalise<X: Code>(input: Scale<X>, row: &[X; 4]) -> Result<[i16; 4], Box<dyn core::error::Error>> {
///     let output = Scale { scale: 0.001, zero_point: 0 };
///     let params = Params::fold(&[1.0; 4], &[0.0; 4], input, output, 1e-5)?;
///     let mut y = [0; 4];
///     LayerNorm::new(&params).forward(row, &mut y)?;
///     Ok(y)
/// }
/// let expected = [-1371, -432, 508, 1295];
/// assert_eq!(normalise(Scale { scale: 0.02, zero_point: 3i8 }, &[-100, -20, 60, 127])?, expected);
/// assert_eq!(normalise(Scale { scale: 0.02, zero_point: 128u8 }, &[28, 108, 188, 255])?, expected);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub trait Code: LaneCode + Debug + PartialEq {
    /// Tells the types apart in the bytes of [`Params`].
    #[doc(hidden)]
    const TAG: u8;
}

impl Code for i8 {
    const TAG: u8 = 1;
}
impl Code for u8 {
    const TAG: u8 = 2;
}
impl Code for i16 {
    const TAG: u8 = 3;
}
