//! Gradients, from saved statistics, in the form of x̂:
//!
//! ```text
//! pass 1   d = x − centre ;  g = dy·γ ;  D = Σd ;  Q = Σd² ;  G = Σg ;  P = Σg·d ;  Σg²      in f64     sums
//! row      e = D/N ;  var = Q/N − e² ;  mean g = G/N ;  mean g·x̂ = (P − e·G) · rstd / N      in f64
//! pass 2   d = (x − mean) − e ;  dx = g·rstd − (mean g · rstd + d · mean g·x̂ · rstd²)        in f32
//!          dγ += Σ dy·x̂ ;  dβ += Σ dy  over all rows                                         in f64     columns
//! ```
//!
//! For RMSNorm centre, e and mean g are 0.
//!
//! 1. The means of g and g·x̂ are small beside what is summed, and dx is smaller still where they cancel g. In `f64`
//!    products of floats are exact and no sum is out of range.
//! 2. `e` is what rounding left out of the saved mean. It is far below an ULP of σ, but an x̂ near 0 is made of it. In the
//!    same way `var` takes the rounding out of rstd, by a Newton step: dx is up to three times what its bound is about.
//! 3. The sums are about 0 while the mean is at most [`NEAR`] σ: squares then lose four bits at most where the mean cancels.
//! 4. Pass 2 multiplies before it subtracts, so that only the last of its roundings is one of that sum.
//! 5. Pass 2 takes `f32` only for rows that [`Line::fits_f32`] tells to be ordinary: none of their terms is out of range.
//!    All others take `f64`, in which no term of any row is. So dx is finite, or the infinity of the right sign, whenever x,
//!    dy and γ are finite. `error.md` has the bounds.

mod columns;
mod sums;

use super::affine::{Affine, Parameters};
use super::batch::{ROWS, rows_per_batch};
use crate::RowStats;
use crate::feature::Feature;
use crate::isa::{GROUP, Isa, Op, Scalar, elements_from};
use crate::list::List;
use crate::row::{Row, groups};
use crate::rows::Rows;
use columns::Columns;
pub(super) use columns::Grads;
pub(crate) use columns::{AddRows, AddToGrads, FeatureSums, TILE as FEATURES};
use core::array;
pub(super) use sums::{Pass1, Sums};

/// One call, checked by [`crate::shape`].
pub(crate) struct Backward<'a> {
    pub centred: bool,
    /// What sums are divided by: the width; 1 where x̂ is x over its L2 norm.
    pub divisor: usize,
    /// Its β is not asked for.
    pub parameters: Parameters<'a>,
    pub epsilon: f32,
    /// As many rows as `rows`, without gaps.
    pub x: &'a [f32],
    pub stats: &'a [RowStats],
    /// From dy to dx.
    pub rows: Rows<'a>,
    pub grads: Grads<'a>,
}

/// In σ: how far from 0 a mean may be for sums about 0.
const NEAR: f64 = 4.0;

impl Op for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { centred, divisor, parameters, epsilon, x, stats, mut rows, mut grads } = self;
        let width = rows.width();
        if grads.iter().any(Option::is_some) {
            // Before dx takes the place of dy.
            isa.run(Columns { width, x, dy: rows.source(), stats, grads: &mut grads });
        }
        debug_assert!(x.len() == rows.elements() && stats.len() == rows.count());
        let affine = &Affine::new(parameters);
        let n = (divisor as f64, 1.0 / divisor as f64);
        let batch = rows_per_batch(width, rows.elements());
        let batches = x.chunks((batch * width).max(1)).zip(stats.chunks(batch.max(1)));
        for (i, (x, stats)) in batches.enumerate() {
            let mut rows = rows.slice(i * batch, batch);
            let mut lines = List::<Line, ROWS>::new();
            let row = |i: usize| {
                debug_assert!((i + 1) * width <= x.len(), "row {i} of {} elements", x.len());
                x.get(i * width..(i + 1) * width).unwrap_or(&[])
            };
            for (i, stats) in stats.iter().enumerate() {
                let (x, row) = (row(i), &mut rows.row(i));
                let centre = Line::about(stats);
                let sums = if centre != 0.0 || affine.unit_offset {
                    isa.run(Pass1::<true, true> { centre, affine, x, row })
                } else if centred {
                    isa.run(Pass1::<true, false> { centre, affine, x, row })
                } else {
                    isa.run(Pass1::<false, false> { centre, affine, x, row })
                };
                // The general pass sums them for either norm.
                let sums = if centred { sums } else { Sums { d: 0.0, g: 0.0, ..sums } };
                lines.push(Line::new(stats, centre, sums, n, epsilon));
            }
            for (i, line) in lines.iter().enumerate() {
                let (x, row) = (row(i), &mut rows.row(i));
                match line.form {
                    Form::All(value) => row.fill(value),
                    Form::Wide => {
                        let gamma =
                            |i| parameters.gamma.and_then(|gamma| gamma.get(i)).copied().unwrap_or(1.0);
                        line.write(|i| gamma(i) + affine.offset(), x, row);
                    }
                    Form::Plain if affine.unit_offset => {
                        isa.run(Pass2::<true, true> { line: line.plain(), affine, x, row });
                    }
                    Form::Plain if centred => {
                        isa.run(Pass2::<true, false> { line: line.plain(), affine, x, row });
                    }
                    Form::Plain => isa.run(Pass2::<false, false> { line: line.plain(), affine, x, row }),
                }
            }
        }
    }
}

/// How pass 2 goes through a row.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// In `f32`.
    Plain,
    /// In `f64`.
    Wide,
    /// All of dx is this: 0 in a constant row with ε = 0, NaN where an input is not finite.
    All(f32),
}

/// What pass 2 needs of a row.
#[derive(Clone, Copy)]
pub(super) struct Line {
    /// The mean is `centre + e`.
    centre: f64,
    e: f64,
    rstd: f64,
    mean_g: f64,
    /// mean g·x̂
    mean_gx: f64,
    /// The square of what `f64` may have lost of a sum of terms, as a part of 1 + |x̂|.
    doubt: f64,
    pub(super) form: Form,
}

impl Line {
    /// What the sums of a row are about.
    #[inline(always)]
    pub(super) fn about(stats: &RowStats) -> f64 {
        let [pivot, delta] = stats.wide_centre();
        let centre = pivot + delta;
        if (centre * stats.wide_rstd()).abs() <= NEAR { 0.0 } else { centre }
    }

    #[inline(always)]
    pub(super) fn new(
        stats: &RowStats,
        centre: f64,
        sums: Sums<f64>,
        (n, inverse): (f64, f64),
        epsilon: f32,
    ) -> Self {
        let e = sums.d * inverse;
        let saved = stats.wide_rstd();
        let missing = 1.0 - (sums.dd * inverse - e * e + f64::from(epsilon)) * saved * saved;
        // Not so small where the statistics are those for another ε.
        let rstd = if missing.abs() < 1e-5 { saved + saved * missing * 0.5 } else { saved };
        let mean_gx = (sums.gd - e * sums.g) * inverse * rstd;
        let form = if !(sums.dd + sums.gg).is_finite() || !stats.is_finite() {
            Form::All(f32::NAN)
        } else if stats.factor == 0.0 {
            Form::All(0.0)
        } else if Self::fits_f32(centre + e, saved, &sums, n) {
            Form::Plain
        } else {
            Form::Wide
        };
        let lost = (n + 5000.0) / (1u64 << 51) as f64;
        let doubt = sums.gg * inverse * lost * lost;
        Self { centre, e, rstd, mean_g: sums.g * inverse, mean_gx, doubt, form }
    }

    /// Whether no term of dx can leave the range of `f32`, up or down, so that what it rounds is a part of the term:
    ///
    /// ```text
    /// 2⁻²⁰ ≤ rstd ≤ 2²⁰ ;  |mean| ≤ 2¹⁰·σ ;  |d| ≤ 2²⁵·σ ;  2⁻⁶⁰ ≤ the root mean square of g ;  |g| ≤ 2⁶⁰, or all g = 0
    /// ```
    ///
    /// Then |level| ≤ 2⁸⁰, |slope| ≤ 2¹⁰⁰, |d · slope| ≤ 2¹²⁵ for any d, and a term that underflows is off by at most 2⁻⁵⁰ of
    /// rstd times that root mean square.
    #[inline(always)]
    fn fits_f32(mean: f64, rstd: f64, sums: &Sums<f64>, n: f64) -> bool {
        const LARGE: f64 = (1u64 << 60) as f64;
        const STEEP: f64 = (1u64 << 20) as f64;
        let (least, most) = (n / (LARGE * LARGE), LARGE * LARGE);
        (rstd <= STEEP && rstd * STEEP >= 1.0)
            && (mean * rstd).abs() <= 1024.0
            && sums.dd * rstd * rstd <= (1u64 << 50) as f64
            && (sums.gg <= most && sums.gg >= least || sums.gg == 0.0)
    }

    /// The same in `f32`.
    #[inline(always)]
    pub(super) fn plain(&self) -> Plain {
        let Self { centre, e, rstd, mean_g, mean_gx, .. } = *self;
        let pivot = (centre + e) as f32;
        Plain {
            pivot,
            delta: ((centre - f64::from(pivot)) + e) as f32,
            rstd: rstd as f32,
            level: (mean_g * rstd) as f32,
            slope: (mean_gx * rstd * rstd) as f32,
        }
    }

    /// Pass 2 in `f64`.
    #[inline(never)]
    #[cold]
    pub(super) fn write(&self, gain: impl Fn(usize) -> f32, x: &[f32], row: &mut Row) {
        row.elements(|i, dy| {
            let d = (x.get(i).copied().map_or(0.0, f64::from) - self.centre) - self.e;
            let g = f64::from(dy) * f64::from(gain(i));
            let normalised = d * self.rstd;
            let terms = (g - self.mean_g) - normalised * self.mean_gx;
            let dx = canonical(terms * self.rstd);
            let reach = 1.0 + normalised.abs();
            // No infinity whose sign is not known.
            if dx.is_infinite() && terms * terms <= self.doubt * reach * reach { 0.0 } else { dx }
        });
    }
}

/// Rounded, and every NaN the same.
pub(super) fn canonical(value: f64) -> f32 {
    if value.is_nan() { f32::NAN } else { value as f32 }
}

/// What pass 2 in `f32` needs of a row.
#[derive(Clone, Copy)]
pub(super) struct Plain {
    /// The mean in two floats.
    pivot: f32,
    delta: f32,
    rstd: f32,
    /// mean g · rstd
    level: f32,
    /// mean g·x̂ · rstd²
    slope: f32,
}

impl Plain {
    #[inline(always)]
    fn dx<I: Isa, const CENTRED: bool>(&self, isa: I, g: I::V, x: I::V) -> I::V {
        let slope = isa.splat(self.slope);
        let rest = if CENTRED {
            let d = isa.sub(isa.sub(x, isa.splat(self.pivot)), isa.splat(self.delta));
            isa.add(isa.splat(self.level), isa.mul(d, slope))
        } else {
            isa.mul(x, slope)
        };
        isa.sub(isa.mul(g, isa.splat(self.rstd)), rest)
    }
}

/// Over one row. Without `CENTRED` the mean and the level are 0; without `UNIT_OFFSET` γ is the gain.
pub(super) struct Pass2<'a, 'r, const CENTRED: bool, const UNIT_OFFSET: bool> {
    pub line: Plain,
    pub affine: &'a Affine<'a>,
    pub x: &'a [f32],
    pub row: &'a mut Row<'r>,
}

impl<const CENTRED: bool, const UNIT_OFFSET: bool> Op for Pass2<'_, '_, CENTRED, UNIT_OFFSET> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { line, affine, x, row } = self;
        let offset = affine.offset();
        let features = [affine.gamma, Feature::own(x)];
        for ([mut slot], [gamma, x]) in groups::<GROUP, 1, 2>(array::from_mut(row), features) {
            for at in (0..GROUP).step_by(I::LANES) {
                let gamma = isa.load(elements_from(gamma, at));
                let gain = if UNIT_OFFSET { isa.add(gamma, isa.splat(offset)) } else { gamma };
                let g = isa.mul(slot.load(isa, at), gain);
                slot.store(isa, line.dx::<I, CENTRED>(isa, g, isa.load(elements_from(x, at))), at);
            }
        }
        let tail = elements_from(x, x.len() - x.len() % GROUP);
        row.tail(|i, dy| {
            let (x, gain) = (tail.get(i).copied().unwrap_or(0.0), affine.gamma.tail(i) + offset);
            line.dx::<Scalar, CENTRED>(Scalar, dy * gain, x)
        });
    }
}
