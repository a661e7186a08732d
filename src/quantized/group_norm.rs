//! Group norm.

use super::code::Code;
use super::params::Params;
use super::scale::Scale;
use crate::dispatch::run_on_codes;
use crate::integer::rows::{Apart, InPlace};
use crate::integer::{self, ForwardGroups, Rows, ratio};
use crate::{Error, FoldError, shape};
use core::marker::PhantomData;

/// The most codes of a group of a sample.
const MOST: usize = 1 << 20;

/// Group normalisation of quantised codes, samples × channels × positions: [`crate::GroupNorm`] in integers.
///
/// A group of a sample is a row of channels / groups · positions codes, at most 2²⁰, and each result is that of
/// [the definition](crate::quantized#groups-of-channels), correctly rounded. With as many groups as channels it is instance normalisation.
///
/// ```
/// use layernorm::quantized::{GroupNorm, Params, Scale};
///
/// let (input, output) = (Scale { scale: 0.02, zero_point: 3i8 }, Scale { scale: 0.02, zero_point: 0i8 });
/// let params = Params::fold(&[1.0, 0.5], &[0.0, 1.0], input, output, 1e-5)?; // two channels
/// let mut y = [0i8; 4];
/// GroupNorm::new(&params, 2, 2, input, 1e-5)?.forward(&[-100, 100, 13, 33], &mut y)?;
/// assert_eq!(y, [-50, 50, 25, 75]);
/// # Ok::<(), layernorm::FoldError>(())
/// ```
#[must_use = "a norm does nothing until one of its verbs is called"]
#[derive(Clone, Copy, Debug)]
pub struct GroupNorm<'a, X, Y> {
    features: [&'a [i32]; 2],
    /// Of a group.
    norm: integer::Norm,
    group_channels: usize,
    positions: usize,
    zero_point: i32,
    types: PhantomData<fn(X) -> Y>,
}

impl<'a, X: Code, Y: Code> GroupNorm<'a, X, Y> {
    /// `params` have γ and β of each channel and the scales; the scale of the input once more, as it was folded, and ε are folded for rows
    /// of a group.
    ///
    /// ```
    /// use layernorm::quantized::{GroupNorm, Params, Scale};
    /// use layernorm::{Error, FoldError};
    ///
    /// let scale = Scale { scale: 0.03, zero_point: 0i8 };
    /// let params = Params::fold(&[1.0; 6], &[0.0; 6], scale, scale, 1e-5)?;
    /// let error = GroupNorm::new(&params, 4, 10, scale, 1e-5).unwrap_err();
    /// assert_eq!(error, FoldError::Argument(Error::Groups { groups: 4, actual: 6 }));
    /// # Ok::<(), FoldError>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Zero`] for `groups` or `positions`; [`Error::Groups`] where the channels are not a multiple of the groups;
    /// [`Error::TooLarge`] for `positions` where a group has more than 2²⁰ codes; [`Error::Epsilon`]; [`FoldError::Scale`] for `input`;
    /// [`FoldError::EpsilonBeyondScale`].
    pub fn new<S: AsRef<[i32]>>(
        params: &'a Params<X, Y, S>,
        groups: usize,
        positions: usize,
        input: Scale<X>,
        epsilon: f32,
    ) -> Result<Self, FoldError> {
        let channels = params.width();
        shape::groups(groups, channels)?;
        shape::at_least_one("positions", positions)?;
        let scale = shape::scale("input", input.scale)?;
        // Neither is 0; `checked_div` keeps the division's panic out of the image.
        let group_channels = channels.checked_div(groups).unwrap_or(channels);
        let limit = MOST.checked_div(group_channels).unwrap_or(0);
        if positions > limit {
            return Err(Error::TooLarge { parameter: "positions", limit, actual: positions }.into());
        }
        let width = group_channels * positions;
        let epsilon = ratio::folded_epsilon(width, epsilon, ("input", scale), 0)?;
        let (norm, zero_point, _) = params.norm(true);
        let norm = integer::Norm { width, epsilon, ..norm };
        let features = [params.gamma.as_ref(), params.beta.as_ref()];
        Ok(Self { features, norm, group_channels, positions, zero_point, types: PhantomData })
    }

    /// `y = norm(x)`; both samples × channels × positions.
    ///
    /// ```
    /// use layernorm::quantized::{GroupNorm, Params, Scale};
    ///
    /// let scale = Scale { scale: 0.02, zero_point: 0i8 };
    /// let params = Params::fold(&[1.0; 2], &[0.0; 2], scale, scale, 0.0)?;
    /// let mut y = [0i8; 8]; // two samples
    /// GroupNorm::new(&params, 1, 2, scale, 0.0)?.forward(&[1, 1, 3, 3, 7, 7, 7, 7], &mut y)?;
    /// assert_eq!(y, [-50, -50, 50, 50, 0, 0, 0, 0]);
    /// # Ok::<(), layernorm::FoldError>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y`; nothing is written then.
    pub fn forward(&self, x: &[X], y: &mut [Y]) -> Result<(), Error> {
        shape::length("y", y.len(), x.len())?;
        self.run(Apart { x, zero_point: self.zero_point, y })
    }

    fn run(&self, rows: impl Rows) -> Result<(), Error> {
        let Self { norm, group_channels, positions, features: [gamma, beta], .. } = *self;
        let channels = gamma.len();
        shape::rows("x", rows.len(), channels.saturating_mul(positions))?;
        run_on_codes(ForwardGroups { norm: &norm, group_channels, positions, rows, gamma, beta, channels });
        Ok(())
    }
}

impl<X: Code> GroupNorm<'_, X, X> {
    /// `x = norm(x)`; samples × channels × positions. The codes are those of [`forward`](Self::forward).
    ///
    /// ```
    /// use layernorm::quantized::{GroupNorm, Params, Scale};
    ///
    /// let scale = Scale { scale: 0.02, zero_point: 0i8 };
    /// let params = Params::fold(&[1.0; 2], &[0.0; 2], scale, scale, 0.0)?;
    /// let mut x = [1, 3, 10, 30];
    /// GroupNorm::new(&params, 2, 2, scale, 0.0)?.forward_in_place(&mut x)?;
    /// assert_eq!(x, [-50, 50, -50, 50]);
    /// # Ok::<(), layernorm::FoldError>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`]; nothing is written then.
    pub fn forward_in_place(&self, x: &mut [X]) -> Result<(), Error> {
        self.run(InPlace { x, zero_point: self.zero_point })
    }
}
