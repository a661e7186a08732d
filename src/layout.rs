//! Where the rows of a call are in its slices.

use crate::isa::ONE_LANE;

/// Where the rows of a call are in its slices.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub rows: usize,
    pub width: usize,
    /// Elements from the beginning of a row to that of the next where they are read; at least `width`.
    pub from: usize,
    /// The same where they are written.
    pub to: usize,
}

impl Layout {
    #[inline(always)]
    pub(crate) fn packed(rows: usize, width: usize) -> Self {
        Self { rows, width, from: width, to: width }
    }

    /// The layout itself, if slices of `from` and `to` elements hold its rows: callers have seen to that. Else no row.
    #[inline(always)]
    pub(crate) fn within(self, from: usize, to: usize) -> Self {
        let Self { rows, width, .. } = self;
        let fits = |step: usize, len: usize| {
            let end = rows.wrapping_sub(1).checked_mul(step).and_then(|start| start.checked_add(width));
            // Packed rows were counted as `len / width`, so they fit. Written this way, the compiler drops the check.
            let packed = ONE_LANE && step == width && len.checked_div(width) == Some(rows);
            packed || step >= width && end.is_some_and(|end| end <= len)
        };
        let all = fits(self.from, from) && (self.to == self.from && to == from || fits(self.to, to));
        debug_assert!(all || rows == 0, "{self:?} in slices of {from} and {to}");
        Self { rows: if all { rows } else { 0 }, ..self }
    }
}
