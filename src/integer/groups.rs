//! Groups of channels: a group of a sample is a row, whose γ and β are those of the channels.
//!
//! S and Q are exact, and elements go the way in 64 bits one after another, as those of a stream (`cumulative`).

use super::feature::Feature;
use super::lane::{CodeOp, Lanes};
use super::norm::{Norm, WIDEST};
use super::row::RootedRow;
use super::rows::Rows;

/// Normalises every group; callers have checked lengths.
pub(crate) struct ForwardGroups<'a, R, F> {
    /// Of a group.
    pub norm: &'a Norm,
    pub group_channels: usize,
    pub positions: usize,
    pub rows: R,
    /// A number for each channel.
    pub gamma: F,
    pub beta: F,
    pub channels: usize,
}

/// One number for all elements.
#[derive(Clone, Copy)]
struct Same(i32);

impl Feature for Same {
    const SIZE: i32 = 32;

    #[inline(always)]
    fn bits(self) -> i32 {
        Self::SIZE
    }
    #[inline(always)]
    fn get(self, _: usize) -> i32 {
        self.0
    }
}

impl<R: Rows, F: Feature> CodeOp for ForwardGroups<'_, R, F> {
    #[inline(always)]
    fn eval<L: Lanes>(self, lanes: L) {
        let Self { norm, group_channels, positions, mut rows, gamma, beta, channels } = self;
        let (mut start, mut first) = (0, 0);
        // `step_by` would divide.
        while start < rows.len() {
            let codes = &mut rows.row(start, norm.width);
            start += norm.width.max(1);
            let (mut sum, mut squares, mut at) = (0, 0, 0);
            while at < norm.width {
                let part = WIDEST.min(norm.width - at);
                let sums = codes.row(at, part).sums(lanes);
                (sum, squares, at) = (sum + sums.sum, squares + sums.squares as u64, at + part);
            }
            let row = &RootedRow::of_sums(norm, sum, squares, codes.zero_point());
            for channel in 0..group_channels {
                let codes = &mut codes.row(channel * positions, positions);
                let [gamma, beta] = [gamma, beta].map(|values| Same(values.get(first + channel)));
                row.elements::<i64, _, _>(codes, gamma, beta);
            }
            first += group_channels;
            first = if first < channels { first } else { 0 };
        }
    }
}
