use super::CumulativeSums;
use super::statistics::statistics;
use crate::layout::Layout;
use crate::part::part_mut;
use crate::rows::Rows;
use crate::{Centring, Error, Norm, RowStats, shape};

/// # Streams
impl<K: Centring> Norm<'_, K> {
    /// `y = norm(x)` of the next frames of a stream by the statistics of all elements so far: cumulative layer
    /// norm, the cLN of causal speech models (Luo and Mesgarani 2019), where `width` is the number of channels.
    ///
    /// `x` and `y` are frames × width, one frame or several. A frame is added to `sums` and then normalised by the mean and the variance of
    /// all that `sums` holds, so frame t depends on frames up to t alone; γ and β are those of its channels.
    /// Statistics over all frames of a sequence, gLN, are those of [`GroupNorm`](crate::GroupNorm) with one group.
    ///
    /// mean and rstd are those of exact arithmetic on the prefix, each rounded once: the mean to `hi`, the float nearest to it,
    /// and `lo`, the float nearest to mean − hi. `y = ((x − hi) − lo) · rstd · γ + β`, each operation in `f32`; where rstd
    /// is not from 2⁻⁴⁸ on and below 2⁴⁸, of x, mean and 1/rstd that have been multiplied by 2⁶⁴ or 2⁻⁶⁴, unless all elements are equal.
    /// x̂ is within 6.1 ULP of max(1, |x̂|) for every prefix; where all elements are equal y is β; from a NaN or an infinity on
    /// all frames are NaN. How a stream is divided among calls changes no bit.
    ///
    /// ```
    /// use layernorm::{CumulativeSums, LayerNorm};
    ///
    /// let (norm, mut sums) = (LayerNorm::new(2)?.with_epsilon(0.0)?, CumulativeSums::new());
    /// let (frames, mut y) = ([1.0, 3.0, 6.0, 6.0], [0.0; 4]);
    /// norm.forward_cumulative(&mut sums, &frames, &mut y)?;
    /// assert_eq!(y, [-1.0, 1.0, 0.94280905, 0.94280905]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y`; [`Error::TooLarge`] for `x` where the stream would have more than
    /// [`CumulativeSums::MOST`] elements; nothing is written or added then.
    pub fn forward_cumulative(
        &self,
        sums: &mut CumulativeSums,
        x: &[f32],
        y: &mut [f32],
    ) -> Result<(), Error> {
        self.layout(x)?;
        shape::length("y", y.len(), x.len())?;
        sums.0.check_room("x", x.len())?;
        let mut frames = (x, y);
        while let Some((x, rest)) = frames.0.split_at_checked(self.width())
            && let Some((y, y_rest)) = core::mem::take(&mut frames.1).split_at_mut_checked(self.width())
        {
            frames = (rest, y_rest);
            sums.0.push(x);
            self.frame(sums, Rows::apart(x, y, Layout::packed(1, self.width())))?;
        }
        Ok(())
    }

    /// [`forward_cumulative`](Self::forward_cumulative) with each frame in its place. The bits are the same.
    ///
    /// ```
    /// use layernorm::{CumulativeSums, RmsNorm};
    ///
    /// let (norm, mut sums) = (RmsNorm::new(2)?.with_epsilon(0.0)?, CumulativeSums::new());
    /// let mut frames = [2.0, 2.0, 0.0, 4.0];
    /// norm.forward_cumulative_in_place(&mut sums, &mut frames)?;
    /// assert_eq!(frames, [1.0, 1.0, 0.0, 1.6329932]); // mean square 4, then 6
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`; [`Error::TooLarge`] for it where the stream would have more than
    /// [`CumulativeSums::MOST`] elements; nothing is written or added then.
    pub fn forward_cumulative_in_place(&self, sums: &mut CumulativeSums, x: &mut [f32]) -> Result<(), Error> {
        let frames = self.layout(x)?.rows;
        sums.0.check_room("x", x.len())?;
        for i in 0..frames {
            let frame = part_mut(x, i * self.width(), self.width());
            sums.0.push(frame);
            self.frame(sums, Rows::in_place(frame, Layout::packed(1, self.width())))?;
        }
        Ok(())
    }

    /// The statistics of all elements in `sums`, for [`apply`](Self::apply) or to look at; what is pushed may be more or less
    /// than frames of `width`.
    ///
    /// ```
    /// use layernorm::{CumulativeSums, Error, LayerNorm};
    ///
    /// let (norm, mut sums) = (LayerNorm::new(2)?.with_epsilon(0.0)?, CumulativeSums::new());
    /// assert_eq!(norm.cumulative_statistics(&sums), Err(Error::Zero { parameter: "sums" }));
    /// sums.push(&[1.0, 5.0])?;
    /// let stats = norm.cumulative_statistics(&sums)?;
    /// assert_eq!((stats.mean(), stats.rstd()), (3.0, 0.5));
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Zero`] for `sums` where nothing was pushed.
    pub fn cumulative_statistics(&self, sums: &CumulativeSums) -> Result<RowStats, Error> {
        if sums.0.count == 0 {
            return Err(Error::Zero { parameter: "sums" });
        }
        let divisor = if K::SUM_OF_SQUARES { 1 } else { sums.0.count };
        Ok(statistics(&sums.0, K::CENTRED, divisor, self.epsilon))
    }

    /// Writes a frame that has been added to the sums.
    fn frame(&self, sums: &CumulativeSums, row: Rows) -> Result<(), Error> {
        let stats = self.cumulative_statistics(sums)?;
        self.second_pass(&stats, 0..self.width(), row);
        Ok(())
    }
}
