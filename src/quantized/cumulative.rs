use super::code::Code;
use super::norm::Norm;
use crate::dispatch::run_on_codes;
use crate::integer::rows::{Apart, InPlace};
use crate::integer::{ForwardCumulative, Prefix, Rows};
use crate::{Averaging, Error, shape};
use core::marker::PhantomData;

/// The sums of all codes of a stream so far, for [`forward_cumulative`](Norm::forward_cumulative): the state of a cumulative layer norm.
///
/// They are exact. A value is 32 bytes and never grows; a copy is a saved state, and a new value begins another stream. It holds
/// fewer than 2³² codes: with 512 channels 23 hours of 100 frames a second.
///
/// ```
/// use layernorm::quantized::{CumulativeSums, LayerNorm, Params, Scale};
///
/// let (input, output) = (Scale { scale: 0.02, zero_point: 3i8 }, Scale { scale: 0.03, zero_point: -5i8 });
/// let params = Params::fold(&[1.0; 2], &[0.0; 2], input, output, 1e-5)?;
/// let (mut sums, mut y) = (CumulativeSums::new(), [0; 2]);
/// LayerNorm::new(&params).forward_cumulative(&mut sums, &[-100, -20], &mut y)?;
/// assert_eq!(y, [-38, 28]);
/// LayerNorm::new(&params).forward_cumulative(&mut sums, &[60, 127], &mut y)?;
/// assert_eq!(y, [12, 38]);                  // as in a row of all four
/// assert_eq!(sums.frames(), 2);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[must_use = "sums say nothing until a norm uses them"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CumulativeSums<X> {
    prefix: Prefix,
    /// Of a frame; 0 before the first.
    width: usize,
    types: PhantomData<fn(X)>,
}

impl<X: Code> CumulativeSums<X> {
    /// Of a stream that has brought nothing yet.
    ///
    /// ```
    /// use layernorm::quantized::CumulativeSums;
    ///
    /// assert_eq!(CumulativeSums::<i8>::new().frames(), 0);
    /// assert_eq!(size_of::<CumulativeSums<i8>>(), 32);
    /// ```
    pub const fn new() -> Self {
        Self { prefix: Prefix::EMPTY, width: 0, types: PhantomData }
    }

    /// Frames so far.
    ///
    /// ```
    /// use layernorm::quantized::{CumulativeSums, Params, RmsNorm, Scale};
    ///
    /// let scale = Scale { scale: 0.01, zero_point: 0i8 };
    /// let params = Params::fold(&[1.0; 2], &[0.0; 2], scale, scale, 1e-5)?;
    /// let mut sums = CumulativeSums::new();
    /// RmsNorm::new(&params).forward_cumulative_in_place(&mut sums, &mut [1, 2, 3, 4, 5, 6])?;
    /// assert_eq!(sums.frames(), 3);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn frames(&self) -> u64 {
        self.prefix.frames
    }
}

impl<X: Code> Default for CumulativeSums<X> {
    fn default() -> Self {
        Self::new()
    }
}

/// # Streams
impl<X: Code, Y: Code, K: Averaging> Norm<'_, X, Y, K> {
    /// `y = norm(x)` of the next frames of a stream by the statistics of all frames so far: cumulative layer norm, where the
    /// width is the number of channels.
    ///
    /// `x` and `y` are frames × width, one frame or several. A frame is added to `sums` and has the codes that it would have as the last
    /// of a row of all frames so far, correctly rounded; [the definition](crate::quantized#a-stream) says what ε that has. How a stream is
    /// divided among calls changes no code.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y`, and for `sums.width` of a stream of other frames;
    /// [`Error::TooLarge`] for `x` where the stream would have too many elements for an exact result; nothing is written or added then.
    ///
    /// ```
    /// use layernorm::quantized::{CumulativeSums, LayerNorm, Params, Scale};
    ///
    /// let (input, output) = (Scale { scale: 0.02, zero_point: 3i8 }, Scale { scale: 0.03, zero_point: -5i8 });
    /// let params = Params::fold(&[1.0; 2], &[0.0; 2], input, output, 1e-5)?;
    /// let mut y = [0; 4];
    /// LayerNorm::new(&params).forward_cumulative(&mut CumulativeSums::new(), &[-100, -20, 60, 127], &mut y)?;
    /// assert_eq!(y, [-38, 28, 12, 38]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn forward_cumulative(
        &self,
        sums: &mut CumulativeSums<X>,
        x: &[X],
        y: &mut [Y],
    ) -> Result<(), Error> {
        shape::length("y", y.len(), x.len())?;
        self.run_cumulative(sums, Apart { x, zero_point: self.zero_point, y })
    }

    fn run_cumulative(&self, sums: &mut CumulativeSums<X>, rows: impl Rows) -> Result<(), Error> {
        let norm = &self.norm;
        let frames = shape::rows("x", rows.len(), norm.width)?;
        if sums.width != norm.width && sums.width != 0 {
            shape::length("sums.width", sums.width, norm.width)?;
        }
        let room = sums.prefix.room(norm);
        if frames as u64 > room {
            let limit = usize::try_from(room).unwrap_or(usize::MAX).saturating_mul(norm.width);
            return Err(Error::TooLarge { parameter: "x", limit, actual: rows.len() });
        }
        sums.width = norm.width;
        let [gamma, beta] = self.features;
        run_on_codes(ForwardCumulative { norm, prefix: &mut sums.prefix, rows, gamma, beta });
        Ok(())
    }
}

impl<X: Code, K: Averaging> Norm<'_, X, X, K> {
    /// [`forward_cumulative`](Self::forward_cumulative) with each frame in its place. The codes are the same.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `sums.width` of a stream of other frames; [`Error::TooLarge`] for `x` where
    /// the stream would have too many elements for an exact result; nothing is written or added then.
    ///
    /// ```
    /// use layernorm::quantized::{CumulativeSums, LayerNorm, Params, Scale};
    ///
    /// let (input, output) = (Scale { scale: 0.02, zero_point: 3i8 }, Scale { scale: 0.03, zero_point: -5i8 });
    /// let params = Params::fold(&[1.0; 2], &[0.0; 2], input, output, 1e-5)?;
    /// let mut x = [-100, -20, 60, 127];
    /// LayerNorm::new(&params).forward_cumulative_in_place(&mut CumulativeSums::new(), &mut x)?;
    /// assert_eq!(x, [-38, 28, 12, 38]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn forward_cumulative_in_place(
        &self,
        sums: &mut CumulativeSums<X>,
        x: &mut [X],
    ) -> Result<(), Error> {
        self.run_cumulative(sums, InPlace { x, zero_point: self.zero_point })
    }
}
