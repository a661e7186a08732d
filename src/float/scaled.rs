//! A call whose x̂ is that of [`Forward`] times a number: the L2 norm, x̂ of RMSNorm over √N.
//!
//! The statistics of a batch are found as there; then each factor is multiplied, and pass 2 goes over the batch.

use super::affine::{Affine, Parameters, SecondPass, write_row};
use super::batch::{ROWS, rows_per_batch};
use super::elementwise::Add;
use super::forward::{Forward, canonicalise_residual};
use crate::RowStats;
use crate::isa::{Isa, ONE_LANE, Op};
use crate::layout::Layout;
use crate::list::List;
use crate::rows::Rows;

/// One call.
pub(crate) struct ForwardScaled<'a> {
    pub forward: Forward<'a>,
    pub scale: f32,
}

impl Op for ForwardScaled<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { forward, scale } = self;
        let Forward { centred, mut rows, parameters, epsilon, residual_bias: bias, stats: out } = forward;
        let batch = rows_per_batch(rows.width(), rows.elements()).max(1);
        let mut stats = List::<RowStats, ROWS>::new();
        for first in (0..rows.count()).step_by(batch) {
            let mut rows = rows.slice(first, batch);
            if let Some((x, residual)) = rows.addition() {
                isa.run(Add { x, bias, residual });
            }
            stats.repeat(RowStats::default(), rows.count());
            let (width, step) = (rows.width(), rows.step());
            let layout = Layout { rows: rows.count(), width, from: step, to: step };
            let source = Rows::read(rows.source(), layout);
            measure_scaled(isa, centred, epsilon, scale, source, &mut stats);
            for (i, stats) in stats.iter().enumerate() {
                canonicalise_residual(stats, &mut rows.slice(i, 1));
            }
            for (to, stats) in out.iter_mut().skip(first).zip(&*stats) {
                *to = *stats;
            }
            if rows.are_written() {
                write_batch(isa, centred, &stats, about_zero(&stats), &parameters, rows);
            }
        }
    }
}

/// The statistics of a batch, for an x̂ that is `scale` times as large.
#[inline(always)]
pub(super) fn measure_scaled<I: Isa>(
    isa: I,
    centred: bool,
    epsilon: f32,
    scale: f32,
    rows: Rows,
    stats: &mut [RowStats],
) {
    let (parameters, residual_bias) = (Parameters::NONE, None);
    let forward = Forward { centred, rows, parameters, epsilon, residual_bias, stats: &mut *stats };
    if ONE_LANE {
        forward.row_by_row(isa);
    } else {
        isa.run(forward);
    }
    scale_all(scale, stats);
}

#[inline(always)]
pub(super) fn scale_all(scale: f32, stats: &mut [RowStats]) {
    if scale != 1.0 {
        stats.iter_mut().for_each(|stats| *stats = stats.scaled(scale));
    }
}

/// Pass 2 over a batch.
#[inline(always)]
pub(super) fn write_batch<I: Isa>(
    isa: I,
    centred: bool,
    stats: &[RowStats],
    about_zero: bool,
    parameters: &Parameters,
    mut rows: Rows,
) {
    if ONE_LANE {
        for (i, stats) in stats.iter().enumerate() {
            write_row(centred, stats, parameters, rows.row(i));
        }
    } else {
        let affine = &Affine::new(*parameters);
        isa.run(SecondPass { centred, stats, about_zero, affine, rows });
    }
}

/// Whether none of them has a pivot or a scale, and all are finite.
#[inline(always)]
fn about_zero(stats: &[RowStats]) -> bool {
    stats.iter().all(|stats| stats.scale == 1.0 && stats.pivot == 0.0 && stats.is_finite())
}
