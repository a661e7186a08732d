//! Verbs are `#[inline]`, so that the crate of the caller compiles the kernels. What this crate compiled of [`Isa::run`](crate::isa::Isa),
//! which is never inlined, would be shared with the verbs of rows, and a compiler would not know their callers: dx of 64 × 64 takes
//! 1.25 times as long then (AVX2), `LayerNorm` 20 B more of flash.

use crate::float::ForwardChannels;
use crate::layout::Layout;
use crate::rows::Rows;
use crate::{Error, GroupNorm, LayerNorm, RowStats, dispatch, shape};

/// # Samples
impl GroupNorm<'_> {
    /// `y = norm(x)`; both samples × channels × positions.
    ///
    /// ```
    /// use layernorm::GroupNorm;
    ///
    /// let norm = GroupNorm::new(1, 2)?.with_gamma(&[1.0, 2.0])?.with_beta(&[0.0, 0.5])?;
    /// let x = [1.0, 2.0, 3.0, 4.0]; // two channels of two positions
    /// let mut y = [0.0; 4];
    /// norm.forward(&x, 2, &mut y)?;
    /// assert_eq!(y, [-1.3416355, -0.4472118, 1.3944236, 3.183271]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Zero`] for `positions`; [`Error::NotWholeRows`] for an `x` that is not a multiple of channels × positions;
    /// [`Error::Length`] for `y`; nothing is written then.
    #[inline]
    pub fn forward(&self, x: &[f32], positions: usize, y: &mut [f32]) -> Result<(), Error> {
        let layout = self.layout(x, positions)?;
        shape::length("y", y.len(), x.len())?;
        self.run(Rows::apart(x, y, layout), &mut []);
        Ok(())
    }

    /// [`forward`](Self::forward) with y in the place of x. The bits are the same.
    ///
    /// ```
    /// use layernorm::GroupNorm;
    ///
    /// let mut x = [-1.0, 1.0, 2.0, 6.0]; // two samples of one channel
    /// GroupNorm::new(1, 1)?.with_epsilon(0.0)?.forward_in_place(&mut x, 2)?;
    /// assert_eq!(x, [-1.0, 1.0, -1.0, 1.0]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Zero`], [`Error::NotWholeRows`]; nothing is written then.
    #[inline]
    pub fn forward_in_place(&self, x: &mut [f32], positions: usize) -> Result<(), Error> {
        let layout = self.layout(x, positions)?;
        self.run(Rows::in_place(x, layout), &mut []);
        Ok(())
    }

    /// [`forward`](Self::forward), and the statistics of each group in `stats`, samples × groups.
    ///
    /// ```
    /// use layernorm::{GroupNorm, RowStats};
    ///
    /// let (mut y, mut stats) = ([0.0; 4], [RowStats::default(); 2]);
    /// GroupNorm::instance(2)?.forward_with_stats(&[1.0, 2.0, 30.0, 40.0], 2, &mut y, &mut stats)?;
    /// assert_eq!(stats.map(|group| group.mean()), [1.5, 35.0]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`forward`](Self::forward), and [`Error::Length`] for `stats`; nothing is written then.
    #[inline]
    pub fn forward_with_stats(
        &self,
        x: &[f32],
        positions: usize,
        y: &mut [f32],
        stats: &mut [RowStats],
    ) -> Result<(), Error> {
        let layout = self.layout(x, positions)?;
        shape::length("y", y.len(), x.len())?;
        self.check_stats(stats, x, positions)?;
        self.run(Rows::apart(x, y, layout), stats);
        Ok(())
    }

    /// The statistics of each group alone, samples × groups.
    ///
    /// ```
    /// use layernorm::{GroupNorm, RowStats};
    ///
    /// let mut stats = [RowStats::default()];
    /// GroupNorm::new(1, 2)?.statistics(&[1.0, 2.0, 3.0, 4.0], 2, &mut stats)?;
    /// assert_eq!((stats[0].mean(), stats[0].rstd()), (2.5, 0.8944236));
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Zero`] for `positions`; [`Error::NotWholeRows`] for `x`; [`Error::Length`] for `stats`; nothing is written then.
    #[inline]
    pub fn statistics(&self, x: &[f32], positions: usize, stats: &mut [RowStats]) -> Result<(), Error> {
        self.layout(x, positions)?;
        LayerNorm::new(self.of(positions).width())?.with_epsilon(self.epsilon())?.statistics(x, stats)
    }

    /// A row for each channel of each sample.
    pub(crate) fn layout(&self, x: &[f32], positions: usize) -> Result<Layout, Error> {
        shape::planes(x.len(), self.channels(), positions)?;
        Ok(Layout::packed(x.len().checked_div(positions).unwrap_or(0), positions))
    }

    /// An error unless there is one for each group of each sample of `x`, which has whole samples.
    pub(crate) fn check_stats(&self, stats: &[RowStats], x: &[f32], positions: usize) -> Result<(), Error> {
        shape::length("stats", stats.len(), shape::rows("x", x.len(), self.of(positions).width())?)
    }

    #[inline]
    fn run(&self, rows: Rows, stats: &mut [RowStats]) {
        let channels = self.of(rows.width());
        dispatch::run(ForwardChannels { channels, rows, stats });
    }
}
