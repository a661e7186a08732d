//! The gradients of γ and β: sums over the rows of a call, for each feature.
//!
//! ```text
//! dγ += Σ dy·x̂ ;  dβ += Σ dy ;  x̂ = ((x − pivot) − delta) · rstd            in f64
//! ```
//!
//! 1. The sums are those of all rows in `f64`, which are rounded once, when they are added to what is there: their error
//!    does not grow with the rows, and no partial sum is out of range.
//! 2. Some features after others, each through all rows: without memory of its own a call has no room for an `f64` of
//!    every feature.

use super::super::elementwise::CanonicaliseNans;
use crate::RowStats;
use crate::isa::{Isa, ONE_LANE, Op, Scalar, elements_from, elements_from_mut};
use crate::list::List;

/// Features that go through all rows together: their sums stay in the nearest cache. Where memory is little they are fewer,
/// for a sum is 8 B of stack.
pub(crate) const TILE: usize = if ONE_LANE { 16 } else { 1024 };
/// Features of a step.
const STEP: usize = 4;
/// Rows that are added before a sum is stored; one after the other, so that their number changes no bit.
const ROWS_PER_STORE: usize = if ONE_LANE { 1 } else { 4 };

/// Where dγ and dβ are added up, if anywhere.
pub(crate) type Grads<'a> = [Option<&'a mut [f32]>; 2];

/// A call with packed rows.
pub(super) struct Columns<'a, 'g> {
    pub width: usize,
    pub x: &'a [f32],
    pub dy: &'a [f32],
    pub stats: &'a [RowStats],
    pub grads: &'a mut Grads<'g>,
}

impl Op for Columns<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { width, x, dy, stats, grads } = self;
        for start in (0..width).step_by(TILE) {
            let count = TILE.min(width - start);
            let mut sums = FeatureSums::new();
            sums.clear(count);
            sums.add(isa, Tile::new(x, dy, width, start), stats);
            sums.finish(isa, start, grads);
        }
    }
}

/// dγ and dβ of some features.
pub(crate) struct FeatureSums {
    gamma: List<f64, TILE>,
    beta: List<f64, TILE>,
}

impl FeatureSums {
    #[inline(always)]
    pub(crate) const fn new() -> Self {
        Self { gamma: List::new(), beta: List::new() }
    }

    /// 0 for each of `count` features, at most [`TILE`]. Not in [`new`](Self::new): what is returned is copied, 16 kB of it.
    #[inline(always)]
    pub(crate) fn clear(&mut self, count: usize) {
        self.gamma.repeat(0.0, count);
        self.beta.repeat(0.0, count);
    }

    /// Adds a row for each of `stats`.
    #[inline(always)]
    fn add<I: Isa>(&mut self, isa: I, rows: Tile, stats: &[RowStats]) {
        let (gamma, beta) = (&mut *self.gamma, &mut *self.beta);
        let (several, rest) = stats.as_chunks::<ROWS_PER_STORE>();
        let mut row = 0;
        for stats in several {
            let rows = rows.from(row);
            if stats.iter().all(|stats| stats.pivot == 0.0) {
                isa.run(Add::<ROWS_PER_STORE, false> { rows, stats, gamma, beta });
            } else {
                isa.run(Add::<ROWS_PER_STORE, true> { rows, stats, gamma, beta });
            }
            row += ROWS_PER_STORE;
        }
        for stats in rest {
            let stats = core::array::from_ref(stats);
            isa.run(Add::<1, true> { rows: rows.from(row), stats, gamma, beta });
            row += 1;
        }
    }

    /// Adds the sums to `grads` of features `start` and following.
    #[inline(always)]
    fn finish<I: Isa>(&self, isa: I, start: usize, grads: &mut Grads) {
        for (grad, sums) in grads.iter_mut().zip([&*self.gamma, &*self.beta]) {
            let Some(grad) = grad.as_mut().and_then(|grad| grad.get_mut(start..start + sums.len())) else {
                continue;
            };
            grad.iter_mut().zip(sums).for_each(|(grad, sum)| *grad = (f64::from(*grad) + *sum) as f32);
            isa.run(CanonicaliseNans(grad));
        }
    }
}

/// Adds rows that hold only the features of `sums`.
pub(crate) struct AddRows<'a> {
    pub sums: &'a mut FeatureSums,
    pub x: &'a [f32],
    pub dy: &'a [f32],
    pub stats: &'a [RowStats],
}

impl Op for AddRows<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { sums, x, dy, stats } = self;
        let width = sums.gamma.len();
        sums.add(isa, Tile::new(x, dy, width, 0), stats);
    }
}

/// [`FeatureSums::finish`].
pub(crate) struct AddToGrads<'a, 'g> {
    pub sums: &'a FeatureSums,
    pub start: usize,
    pub grads: &'a mut Grads<'g>,
}

impl Op for AddToGrads<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        self.sums.finish(isa, self.start, self.grads);
    }
}

/// Some features of some rows; each row begins `width` elements after the last.
#[derive(Clone, Copy)]
struct Tile<'a> {
    x: &'a [f32],
    dy: &'a [f32],
    width: usize,
}

impl<'a> Tile<'a> {
    #[inline(always)]
    fn new(x: &'a [f32], dy: &'a [f32], width: usize, at: usize) -> Self {
        Self { x: elements_from(x, at), dy: elements_from(dy, at), width }
    }

    /// The rows from row `row` on.
    #[inline(always)]
    fn from(self, row: usize) -> Self {
        Self::new(self.x, self.dy, self.width, row * self.width)
    }
}

/// Adds rows, one after the other, to the sums of their first features. Without `PIVOT` theirs are 0.
struct Add<'a, const R: usize, const PIVOT: bool> {
    rows: Tile<'a>,
    stats: &'a [RowStats; R],
    gamma: &'a mut [f64],
    beta: &'a mut [f64],
}

impl<const R: usize, const PIVOT: bool> Op for Add<'_, R, PIVOT> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { rows, stats, gamma, beta } = self;
        let whole = gamma.len() - gamma.len() % STEP;
        let (gamma, gamma_rest) = gamma.as_chunks_mut::<STEP>();
        let (beta, beta_rest) = beta.as_chunks_mut::<STEP>();
        let mut steps = [(&[][..], &[][..]); R];
        for (r, steps) in steps.iter_mut().enumerate() {
            let [x, dy] = [rows.x, rows.dy].map(|v| elements_from(v, r * rows.width).as_chunks::<STEP>().0);
            // All of one length, which a compiler then knows.
            debug_assert!(x.len() >= gamma.len() && dy.len() >= gamma.len());
            let (Some(x), Some(dy)) = (x.get(..gamma.len()), dy.get(..gamma.len())) else { return };
            *steps = (x, dy);
        }
        let mut lines =
            [Normalise { pivot: isa.wide_splat(0.0), delta: isa.wide_splat(0.0), rstd: isa.wide_splat(0.0) };
                R];
        for (line, stats) in lines.iter_mut().zip(stats) {
            *line = Normalise::new(isa, stats);
        }
        let nothing = &[0.0; STEP];
        for (step, (gamma, beta)) in gamma.iter_mut().zip(beta).enumerate() {
            for at in (0..STEP).step_by(I::WIDE) {
                let mut sums =
                    [isa.wide_load(elements_from(gamma, at)), isa.wide_load(elements_from(beta, at))];
                for (line, (x, dy)) in lines.iter().zip(&steps) {
                    let (x, dy) = (x.get(step).unwrap_or(nothing), dy.get(step).unwrap_or(nothing));
                    sums = line.add::<PIVOT>(isa, elements_from(x, at), elements_from(dy, at), sums);
                }
                isa.wide_store(sums[0], elements_from_mut(gamma, at));
                isa.wide_store(sums[1], elements_from_mut(beta, at));
            }
        }
        for (at, (gamma, beta)) in (whole..).zip(gamma_rest.iter_mut().zip(beta_rest)) {
            for (r, stats) in stats.iter().enumerate() {
                let at = r * rows.width + at;
                let (x, dy) = (elements_from(rows.x, at), elements_from(rows.dy, at));
                [*gamma, *beta] = Normalise::new(Scalar, stats).add::<true>(Scalar, x, dy, [*gamma, *beta]);
            }
        }
    }
}

/// What x̂ is made of.
#[derive(Clone, Copy)]
struct Normalise<I: Isa> {
    pivot: I::Wide,
    delta: I::Wide,
    rstd: I::Wide,
}

impl<I: Isa> Normalise<I> {
    #[inline(always)]
    fn new(isa: I, stats: &RowStats) -> Self {
        let [pivot, delta] = stats.wide_centre();
        let rstd = isa.wide_splat(stats.wide_rstd());
        Self { pivot: isa.wide_splat(pivot), delta: isa.wide_splat(delta), rstd }
    }

    /// The sums of dy·x̂ and dy with one vector more.
    #[inline(always)]
    fn add<const PIVOT: bool>(
        &self,
        isa: I,
        x: &[f32],
        dy: &[f32],
        [gamma, beta]: [I::Wide; 2],
    ) -> [I::Wide; 2] {
        let (x, dy) = (isa.widen(x), isa.widen(dy));
        let d = if PIVOT { isa.wide_sub(x, self.pivot) } else { x };
        let normalised = isa.wide_mul(isa.wide_sub(d, self.delta), self.rstd);
        [isa.wide_add(gamma, isa.wide_mul(dy, normalised)), isa.wide_add(beta, dy)]
    }
}
