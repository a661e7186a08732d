//! Normalises the rows of a call: vectors of lanes by approximations in `f32`, one lane in integers, each row in the narrowest
//! that can decide its results.

use super::approximate::Approximation;
use super::code::Code;
use super::feature::Feature;
use super::lane::{CodeOp, Lanes};
use super::narrow::Narrow;
use super::norm::Norm;
use super::row::RootedRow;
use super::rows::Rows;

/// Normalises every row; callers have checked lengths.
pub(crate) struct Forward<'a, R, F> {
    pub norm: &'a Norm,
    pub rows: R,
    pub gamma: F,
    pub beta: F,
}

impl<R: Rows, F: Feature> CodeOp for Forward<'_, R, F> {
    #[inline(always)]
    fn eval<L: Lanes>(self, lanes: L) {
        let Self { norm, rows, .. } = &self;
        debug_assert!(
            norm.width > 0 && rows.len().is_multiple_of(norm.width),
            "{} in rows of {}",
            rows.len(),
            norm.width
        );
        if L::LANES > 1 && R::Y::BITS <= 16 { self.by_vectors(lanes) } else { self.in_integers(lanes) }
    }
}

impl<R: Rows, F: Feature> Forward<'_, R, F> {
    #[inline(always)]
    fn by_vectors<L: Lanes>(self, lanes: L) {
        let Self { norm, mut rows, gamma, beta } = self;
        Approximation::new(norm, gamma, beta).write(lanes, &mut rows);
    }

    #[inline(never)] // Compiled once for all binary points.
    fn in_integers<L: Lanes>(self, lanes: L) {
        let Self { norm, mut rows, gamma, beta } = self;
        let mut start = 0;
        // `step_by` would divide.
        while start < rows.len() {
            let codes = &mut rows.row(start, norm.width);
            start += norm.width.max(1);
            write_row(&RootedRow::new(norm, lanes, codes), codes, gamma, beta);
        }
    }
}

/// Writes the elements of a row, or of a part of it, in one lane. γ and β are those of the elements.
#[inline(always)]
pub(super) fn write_row<R: Rows, F: Feature>(row: &RootedRow, codes: &mut R, gamma: F, beta: F) {
    if R::Y::BITS > 16 {
        row.elements::<i128, _, F>(codes, gamma, beta);
    } else if let Some(narrow) = Narrow::new::<R>(row, gamma, beta) {
        narrow.write(codes);
    } else {
        row.elements::<i64, _, F>(codes, gamma, beta);
    }
}
