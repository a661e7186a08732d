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
//!    then they go through pass 2, while they are in the first-level cache. The statistics are a long chain of
//!    dependent operations; pass 1 of the next rows stands between them and pass 2, to be done meanwhile.
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
use rstd::{Row, Statistics};
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
/// The most lanes of any instruction set.
const MOST_TOGETHER: usize = 8;

impl<const CENTRED: bool> Op for Forward<'_, CENTRED> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(mut self, isa: I) {
        let row = Row::new(self.width, self.epsilon);
        let rows = self.rows.len().checked_div(self.width).unwrap_or(0);
        let together = TOGETHER.checked_div(self.width).unwrap_or(1).clamp(1, I::LANES);
        let mut now = self.first_passes(isa, 0, together.min(rows));
        while now.count > 0 {
            let statistics = now.statistics::<CENTRED>(isa, &row);
            let first = now.first + now.count;
            let next = self.first_passes(isa, first, together.min(rows - first));
            self.second_passes(isa, &row, &now, &statistics);
            now = next;
        }
    }
}

/// Rows after pass 1, one per lane.
struct Summed<I: Isa> {
    first: usize,
    count: usize,
    pivot: I::Array,
    a: I::Array,
    b: Two<I::Array>,
}

impl<I: Isa> Summed<I> {
    #[inline(always)]
    fn statistics<const CENTRED: bool>(&self, isa: I, row: &Row) -> Statistics<I::V> {
        let b = Two { hi: isa.load(self.b.hi.as_ref()), lo: isa.load(self.b.lo.as_ref()) };
        rstd::statistics::<I, CENTRED>(isa, row, isa.load(self.a.as_ref()), b)
    }
}

impl<const CENTRED: bool> Forward<'_, CENTRED> {
    #[inline(always)]
    fn first_passes<I: Isa>(&mut self, isa: I, first: usize, count: usize) -> Summed<I> {
        let none = isa.array(0.0);
        let mut summed = Summed::<I> { first, count, pivot: none, a: none, b: Two { hi: none, lo: none } };
        let lanes = summed.pivot.as_mut().iter_mut().zip(summed.a.as_mut());
        let lanes = lanes.zip(summed.b.hi.as_mut().iter_mut().zip(summed.b.lo.as_mut()));
        for (i, ((pivot, a), (b_hi, b_lo))) in lanes.take(count).enumerate() {
            let (m, sums) = self.rows.first_pass::<I, CENTRED>(isa, self.width, first + i);
            (*pivot, *a, *b_hi, *b_lo) = (m, sums.a.hi, sums.b.hi, sums.b.lo);
        }
        summed
    }

    #[inline(always)]
    fn second_passes<I: Isa>(
        &mut self,
        isa: I,
        row: &Row,
        summed: &Summed<I>,
        statistics: &Statistics<I::V>,
    ) {
        let (mut deltas, mut factors) = (isa.array(0.0), isa.array(0.0));
        isa.store(statistics.delta, deltas.as_mut());
        isa.store(statistics.rstd, factors.as_mut());
        let mut stats = [RowStats::default(); MOST_TOGETHER];
        let lanes = summed.pivot.as_ref().iter().zip(deltas.as_ref()).zip(factors.as_ref());
        for ((i, stats), ((&pivot, &delta), &factor)) in
            stats.iter_mut().enumerate().zip(lanes).take(summed.count)
        {
            *stats = if statistics.ok >> i & 1 != 0 {
                RowStats::about(pivot, delta, factor)
            } else {
                self.rows.redo::<I, CENTRED>(isa, row, self.width, summed.first + i, pivot + delta)
            };
        }
        let stats = stats.get(..summed.count).unwrap_or(&[]);
        for (to, from) in self.stats.iter_mut().skip(summed.first).zip(stats) {
            *to = *from;
        }
        self.rows.second_pass::<I, CENTRED>(isa, stats, self.affine, self.width, summed.first);
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

    /// What row `i` is normalised from; for a residual, after its first pass.
    #[inline(always)]
    fn source(&self, width: usize, i: usize) -> &[f32] {
        match self {
            Rows::Apart { x, .. } | Rows::Read { x } => part(x, i * width, width),
            Rows::InPlace { y } => part(y, i * width, width),
            Rows::Residual { residual, .. } => part(residual, i * width, width),
        }
    }

    /// The pivot of row `i` and its sums about it.
    #[inline(always)]
    fn first_pass<I: Isa, const CENTRED: bool>(&mut self, isa: I, width: usize, i: usize) -> (f32, Sums) {
        if let Rows::Residual { x, residual, .. } = self {
            let (x, residual) = (part(x, i * width, width), part_mut(residual, i * width, width));
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
            for v in part_mut(residual, i * width, width).iter_mut().filter(|v| v.is_nan()) {
                *v = f32::NAN;
            }
        }
        stats
    }

    /// For the rows of `stats`, the first of which is row `first`.
    #[inline(always)]
    fn second_pass<I: Isa, const CENTRED: bool>(
        &mut self,
        isa: I,
        stats: &[RowStats],
        affine: Affine,
        width: usize,
        first: usize,
    ) {
        let (from, len) = (first * width, stats.len() * width);
        let (x, y) = match self {
            Rows::Apart { x, y } => (Some(part(x, from, len)), y),
            Rows::Residual { residual, y, .. } => (Some(part(residual, from, len)), y),
            Rows::InPlace { y } => (None, y),
            Rows::Read { .. } => return,
        };
        isa.run(SecondPass::<CENTRED> { width, stats, affine, x, y: part_mut(y, from, len) });
    }
}

/// The mean of the first elements, at most sixteen, or 0 where their mean square is more than four times its square.
///
/// 0 would be a good enough pivot up to twice, where the row is redone. The factor between the two keeps rows
/// whose mean is about σ from being tried about 0 and then redone.
#[inline(always)]
fn pivot<I: Isa>(isa: I, row: &[f32]) -> f32 {
    let (m, square) = match row.first_chunk() {
        Some(head) => {
            let [a, b] = isa.head(head);
            (a * (1.0 / 16.0), b * (1.0 / 16.0))
        }
        None => {
            let mut head = [0.0; GROUP];
            head.iter_mut().zip(row).for_each(|(to, &from)| *to = from);
            let [a, b] = isa.head(&head);
            (a / row.len() as f32, b / row.len() as f32)
        }
    };
    // Strictly: of a constant row, its value is the pivot even where the squares underflow.
    if 4.0 * (m * m) < square { 0.0 } else { m }
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
    let mut totals = isa.no_totals();
    for (residual, x) in residual.chunks_mut(BLOCK).zip(x.chunks(BLOCK)) {
        residual.iter_mut().zip(x).for_each(|(r, x)| *r += x);
        totals = sums::add_block(isa, term, totals, residual);
    }
    Sums::of(isa, totals)
}
