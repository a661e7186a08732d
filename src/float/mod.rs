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
use sums::{AddSums, BLOCK, Sums};
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
pub(crate) struct Forward<'a> {
    /// LayerNorm; else RMSNorm, for which pivot, delta and the sum of `d` are 0.
    pub centred: bool,
    pub rows: Rows<'a>,
    pub width: usize,
    pub affine: Affine<'a>,
    pub epsilon: f32,
    /// One for every row, or none at all.
    pub stats: &'a mut [RowStats],
}

/// Rows that go through pass 1 together stay below this number of elements: 16 kB.
const TOGETHER: usize = 2048;
/// A residual is added and summed by parts of this size, which the first-level cache holds: 4 kB.
const PART: usize = 4 * BLOCK;
/// The most lanes of any instruction set.
const MOST_TOGETHER: usize = 8;

impl Op for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(mut self, isa: I) {
        let row = Row::new(self.width, self.epsilon);
        let rows = self.rows.len().checked_div(self.width).unwrap_or(0);
        let together = TOGETHER.checked_div(self.width).unwrap_or(1).clamp(1, I::LANES);
        let mut now = self.first_passes(isa, 0, together.min(rows));
        while now.count > 0 {
            let statistics = now.statistics(isa, &row);
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
    fn statistics(&self, isa: I, row: &Row) -> Statistics<I::V> {
        let b = Two { hi: isa.load(self.b.hi.as_ref()), lo: isa.load(self.b.lo.as_ref()) };
        rstd::statistics(isa, row, isa.load(self.a.as_ref()), b)
    }
}

impl Forward<'_> {
    #[inline(always)]
    fn first_passes<I: Isa>(&mut self, isa: I, first: usize, count: usize) -> Summed<I> {
        let none = isa.array(0.0);
        let mut summed = Summed::<I> { first, count, pivot: none, a: none, b: Two { hi: none, lo: none } };
        let lanes = summed.pivot.as_mut().iter_mut().zip(summed.a.as_mut());
        let lanes = lanes.zip(summed.b.hi.as_mut().iter_mut().zip(summed.b.lo.as_mut()));
        for (i, ((pivot, a), (b_hi, b_lo))) in lanes.take(count).enumerate() {
            let (m, sums) = self.rows.first_pass(isa, self.centred, self.width, first + i);
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
                self.rows.redo(isa, self.centred, row, self.width, summed.first + i, pivot + delta)
            };
        }
        let stats = stats.get(..summed.count).unwrap_or(&[]);
        for (to, from) in self.stats.iter_mut().skip(summed.first).zip(stats) {
            *to = *from;
        }
        self.rows.second_pass(isa, self.centred, stats, self.affine, self.width, summed.first);
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
    fn first_pass<I: Isa>(&mut self, isa: I, centred: bool, width: usize, i: usize) -> (f32, Sums) {
        if let Rows::Residual { x, residual, .. } = self {
            let (x, residual) = (part(x, i * width, width), part_mut(residual, i * width, width));
            return isa.run(ResidualPass { centred, x, residual });
        }
        isa.run(FirstPass { centred, x: self.source(width, i) })
    }

    #[inline(always)]
    fn redo<I: Isa>(
        &mut self,
        isa: I,
        centred: bool,
        row: &Row,
        width: usize,
        i: usize,
        mean: f32,
    ) -> RowStats {
        let stats = isa.run(Redo { centred, row, x: self.source(width, i), mean });
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
    fn second_pass<I: Isa>(
        &mut self,
        isa: I,
        centred: bool,
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
        isa.run(SecondPass { centred, width, stats, affine, x, y: part_mut(y, from, len) });
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
struct FirstPass<'a> {
    centred: bool,
    x: &'a [f32],
}

impl Op for FirstPass<'_> {
    type Output = (f32, Sums);

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> (f32, Sums) {
        let m = if self.centred { pivot(isa, self.x) } else { 0.0 };
        (m, about(isa, self.centred, m, Sums::ZERO, self.x))
    }
}

/// Adds the sums over part of a row about the pivot `m`.
#[inline(always)]
fn about<I: Isa>(isa: I, centred: bool, m: f32, sums: Sums, part: &[f32]) -> Sums {
    if !centred {
        isa.run(AddSums::<_, false> { sums, term: Raw, part })
    } else if m == 0.0 {
        isa.run(AddSums::<_, true> { sums, term: Raw, part })
    } else {
        isa.run(AddSums::<_, true> { sums, term: Centred { centre: m }, part })
    }
}

/// `residual += x`, and the first pass over the sum while it is written.
struct ResidualPass<'a> {
    centred: bool,
    x: &'a [f32],
    residual: &'a mut [f32],
}

impl Op for ResidualPass<'_> {
    type Output = (f32, Sums);

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> (f32, Sums) {
        let Self { centred, x, residual } = self;
        let mut head = [0.0; GROUP];
        head.iter_mut().zip(x.iter().zip(residual.iter())).for_each(|(to, (x, r))| *to = r + x);
        let head = head.get(..x.len()).unwrap_or(&head);
        let m = if centred { pivot(isa, head) } else { 0.0 };
        let mut sums = Sums::ZERO;
        for (residual, x) in residual.chunks_mut(PART).zip(x.chunks(PART)) {
            residual.iter_mut().zip(x).for_each(|(r, x)| *r += x);
            sums = about(isa, centred, m, sums, residual);
        }
        (m, sums)
    }
}
