//! A row that comes in pieces: its sums while it does, then any part of it.

use super::code::Code;
use super::feature::FeatureRow;
use super::forward::write_row;
use super::lane::{CodeOp, LaneCode, Lanes};
use super::norm::Norm;
use super::row::RootedRow;
use super::rows::Rows;
use super::sums::Sums;
use core::ops::Range;

/// The exact sums of up to 2¹⁵ codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moments {
    sum: i64,
    /// The sum of the squares has up to 77 bits.
    squares_low: u64,
    squares_high: u32,
    len: u32,
}

impl Moments {
    pub(crate) const EMPTY: Self = Self { sum: 0, squares_low: 0, squares_high: 0, len: 0 };

    /// Codes so far.
    pub(crate) const fn len(&self) -> usize {
        self.len as usize
    }

    /// Adds the codes of `other`; callers have checked that the row has room for them.
    pub(crate) fn add(&mut self, other: &Self) {
        self.add_sums(other.sum, other.squares(), other.len);
    }

    fn add_sums(&mut self, sum: i64, squares: u128, len: u32) {
        let squares = self.squares() + squares;
        self.sum += sum;
        (self.squares_low, self.squares_high) = (squares as u64, (squares >> 64) as u32);
        self.len += len;
    }

    fn squares(&self) -> u128 {
        u128::from(self.squares_high) << 64 | u128::from(self.squares_low)
    }

    /// Writes the elements `features` of the row of codes `X` that these are the moments of; `rows` holds no others.
    pub(crate) fn write<X: Code, R: Rows, F: FeatureRow>(
        &self,
        norm: &Norm,
        features: Range<usize>,
        rows: &mut R,
        [gamma, beta]: [F; 2],
    ) {
        debug_assert!(self.len() == norm.width && features.len() == rows.len());
        let range = [X::LOWEST, X::HIGHEST];
        let sums = Sums { sum: self.sum, squares: self.squares() as i128, range };
        let own = |feature: F| feature.part(features.start, features.len());
        write_row(&RootedRow::with_sums(norm, &sums, rows), rows, own(gamma), own(beta));
    }
}

/// Adds codes to moments; callers have checked that the row has room for them.
pub(crate) struct Push<'a, X> {
    pub moments: &'a mut Moments,
    pub chunk: &'a [X],
}

impl<X: LaneCode> CodeOp for Push<'_, X> {
    #[inline(always)]
    fn eval<L: Lanes>(self, lanes: L) {
        let sums = X::sums(lanes, self.chunk);
        self.moments.add_sums(sums.sum, sums.squares.unsigned_abs(), self.chunk.len() as u32);
    }
}
