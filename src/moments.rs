use crate::blocks::Blocks;
use crate::float::{BLOCK, CanonicaliseNans, Parameters, SecondPassOfRow};
use crate::layout::Layout;
use crate::part::{part, part_mut};
use crate::rows::Rows;
use crate::{Centring, Error, Norm, RowStats, dispatch, shape};

/// What [`Moments::finish`] found.
///
/// ```
/// use layernorm::{Finish, Moments};
///
/// let mut moments = Moments::new();
/// moments.push(&[1e7, 1e7 + 2.0])?; // a mean far from 0 beside its deviation
/// assert_eq!(moments.finish(1e-5)?, Finish::PushAgain);
/// moments.push(&[1e7, 1e7 + 2.0])?;
/// assert!(matches!(moments.finish(1e-5)?, Finish::Done(stats) if stats.mean() == 1e7 + 1.0));
/// # Ok::<(), layernorm::Error>(())
/// ```
#[must_use = "a row may have to be pushed again"]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Finish {
    /// The statistics of the row; the moments are empty and ready for the next one.
    Done(RowStats),
    /// One pass is not enough for this row: push all of it once more, then finish again.
    PushAgain,
}

/// The statistics of a row that arrives in pieces, or is larger than memory.
///
/// Most rows need one pass. One whose mean is far from 0 beside its deviation needs two, the worst of all (subnormal
/// numbers, overflowing squares) six. Any chunking gives the bits of the whole row. A value takes some 1.2 kB: it keeps
/// the last elements until a block is full.
///
/// ```
/// use layernorm::{Finish, LayerNorm, Moments};
///
/// let chunks = [[1.0, 2.0], [3.0, 4.0]];                   // read again on each pass
/// let mut moments = Moments::new();
/// let stats = loop {
///     for chunk in &chunks {
///         moments.push(chunk)?;
///     }
///     if let Finish::Done(stats) = moments.finish(1e-5)? {
///         break stats;
///     }
/// };
/// let (norm, mut y) = (LayerNorm::new(4)?, [0.0; 2]);
/// norm.apply(&stats, 2, &chunks[1], &mut y)?;              // the second half of the row
/// assert!((y[1] - 1.3416355).abs() < 1e-6);
/// # Ok::<(), layernorm::Error>(())
/// ```
#[must_use = "moments say nothing until they are finished"]
#[derive(Clone, Debug)]
pub struct Moments {
    blocks: Blocks,
    /// The elements of a block that is not full yet.
    block: [f32; BLOCK],
    filled: usize,
    /// Elements of the row, known after the first pass.
    row: Option<usize>,
}

impl Moments {
    /// The moments of a row for [`LayerNorm`](crate::LayerNorm).
    ///
    /// ```
    /// use layernorm::{Finish, Moments};
    ///
    /// let mut moments = Moments::new();
    /// moments.push(&[-1.0, 3.0])?;
    /// assert!(matches!(moments.finish(0.0)?, Finish::Done(stats) if stats.mean() == 1.0));
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub fn new() -> Self {
        Self::empty(true)
    }

    /// The moments of a row for [`RmsNorm`](crate::RmsNorm): about 0.
    ///
    /// ```
    /// use layernorm::{Finish, Moments};
    ///
    /// let mut moments = Moments::uncentred();
    /// moments.push(&[2.0, -2.0])?;
    /// assert!(matches!(moments.finish(0.0)?, Finish::Done(stats) if stats.rstd() == 0.5));
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub fn uncentred() -> Self {
        Self::empty(false)
    }

    fn empty(centred: bool) -> Self {
        Self { blocks: Blocks::new(centred), block: [0.0; BLOCK], filled: 0, row: None }
    }

    /// The next elements of the row, any number of them.
    ///
    /// ```
    /// use layernorm::{Finish, Moments};
    ///
    /// let mut moments = Moments::new();
    /// for chunk in [&[-1.0, 0.0, 1.0][..], &[], &[4.0]] {
    ///     moments.push(chunk)?;
    /// }
    /// assert!(matches!(moments.finish(1e-5)?, Finish::Done(stats) if stats.mean() == 1.0));
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::TooLarge`] where a later pass gets more elements than the first had, or the row more than `usize::MAX`;
    /// nothing is added then.
    pub fn push(&mut self, chunk: &[f32]) -> Result<(), Error> {
        self.check_room("chunk", chunk.len())?;
        let mut rest = chunk;
        if self.filled > 0 {
            let free = part_mut(&mut self.block, self.filled, BLOCK - self.filled);
            let (first, remaining) = rest.split_at(free.len().min(rest.len()));
            free.iter_mut().zip(first).for_each(|(to, v)| *to = *v);
            self.filled += first.len();
            rest = remaining;
            if self.filled == BLOCK {
                self.close();
            }
        }
        let (whole, rest) = rest.split_at(rest.len() - rest.len() % BLOCK);
        if !whole.is_empty() {
            self.blocks.push(whole);
        }
        if !rest.is_empty() {
            self.block.iter_mut().zip(rest).for_each(|(to, v)| *to = *v);
            self.filled = rest.len();
        }
        Ok(())
    }

    /// Adds the elements of `other` behind those of `self`, as threads do that share out a row: after
    /// [`Finish::PushAgain`] each goes on with a clone.
    ///
    /// The statistics are as good as those of the row in one piece, but not always the same bits.
    ///
    /// ```
    /// use layernorm::{Finish, Moments};
    ///
    /// let (mut first, mut second) = (Moments::new(), Moments::new());
    /// first.push(&[-1.0, 0.0])?;
    /// second.push(&[1.0, 4.0])?;
    /// first.merge(&second)?;
    /// assert!(matches!(first.finish(1e-5)?, Finish::Done(stats) if stats.mean() == 1.0));
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Passes`] where the two are not in the same pass over the same row; [`Error::TooLarge`] where a later pass
    /// gets more elements than the first had, or the row more than `usize::MAX`; nothing is added then.
    pub fn merge(&mut self, other: &Moments) -> Result<(), Error> {
        if !self.blocks.is_same_pass(&other.blocks) || self.row != other.row {
            return Err(Error::Passes);
        }
        self.check_room("other", other.pushed())?;
        let mut other = other.clone();
        self.close();
        other.close();
        self.blocks.merge(&other.blocks);
        Ok(())
    }

    /// The statistics of the row, those of [`statistics`](Norm::statistics) bit for bit, or that it takes another pass.
    ///
    /// ```
    /// use layernorm::{Error, Moments};
    ///
    /// assert_eq!(Moments::new().finish(1e-5), Err(Error::Zero { parameter: "chunk" })); // nothing was pushed
    /// ```
    ///
    /// # Errors
    /// [`Error::Epsilon`]; [`Error::Zero`] for `chunk` where nothing was pushed, [`Error::Length`] for it where a later pass
    /// got fewer elements than the first. Nothing changes then.
    pub fn finish(&mut self, epsilon: f32) -> Result<Finish, Error> {
        let epsilon = shape::epsilon(epsilon)?;
        let width = shape::at_least_one("chunk", self.pushed())?;
        if let Some(row) = self.row {
            shape::length("chunk", width, row)?;
        }
        self.close();
        let stats = self.blocks.finish(epsilon);
        self.row = stats.is_none().then_some(width);
        Ok(stats.map_or(Finish::PushAgain, Finish::Done))
    }

    /// Elements of this pass.
    fn pushed(&self) -> usize {
        self.blocks.len() + self.filled
    }

    /// An error unless the row has room for `actual` elements more. Before its length is known, `usize` is the limit.
    fn check_room(&self, parameter: &'static str, actual: usize) -> Result<(), Error> {
        let limit = self.row.unwrap_or(usize::MAX) - self.pushed();
        if actual > limit { Err(Error::TooLarge { parameter, limit, actual }) } else { Ok(()) }
    }

    /// Ends the block, full or not.
    fn close(&mut self) {
        let block = part(&self.block, 0, self.filled);
        if !block.is_empty() {
            self.blocks.push(block);
        }
        self.filled = 0;
    }
}

impl Default for Moments {
    fn default() -> Self {
        Self::new()
    }
}

/// # Rows in pieces
impl<'a, K: Centring> Norm<'a, K> {
    /// `out = norm(chunk)` for the elements of one row from `offset` on, whose statistics are `stats`.
    ///
    /// Both have any length that the row has room for. The bits are those of [`forward`](Self::forward) of the whole row.
    ///
    /// ```
    /// use layernorm::{LayerNorm, RowStats};
    ///
    /// let (norm, mut stats, mut out) = (LayerNorm::new(4)?, [RowStats::default()], [0.0; 2]);
    /// norm.statistics(&[1.0, 2.0, 3.0, 4.0], &mut stats)?;
    /// norm.apply(&stats[0], 2, &[3.0, 4.0], &mut out)?;
    /// assert_eq!(out, [0.4472118, 1.3416355]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Length`] for `out`; [`Error::BeyondRow`]; nothing is written then.
    pub fn apply(
        &self,
        stats: &RowStats,
        offset: usize,
        chunk: &[f32],
        out: &mut [f32],
    ) -> Result<(), Error> {
        shape::length("out", out.len(), chunk.len())?;
        let features = shape::chunk(offset, chunk.len(), self.width())?;
        self.second_pass(stats, features, Rows::apart(chunk, out, Layout::packed(1, chunk.len())));
        // The chunk may be of another row than the statistics, so NaNs may come out of any element.
        dispatch::run(CanonicaliseNans(out));
        Ok(())
    }

    /// Writes the elements `features` of a row, which are all that `rows` holds.
    pub(crate) fn second_pass(&self, stats: &RowStats, features: core::ops::Range<usize>, rows: Rows) {
        debug_assert!(features.len() == rows.width() && rows.count() <= 1);
        let own = |parameter: Option<&'a [f32]>| {
            debug_assert!(parameter.is_none_or(|values| features.end <= values.len()), "{features:?}");
            parameter.map(|values| values.get(features.clone()).unwrap_or(&[]))
        };
        let (gamma, beta) = (own(self.features.gamma), own(self.features.beta));
        dispatch::run(SecondPassOfRow {
            centred: K::CENTRED,
            stats,
            parameters: Parameters { gamma, beta, ..self.parameters() },
            rows,
        });
    }
}
