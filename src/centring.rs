//! Which of the two norms: a type, because it is known when a program is compiled.

use core::fmt::Debug;

/// Says of a norm whether it subtracts the mean: [`Layer`] does, [`Rms`] does not. There are no others.
///
/// ```
/// use layernorm::{Centring, Error, Norm};
///
/// fn first<K: Centring>(x: &mut [f32]) -> Result<f32, Error> {
///     Norm::<K>::new(x.len())?.with_epsilon(0.0)?.forward_in_place(x)?;
///     Ok(x[0])
/// }
///
/// assert_eq!(first::<layernorm::Layer>(&mut [1.0, 3.0])?, -1.0);
/// assert_eq!(first::<layernorm::Rms>(&mut [2.0, 2.0])?, 1.0);
/// # Ok::<(), Error>(())
/// ```
pub trait Centring: Sealed + Copy + Debug + 'static {
    /// Whether the mean is subtracted.
    ///
    /// ```
    /// use layernorm::{Centring, Layer, Rms};
    ///
    /// assert_eq!([Layer::CENTRED, Rms::CENTRED], [true, false]);
    /// ```
    const CENTRED: bool;
}

/// Closes [`Centring`]: nobody else can implement it.
#[doc(hidden)]
pub trait Sealed {}

/// Layer normalisation: [`LayerNorm`](crate::LayerNorm) is `Norm<Layer>`.
///
/// ```
/// use layernorm::{Layer, LayerNorm, Norm};
///
/// let norm: LayerNorm = Norm::<Layer>::new(4)?;
/// # Ok::<(), layernorm::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Layer;

/// RMSNorm: [`RmsNorm`](crate::RmsNorm) is `Norm<Rms>`.
///
/// ```
/// use layernorm::{Norm, Rms, RmsNorm};
///
/// let norm: RmsNorm = Norm::<Rms>::new(4)?;
/// # Ok::<(), layernorm::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rms;

impl Sealed for Layer {}
impl Sealed for Rms {}

impl Centring for Layer {
    const CENTRED: bool = true;
}
impl Centring for Rms {
    const CENTRED: bool = false;
}
