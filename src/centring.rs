//! Which of the norms: a type, because it is known when a program is compiled.

use crate::float::{Scale, Times, Unscaled};
use core::fmt::Debug;

/// Says of a norm whether it subtracts the mean: [`Layer`] does, [`Rms`] and [`L2`] do not. There are no others.
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
/// assert_eq!(first::<layernorm::L2>(&mut [3.0, 4.0])?, 0.6);
/// # Ok::<(), Error>(())
/// ```
pub trait Centring: Sealed + Copy + Debug + 'static {
    /// Whether the mean is subtracted.
    ///
    /// ```
    /// use layernorm::{Centring, L2, Layer, Rms};
    ///
    /// assert_eq!([Layer::CENTRED, Rms::CENTRED, L2::CENTRED], [true, false, false]);
    /// ```
    const CENTRED: bool;
}

/// The norms that divide by the mean of squares, [`Layer`] and [`Rms`], but not by their sum: those of integers and of recurrent cells.
///
/// ```
/// use layernorm::{Averaging, Error, quantized};
///
/// fn width<K: Averaging>(norm: &quantized::Norm<i8, i8, K>) -> usize {
///     norm.width()
/// }
/// ```
pub trait Averaging: Centring {}

/// What only this crate can implement, and only it calls.
#[doc(hidden)]
pub trait Sealed {
    /// x is divided by the root of a sum of squares, not of their mean.
    const SUM_OF_SQUARES: bool = false;
    /// ε unless another is given.
    const EPSILON: f32 = 1e-5;
    /// What the x̂ that kernels find is multiplied by.
    type Scale: Scale;
    fn scale(width: usize) -> Self::Scale;
}

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

/// The L2 norm: [`L2Norm`](crate::L2Norm) is `Norm<L2>`.
///
/// ```
/// use layernorm::{L2, L2Norm, Norm};
///
/// let norm: L2Norm = Norm::<L2>::new(4)?;
/// # Ok::<(), layernorm::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct L2;

impl Sealed for Layer {
    type Scale = Unscaled;
    #[inline(always)]
    fn scale(_: usize) -> Unscaled {
        Unscaled
    }
}

impl Sealed for Rms {
    type Scale = Unscaled;
    #[inline(always)]
    fn scale(_: usize) -> Unscaled {
        Unscaled
    }
}

impl Sealed for L2 {
    const SUM_OF_SQUARES: bool = true;
    const EPSILON: f32 = 0.0;
    type Scale = Times;
    #[inline(always)]
    fn scale(width: usize) -> Times {
        Times::over_root(width)
    }
}

impl Centring for Layer {
    const CENTRED: bool = true;
}
impl Centring for Rms {
    const CENTRED: bool = false;
}
impl Centring for L2 {
    const CENTRED: bool = false;
}

impl Averaging for Layer {}
impl Averaging for Rms {}
