//! One call: from rows to y, batch by batch or row by row.

use super::affine::{Affine, Parameters, SecondPass, write_row};
use super::batch::{ROWS, rows_per_batch};
use super::elementwise::{Add, canonicalise_nans};
use super::measure::{Batch, Found, Sums};
use super::one_row::{OneRow, Passes, one_lane};
use super::pass::Pass;
use super::rstd::{Constants, RowSpec};
use super::scale::Scale;
use crate::RowStats;
use crate::isa::{Isa, ONE_LANE, Op};
use crate::list::List;
use crate::part::part_mut;
use crate::rows::Rows;
use core::slice;

/// One call, checked by [`crate::shape`].
pub(crate) struct Forward<'a, S> {
    pub centred: bool,
    pub scale: S,
    pub rows: Rows<'a>,
    pub parameters: Parameters<'a>,
    pub epsilon: f32,
    /// Added to each row of a residual, after `x`.
    pub residual_bias: Option<&'a [f32]>,
    /// One for every row, or none at all.
    pub stats: &'a mut [RowStats],
}

impl<S: Scale> Op for Forward<'_, S> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(mut self, isa: I) {
        let _streams = self.rows.streams(isa);
        self.batches(isa);
    }
}

impl<S: Scale> Forward<'_, S> {
    #[inline(always)]
    fn batches<I: Isa>(self, isa: I) {
        let batch = rows_per_batch(self.rows.width(), self.rows.elements()).min(self.rows.count()).max(1);
        if batch <= 1 && I::ROW_BY_ROW {
            return self.row_by_row(isa);
        }
        let Self { centred, scale, mut rows, parameters, epsilon, residual_bias: bias, stats: mut out } =
            self;
        let width = rows.width();
        let constants = &Constants::new(RowSpec { width, centred, epsilon });
        let affine = &Affine::new(parameters);
        let sums = &mut Sums::new();
        let mut stats = List::<RowStats, ROWS>::new();
        stats.repeat(RowStats::default(), batch);
        for first in (0..rows.count()).step_by(batch) {
            let mut rows = rows.slice(first, batch);
            if let Some((x, residual)) = rows.addition() {
                isa.run(Add { x, bias, residual });
            }
            let about_zero = measure(isa, constants, &mut rows, sums, &mut stats);
            let stats = part_mut(&mut stats, 0, rows.count());
            scale.scale(stats);
            let stats = &*stats;
            if rows.are_written() {
                isa.run(SecondPass { centred, stats, about_zero, affine, rows });
            }
            debug_assert!(out.is_empty() || out.len() >= stats.len());
            if let Some((batch, others)) = core::mem::take(&mut out).split_at_mut_checked(stats.len()) {
                batch.copy_from_slice(stats);
                out = others;
            }
        }
    }
}

/// The statistics of a batch; whether they are all about 0.
#[inline(always)]
pub(super) fn measure<I: Isa>(
    isa: I,
    constants: &Constants,
    rows: &mut Rows,
    sums: &mut Sums,
    stats: &mut [RowStats],
) -> bool {
    let spec = &constants.spec;
    let (x, step) = (rows.source(), rows.step());
    let Found { mut failed, about_zero } =
        isa.run(Batch { constants, rows: x, step, sums, count: rows.count(), stats });
    let all_kept = failed == 0;
    while failed != 0 {
        let i = failed.trailing_zeros() as usize;
        failed &= failed - 1;
        debug_assert!(i < stats.len());
        let Some(stats) = stats.get_mut(i) else { break };
        let pass = Pass::after_failure(spec, stats.pivot + stats.delta);
        let mut row = rows.slice(i, 1);
        *stats = isa.run(Passes { spec, row: row.source(), pass });
        canonicalise_residual(stats, &mut row);
    }
    about_zero && all_kept
}

impl<S: Scale> Forward<'_, S> {
    /// Where there is one lane, or rows are long. Inlined into the caller, so that options that a program never uses are
    /// compiled out.
    #[inline(always)]
    pub(crate) fn row_by_row<I: Isa>(mut self, isa: I) {
        let spec = RowSpec { width: self.rows.width(), centred: self.centred, epsilon: self.epsilon };
        for i in 0..self.rows.count() {
            let mut row = self.rows.slice(i, 1);
            if let Some((x, residual)) = row.addition() {
                isa.run(Add { x, bias: self.residual_bias, residual });
            }
            let mut stats = if ONE_LANE {
                one_lane(&spec, row.source())
            } else {
                isa.run(OneRow { constants: &Constants::new(spec), row: row.source() })
            };
            canonicalise_residual(&stats, &mut row);
            self.scale.scale(slice::from_mut(&mut stats));
            if ONE_LANE {
                write_row(self.centred, &stats, &self.parameters, self.rows.row(i));
            } else {
                let (affine, stats) = (&Affine::new(self.parameters), slice::from_ref(&stats));
                isa.run(SecondPass { centred: self.centred, stats, about_zero: false, affine, rows: row });
            }
            if let Some(to) = self.stats.get_mut(i) {
                *to = stats;
            }
        }
    }
}

/// Opposite infinities add to a NaN whose bits depend on the machine; a residual gets 0x7fc00000 instead.
#[inline(always)]
fn canonicalise_residual(stats: &RowStats, row: &mut Rows) {
    if let Some((_, residual)) = row.addition().filter(|_| !stats.is_finite()) {
        canonicalise_nans(residual);
    }
}
