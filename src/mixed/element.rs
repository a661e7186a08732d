//! The types in which numbers are stored.

use crate::part::part;
#[cfg(feature = "half")]
use ::half::{bf16, f16};

/// A type in which rows, γ, β, gradients or a residual are stored: `f32`, and with the feature `half` `f16` and `bf16`. No others can be.
///
/// ```
/// use layernorm::mixed::Element;
///
/// fn bytes_of_a_row<E: Element>(width: usize) -> usize {
///     width * size_of::<E>()
/// }
/// assert_eq!(bytes_of_a_row::<f32>(768), 3072);
/// ```
pub trait Element: Stored {}

impl Element for f32 {}

/// What only this crate can implement, and only it calls.
pub trait Stored: Copy + Default + 'static {
    /// `to = from`, which is exact; as many of each.
    #[doc(hidden)]
    fn widen(from: &[Self], to: &mut [f32]);
    /// `to = from`, each rounded to the nearest, half to even; as many of each.
    #[doc(hidden)]
    fn narrow(from: &[f32], to: &mut [Self]);
    #[doc(hidden)]
    fn values(slice: &[Self]) -> Values<'_>;
}

/// Numbers of one of the types.
#[derive(Clone, Copy, Debug)]
pub enum Values<'a> {
    /// In single precision.
    F32(&'a [f32]),
    /// In half precision.
    #[cfg(feature = "half")]
    F16(&'a [f16]),
    /// In half precision with the range of `f32`.
    #[cfg(feature = "half")]
    Bf16(&'a [bf16]),
}

impl<'a> Values<'a> {
    /// Those that need no conversion.
    pub(super) fn as_f32(&self) -> Option<&'a [f32]> {
        match self {
            Self::F32(values) => Some(values),
            #[cfg(feature = "half")]
            _ => None,
        }
    }

    /// Those from `start` on.
    pub(super) fn widen(&self, start: usize, to: &mut [f32]) {
        fn widen<E: Stored>(from: &[E], start: usize, to: &mut [f32]) {
            E::widen(part(from, start, to.len()), to);
        }
        match self {
            Self::F32(values) => widen(values, start, to),
            #[cfg(feature = "half")]
            Self::F16(values) => widen(values, start, to),
            #[cfg(feature = "half")]
            Self::Bf16(values) => widen(values, start, to),
        }
    }
}

impl Stored for f32 {
    fn widen(from: &[f32], to: &mut [f32]) {
        debug_assert_eq!(from.len(), to.len());
        to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    }
    fn narrow(from: &[f32], to: &mut [f32]) {
        Self::widen(from, to);
    }
    fn values(slice: &[f32]) -> Values<'_> {
        Values::F32(slice)
    }
}
