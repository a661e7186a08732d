use crate::Error;
use crate::exp::tanh;
use crate::features::Features;
use crate::shape::{self, checked};

/// DyT, dynamic tanh (Zhu et al. 2025): `y = γ · tanh(α·x) + β`, in the place of a norm, of rows of `width` elements.
///
/// There are no statistics: an element's result depends on that element alone. α is one number, γ and β have one for each feature. tanh is
/// the crate's own, within 3 ULP and with the same bits on every machine; α·x, the product with γ and the sum with β are rounded once
/// each. An infinity is γ·(±1) + β; a NaN (and 0 · ∞) is 0x7fc00000, and touches no other element. It is computed element by element, not in
/// vectors.
///
/// ```
/// use layernorm::DynamicTanh;
///
/// let dyt = DynamicTanh::new(3, 0.5)?.with_gamma(&[1.0, 2.0, 1.0])?.with_beta(&[0.0, 0.0, 1.0])?;
/// let (x, mut y) = ([2.0, 2.0, f32::INFINITY], [0.0; 3]);
/// dyt.forward(&x, &mut y)?;
/// assert_eq!(y, [0.7615942, 1.5231884, 2.0]);
/// # Ok::<(), layernorm::Error>(())
/// ```
#[must_use = "it does nothing until one of its verbs is called"]
#[derive(Clone, Copy, Debug)]
pub struct DynamicTanh<'a> {
    alpha: f32,
    features: Features<&'a [f32]>,
}

impl<'a> DynamicTanh<'a> {
    /// γ = 1, β = 0. The paper begins training with α = 0.5.
    ///
    /// ```
    /// use layernorm::{DynamicTanh, Error};
    ///
    /// assert_eq!(DynamicTanh::new(0, 0.5).unwrap_err(), Error::Zero { parameter: "width" });
    /// ```
    ///
    /// # Errors
    /// [`Error::Zero`] for `width`; [`Error::NotFinite`] for `alpha`, with index 0.
    pub const fn new(width: usize, alpha: f32) -> Result<Self, Error> {
        let width = checked!(shape::width(width));
        checked!(shape::finite("alpha", &[alpha]));
        Ok(Self { alpha, features: Features::new(width) })
    }

    /// Gain, one for each of the `width` features.
    ///
    /// ```
    /// use layernorm::{DynamicTanh, Error};
    ///
    /// let error = Error::Length { parameter: "gamma", expected: 2, actual: 3 };
    /// assert_eq!(DynamicTanh::new(2, 0.5)?.with_gamma(&[1.0; 3]).unwrap_err(), error);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Length`]; [`Error::NotFinite`] for a NaN or an infinity.
    pub const fn with_gamma(self, gamma: &'a [f32]) -> Result<Self, Error> {
        Ok(Self { features: checked!(self.features.with_gamma(gamma)), ..self })
    }

    /// Bias, one for each of the `width` features.
    ///
    /// ```
    /// use layernorm::DynamicTanh;
    ///
    /// let mut row = [0.0, 0.0];
    /// DynamicTanh::new(2, 0.5)?.with_beta(&[10.0, 20.0])?.forward_in_place(&mut row)?;
    /// assert_eq!(row, [10.0, 20.0]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Length`]; [`Error::NotFinite`] for a NaN or an infinity.
    pub const fn with_beta(self, beta: &'a [f32]) -> Result<Self, Error> {
        Ok(Self { features: checked!(self.features.with_beta(beta)), ..self })
    }

    /// Number of features in a row.
    ///
    /// ```
    /// assert_eq!(layernorm::DynamicTanh::new(64, 0.5)?.width(), 64);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn width(&self) -> usize {
        self.features.len
    }

    /// `y = γ · tanh(α·x) + β`; both rows × width.
    ///
    /// ```
    /// use layernorm::DynamicTanh;
    ///
    /// let mut y = [0.0; 4];
    /// DynamicTanh::new(2, 2.0)?.forward(&[0.5, -0.5, 0.0, 50.0], &mut y)?; // two rows
    /// assert_eq!(y, [0.7615942, -0.7615942, 0.0, 1.0]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y`; nothing is written then.
    pub fn forward(&self, x: &[f32], y: &mut [f32]) -> Result<(), Error> {
        shape::rows("x", x.len(), self.width())?;
        shape::length("y", y.len(), x.len())?;
        for (y, x) in y.chunks_mut(self.width().max(1)).zip(x.chunks(self.width().max(1))) {
            y.iter_mut().zip(x).enumerate().for_each(|(i, (y, x))| *y = self.element(i, *x));
        }
        Ok(())
    }

    /// `x = γ · tanh(α·x) + β`; rows × width. The bits are those of [`forward`](Self::forward).
    ///
    /// ```
    /// use layernorm::DynamicTanh;
    ///
    /// let mut x = [1.0, -1.0];
    /// DynamicTanh::new(2, 1.0)?.forward_in_place(&mut x)?;
    /// assert_eq!(x, [0.7615942, -0.7615942]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`]; nothing is written then.
    pub fn forward_in_place(&self, x: &mut [f32]) -> Result<(), Error> {
        shape::rows("x", x.len(), self.width())?;
        for row in x.chunks_mut(self.width().max(1)) {
            row.iter_mut().enumerate().for_each(|(i, x)| *x = self.element(i, *x));
        }
        Ok(())
    }

    #[inline(always)]
    fn element(&self, feature: usize, x: f32) -> f32 {
        let of = |values: Option<&[f32]>, absent| {
            values.and_then(|values| values.get(feature)).copied().unwrap_or(absent)
        };
        // Adding −0 changes no number.
        let y = tanh(self.alpha * x) * of(self.features.gamma, 1.0) + of(self.features.beta, -0.0);
        if y.is_nan() { f32::NAN } else { y }
    }
}
