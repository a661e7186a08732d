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

use super::super::sums::from;
use crate::isa::{Isa, Op, ROWS, Scalar};
use crate::{ParamGrads, RowStats};

/// Features that go through all rows together; where memory is little, fewer: a sum is 8 B of stack.
const TILE: usize = if ROWS > 1 { 64 } else { 16 };

/// A call, whose rows are one behind the other.
pub(super) struct Columns<'a, 'g> {
    pub width: usize,
    pub x: &'a [f32],
    pub dy: &'a [f32],
    pub stats: &'a [RowStats],
    pub grads: &'a mut ParamGrads<'g>,
}

impl Op for Columns<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(mut self, isa: I) {
        let vectors = self.width - self.width % I::WIDE;
        for start in (0..vectors).step_by(TILE) {
            self.tile(isa, start, TILE.min(vectors - start));
        }
        if vectors < self.width {
            self.tile(Scalar, vectors, self.width - vectors);
        }
    }
}

impl Columns<'_, '_> {
    /// `count` features from `start` on, whole vectors of them.
    #[inline(always)]
    fn tile<I: Isa>(&mut self, isa: I, start: usize, count: usize) {
        let mut sums = [[isa.wide_splat(0.0); 2]; TILE];
        let sums = sums.get_mut(..count / I::WIDE).unwrap_or(&mut []);
        for (row, stats) in self.stats.iter().enumerate() {
            let first = row * self.width + start;
            let (x, dy) = (from(self.x, first), from(self.dy, first));
            let [pivot, delta] = stats.wide_centre();
            let (pivot, delta) = (isa.wide_splat(pivot), isa.wide_splat(delta));
            let rstd = isa.wide_splat(stats.wide_rstd());
            for ([gamma, beta], at) in sums.iter_mut().zip((0..).step_by(I::WIDE)) {
                let d = isa.wide_sub(isa.wide_sub(isa.wide(from(x, at)), pivot), delta);
                let dy = isa.wide(from(dy, at));
                *gamma = isa.wide_add(*gamma, isa.wide_mul(dy, isa.wide_mul(d, rstd)));
                *beta = isa.wide_add(*beta, dy);
            }
        }
        for (of, to) in [&mut self.grads.gamma, &mut self.grads.beta].into_iter().enumerate() {
            let Some(to) = to.as_mut().and_then(|to| to.get_mut(start..start + count)) else { continue };
            for (to, sums) in to.chunks_mut(I::WIDE).zip(&*sums) {
                let mut values = [0.0; 4];
                isa.wide_store(sums[of], &mut values);
                to.iter_mut().zip(values).for_each(|(to, sum)| *to = canonical(f64::from(*to) + sum));
            }
        }
    }
}

/// Rounded, and every NaN the same.
pub(super) fn canonical(value: f64) -> f32 {
    if value.is_nan() { f32::NAN } else { value as f32 }
}
