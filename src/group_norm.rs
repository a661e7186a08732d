use crate::features::Features;
use crate::float::Channels;
use crate::shape::checked;
use crate::{Error, shape};

/// Group normalisation (Wu and He 2018) of samples × channels × positions: `y = (x − mean) / sqrt(var + ε) · γ + β`, with mean and
/// variance of a group of channels of one sample, γ and β of the channel.
///
/// It is `GroupNormalization` of ONNX (opset 21), `nn.GroupNorm` of PyTorch. With as many groups as channels it is instance
/// normalisation (Ulyanov, Vedaldi and Lempitsky 2016): [`instance`](Self::instance). With one group it is the norm over channels and
/// time of audio models, gLN of Conv-TasNet; over time so far it is [`forward_cumulative`](crate::Norm::forward_cumulative). A sample's channels lie one after the other, and a channel's `positions` elements too: height × width of an
/// image, the frames of a signal. Any number of samples, none included.
///
/// | verb | |
/// |---|---|
/// | [`forward`](Self::forward), [`forward_in_place`](Self::forward_in_place) | samples to samples |
/// | [`forward_with_stats`](Self::forward_with_stats), [`statistics`](Self::statistics) | keep mean and rstd of each group |
/// | [`backward`](Self::backward), [`backward_in_place`](Self::backward_in_place) | gradients of x, γ and β |
///
/// A group of a sample is a row, of channels / groups · positions elements, of [`LayerNorm`](crate::LayerNorm), with γ and β of each
/// channel repeated for its elements. The statistics and y have the bits of that row, and all that is promised of a row holds:
/// x̂ within 19.1 ULP of max(1, \|x̂\|) for every finite row of up to 2²⁴ elements, β exactly for a constant one, NaNs (0x7fc00000)
/// for one that holds a NaN or an infinity and for no other. Nothing is copied, and a call's memory does not depend on the shape.
///
/// ```
/// use layernorm::GroupNorm;
///
/// let x = [1.0, 2.0, 3.0, 4.0, 50.0, 60.0, 70.0, 80.0]; // four channels of two positions
/// let mut y = [0.0; 8];
/// GroupNorm::new(2, 4)?.forward(&x, 2, &mut y)?;
/// assert_eq!(y[..4], [-1.3416355, -0.4472118, 0.4472118, 1.3416355]);
/// assert_eq!(y[4..], [-1.3416407, -0.4472136, 0.4472136, 1.3416407]);
/// # Ok::<(), layernorm::Error>(())
/// ```
#[doc(alias = "InstanceNorm")]
#[must_use = "a norm does nothing until one of its verbs is called"]
#[derive(Clone, Copy, Debug)]
pub struct GroupNorm<'a> {
    groups: usize,
    /// A number for each channel.
    features: Features<&'a [f32]>,
    epsilon: f32,
}

impl<'a> GroupNorm<'a> {
    /// As many channels for each group, γ = 1, β = 0, ε = 1e-5.
    ///
    /// ```
    /// use layernorm::{Error, GroupNorm};
    ///
    /// static NORM: GroupNorm = match GroupNorm::new(8, 64) {
    ///     Ok(norm) => norm,
    ///     Err(_) => panic!("64 channels in 8 groups"),
    /// };
    ///
    /// assert_eq!((NORM.groups(), NORM.channels()), (8, 64));
    /// assert_eq!(GroupNorm::new(3, 64).unwrap_err(), Error::Groups { groups: 3, actual: 64 });
    /// ```
    ///
    /// # Errors
    /// [`Error::Zero`]; [`Error::Groups`] where the channels are not a multiple of the groups.
    pub const fn new(groups: usize, channels: usize) -> Result<Self, Error> {
        checked!(shape::groups(groups, channels));
        Ok(Self { groups, features: Features::new(channels), epsilon: 1e-5 })
    }

    /// Instance normalisation: each channel of a sample for itself, as `InstanceNormalization` of ONNX and `nn.InstanceNorm1d` to
    /// `3d` of PyTorch without running statistics.
    ///
    /// ```
    /// use layernorm::GroupNorm;
    ///
    /// let mut x = [1.0, 3.0, 10.0, 30.0]; // two channels of two positions
    /// GroupNorm::instance(2)?.with_epsilon(0.0)?.forward_in_place(&mut x, 2)?;
    /// assert_eq!(x, [-1.0, 1.0, -1.0, 1.0]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Zero`].
    pub const fn instance(channels: usize) -> Result<Self, Error> {
        let groups = checked!(shape::at_least_one("channels", channels));
        Self::new(groups, channels)
    }

    /// Gain, one for each channel.
    ///
    /// ```
    /// use layernorm::{Error, GroupNorm};
    ///
    /// let norm = GroupNorm::new(1, 2)?;
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

    /// Bias, one for each channel.
    ///
    /// ```
    /// use layernorm::GroupNorm;
    ///
    /// let mut x = [7.0, 7.0, 8.0, 8.0]; // two channels of two positions
    /// GroupNorm::instance(2)?.with_beta(&[10.0, 20.0])?.forward_in_place(&mut x, 2)?;
    /// assert_eq!(x, [10.0, 10.0, 20.0, 20.0]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Length`]; [`Error::NotFinite`] for a NaN or an infinity.
    pub const fn with_beta(self, beta: &'a [f32]) -> Result<Self, Error> {
        Ok(Self { features: checked!(self.features.with_beta(beta)), ..self })
    }

    /// What is added to the variance; finite, ≥ 0, and 0 is fine.
    ///
    /// ```
    /// use layernorm::GroupNorm;
    ///
    /// let mut x = [-2.0, 2.0];
    /// GroupNorm::new(1, 1)?.with_epsilon(0.0)?.forward_in_place(&mut x, 2)?;
    /// assert_eq!(x, [-1.0, 1.0]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Epsilon`].
    pub const fn with_epsilon(self, epsilon: f32) -> Result<Self, Error> {
        Ok(Self { epsilon: checked!(shape::epsilon(epsilon)), ..self })
    }

    /// Number of groups in a sample.
    ///
    /// ```
    /// assert_eq!(layernorm::GroupNorm::instance(64)?.groups(), 64);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn groups(&self) -> usize {
        self.groups
    }

    /// Number of channels in a sample.
    ///
    /// ```
    /// assert_eq!(layernorm::GroupNorm::new(8, 64)?.channels(), 64);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn channels(&self) -> usize {
        self.features.len
    }

    /// What is added to the variance.
    ///
    /// ```
    /// assert_eq!(layernorm::GroupNorm::new(8, 64)?.epsilon(), 1e-5);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn epsilon(&self) -> f32 {
        self.epsilon
    }

    /// The gain that was given, one number for each channel; none is a gain of 1.
    ///
    /// ```
    /// assert_eq!(layernorm::GroupNorm::new(8, 64)?.gamma(), None);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn gamma(&self) -> Option<&'a [f32]> {
        self.features.gamma
    }

    /// The bias that was given, one number for each channel; none is a bias of 0.
    ///
    /// ```
    /// assert_eq!(layernorm::GroupNorm::new(1, 2)?.with_beta(&[0.5, 0.0])?.beta(), Some(&[0.5, 0.0][..]));
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn beta(&self) -> Option<&'a [f32]> {
        self.features.beta
    }

    /// What the kernels are told of a call whose samples have been counted.
    pub(crate) fn of(&self, positions: usize) -> Channels<'a> {
        let Self { groups, features: Features { len: channels, gamma, beta }, epsilon } = *self;
        // `groups` is never 0; `checked_div` keeps the division's panic out of the image.
        let group_channels = channels.checked_div(groups).unwrap_or(channels);
        Channels { channels, group_channels, positions, gamma, beta, epsilon }
    }
}
