//! The f32 algorithm, written once over [`Isa`].
//!
//! ```text
//! pivot    m = 0, or the mean of the first block where that is large beside its root mean square
//! pass 1   d = x − m ;  A = Σd ;  B = Σd²                                   sums
//! stats    delta = A/N ;  var = B/N − delta² ;  rstd = 1/sqrt(var + ε)      rstd
//! redo     where delta² is large beside B/N, or a sum left its range        redo
//! pass 2   y = ((x − m) − delta) · rstd · γ + β                             affine
//! ```
//!
//! 1. Most rows have a mean that is small beside σ. They need no pivot, which saves one subtraction an element
//!    in each pass.
//! 2. Up to four short rows go through pass 1 together, have their statistics computed in one vector, and then go
//!    through pass 2. Longer rows go one by one: reading and writing then take turns often enough for memory.
//! 3. Every choice depends on the row's values and on N alone, never on its neighbours.

mod affine;
mod redo;
mod rstd;
mod sums;
mod term;
pub(crate) mod two;

use crate::RowStats;
use crate::isa::{Isa, Op, Place, ROWS};
use affine::{Affine, SecondPass};
use redo::Redo;
use rstd::Row;
pub(crate) use sums::tree;
use sums::{BLOCK, Measure, Measured, Source};

/// Where the rows are and go.
pub(crate) enum Rows<'a> {
    /// `y` from `x`.
    Apart { x: &'a [f32], y: &'a mut [f32] },
    /// `y` from `y`.
    InPlace { y: &'a mut [f32] },
    /// `residual += x`, then `y` from `residual`.
    Residual { x: &'a [f32], residual: &'a mut [f32], y: &'a mut [f32] },
    /// Statistics only.
    Read { x: &'a [f32] },
}

/// One call: rows of `width` elements, checked by [`crate::shape`].
pub(crate) struct Forward<'a> {
    pub centred: bool,
    pub rows: Rows<'a>,
    pub width: usize,
    pub gamma: Option<&'a [f32]>,
    pub beta: Option<&'a [f32]>,
    pub epsilon: f32,
    /// One for every row, or none at all.
    pub stats: &'a mut [RowStats],
}

impl Op for Forward<'_> {
    type Output<I: Isa> = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { centred, mut rows, width, gamma, beta, epsilon, stats: mut out } = self;
        let row = &Row::new(width, centred, epsilon);
        let affine = &Affine::new(gamma, beta);
        let all = rows.len().checked_div(width).unwrap_or(0);
        let together = if width <= BLOCK { I::ROWS } else { 1 };
        let mut first = 0;
        while first < all {
            let count = together.min(all - first);
            let Measured { pivot, delta, rstd, ok } = rows.measure(isa, row, first, count);
            let mut stats = [RowStats::default(); ROWS];
            let numbers = pivot.into_iter().zip(delta).zip(rstd).take(count);
            for ((i, stats), ((pivot, delta), rstd)) in stats.iter_mut().enumerate().zip(numbers) {
                *stats = if ok >> i & 1 != 0 {
                    RowStats::about(pivot, delta, rstd)
                } else {
                    rows.redo(isa, row, first + i, pivot + delta)
                };
            }
            let stats = stats.get(..count).unwrap_or(&[]);
            rows.second_pass(isa, row, first, stats, affine);
            if let Some((these, others)) = core::mem::take(&mut out).split_at_mut_checked(count) {
                these.copy_from_slice(stats);
                out = others;
            }
            first += count;
        }
    }
}

#[inline(always)]
fn part(x: &[f32], from: usize, len: usize) -> &[f32] {
    x.get(from..).and_then(|x| x.get(..len)).unwrap_or(&[])
}

#[inline(always)]
fn part_mut(x: &mut [f32], from: usize, len: usize) -> &mut [f32] {
    x.get_mut(from..).and_then(|x| x.get_mut(..len)).unwrap_or(&mut [])
}

impl Rows<'_> {
    fn len(&self) -> usize {
        match self {
            Rows::Apart { x, .. } | Rows::Read { x } | Rows::Residual { x, .. } => x.len(),
            Rows::InPlace { y } => y.len(),
        }
    }

    /// What is normalised; for a residual, once it has been measured.
    #[inline(always)]
    fn source(&self) -> &[f32] {
        match self {
            Rows::Apart { x, .. } | Rows::Read { x } => x,
            Rows::InPlace { y } => y,
            Rows::Residual { residual, .. } => residual,
        }
    }

    /// `count` rows from row `first` on.
    #[inline(always)]
    fn measure<I: Isa>(&mut self, isa: I, row: &Row, first: usize, count: usize) -> Measured {
        let (from, len) = (first * row.width, count * row.width);
        let rows = if let Rows::Residual { x, residual, .. } = self {
            Source::Add { x: part(x, from, len), residual: part_mut(residual, from, len), added: 0 }
        } else {
            Source::Read(part(self.source(), from, len))
        };
        isa.run(Measure { row, rows, count, about: None })
    }

    #[inline(always)]
    fn redo<I: Isa>(&mut self, isa: I, row: &Row, i: usize, mean: f32) -> RowStats {
        let width = row.width;
        let stats = isa.run(Redo { row, x: part(self.source(), i * width, width), mean });
        if let (Rows::Residual { residual, .. }, false) = (self, stats.is_finite()) {
            // ∞ − ∞ is another NaN on another machine.
            for v in part_mut(residual, i * width, width).iter_mut().filter(|v| v.is_nan()) {
                *v = f32::NAN;
            }
        }
        stats
    }

    /// Of the rows of `stats`, from row `first` on.
    #[inline(always)]
    fn second_pass<I: Isa>(
        &mut self,
        isa: I,
        row: &Row,
        first: usize,
        stats: &[RowStats],
        affine: &Affine,
    ) {
        let (from, len) = (first * row.width, stats.len() * row.width);
        let rows = match self {
            Rows::Apart { x, y } => Place::apart(part(x, from, len), part_mut(y, from, len)),
            Rows::Residual { residual, y, .. } => {
                Place::apart(part(residual, from, len), part_mut(y, from, len))
            }
            Rows::InPlace { y } => Place::same(part_mut(y, from, len)),
            Rows::Read { .. } => return,
        };
        isa.run(SecondPass { row, stats, affine, rows });
    }
}
