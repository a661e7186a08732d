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

use super::super::OneNan;
use super::super::sums::from;
use crate::isa::{Isa, List, Op, ROWS, Scalar};
use crate::{ParamGrads, RowStats};

/// Features that go through all rows together: their sums stay in the nearest cache. Where memory is little they are fewer,
/// for a sum is 8 B of stack.
const TILE: usize = if ROWS > 1 { 1024 } else { 16 };
/// Features of a step.
const STEP: usize = 4;

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
    fn eval<I: Isa>(self, isa: I) {
        let Self { width, x, dy, stats, grads } = self;
        for start in (0..width).step_by(TILE) {
            let count = TILE.min(width - start);
            let (mut gamma, mut beta) = (List::<f64, TILE>::new(), List::<f64, TILE>::new());
            gamma.repeat(0.0, count);
            beta.repeat(0.0, count);
            let (gamma, beta) = (&mut *gamma, &mut *beta);
            for (row, stats) in stats.iter().enumerate() {
                let first = row * width + start;
                isa.run(Add { x: from(x, first), dy: from(dy, first), stats, gamma, beta });
            }
            for (grad, sums) in [(&mut grads.gamma, gamma), (&mut grads.beta, beta)] {
                let grad =
                    grad.as_mut().and_then(|grad| grad.get_mut(start..start + count)).unwrap_or(&mut []);
                grad.iter_mut().zip(sums).for_each(|(grad, sum)| *grad = (f64::from(*grad) + *sum) as f32);
                isa.run(OneNan(grad));
            }
        }
    }
}

/// Adds a row to the sums of some features, the first of which are those of `x` and `dy`.
struct Add<'a> {
    x: &'a [f32],
    dy: &'a [f32],
    stats: &'a RowStats,
    gamma: &'a mut [f64],
    beta: &'a mut [f64],
}

impl Op for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { x, dy, stats, gamma, beta } = self;
        let ([pivot, delta], rstd) = (stats.wide_centre(), stats.wide_rstd());
        let ((gamma, gamma_rest), (beta, beta_rest)) =
            (gamma.as_chunks_mut::<STEP>(), beta.as_chunks_mut::<STEP>());
        let ((x_steps, _), (dy_steps, _)) = (x.as_chunks::<STEP>(), dy.as_chunks::<STEP>());
        let whole = STEP * gamma.len();
        let centre = (isa.wide_splat(pivot), isa.wide_splat(delta), isa.wide_splat(rstd));
        for (((gamma, beta), x), dy) in gamma.iter_mut().zip(beta).zip(x_steps).zip(dy_steps) {
            for at in (0..STEP).step_by(I::WIDE) {
                add(isa, centre, [from(x, at), from(dy, at)], [gamma, beta], at);
            }
        }
        let (x, dy) = (from(x, whole), from(dy, whole));
        for at in 0..gamma_rest.len() {
            add(Scalar, (pivot, delta, rstd), [from(x, at), from(dy, at)], [gamma_rest, beta_rest], at);
        }
    }
}

/// One vector, to the sums from `at` on.
#[inline(always)]
fn add<I: Isa>(
    isa: I,
    (pivot, delta, rstd): (I::Wide, I::Wide, I::Wide),
    [x, dy]: [&[f32]; 2],
    [gamma, beta]: [&mut [f64]; 2],
    at: usize,
) {
    let d = isa.wide_sub(isa.wide_sub(isa.wide(x), pivot), delta);
    let dy = isa.wide(dy);
    let (gamma, beta) = (gamma.get_mut(at..).unwrap_or(&mut []), beta.get_mut(at..).unwrap_or(&mut []));
    let of_gamma = isa.wide_add(isa.wide_load(gamma), isa.wide_mul(dy, isa.wide_mul(d, rstd)));
    isa.wide_store(of_gamma, gamma);
    isa.wide_store(isa.wide_add(isa.wide_load(beta), dy), beta);
}

/// Rounded, and every NaN the same.
pub(super) fn canonical(value: f64) -> f32 {
    if value.is_nan() { f32::NAN } else { value as f32 }
}
