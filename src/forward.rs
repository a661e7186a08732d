use crate::float::Forward;
use crate::isa::{ONE_LANE, Scalar};
use crate::rows::Rows;
use crate::{Centring, Error, Norm, RowStats, dispatch, shape};
use core::cell::Cell;

/// # Rows
impl<K: Centring> Norm<'_, K> {
    /// `y = norm(x)`; both rows × width.
    ///
    /// ```
    /// use layernorm::LayerNorm;
    ///
    /// let x = [1.0, 2.0, 3.0, 4.0, 5.0, 5.0, 5.0, 5.0]; // two rows
    /// let mut y = [0.0; 8];
    /// LayerNorm::new(4)?.forward(&x, &mut y)?;
    /// assert_eq!(y, [-1.3416355, -0.4472118, 0.4472118, 1.3416355, 0.0, 0.0, 0.0, 0.0]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y`; nothing is written then.
    pub fn forward(&self, x: &[f32], y: &mut [f32]) -> Result<(), Error> {
        let layout = self.layout(x)?;
        shape::length("y", y.len(), x.len())?;
        self.run(Rows::apart(x, y, layout), None)
    }

    /// `x = norm(x)`; rows × width. The bits are those of [`forward`](Self::forward).
    ///
    /// ```
    /// use layernorm::RmsNorm;
    ///
    /// let mut x = [3.0, 4.0];
    /// RmsNorm::new(2)?.with_epsilon(0.0)?.forward_in_place(&mut x)?;
    /// assert_eq!(x, [0.84852815, 1.1313709]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`]; nothing is written then.
    pub fn forward_in_place(&self, x: &mut [f32]) -> Result<(), Error> {
        let layout = self.layout(x)?;
        self.run(Rows::in_place(x, layout), None)
    }

    /// [`forward`](Self::forward) of so many rows, where `y` may be `x`, or apart from it: for the C API, whose pointers may be the
    /// same.
    #[doc(hidden)]
    pub fn forward_cells(&self, rows: usize, x: &[Cell<f32>], y: &[Cell<f32>]) -> Result<(), Error> {
        shape::length("x", x.len(), rows.saturating_mul(self.width()))?;
        shape::length("y", y.len(), x.len())?;
        self.run_inlined(Rows::cells(x, y, rows, self.width()), &mut []);
        Ok(())
    }

    /// `y = norm(x)`, and the statistics of each row in `stats`.
    ///
    /// ```
    /// use layernorm::{LayerNorm, RowStats};
    ///
    /// let (mut y, mut stats) = ([0.0; 4], [RowStats::default()]);
    /// LayerNorm::new(4)?.forward_with_stats(&[1.0, 2.0, 3.0, 4.0], &mut y, &mut stats)?;
    /// assert_eq!((stats[0].mean(), stats[0].rstd()), (2.5, 0.8944236));
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y` or `stats`; nothing is written then.
    pub fn forward_with_stats(&self, x: &[f32], y: &mut [f32], stats: &mut [RowStats]) -> Result<(), Error> {
        let layout = self.layout(x)?;
        shape::length("y", y.len(), x.len())?;
        self.run(Rows::apart(x, y, layout), Some(stats))
    }

    /// The statistics of each row alone.
    ///
    /// ```
    /// use layernorm::{LayerNorm, RowStats};
    ///
    /// let mut stats = [RowStats::default(); 2];
    /// LayerNorm::new(2)?.statistics(&[1.0, 2.0, 30.0, 40.0], &mut stats)?;
    /// assert_eq!(stats.map(|row| row.mean()), [1.5, 35.0]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `stats`; nothing is written then.
    pub fn statistics(&self, x: &[f32], stats: &mut [RowStats]) -> Result<(), Error> {
        let layout = self.layout(x)?;
        self.run(Rows::read(x, layout), Some(stats))
    }

    /// `residual += x; y = norm(residual)` in one go; all rows × width. With a
    /// [bias](Self::with_residual_bias) the sum is `(residual + x) + bias`.
    ///
    /// ```
    /// use layernorm::LayerNorm;
    ///
    /// let (x, mut residual, mut y) = ([0.5, 0.5, -0.5, 0.5], [0.5, 1.5, 3.5, 3.5], [0.0; 4]);
    /// LayerNorm::new(4)?.forward_residual(&x, &mut residual, &mut y)?;
    /// assert_eq!(residual, [1.0, 2.0, 3.0, 4.0]);
    /// assert_eq!(y, [-1.3416355, -0.4472118, 0.4472118, 1.3416355]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `residual` or `y`; nothing is written then.
    pub fn forward_residual(&self, x: &[f32], residual: &mut [f32], y: &mut [f32]) -> Result<(), Error> {
        self.residual(x, residual, y, None)
    }

    /// [`forward_residual`](Self::forward_residual), and the statistics of each row in `stats`.
    ///
    /// ```
    /// use layernorm::{LayerNorm, RowStats};
    ///
    /// let (mut residual, mut y, mut stats) = ([1.0, 3.0], [0.0; 2], [RowStats::default()]);
    /// LayerNorm::new(2)?.forward_residual_with_stats(&[1.0, 1.0], &mut residual, &mut y, &mut stats)?;
    /// assert_eq!(stats[0].mean(), 3.0); // of the sums, 2 and 4
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `residual`, `y` or `stats`; nothing is written then.
    pub fn forward_residual_with_stats(
        &self,
        x: &[f32],
        residual: &mut [f32],
        y: &mut [f32],
        stats: &mut [RowStats],
    ) -> Result<(), Error> {
        self.residual(x, residual, y, Some(stats))
    }

    fn residual(
        &self,
        x: &[f32],
        residual: &mut [f32],
        y: &mut [f32],
        stats: Option<&mut [RowStats]>,
    ) -> Result<(), Error> {
        let layout = self.layout(x)?;
        shape::length("residual", residual.len(), x.len())?;
        shape::length("y", y.len(), x.len())?;
        self.run(Rows::residual(x, residual, y, layout), stats)
    }

    pub(crate) fn run(&self, rows: Rows, stats: Option<&mut [RowStats]>) -> Result<(), Error> {
        let stats = match stats {
            Some(stats) => {
                shape::length("stats", stats.len(), rows.count())?;
                stats
            }
            None => &mut [],
        };
        self.run_inlined(rows, stats);
        Ok(())
    }

    /// Inlined into a verb, so that what other verbs have is compiled out: a library for C has them all.
    #[inline(always)]
    fn run_inlined(&self, rows: Rows, stats: &mut [RowStats]) {
        let Self { epsilon, residual_bias, .. } = *self;
        let parameters = self.parameters();
        let (centred, scale) = (K::CENTRED, K::scale(self.width()));
        let forward = Forward { centred, scale, rows, parameters, epsilon, residual_bias, stats };
        if ONE_LANE {
            forward.row_by_row(Scalar);
        } else {
            dispatch::run(forward);
        }
    }
}
