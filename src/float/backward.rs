//! Gradients, from saved statistics, in the form of x̂:
//!
//! ```text
//! pass 1   d = x − mean ;  g = dy·γ ;  D = Σd ;  Q = Σd² ;  G = Σg ;  P = Σg·d            in f64
//! row      e = D/N ;  var = Q/N − e² ;  mean g = G/N ;  mean g·x̂ = (P − e·G) · rstd / N
//! pass 2   d = (x − mean) − e ;  dx = g·rstd − (mean g · rstd + d · mean g·x̂ · rstd²)      in f32
//!          dγ += dy·(d·rstd) ;  dβ += dy
//! ```
//!
//! For RMSNorm mean, e and mean g are 0.
//!
//! 1. The means of g and g·x̂ are small beside what is summed, and what is left of dx where they cancel g is smaller
//!    still. In `f64` products of floats are exact and no sum is out of range, so that neither costs a digit, whatever x, dy
//!    and γ are. Four lanes and a short tree for each group of sixteen: such sums need no blocks.
//! 2. `e` is what rounding left out of the saved mean. It is far below an ULP of σ, but an x̂ near 0 is made of it. In the
//!    same way `var` takes the rounding out of rstd, by a Newton step: dx is up to three times what its bound is about.
//! 3. Pass 2 multiplies before it subtracts, so that only the last of its roundings is one of that sum. A power of two
//!    brings σ near 1 meanwhile: rstd² would be out of range sooner than anything else.
//! 4. No operation of pass 2 makes a NaN of numbers: what is subtracted is finite by a test on its row, and an infinite
//!    `g` stays infinite.

use super::AllFinite;
use super::affine::Affine;
use super::sums::from;
use crate::RowStats;
use crate::isa::{Feature, GROUP, Group, Isa, Op, Rows, Scalar};

/// Where dγ and dβ are added to; empty where nobody wants them.
pub(crate) struct Grads<'a> {
    pub gamma: &'a mut [f32],
    pub beta: &'a mut [f32],
}

/// One call, checked by [`crate::shape`].
pub(crate) struct Backward<'a> {
    pub centred: bool,
    /// Its β is not asked for.
    pub affine: Affine<'a>,
    pub epsilon: f32,
    /// As many rows as `rows`, without gaps.
    pub x: &'a [f32],
    pub stats: &'a [RowStats],
    /// From dy to dx.
    pub rows: Rows<'a>,
    pub grads: Grads<'a>,
}

impl Op for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { centred, affine, epsilon, x, stats, mut rows, mut grads } = self;
        let (affine, grads) = (&affine, &mut grads);
        let width = rows.width();
        for (i, (x, stats)) in x.chunks_exact(width.max(1)).zip(stats).enumerate() {
            let row = &mut rows.part(i, 1);
            let sums = if centred {
                isa.run(Pass1::<true> { mean: stats.wide_mean(), affine, x, row: &mut *row })
            } else {
                isa.run(Pass1::<false> { mean: 0.0, affine, x, row: &mut *row })
            };
            let line = Line::new(stats, sums, width as f64, epsilon);
            isa.run(Pass2 { line: &line, affine, x, row: &mut *row, grads });
            if let Some(value) = line.all {
                row.fill(value);
            }
        }
        for sums in [&mut *grads.gamma, &mut *grads.beta] {
            if !isa.run(AllFinite(sums)) {
                // Whatever NaNs came in or arose, the one that goes out is 0x7fc00000.
                sums.iter_mut().filter(|v| v.is_nan()).for_each(|v| *v = f32::NAN);
            }
        }
    }
}

/// What is summed in pass 1.
#[derive(Clone, Copy)]
struct Sums<T> {
    d: T,
    dd: T,
    g: T,
    gd: T,
}

/// Over one row. Without `CENTRED` the sums of d and g are 0.
struct Pass1<'a, 'r, const CENTRED: bool> {
    mean: f64,
    affine: &'a Affine<'a>,
    x: &'a [f32],
    row: &'a mut Rows<'r>,
}

impl<const CENTRED: bool> Op for Pass1<'_, '_, CENTRED> {
    type Output = Sums<f64>;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> Sums<f64> {
        let Self { mean, affine, x, row } = self;
        let one = affine.one();
        let leaves =
            Leaves::<I, CENTRED> { isa, mean: isa.wide_splat(mean), one: isa.wide_splat(one.into()) };
        let zero = isa.wide_splat(0.0);
        let mut sums = Sums { d: zero, dd: zero, g: zero, gd: zero };
        for (slot, gamma, x) in row.groups(affine.gamma, Feature::own(x)) {
            let dy = slot.source();
            let low = leaves.add(leaves.at(0, dy, gamma, x), leaves.at(4, dy, gamma, x));
            let high = leaves.add(leaves.at(8, dy, gamma, x), leaves.at(12, dy, gamma, x));
            sums = leaves.add(sums, leaves.add(low, high));
        }
        let total = |v: I::Wide| {
            let [a, b, c, d] = isa.wide_values(v);
            (a + c) + (b + d)
        };
        let mut total = Sums { d: total(sums.d), dd: total(sums.dd), g: total(sums.g), gd: total(sums.gd) };
        let groups = x.len() - x.len() % GROUP;
        for (i, (dy, x)) in row.source().iter().zip(x).skip(groups).enumerate() {
            let g = f64::from(*dy) * (f64::from(affine.gamma.rest(i)) + f64::from(one));
            let d = f64::from(*x) - mean;
            if CENTRED {
                (total.d, total.g) = (total.d + d, total.g + g);
            }
            (total.dd, total.gd) = (total.dd + d * d, total.gd + g * d);
        }
        total
    }
}

/// The terms of four elements and how they are added.
struct Leaves<I: Isa, const CENTRED: bool> {
    isa: I,
    mean: I::Wide,
    one: I::Wide,
}

impl<I: Isa, const CENTRED: bool> Leaves<I, CENTRED> {
    #[inline(always)]
    fn at(&self, at: usize, dy: &Group, gamma: &Group, x: &Group) -> Sums<I::Wide> {
        let isa = self.isa;
        let gain = isa.wide_add(isa.wide(from(gamma, at)), self.one);
        let g = isa.wide_mul(isa.wide(from(dy, at)), gain);
        let x = isa.wide(from(x, at));
        let d = if CENTRED { isa.wide_sub(x, self.mean) } else { x };
        Sums { d, dd: isa.wide_mul(d, d), g, gd: isa.wide_mul(g, d) }
    }

    #[inline(always)]
    fn add(&self, a: Sums<I::Wide>, b: Sums<I::Wide>) -> Sums<I::Wide> {
        let isa = self.isa;
        let (dd, gd) = (isa.wide_add(a.dd, b.dd), isa.wide_add(a.gd, b.gd));
        if CENTRED {
            Sums { d: isa.wide_add(a.d, b.d), dd, g: isa.wide_add(a.g, b.g), gd }
        } else {
            Sums { dd, gd, ..a }
        }
    }
}

/// What pass 2 needs of a row, in a scale in which σ is near 1.
#[derive(Clone, Copy)]
struct Line {
    scale: f32,
    /// The mean in two floats.
    pivot: f32,
    delta: f32,
    rstd: f32,
    /// mean g · rstd
    level: f32,
    /// mean g·x̂ · rstd²
    slope: f32,
    /// What all of dx is instead: 0 in a constant row with ε = 0, NaN where an input is not finite.
    all: Option<f32>,
}

impl Line {
    #[inline(always)]
    fn new(stats: &RowStats, sums: Sums<f64>, n: f64, epsilon: f32) -> Self {
        let e = sums.d / n;
        let (mean, rstd) = (stats.wide_mean() + e, stats.wide_rstd());
        let missing = 1.0 - (sums.dd / n - e * e + f64::from(epsilon)) * rstd * rstd;
        // Not so small where the statistics are those for another ε.
        let rstd = if missing.abs() < 1e-5 { rstd + rstd * missing * 0.5 } else { rstd };
        let mean_g = sums.g / n;
        let mean_gx = (sums.gd - e * sums.g) / n * rstd;
        // |x̂| ≤ sqrt(N) ≤ N. False for NaN.
        let finite = mean_g.abs() + mean_gx.abs() * n < f64::from(f32::MAX) / 4.0;

        let scale = power_of_two_below(rstd);
        let (mean, rstd) = (mean * f64::from(scale), rstd / f64::from(scale));
        let pivot = mean as f32;
        Self {
            scale,
            pivot,
            delta: (mean - f64::from(pivot)) as f32,
            rstd: rstd as f32,
            level: (mean_g * rstd) as f32,
            slope: (mean_gx * rstd * rstd) as f32,
            all: if !finite { Some(f32::NAN) } else { (stats.factor == 0.0).then_some(0.0) },
        }
    }

    #[inline(always)]
    fn d<I: Isa>(&self, isa: I, x: I::V) -> I::V {
        let d = isa.sub(isa.mul(x, isa.splat(self.scale)), isa.splat(self.pivot));
        isa.sub(d, isa.splat(self.delta))
    }

    /// x̂
    #[inline(always)]
    fn normalised<I: Isa>(&self, isa: I, d: I::V) -> I::V {
        isa.mul(d, isa.splat(self.rstd))
    }

    #[inline(always)]
    fn dx<I: Isa>(&self, isa: I, g: I::V, d: I::V) -> I::V {
        let rest = isa.add(isa.splat(self.level), isa.mul(d, isa.splat(self.slope)));
        isa.mul(isa.sub(isa.mul(g, isa.splat(self.rstd)), rest), isa.splat(self.scale))
    }
}

/// The largest power of two not above `v`, or the nearest that a normal float is.
fn power_of_two_below(v: f64) -> f32 {
    let exponent = (v.to_bits() >> 52) as i32 - 1023;
    f32::from_bits(((exponent.max(-126).min(127) + 127) as u32) << 23)
}

/// Over one row.
struct Pass2<'a, 'r, 'g> {
    line: &'a Line,
    affine: &'a Affine<'a>,
    x: &'a [f32],
    row: &'a mut Rows<'r>,
    grads: &'a mut Grads<'g>,
}

impl Op for Pass2<'_, '_, '_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { line, affine, x, row, grads } = self;
        let (line, one) = (*line, affine.one());
        let (dgamma, dgamma_rest) = grads.gamma.as_chunks_mut::<GROUP>();
        let (dbeta, dbeta_rest) = grads.beta.as_chunks_mut::<GROUP>();
        let (mut dgamma, mut dbeta) = (dgamma.iter_mut(), dbeta.iter_mut());
        for (mut slot, gamma, x) in row.groups(affine.gamma, Feature::own(x)) {
            let (mut dgamma, mut dbeta) = (dgamma.next(), dbeta.next());
            for at in (0..GROUP).step_by(I::LANES) {
                let d = line.d(isa, isa.load(from(x, at)));
                let dy = isa.load(from(slot.source(), at));
                let g = isa.mul(dy, isa.add(isa.load(from(gamma, at)), isa.splat(one)));
                accumulate(isa, &mut dgamma, at, isa.mul(dy, line.normalised(isa, d)));
                accumulate(isa, &mut dbeta, at, dy);
                isa.store(line.dx(isa, g, d), slot.target().get_mut(at..).unwrap_or(&mut []));
            }
        }
        let tail = x.get(x.len() - x.len() % GROUP..).unwrap_or(&[]);
        row.rest(|i, dy| {
            let d = line.d(Scalar, tail.get(i).copied().unwrap_or(0.0));
            if let Some(sum) = dgamma_rest.get_mut(i) {
                *sum += dy * line.normalised(Scalar, d);
            }
            if let Some(sum) = dbeta_rest.get_mut(i) {
                *sum += dy;
            }
            line.dx(Scalar, dy * (affine.gamma.rest(i) + one), d)
        });
    }
}

#[inline(always)]
fn accumulate<I: Isa>(isa: I, to: &mut Option<&mut Group>, at: usize, v: I::V) {
    if let Some(to) = to.as_mut().and_then(|to| to.get_mut(at..)) {
        isa.store(isa.add(isa.load(to), v), to);
    }
}
