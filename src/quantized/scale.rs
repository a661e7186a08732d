//! What codes stand for.

use super::code::Code;

/// What codes stand for: `scale · (code − zero_point)`.
///
/// ```
/// use layernorm::quantized::Scale;
///
/// let input = Scale { scale: 0.02, zero_point: 3i8 };
/// let value = |code: i8| input.scale * (f32::from(code) - f32::from(input.zero_point));
/// assert_eq!(value(3), 0.0);
/// assert!((value(127) - 2.48).abs() < 1e-6);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Scale<Q> {
    /// Finite and > 0.
    pub scale: f32,
    /// The code of 0.
    pub zero_point: Q,
}

impl<Q: Code> Scale<Q> {
    /// The same, whatever the codes' type.
    pub(crate) fn widened(self) -> Scale<i32> {
        Scale { scale: self.scale, zero_point: self.zero_point.get() }
    }
}
