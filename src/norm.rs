use crate::features::Features;
use crate::float::Parameters;
use crate::layout::Layout;
use crate::shape::checked;
use crate::{Centring, Error, L2, Layer, Rms, shape};
use core::marker::PhantomData;

/// Layer normalisation, RMSNorm or the L2 norm of rows of `width` elements: [`LayerNorm`] is `Norm<Layer>`, [`RmsNorm`]
/// `Norm<Rms>`, [`L2Norm`] `Norm<L2>`.
///
/// Slices are row-major, rows × width; any number of rows, none included. A value is a few words and borrows γ and β.
///
/// | verb | |
/// |---|---|
/// | [`forward`](Self::forward), [`forward_in_place`](Self::forward_in_place) | rows to rows |
/// | [`forward_with_stats`](Self::forward_with_stats), [`statistics`](Self::statistics) | keep each row's mean and rstd |
/// | [`forward_residual`](Self::forward_residual), [`forward_residual_with_stats`](Self::forward_residual_with_stats) | add to a residual, and normalise the sum |
/// | [`with_residual_bias`](Self::with_residual_bias) | a bias that the residual verbs, and those around a sublayer, add to the sum |
/// | [`pre_norm`](Self::pre_norm), [`post_norm`](Self::post_norm) | around a sublayer of a Transformer |
/// | [`forward_modulated`](Self::forward_modulated) | scale and shift of each sample in place of γ and β |
/// | [`forward_strided`](Self::forward_strided), [`forward_strided_in_place`](Self::forward_strided_in_place) | rows with something between them |
/// | [`forward_qk_in_place`](Self::forward_qk_in_place) | queries and keys of a packed projection, each with its own γ and β |
/// | [`forward_channels_first`](Self::forward_channels_first), [`forward_channels_first_in_place`](Self::forward_channels_first_in_place) | over the channels of images |
/// | [`apply`](Self::apply) | a piece of a row whose statistics [`Moments`](crate::Moments) found |
/// | [`forward_cumulative`](Self::forward_cumulative), [`forward_cumulative_in_place`](Self::forward_cumulative_in_place), [`cumulative_statistics`](Self::cumulative_statistics) | frames of a stream, by the statistics of all so far |
/// | [`backward`](Self::backward), [`backward_in_place`](Self::backward_in_place) | gradients of x, γ and β |
///
/// | | |
/// |---|---|
/// | finite row | x̂ within 19.1 ULP of max(1, \|x̂\|), 6.1 under RMSNorm, for N ≤ 2²⁴, whatever its mean, scale and ε: proved for every row. Ordinary and adversarial ones are within 4 |
/// | constant row | exactly β; under RMSNorm a row of zeros |
/// | row with a NaN or an infinity | all NaN (0x7fc00000); other rows untouched |
/// | bits | the same on every machine, for every verb, row count and alignment |
///
/// A norm can be made at compile time, and then costs nothing at run time:
///
/// ```
/// use layernorm::LayerNorm;
///
/// static GAMMA: [f32; 4] = [1.0, 0.5, 2.0, 1.0];
/// static NORM: LayerNorm = match LayerNorm::new(4) {
///     Ok(norm) => match norm.with_gamma(&GAMMA) {
///         Ok(norm) => norm,
///         Err(_) => panic!("a γ that is not finite"),
///     },
///     Err(_) => panic!("a width of 0"),
/// };
///
/// let mut row = [1.0, 2.0, 3.0, 4.0];
/// NORM.forward_in_place(&mut row)?;
/// assert_eq!(row, [-1.3416355, -0.2236059, 0.8944236, 1.3416355]);
/// # Ok::<(), layernorm::Error>(())
/// ```
#[must_use = "a norm does nothing until one of its verbs is called"]
#[derive(Clone, Copy, Debug)]
pub struct Norm<'a, K> {
    pub(crate) features: Features<&'a [f32]>,
    pub(crate) epsilon: f32,
    pub(crate) unit_offset: bool,
    pub(crate) residual_bias: Option<&'a [f32]>,
    pub(crate) kind: PhantomData<K>,
}

/// Layer normalisation (Ba, Kiros and Hinton 2016): `y = (x − mean) / sqrt(var + ε) · γ + β`.
///
/// `mean` and `var` (divided by N) are those of the row alone. Its verbs are those of [`Norm`].
///
/// ```
/// use layernorm::LayerNorm;
///
/// let mut row = [1.0, 2.0, 3.0, 4.0];
/// LayerNorm::new(4)?.forward_in_place(&mut row)?;
/// assert_eq!(row, [-1.3416355, -0.4472118, 0.4472118, 1.3416355]);
/// # Ok::<(), layernorm::Error>(())
/// ```
pub type LayerNorm<'a> = Norm<'a, Layer>;

/// RMSNorm (Zhang and Sennrich 2019): `y = x / sqrt(mean(x²) + ε) · γ + β`.
///
/// Layer normalisation without centring, and in the paper without β. Its verbs are those of [`Norm`].
///
/// ```
/// use layernorm::RmsNorm;
///
/// let mut row = [1.0, 2.0, 3.0, 4.0];
/// RmsNorm::new(4)?.forward_in_place(&mut row)?;
/// assert_eq!(row, [0.36514813, 0.73029625, 1.0954444, 1.4605925]);
/// # Ok::<(), layernorm::Error>(())
/// ```
pub type RmsNorm<'a> = Norm<'a, Rms>;

/// The L2 norm: `y = x / sqrt(Σx²) · γ + β`, each row over its Euclidean norm, as nGPT (Loshchilov et al. 2024) normalises embeddings,
/// queries and keys.
///
/// RMSNorm without the division by N, and ε = 0: a row of zeros gives β. With another ε the root is sqrt(Σx² + N·ε). x̂ is that of
/// RMSNorm over √N and within 8 ULP of 1. Its verbs are those of [`Norm`], and `rstd()` of its statistics is 1 / sqrt(Σx²).
/// [`Moments`](crate::Moments) are of RMSNorm, and [`apply`](Norm::apply) with them is.
///
/// ```
/// use layernorm::L2Norm;
///
/// let mut row = [3.0, 0.0, 0.0, 4.0];
/// L2Norm::new(4)?.forward_in_place(&mut row)?;
/// assert_eq!(row, [0.6, 0.0, 0.0, 0.8]);
/// # Ok::<(), layernorm::Error>(())
/// ```
pub type L2Norm<'a> = Norm<'a, L2>;

impl<'a, K: Centring> Norm<'a, K> {
    /// γ = 1, β = 0, ε = 1e-5; of an [`L2Norm`] 0.
    ///
    /// ```
    /// use layernorm::{Error, LayerNorm};
    ///
    /// assert_eq!(LayerNorm::new(768)?.width(), 768);
    /// assert_eq!(LayerNorm::new(0).unwrap_err(), Error::Zero { parameter: "width" });
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Zero`].
    pub const fn new(width: usize) -> Result<Self, Error> {
        let width = checked!(shape::width(width));
        Ok(Self {
            features: Features::new(width),
            epsilon: K::EPSILON,
            unit_offset: false,
            residual_bias: None,
            kind: PhantomData,
        })
    }

    /// Gain, one for each of the `width` features.
    ///
    /// ```
    /// use layernorm::{Error, LayerNorm};
    ///
    /// let norm = LayerNorm::new(2)?;
    /// assert_eq!(norm.with_gamma(&[2.0, 0.5])?.gamma(), Some(&[2.0, 0.5][..]));
    /// let error = Error::Length { parameter: "gamma", expected: 2, actual: 3 };
    /// assert_eq!(norm.with_gamma(&[1.0; 3]).unwrap_err(), error);
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
    /// use layernorm::RmsNorm;
    ///
    /// let norm = RmsNorm::new(2)?.with_beta(&[10.0, 20.0])?;
    /// let mut y = [0.0; 2];
    /// norm.forward(&[0.0, 0.0], &mut y)?;
    /// assert_eq!(y, [10.0, 20.0]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Length`]; [`Error::NotFinite`] for a NaN or an infinity.
    pub const fn with_beta(self, beta: &'a [f32]) -> Result<Self, Error> {
        Ok(Self { features: checked!(self.features.with_beta(beta)), ..self })
    }

    /// [`with_gamma`](Self::with_gamma) and [`with_beta`](Self::with_beta), checked by the lanes of the instruction set: for the npm
    /// package, which makes a norm in every call.
    #[doc(hidden)]
    pub fn with_affine(self, gamma: Option<&'a [f32]>, beta: Option<&'a [f32]>) -> Result<Self, Error> {
        Ok(Self { features: self.features.by_lanes(gamma, beta)?, ..self })
    }

    /// The gain is 1 + γ, rounded once, as in Gemma's RMSNorm. Without γ it is 1.
    ///
    /// ```
    /// use layernorm::RmsNorm;
    ///
    /// let (gemma, plain) = ([0.0, 1.0], [1.0, 2.0]);
    /// let (mut y, mut expected) = ([0.0; 2], [0.0; 2]);
    /// RmsNorm::new(2)?.with_gamma(&gemma)?.with_unit_offset().forward(&[3.0, 4.0], &mut y)?;
    /// RmsNorm::new(2)?.with_gamma(&plain)?.forward(&[3.0, 4.0], &mut expected)?;
    /// assert_eq!(y, expected);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn with_unit_offset(self) -> Self {
        Self { unit_offset: true, ..self }
    }

    /// What the verbs with a residual, [`pre_norm`](Self::pre_norm) and [`post_norm`](Self::post_norm) add to each row of the sum, `width` numbers: the bias of
    /// the projection before it, as in ONNX Runtime's `SkipLayerNormalization`. The sum is `(residual + x) + bias`, each addition rounded
    /// once. Other verbs add none.
    ///
    /// ```
    /// use layernorm::LayerNorm;
    ///
    /// let norm = LayerNorm::new(2)?.with_residual_bias(&[10.0, 20.0])?.with_epsilon(0.0)?;
    /// let (x, mut residual, mut y) = ([1.0, 1.0], [1.0, 2.0], [0.0; 2]);
    /// norm.forward_residual(&x, &mut residual, &mut y)?;
    /// assert_eq!((residual, y), ([12.0, 23.0], [-1.0, 1.0]));
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Length`]; [`Error::NotFinite`] for a NaN or an infinity.
    pub const fn with_residual_bias(self, bias: &'a [f32]) -> Result<Self, Error> {
        checked!(shape::feature_vector("bias", bias, self.features.len));
        Ok(Self { residual_bias: Some(bias), ..self })
    }

    /// What is added to the variance (or the mean square); finite, ≥ 0, and 0 is fine.
    ///
    /// ```
    /// use layernorm::LayerNorm;
    ///
    /// let mut row = [-2.0, 2.0];
    /// LayerNorm::new(2)?.with_epsilon(0.0)?.forward_in_place(&mut row)?;
    /// assert_eq!(row, [-1.0, 1.0]);
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
    /// assert_eq!(layernorm::LayerNorm::new(64)?.width(), 64);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn width(&self) -> usize {
        self.features.len
    }

    /// What is added to the variance or the mean square.
    ///
    /// ```
    /// assert_eq!(layernorm::LayerNorm::new(64)?.epsilon(), 1e-5);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn epsilon(&self) -> f32 {
        self.epsilon
    }

    /// The gain that was given, `width` numbers; none is a gain of 1.
    ///
    /// ```
    /// assert_eq!(layernorm::RmsNorm::new(64)?.gamma(), None);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn gamma(&self) -> Option<&'a [f32]> {
        self.features.gamma
    }

    /// The bias that was given, `width` numbers; none is a bias of 0.
    ///
    /// ```
    /// assert_eq!(layernorm::RmsNorm::new(2)?.with_beta(&[0.5, 0.0])?.beta(), Some(&[0.5, 0.0][..]));
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn beta(&self) -> Option<&'a [f32]> {
        self.features.beta
    }

    /// Whether the gain is 1 + γ.
    ///
    /// ```
    /// assert!(layernorm::RmsNorm::new(64)?.with_unit_offset().unit_offset());
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn unit_offset(&self) -> bool {
        self.unit_offset
    }

    /// Whole rows one after the other.
    pub(crate) fn layout(&self, x: &[f32]) -> Result<Layout, Error> {
        Ok(Layout::packed(shape::rows("x", x.len(), self.width())?, self.width()))
    }

    pub(crate) fn parameters(&self) -> Parameters<'a> {
        self.features.parameters(self.unit_offset)
    }
}
