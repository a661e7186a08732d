//! The frames of a stream: each is computed as a part of the row that all frames so far make up.
//!
//! ```text
//! t frames of C codes     N = t·C ;  S, Q over all of them ;  E is t² times that of one frame, since it has N²
//! ```
//!
//! S and Q are exact. A frame's elements go the way in 64 bits, one after another ([`RootedRow::y`]), whose bounds are those of sums
//! of two codes: P has at most 50 bits and V 119.

use super::feature::Feature;
use super::lane::{CodeOp, Lanes};
use super::norm::Norm;
use super::row::RootedRow;
use super::rows::Rows;
use super::sums::Sums;

/// The sums of all frames so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prefix {
    pub frames: u64,
    /// Of codes, whatever the zero point, and of their squares.
    pub sum: i64,
    pub squares: u64,
}

/// The most elements of a prefix.
const MOST: u64 = u32::MAX as u64;
/// Bits of `t²·E`, at most.
const EPSILON_BITS: u32 = 118;

impl Prefix {
    pub(crate) const EMPTY: Self = Self { frames: 0, sum: 0, squares: 0 };

    /// How many frames more there may be.
    pub(crate) fn room(&self, norm: &Norm) -> u64 {
        let by_count = MOST.checked_div(norm.width as u64).unwrap_or(0);
        let bits = u128::BITS - norm.epsilon.leading_zeros();
        let by_epsilon = 1 << (EPSILON_BITS.saturating_sub(bits) / 2);
        by_count.min(by_epsilon).saturating_sub(self.frames)
    }

    /// Adds a frame, and gives the norm of the row that all of them are.
    fn with_frame(&mut self, frame: &Sums, norm: &Norm) -> Norm {
        self.frames += 1;
        self.sum += frame.sum;
        self.squares += frame.squares as u64;
        let frames = u128::from(self.frames);
        Norm { width: norm.width * self.frames as usize, epsilon: norm.epsilon * (frames * frames), ..*norm }
    }
}

/// Normalises every frame; callers have checked lengths, and that there is room.
pub(crate) struct ForwardCumulative<'a, R, F> {
    /// Of one frame.
    pub norm: &'a Norm,
    pub prefix: &'a mut Prefix,
    pub rows: R,
    pub gamma: F,
    pub beta: F,
}

impl<R: Rows, F: Feature> CodeOp for ForwardCumulative<'_, R, F> {
    #[inline(always)]
    fn eval<L: Lanes>(self, lanes: L) {
        let Self { norm, prefix, mut rows, gamma, beta } = self;
        let mut start = 0;
        // `step_by` would divide.
        while start < rows.len() {
            let codes = &mut rows.row(start, norm.width);
            start += norm.width.max(1);
            let norm_of_all = &prefix.with_frame(&codes.sums(lanes), norm);
            let Prefix { sum, squares, .. } = *prefix;
            let row = &RootedRow::of_sums(norm_of_all, sum, squares, codes.zero_point());
            row.elements::<i64, _, F>(codes, gamma, beta);
        }
    }
}
