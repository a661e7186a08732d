//! The norms, and their parameters of any type.

use super::element::{Element, Stored, Values};
use crate::float::Parameters;
use crate::list::List;
use crate::shape::{self, checked};
use crate::{Centring, Error, Layer, Rms};
use core::marker::PhantomData;
use core::ops::Range;

/// [`LayerNorm`] or [`RmsNorm`], by `K`: of rows of any [`Element`], by the arithmetic of [`crate::Norm`].
///
/// A value is a few words and borrows γ and β.
///
/// ```
/// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
/// use layernorm::mixed::{LayerNorm, bf16};
///
/// let gamma = [1.0, 0.5, 2.0, 1.0].map(bf16::from_f32);
/// let x = [1.0, 2.0, 3.0, 4.0].map(bf16::from_f32);
/// let mut y = [bf16::ZERO; 4];
/// LayerNorm::new(4)?.with_gamma(&gamma)?.forward(&x, &mut y)?;
/// assert_eq!(y.map(f32::from), [-1.34375, -0.22363281, 0.89453125, 1.34375]);
/// # Ok(()) }
/// # #[cfg(not(feature = "half"))] fn main() {}
/// ```
#[must_use = "a norm does nothing until one of its verbs is called"]
#[derive(Clone, Copy, Debug)]
pub struct Norm<'a, K> {
    width: usize,
    gamma: Option<Values<'a>>,
    beta: Option<Values<'a>>,
    pub(super) epsilon: f32,
    unit_offset: bool,
    kind: PhantomData<K>,
}

/// `y = (x − mean) / sqrt(var + ε) · γ + β` of rows in half precision.
///
/// ```
/// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
/// use layernorm::mixed::{LayerNorm, f16};
///
/// let mut row = [1.0, 2.0, 3.0, 4.0].map(f16::from_f32);
/// LayerNorm::new(4)?.forward_in_place(&mut row)?;
/// assert_eq!(row.map(f32::from), [-1.3417969, -0.44726563, 0.44726563, 1.3417969]);
/// # Ok(()) }
/// # #[cfg(not(feature = "half"))] fn main() {}
/// ```
pub type LayerNorm<'a> = Norm<'a, Layer>;

/// `y = x / sqrt(mean(x²) + ε) · γ + β` of rows in half precision.
///
/// ```
/// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
/// use layernorm::mixed::{RmsNorm, f16};
///
/// let mut row = [1.0, 2.0, 3.0, 4.0].map(f16::from_f32);
/// RmsNorm::new(4)?.forward_in_place(&mut row)?;
/// assert_eq!(row.map(f32::from), [0.36523438, 0.73046875, 1.0957031, 1.4609375]);
/// # Ok(()) }
/// # #[cfg(not(feature = "half"))] fn main() {}
/// ```
pub type RmsNorm<'a> = Norm<'a, Rms>;

impl<'a, K: Centring> Norm<'a, K> {
    /// γ = 1, β = 0, ε = 1e-5.
    ///
    /// ```
    /// assert_eq!(layernorm::mixed::LayerNorm::new(768)?.width(), 768);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Zero`].
    pub const fn new(width: usize) -> Result<Self, Error> {
        let width = checked!(shape::width(width));
        Ok(Self {
            width,
            gamma: None,
            beta: None,
            epsilon: K::EPSILON,
            unit_offset: false,
            kind: PhantomData,
        })
    }

    /// Gain, one for each of the `width` features, of any type.
    ///
    /// ```
    /// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
    /// use layernorm::mixed::{LayerNorm, f16};
    ///
    /// let norm = LayerNorm::new(2)?.with_gamma(&[f16::ONE, f16::MIN_POSITIVE])?.with_beta(&[0.5f32, 1.0])?;
    /// # let _ = norm;
    /// # Ok(()) }
    /// # #[cfg(not(feature = "half"))] fn main() {}
    /// ```
    ///
    /// # Errors
    /// [`Error::Length`]; [`Error::NotFinite`] for a NaN or an infinity, with its bits as an `f32`.
    pub fn with_gamma<E: Element>(self, gamma: &'a [E]) -> Result<Self, Error> {
        Ok(Self { gamma: Some(self.feature_vector("gamma", gamma)?), ..self })
    }

    /// Bias, one for each of the `width` features, of any type.
    ///
    /// ```
    /// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
    /// use layernorm::mixed::{RmsNorm, bf16};
    ///
    /// let mut row = [bf16::ZERO; 2];
    /// RmsNorm::new(2)?.with_beta(&[bf16::ONE, bf16::NEG_ONE])?.forward_in_place(&mut row)?;
    /// assert_eq!(row, [bf16::ONE, bf16::NEG_ONE]);
    /// # Ok(()) }
    /// # #[cfg(not(feature = "half"))] fn main() {}
    /// ```
    ///
    /// # Errors
    /// [`Error::Length`]; [`Error::NotFinite`] for a NaN or an infinity, with its bits as an `f32`.
    pub fn with_beta<E: Element>(self, beta: &'a [E]) -> Result<Self, Error> {
        Ok(Self { beta: Some(self.feature_vector("beta", beta)?), ..self })
    }

    /// The gain is 1 + γ, rounded once to `f32`, as in Gemma's RMSNorm. Without γ it is 1.
    ///
    /// ```
    /// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
    /// use layernorm::mixed::{RmsNorm, bf16};
    ///
    /// let mut row = [3.0, 4.0].map(bf16::from_f32);
    /// RmsNorm::new(2)?.with_gamma(&[bf16::ZERO, bf16::ONE])?.with_unit_offset().forward_in_place(&mut row)?;
    /// assert_eq!(row.map(f32::from), [0.84765625, 2.265625]);
    /// # Ok(()) }
    /// # #[cfg(not(feature = "half"))] fn main() {}
    /// ```
    pub const fn with_unit_offset(self) -> Self {
        Self { unit_offset: true, ..self }
    }

    /// What is added to the variance (or the mean square); finite, ≥ 0, and 0 is fine.
    ///
    /// ```
    /// assert_eq!(layernorm::mixed::LayerNorm::new(2)?.with_epsilon(1e-6)?.epsilon(), 1e-6);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Epsilon`].
    pub const fn with_epsilon(self, epsilon: f32) -> Result<Self, Error> {
        Ok(Self { epsilon: checked!(shape::epsilon(epsilon)), ..self })
    }

    /// Number of features in a row.
    ///
    /// ```
    /// assert_eq!(layernorm::mixed::LayerNorm::new(64)?.width(), 64);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn width(&self) -> usize {
        self.width
    }

    /// What is added to the variance or the mean square.
    ///
    /// ```
    /// assert_eq!(layernorm::mixed::LayerNorm::new(64)?.epsilon(), 1e-5);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn epsilon(&self) -> f32 {
        self.epsilon
    }

    /// Whether the gain is 1 + γ.
    ///
    /// ```
    /// assert!(!layernorm::mixed::RmsNorm::new(64)?.unit_offset());
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn unit_offset(&self) -> bool {
        self.unit_offset
    }

    /// The first of γ and β that the norm has.
    pub(super) fn affine(&self) -> Option<&'static str> {
        match (&self.gamma, &self.beta) {
            (Some(_), _) => Some("gamma"),
            (_, Some(_)) => Some("beta"),
            _ => None,
        }
    }

    /// The norm with these, which are known to be finite.
    pub(super) fn with_values(self, gamma: Values<'a>, beta: Values<'a>) -> Self {
        Self { gamma: Some(gamma), beta: Some(beta), ..self }
    }

    /// What the arithmetic needs, γ in the place of `gamma`, which has as many elements; β is not among it.
    pub(super) fn parameters<'f>(&self, gamma: &'f mut [f32]) -> Parameters<'f> {
        let gamma = self.gamma.map(|values| {
            values.widen(0, gamma);
            &*gamma
        });
        Parameters { gamma, beta: None, unit_offset: self.unit_offset }
    }

    fn feature_vector<E: Stored>(
        &self,
        parameter: &'static str,
        values: &'a [E],
    ) -> Result<Values<'a>, Error> {
        shape::length(parameter, values.len(), self.width)?;
        finite(parameter, values)?;
        Ok(E::values(values))
    }

    /// The norm of `features` of a row in `f32`; what is of another type is converted to `gamma` and `beta`.
    pub(super) fn in_f32<'f, const N: usize>(
        &self,
        features: Range<usize>,
        gamma: &'f mut List<f32, N>,
        beta: &'f mut List<f32, N>,
    ) -> crate::Norm<'f, K>
    where
        'a: 'f,
    {
        let width = features.len();
        debug_assert!(width <= N && features.end <= self.width);
        let [gamma, beta] = [(self.gamma, gamma), (self.beta, beta)].map(|(values, list)| {
            let values = values?;
            if let Some(values) = values.as_f32() {
                return values.get(features.clone());
            }
            list.repeat(0.0, width);
            values.widen(features.start, list);
            Some(&**list)
        });
        let Self { epsilon, unit_offset, .. } = *self;
        crate::Norm { width, gamma, beta, epsilon, unit_offset, residual_bias: None, kind: PhantomData }
    }
}

/// An error unless all are finite.
pub(super) fn finite<E: Stored>(parameter: &'static str, values: &[E]) -> Result<(), Error> {
    const PART: usize = 64;
    let mut part = [0.0; PART];
    for (at, values) in values.chunks(PART).enumerate() {
        let Some(part) = part.get_mut(..values.len()) else { continue };
        E::widen(values, part);
        shape::finite(parameter, part).map_err(|error| match error {
            Error::NotFinite { parameter, index, actual } => {
                Error::NotFinite { parameter, index: at * PART + index, actual }
            }
            other => other,
        })?;
    }
    Ok(())
}
