use crate::float::{Next, Pass, Push, Range, RowSpec, Stage, Totals};
use crate::{RowStats, dispatch};

/// Pass 1 over a row that comes in blocks of [`BLOCK`](crate::float::BLOCK) elements, the last of which may be shorter.
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
            dispatch::run(Push { about, part, totals: &mut self.totals });
        }
    }

    /// Elements of this pass.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Whether both are in the same pass of the same norm.
    pub(crate) fn is_same_pass(&self, other: &Self) -> bool {
        self.pass == other.pass && self.centred == other.centred
    }

    /// Adds the elements of `other` after those of `self`.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.totals.merge(&other.totals);
        self.range.merge(&other.range);
        self.len += other.len;
    }

    /// The statistics of the whole row; `None` begins another pass, because this one was not enough.
    pub(crate) fn finish(&mut self, epsilon: f32) -> Option<RowStats> {
        let spec = &RowSpec { width: self.len, centred: self.centred, epsilon };
        let next = if self.pass.stage == Stage::Range {
            self.range.next(spec)
        } else {
            self.pass.next(spec, &self.totals.finish())
        };
        *self = Self::new(self.centred);
        match next {
            Next::Done(stats) => Some(stats),
            Next::Again(pass) => {
                self.pass = pass;
                None
            }
        }
    }
}
