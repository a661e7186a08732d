//! The norms, and their parameters of any type.

use super::element::{Element, Values};
use crate::features::Features;
use crate::float::Parameters;
use crate::list::List;
use crate::shape::{self, checked};
use crate::{Centring, Error, L2, Layer, Rms};
use core::marker::PhantomData;
use core::ops::Range;

/// [`LayerNorm`], [`RmsNorm`] or [`L2Norm`], by `K`: of rows of any [`Element`], by the arithmetic of [`crate::Norm`].
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
    features: Features<Values<'a>>,
    pub(super) residual_bias: Option<Values<'a>>,
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

/// `y = x / sqrt(Σx²) · γ + β` of rows in half precision.
///
/// ```
/// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
/// use layernorm::mixed::{L2Norm, f16};
///
/// let mut row = [3.0, 0.0, 0.0, 4.0].map(f16::from_f32);
/// L2Norm::new(4)?.forward_in_place(&mut row)?;
/// assert_eq!(row.map(f32::from), [0.60009766, 0.0, 0.0, 0.7998047]);
/// # Ok(()) }
/// # #[cfg(not(feature = "half"))] fn main() {}
/// ```
pub type L2Norm<'a> = Norm<'a, L2>;

impl<'a, K: Centring> Norm<'a, K> {
    /// γ = 1, β = 0, ε = 1e-5; of an [`L2Norm`] 0.
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
            features: Features::new(width),
            residual_bias: None,
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
        Ok(Self { features: self.features.with_gamma(gamma)?, ..self })
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
        Ok(Self { features: self.features.with_beta(beta)?, ..self })
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

    /// What [`forward_residual`](Self::forward_residual) adds to each row of the sum, `width` numbers of any type, as by
    /// [`crate::Norm::with_residual_bias`]. The sum is `(residual + x) + bias`, each addition rounded to `f32`, and the sum then to the
    /// type of the residual.
    ///
    /// ```
    /// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
    /// use layernorm::mixed::{LayerNorm, bf16, f16};
    ///
    /// let bias = [10.0, 20.0].map(f16::from_f32);
    /// let norm = LayerNorm::new(2)?.with_residual_bias(&bias)?.with_epsilon(0.0)?;
    /// let (mut residual, mut y) = ([1.0, 2.0].map(bf16::from_f32), [0.0f32; 2]);
    /// norm.forward_residual(&[1.0f32, 1.0], &mut residual, &mut y)?;
    /// assert_eq!((residual.map(f32::from), y), ([12.0, 23.0], [-1.0, 1.0]));
    /// # Ok(()) }
    /// # #[cfg(not(feature = "half"))] fn main() {}
    /// ```
    ///
    /// # Errors
    /// [`Error::Length`]; [`Error::NotFinite`] for a NaN or an infinity, with its bits as an `f32`.
    pub fn with_residual_bias<E: Element>(self, bias: &'a [E]) -> Result<Self, Error> {
        Ok(Self { residual_bias: Some(self.features.checked("bias", bias)?), ..self })
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
        self.features.len
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

    /// An error unless a modulation may take the place of γ and β.
    pub(super) fn check_absent(&self) -> Result<(), Error> {
        self.features.check_absent()
    }

    /// The norm with these, which are known to be finite.
    pub(super) fn with_values(self, gamma: Values<'a>, beta: Values<'a>) -> Self {
        Self { features: Features { gamma: Some(gamma), beta: Some(beta), ..self.features }, ..self }
    }

    /// What the arithmetic needs, γ in the place of `gamma`, which has as many elements; β is not among it.
    pub(super) fn parameters<'f>(&self, gamma: &'f mut [f32]) -> Parameters<'f> {
        let gamma = self.features.gamma.map(|values| {
            values.widen(0, gamma);
            &*gamma
        });
        Parameters { gamma, beta: None, unit_offset: self.unit_offset }
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
        debug_assert!(width <= N && features.end <= self.width());
        let [gamma, beta] =
            [(self.features.gamma, gamma), (self.features.beta, beta)].map(|(values, list)| {
                let values = values?;
                if let Some(values) = values.as_f32() {
                    return values.get(features.clone());
                }
                list.repeat(0.0, width);
                values.widen(features.start, list);
                Some(&**list)
            });
        let Self { epsilon, unit_offset, .. } = *self;
        crate::Norm {
            features: Features { len: width, gamma, beta },
            epsilon,
            unit_offset,
            residual_bias: None,
            kind: PhantomData,
        }
    }
}
