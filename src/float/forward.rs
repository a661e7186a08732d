//! One call: from rows to y, batch by batch or row by row.

use super::affine::{Affine, Parameters, SecondPass, write_row};
use super::batch::{ROWS, rows_per_batch};
use super::elementwise::{Add, canonicalise_nans};
use super::measure::{Batch, Passes, one_lane};
use super::pass::Pass;
use super::rstd::{Constants, RowSpec};
use super::tree::SEGMENT;
use crate::RowStats;
use crate::isa::{Isa, ONE_LANE, Op, Scalar};
use crate::list::List;
use crate::rows::Rows;

/// One call, checked by [`crate::shape`].
pub(crate) struct Forward<'a> {
    pub centred: bool,
    pub rows: Rows<'a>,
    pub parameters: Parameters<'a>,
    pub epsilon: f32,
    /// One for every row, or none at all.
    pub stats: &'a mut [RowStats],
}

impl Op for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        if ONE_LANE {
            return self.one_by_one();
        }
        let Self { centred, mut rows, parameters, epsilon, stats: mut out } = self;
        let width = rows.width();
        let constants = &Constants::new(RowSpec { width, centred, epsilon });
        let affine = &Affine::new(parameters);
        let batch = rows_per_batch(width, rows.elements());
        for first in (0..rows.count()).step_by(batch) {
            let mut rows = rows.slice(first, batch);
            if let Some((x, residual)) = rows.addition() {
                isa.run(Add { x, residual });
            }
            let mut stats = List::new();
            measure(isa, constants, &mut rows, &mut stats);
            isa.run(SecondPass { centred, stats: &stats, affine, rows });
            debug_assert!(out.is_empty() || out.len() >= stats.len());
            if let Some((batch, others)) = core::mem::take(&mut out).split_at_mut_checked(stats.len()) {
                batch.iter_mut().zip(stats.iter()).for_each(|(to, stats)| *to = *stats);
                out = others;
            }
        }
    }
}

/// The statistics of a batch.
#[inline(always)]
fn measure<I: Isa>(isa: I, constants: &Constants, rows: &mut Rows, stats: &mut List<RowStats, ROWS>) {
    let spec = &constants.spec;
    let mut failed = if spec.width > SEGMENT {
        // A batch of one row.
        stats.push(RowStats::default());
        1
    } else {
        let (x, step) = (rows.source(), rows.step());
        !isa.run(Batch { constants, rows: x, step, stats }) & ((1 << stats.len()) - 1)
    };
    while failed != 0 {
        let i = failed.trailing_zeros() as usize;
        failed &= failed - 1;
        debug_assert!(i < stats.len());
        let Some(stats) = stats.get_mut(i) else { break };
        let pass = if spec.width > SEGMENT {
            Pass::FIRST
        } else {
            Pass::after_failure(spec, stats.pivot + stats.delta)
        };
        let mut row = rows.slice(i, 1);
        *stats = isa.run(Passes { spec, row: row.source(), pass });
        canonicalise_residual(stats, &mut row);
    }
}

impl Forward<'_> {
    /// In one lane. Inlined into the caller, so that options that a program never uses are compiled out.
    #[inline]
    pub(crate) fn one_by_one(mut self) {
        let spec = &RowSpec { width: self.rows.width(), centred: self.centred, epsilon: self.epsilon };
        for i in 0..self.rows.count() {
            let mut row = self.rows.slice(i, 1);
            if let Some((x, residual)) = row.addition() {
                Scalar.run(Add { x, residual });
            }
            let stats = one_lane(spec, row.source());
            canonicalise_residual(&stats, &mut row);
            write_row(self.centred, &stats, &self.parameters, self.rows.row(i));
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
