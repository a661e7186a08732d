use crate::float::{
    Affine, BLOCK, CanonicaliseNans, Next, Parameters, Pass, Push, Range, RowSpec, SecondPass, Stage, Totals,
};
use crate::rows::{Layout, Rows};
use crate::{Error, Norm, RowStats, dispatch, shape};

/// Pass 1 over a row that comes in blocks of [`BLOCK`] elements, the last of which may be shorter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blocks {
    centred: bool,
    pass: Pass,
    totals: Totals,
    range: Range,
    /// Elements of this pass.
    len: usize,
}

impl Blocks {
    pub(crate) fn new(centred: bool) -> Self {
        Self { centred, pass: Pass::FIRST, totals: Totals::EMPTY, range: Range::EMPTY, len: 0 }
    }

    /// Whole blocks, or the last.
    pub(crate) fn push(&mut self, part: &[f32]) {
        self.len += part.len();
        if self.pass.stage == Stage::Range {
            self.range.extend(part);
        } else {
            let about = self.pass.about;
            dispatch::run(Push { about, part, totals: &mut self.totals }, part.len());
        }
    }

    /// What the whole row has shown; begins another pass if that is not enough.
    pub(crate) fn finish(&mut self, epsilon: f32) -> Finish {
        let spec = &RowSpec { width: self.len, centred: self.centred, epsilon };
        let next = if self.pass.stage == Stage::Range {
            self.range.next(spec)
        } else {
            self.pass.next(spec, &self.totals.finish())
        };
        *self = Self::new(self.centred);
        match next {
            Next::Done(stats) => Finish::Done(stats),
            Next::Again(pass) => {
                self.pass = pass;
                Finish::PushAgain
            }
        }
    }
}

/// What [`Moments::finish`] found.
#[derive(Clone, Copy, Debug, PartialEq)]
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
    /// Of a row for [`LayerNorm`](crate::LayerNorm).
    pub fn new() -> Self {
        Self::of(true)
    }

    /// Of a row for [`RmsNorm`](crate::RmsNorm): about 0.
    pub fn uncentred() -> Self {
        Self::of(false)
    }

    fn of(centred: bool) -> Self {
        Self { blocks: Blocks::new(centred), block: [0.0; BLOCK], filled: 0, row: None }
    }

    /// The next elements of the row, any number of them.
    ///
    /// # Errors
    /// [`Error::TooLarge`] where a later pass gets more elements than the first had, or the row more than `usize::MAX`;
    /// nothing is added then.
    pub fn push(&mut self, chunk: &[f32]) -> Result<(), Error> {
        self.room("chunk", chunk.len())?;
        let mut rest = chunk;
        if self.filled > 0 {
            let free = self.block.get_mut(self.filled..).unwrap_or(&mut []);
            let (first, others) = rest.split_at(free.len().min(rest.len()));
            free.iter_mut().zip(first).for_each(|(to, v)| *to = *v);
            self.filled += first.len();
            rest = others;
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
    /// # Errors
    /// [`Error::Passes`] where the two are not in the same pass over the same row; [`Error::TooLarge`] where a later pass
    /// gets more elements than the first had, or the row more than `usize::MAX`; nothing is added then.
    pub fn merge(&mut self, other: &Moments) -> Result<(), Error> {
        let same = self.blocks.pass == other.blocks.pass && self.blocks.centred == other.blocks.centred;
        if !same || self.row != other.row {
            return Err(Error::Passes);
        }
        self.room("other", other.pushed())?;
        let mut other = other.clone();
        self.close();
        other.close();
        self.blocks.totals.merge(&other.blocks.totals);
        self.blocks.range.merge(&other.blocks.range);
        self.blocks.len += other.blocks.len;
        Ok(())
    }

    /// The statistics of the row, those of [`statistics`](Norm::statistics) bit for bit, or that it takes another pass.
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
        let finish = self.blocks.finish(epsilon);
        self.row = (finish == Finish::PushAgain).then_some(width);
        Ok(finish)
    }

    /// Elements of this pass.
    fn pushed(&self) -> usize {
        self.blocks.len + self.filled
    }

    /// Whether so many elements more are no more than the row has, or `usize` counts.
    fn room(&self, parameter: &'static str, actual: usize) -> Result<(), Error> {
        let limit = self.row.unwrap_or(usize::MAX) - self.pushed();
        if actual > limit { Err(Error::TooLarge { parameter, limit, actual }) } else { Ok(()) }
    }

    /// The block is over, full or not.
    fn close(&mut self) {
        let block = self.block.get(..self.filled).unwrap_or(&[]);
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
impl<'a, const CENTRED: bool> Norm<'a, CENTRED> {
    /// `out = norm(chunk)` for the elements of one row from `offset` on, whose statistics are `stats`.
    ///
    /// Both have any length that the row has room for. The bits are those of [`forward`](Self::forward) of the whole row.
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
        let width = chunk.len();
        let end = offset.checked_add(width).filter(|end| *end <= self.width);
        let Some(end) = end else {
            return Err(Error::BeyondRow { offset, actual: width, width: self.width });
        };
        let rows = Rows::apart(chunk, out, Layout::packed(1, width));
        self.second_pass(stats, offset..end, rows);
        // The chunk need not be of the row that the statistics are of.
        dispatch::run(CanonicaliseNans(out), width);
        Ok(())
    }

    /// Writes the elements `features` of a row.
    pub(crate) fn second_pass(&self, stats: &RowStats, features: core::ops::Range<usize>, rows: Rows) {
        let part = |of: Option<&'a [f32]>| of.map(|of| of.get(features.clone()).unwrap_or(&[]));
        let affine =
            &Affine::new(Parameters { gamma: part(self.gamma), beta: part(self.beta), ..self.parameters() });
        let stats = core::slice::from_ref(stats);
        dispatch::run(SecondPass { centred: CENTRED, stats, affine, rows }, features.len());
    }
}
