//! The f32 algorithm, written once over [`Isa`].
//!
//! ```text
//! pivot    m = 0, or the mean of the first 16 elements where that is large beside their root mean square
//! pass 1   d = x − m ;  A = Σd ;  B = Σd²                                   sums
//! stats    delta = A/N ;  var = B/N − delta² ;  rstd = 1/sqrt(var + ε)      rstd
//! redo     where delta² is large beside B/N, or a sum left its range        redo
//! pass 2   y = ((x − m) − delta) · rstd · γ + β                             affine
//! ```
//!
//! 1. Most rows have a mean that is small beside σ. They need no pivot, which saves one subtraction an element
//!    in each pass; the test costs one group of sixteen.
//! 2. As many rows as a vector has lanes go through pass 1, then their statistics are computed in one vector,
//!    then they go through pass 2, while they are in the first-level cache.
//! 3. Every choice depends on the row's values and on N alone, never on its neighbours.

mod affine;
mod redo;
mod rstd;
mod sums;
mod term;
pub(crate) mod two;

pub(crate) use affine::Affine;

use crate::RowStats;
use crate::isa::{GROUP, Isa, Op};
use affine::SecondPass;
use redo::Redo;
use rstd::Row;
use sums::{BLOCK, Sums};
use term::{Centred, Raw};
use two::Two;

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
pub(crate) struct Forward<'a, const CENTRED: bool> {
    pub rows: Rows<'a>,
    pub width: usize,
    pub affine: Affine<'a>,
    pub epsilon: f32,
    /// One for every row, or none at all.
    pub stats: &'a mut [RowStats],
}

/// Rows that go through pass 1 together stay below this number of elements: 16 kB.
const TOGETHER: usize = 4096;

impl<const CENTRED: bool> Op for Forward<'_, CENTRED> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(mut self, isa: I) {
        let row = Row::new(self.width, self.epsilon);
        let rows = self.rows.len().checked_div(self.width).unwrap_or(0);
        let together = TOGETHER.checked_div(self.width).unwrap_or(1).clamp(1, I::LANES);
        let mut first = 0;
        while first < rows {
            let count = together.min(rows - first);
            self.together(isa, &row, first, count);
            first += count;
        }
    }
}

impl<const CENTRED: bool> Forward<'_, CENTRED> {
    #[inline(always)]
    fn together<I: Isa>(&mut self, isa: I, row: &Row, first: usize, count: usize) {
        let mut pivots = isa.array(0.0);
        let mut a = Two { hi: isa.array(0.0), lo: isa.array(0.0) };
        let mut b = Two { hi: isa.array(1.0), lo: isa.array(0.0) };
        let lanes = pivots.as_mut().iter_mut();
        let lanes = lanes.zip(a.hi.as_mut()).zip(a.lo.as_mut()).zip(b.hi.as_mut()).zip(b.lo.as_mut());
        for (i, ((((pivot, a_hi), a_lo), b_hi), b_lo)) in lanes.take(count).enumerate() {
            let (m, sums) = self.rows.first_pass::<I, CENTRED>(isa, self.width, first + i);
            *pivot = m;
            (*a_hi, *a_lo) = (sums.a.hi, sums.a.lo);
            (*b_hi, *b_lo) = (sums.b.hi, sums.b.lo);
        }
        let load = |t: &Two<I::Array>| Two { hi: isa.load(t.hi.as_ref()), lo: isa.load(t.lo.as_ref()) };
        let statistics = rstd::statistics::<I, CENTRED>(isa, row, load(&a), load(&b));
        let (mut deltas, mut factors) = (isa.array(0.0), isa.array(0.0));
        isa.store(statistics.delta, deltas.as_mut());
        isa.store(statistics.rstd, factors.as_mut());

        let lanes = pivots.as_ref().iter().zip(deltas.as_ref()).zip(factors.as_ref());
        for (i, ((&pivot, &delta), &factor)) in lanes.take(count).enumerate() {
            let stats = if statistics.ok >> i & 1 != 0 {
                RowStats::about(pivot, delta, factor)
            } else {
                self.rows.redo::<I, CENTRED>(isa, row, self.width, first + i, pivot + delta)
            };
            if let Some(to) = self.stats.get_mut(first + i) {
                *to = stats;
            }
            self.rows.second_pass::<I, CENTRED>(isa, &stats, self.affine, self.width, first + i);
        }
    }
}

#[inline(always)]
fn at(x: &[f32], width: usize, i: usize) -> &[f32] {
    x.get(i * width..).and_then(|x| x.get(..width)).unwrap_or(&[])
}

#[inline(always)]
fn at_mut(x: &mut [f32], width: usize, i: usize) -> &mut [f32] {
    x.get_mut(i * width..).and_then(|x| x.get_mut(..width)).unwrap_or(&mut [])
}

impl Rows<'_> {
    fn len(&self) -> usize {
        match self {
            Rows::Apart { x, .. } | Rows::Read { x } | Rows::Residual { x, .. } => x.len(),
            Rows::InPlace { y } => y.len(),
        }
    }

    /// What row `i` is normalised from; for a residual, after its first pass.
    #[inline(always)]
    fn source(&self, width: usize, i: usize) -> &[f32] {
        match self {
            Rows::Apart { x, .. } | Rows::Read { x } => at(x, width, i),
            Rows::InPlace { y } => at(y, width, i),
            Rows::Residual { residual, .. } => at(residual, width, i),
        }
    }

    /// The pivot of row `i` and its sums about it.
    #[inline(always)]
    fn first_pass<I: Isa, const CENTRED: bool>(&mut self, isa: I, width: usize, i: usize) -> (f32, Sums) {
        if let Rows::Residual { x, residual, .. } = self {
            let (x, residual) = (at(x, width, i), at_mut(residual, width, i));
            return isa.run(ResidualPass::<CENTRED> { x, residual });
        }
        isa.run(FirstPass::<CENTRED> { x: self.source(width, i) })
    }

    #[inline(always)]
    fn redo<I: Isa, const CENTRED: bool>(
        &mut self,
        isa: I,
        row: &Row,
        width: usize,
        i: usize,
        mean: f32,
    ) -> RowStats {
        let stats = isa.run(Redo::<CENTRED> { row, x: self.source(width, i), mean });
        if let (Rows::Residual { residual, .. }, false) = (self, stats.is_finite()) {
            // ∞ − ∞ is another NaN on another machine.
            for v in at_mut(residual, width, i).iter_mut().filter(|v| v.is_nan()) {
                *v = f32::NAN;
            }
        }
        stats
    }

    #[inline(always)]
    fn second_pass<I: Isa, const CENTRED: bool>(
        &mut self,
        isa: I,
        stats: &RowStats,
        affine: Affine,
        width: usize,
        i: usize,
    ) {
        let (x, y) = match self {
            Rows::Apart { x, y } => (Some(at(x, width, i)), y),
            Rows::Residual { residual, y, .. } => (Some(at(residual, width, i)), y),
            Rows::InPlace { y } => (None, y),
            Rows::Read { .. } => return,
        };
        isa.run(SecondPass::<CENTRED> { stats, affine, x, y: at_mut(y, width, i) });
    }
}

/// The mean of the first elements, at most sixteen, or 0 where their mean square is more than four times its square.
///
/// 0 would be a good enough pivot up to twice, where the row is redone. The factor between the two keeps rows
/// whose mean is about σ from being tried about 0 and then redone.
#[inline(always)]
fn pivot<I: Isa>(isa: I, x: &[f32]) -> f32 {
    let (groups, rest) = x.as_chunks::<GROUP>();
    let ([a, b], n) = match groups.split_at_checked(1) {
        Some((head, _)) => (sums::block(isa, Raw, head, &[]), GROUP as f32),
        None => (sums::block(isa, Raw, &[], rest), rest.len() as f32),
    };
    let (a, b) = (a.hi, b.hi);
    let m = a / n;
    // Strictly: of a constant row, its value is the pivot even where the squares underflow.
    if 4.0 * (m * m) < b / n { 0.0 } else { m }
}

/// The pivot of a row and its sums about it.
struct FirstPass<'a, const CENTRED: bool> {
    x: &'a [f32],
}

impl<const CENTRED: bool> Op for FirstPass<'_, CENTRED> {
    type Output = (f32, Sums);

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> (f32, Sums) {
        let m = if CENTRED { pivot(isa, self.x) } else { 0.0 };
        let sums = if m == 0.0 {
            sums::sums(isa, Raw, self.x)
        } else {
            sums::sums(isa, Centred { centre: isa.splat(m) }, self.x)
        };
        (m, sums)
    }
}

/// `residual += x`, and the first pass over the sum while it is written.
struct ResidualPass<'a, const CENTRED: bool> {
    x: &'a [f32],
    residual: &'a mut [f32],
}

impl<const CENTRED: bool> Op for ResidualPass<'_, CENTRED> {
    type Output = (f32, Sums);

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> (f32, Sums) {
        add_and_sum::<I, CENTRED>(isa, self.x, self.residual)
    }
}

#[inline(always)]
fn add_and_sum<I: Isa, const CENTRED: bool>(isa: I, x: &[f32], residual: &mut [f32]) -> (f32, Sums) {
    let mut head = [0.0; GROUP];
    head.iter_mut().zip(x.iter().zip(residual.iter())).for_each(|(to, (x, r))| *to = r + x);
    let head = head.get(..x.len()).unwrap_or(&head);
    let m = if CENTRED { pivot(isa, head) } else { 0.0 };
    let sums = if m == 0.0 {
        add_and_sum_about(isa, Raw, x, residual)
    } else {
        add_and_sum_about(isa, Centred { centre: isa.splat(m) }, x, residual)
    };
    (m, sums)
}

#[inline(always)]
fn add_and_sum_about<I: Isa, T: term::Term<I>>(isa: I, term: T, x: &[f32], residual: &mut [f32]) -> Sums {
    let mut sums = Sums::ZERO;
    for (residual, x) in residual.chunks_mut(BLOCK).zip(x.chunks(BLOCK)) {
        residual.iter_mut().zip(x).for_each(|(r, x)| *r += x);
        let (groups, rest) = residual.as_chunks();
        sums.push(sums::block(isa, term, groups, rest));
    }
    sums
}
