//! The f32 algorithm, written once over [`Isa`].
//!
//! ```text
//! pass 1   d = x − m ;  A = Σd ;  B = Σd²                                   sums
//! pivot    m = 0, then, where 4A² > N·B, the mean A/N, and pass 1 again     sums
//! stats    delta = A/N ;  var = B/N − delta² ;  rstd = 1/sqrt(var + ε)      rstd
//! redo     where delta² is large beside B/N, or a sum left its range        redo
//! pass 2   y = ((x − m) − delta) · rstd · γ + β                             affine
//! ```
//!
//! 1. Most rows have a mean that is small beside σ. They need no pivot, which saves one subtraction an element
//!    in each pass.
//! 2. Short rows go through pass 1 together, as many as [`ROWS`], have their statistics computed with a row in each lane
//!    of a vector, and then go through pass 2. The statistics are a long chain of dependent operations; the sums of the
//!    next rows fill its waits.
//! 3. In one lane there is nothing to share: a row goes through all its passes before the next (`lane`).
//! 4. Every choice depends on the row's values and on N alone, never on its neighbours.

mod affine;
mod backward;
#[cfg(test)]
mod error;
mod lane;
mod redo;
mod rstd;
mod stream;
mod sums;
mod term;
pub(crate) mod two;

use crate::RowStats;
use crate::isa::{GROUP, Isa, List, Op, ROWS, Rows, Scalar};
use affine::write_row;
pub(crate) use affine::{Affine, Parameters, SecondPass};
pub(crate) use backward::Backward;
use redo::Redo;
pub(crate) use redo::{Next, Pass, Range, Stage};
use rstd::Constants;
pub(crate) use rstd::Row;
pub(crate) use stream::{Conclude, Extend, Totals};
pub(crate) use sums::{Add, BLOCK};
use sums::{Measure, from};

/// One call, checked by [`crate::shape`].
pub(crate) struct Forward<'a> {
    pub centred: bool,
    pub rows: Rows<'a>,
    pub parameters: Parameters<'a>,
    pub epsilon: f32,
    /// One for every row, or none at all.
    pub stats: &'a mut [RowStats],
}

/// Elements that go through pass 1 before pass 2, if that is more than a row: for calls that a cache holds, and for
/// others. Out of cache reading and writing must take turns often. Changes no bit.
const TOGETHER: [usize; 2] = [4096, 1024];
/// Elements of a call whose rows are in cache: 8 MB of input and output.
const IN_CACHE: usize = stream::power_of_two(20);

/// Rows that go through pass 1 before pass 2, in a call of so many elements.
#[inline(always)]
fn together(width: usize, elements: usize) -> usize {
    if elements <= width {
        return 1;
    }
    let together = TOGETHER[usize::from(elements > IN_CACHE)];
    together.checked_div(width).unwrap_or(1).clamp(1, ROWS)
}

impl Op for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        if I::LANES == 1 {
            return self.one_by_one();
        }
        let Self { centred, mut rows, parameters, epsilon, stats: mut out } = self;
        let width = rows.width();
        let constants = &Constants::new(Row { width, centred, epsilon });
        let affine = &Affine::new(parameters);
        let together = together(width, rows.elements());
        let mut first = 0;
        while first < rows.count() {
            let mut these = rows.part(first, together);
            if let Some((x, residual)) = these.addition() {
                isa.run(Add { x, residual });
            }
            let mut stats = List::new();
            let (rows, step) = (these.source(), these.step());
            let ok = isa.run(Measure { constants, rows, step, stats: &mut stats });
            let mut failed = !ok & ((1 << stats.len()) - 1);
            while failed != 0 {
                let i = failed.trailing_zeros() as usize;
                failed &= failed - 1;
                let Some(stats) = stats.get_mut(i) else { break };
                let pass = Pass::failed(&constants.row, stats.pivot + stats.delta);
                let mut this = these.part(i, 1);
                *stats = isa.run(Redo { row: &constants.row, x: this.source(), pass });
                mend(stats, &mut this);
            }
            isa.run(SecondPass { centred, stats: &stats, affine, rows: these });
            if let Some((these, others)) = core::mem::take(&mut out).split_at_mut_checked(stats.len()) {
                these.iter_mut().zip(stats.iter()).for_each(|(to, stats)| *to = *stats);
                out = others;
            }
            first += together;
        }
    }
}

impl Forward<'_> {
    /// In one lane. It may be compiled into its caller, who knows which of all that a call can have it has.
    #[inline]
    pub(crate) fn one_by_one(mut self) {
        let row = &Row { width: self.rows.width(), centred: self.centred, epsilon: self.epsilon };
        for i in 0..self.rows.count() {
            let mut this = self.rows.part(i, 1);
            if let Some((x, residual)) = this.addition() {
                Scalar.run(Add { x, residual });
            }
            let stats = lane::statistics(row, this.source());
            mend(&stats, &mut this);
            write_row(self.centred, &stats, &self.parameters, self.rows.row(i));
            if let Some(to) = self.stats.get_mut(i) {
                *to = stats;
            }
        }
    }
}

/// ∞ − ∞ is another NaN on another machine.
#[inline(always)]
fn mend(stats: &RowStats, row: &mut Rows) {
    if let Some((_, residual)) = row.addition().filter(|_| !stats.is_finite()) {
        one_nan(residual);
    }
}

/// Whether no element is an infinity or a NaN: only those are not 0 when multiplied by 0.
pub(crate) struct AllFinite<'a>(pub &'a [f32]);

impl Op for AllFinite<'_> {
    type Output = bool;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> bool {
        let (groups, rest) = self.0.as_chunks::<GROUP>();
        let zero = isa.splat(0.0);
        // Four, for an addition takes longer than it is until the next may start.
        let mut sums = [zero; 4];
        for group in groups {
            for (column, at) in (0..GROUP).step_by(I::LANES).enumerate() {
                if let Some(sum) = sums.get_mut(column % 4) {
                    *sum = isa.add(*sum, isa.mul(isa.load(from(group, at)), zero));
                }
            }
        }
        let sum = isa.add(isa.add(sums[0], sums[1]), isa.add(sums[2], sums[3]));
        isa.le(sum, zero) == isa.le(zero, zero) && rest.iter().all(|v| v.is_finite())
    }
}

/// Makes every NaN 0x7fc00000, whatever NaNs came in or arose.
pub(crate) struct OneNan<'a>(pub &'a mut [f32]);

impl Op for OneNan<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        if !isa.run(AllFinite(self.0)) {
            one_nan(self.0);
        }
    }
}

/// As [`OneNan`], of few values.
pub(crate) fn one_nan(values: &mut [f32]) {
    values.iter_mut().filter(|v| v.is_nan()).for_each(|v| *v = f32::NAN);
}
