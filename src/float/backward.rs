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
//!    and γ are. Four lanes, to which elements are added in pairs: such sums need no blocks.
//! 2. `e` is what rounding left out of the saved mean. It is far below an ULP of σ, but an x̂ near 0 is made of it. In the
//!    same way `var` takes the rounding out of rstd, by a Newton step: dx is up to three times what its bound is about.
//! 3. Pass 2 multiplies before it subtracts, so that only the last of its roundings is one of that sum. A power of two
//!    brings σ near 1 meanwhile: rstd² would be out of range sooner than anything else.
//! 4. No operation of pass 2 makes a NaN of numbers: what is subtracted is finite by a test on its row, and an infinite
//!    `g` stays infinite.

use super::affine::{Affine, Parameters};
use super::sums::from;
use super::{OneNan, together};
use crate::isa::{Accumulator, Feature, GROUP, Group, Isa, List, Op, ROWS, RowOf, Rows, Scalar, Slot};
use crate::{ParamGrads, RowStats};

/// One call, checked by [`crate::shape`].
pub(crate) struct Backward<'a> {
    pub centred: bool,
    /// Its β is not asked for.
    pub parameters: Parameters<'a>,
    pub epsilon: f32,
    /// As many rows as `rows`, without gaps.
    pub x: &'a [f32],
    pub stats: &'a [RowStats],
    /// From dy to dx.
    pub rows: Rows<'a>,
    pub grads: ParamGrads<'a>,
}

impl Op for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { centred, parameters, epsilon, x, stats, mut rows, mut grads } = self;
        let (affine, grads) = (&Affine::new(parameters), &mut grads);
        let width = rows.width();
        let n = (width as f64, 1.0 / width as f64);
        let together = together(width, rows.elements());
        let parts = x.chunks((together * width).max(1)).zip(stats.chunks(together.max(1)));
        for (part, (x, stats)) in parts.enumerate() {
            let mut rows = rows.part(part * together, together);
            let mut lines = List::<Line, ROWS>::new();
            let row = |i: usize| x.get(i * width..(i + 1) * width).unwrap_or(&[]);
            for (i, stats) in stats.iter().enumerate() {
                let (x, row) = (row(i), &mut rows.row(i));
                let mut mean = stats.wide_mean();
                // About 0 where that costs no digit: f64 has 29 more of them than a float.
                if (mean * stats.wide_rstd()).abs() <= 1024.0 {
                    mean = 0.0;
                }
                let sums = if mean != 0.0 || affine.unit_offset {
                    isa.run(Pass1::<true, true> { mean, affine, x, row })
                } else if centred {
                    isa.run(Pass1::<true, false> { mean, affine, x, row })
                } else {
                    isa.run(Pass1::<false, false> { mean, affine, x, row })
                };
                // The general pass sums them for either norm.
                let sums = if centred { sums } else { Sums { d: 0.0, g: 0.0, ..sums } };
                lines.push(Line::new(stats, mean, sums, n, epsilon));
            }
            for (i, line) in lines.iter().enumerate() {
                let (x, row) = (row(i), &mut rows.row(i));
                let plain = line.scale == 1.0 && !affine.unit_offset;
                let row_of = PassedRow { line, affine, x, row: &mut *row };
                match (centred, grads.gamma.is_some(), grads.beta.is_some()) {
                    (true, true, true) if plain => isa.run(Pass2::<true, false, true, true>(row_of, grads)),
                    (true, false, false) if plain => {
                        isa.run(Pass2::<true, false, false, false>(row_of, grads))
                    }
                    (false, _, false) if plain => isa.run(Pass2::<false, false, true, false>(row_of, grads)),
                    _ => isa.run(Pass2::<true, true, true, true>(row_of, grads)),
                }
                if let Some(value) = line.all {
                    row.fill(value);
                }
            }
        }
        for sums in [&mut grads.gamma, &mut grads.beta].into_iter().flatten() {
            isa.run(OneNan(sums));
        }
    }
}

/// Lanes of the sums of pass 1.
const LANES: usize = 4;

/// What is summed in pass 1.
#[derive(Clone, Copy)]
struct Sums<T> {
    d: T,
    dd: T,
    g: T,
    gd: T,
}

/// Over one row. Without `CENTRED` the sums of d and g are 0; without `GENERAL` so is the mean, and γ is the gain.
struct Pass1<'a, 'r, const CENTRED: bool, const GENERAL: bool> {
    /// What d is relative to.
    mean: f64,
    affine: &'a Affine<'a>,
    x: &'a [f32],
    row: &'a mut RowOf<'r>,
}

impl<const CENTRED: bool, const GENERAL: bool> Op for Pass1<'_, '_, CENTRED, GENERAL> {
    type Output = Sums<f64>;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> Sums<f64> {
        let Self { mean, affine, x, row } = self;
        let one = affine.one();
        let leaves = Leaves::<I, CENTRED, GENERAL> { isa, mean: isa.wide_splat(mean), one };
        let mut lanes = [[0.0; LANES]; 4];
        // One vector of lanes at a time, so that few values are live.
        for lane in (0..LANES).step_by(I::WIDE) {
            let zero = isa.wide_splat(0.0);
            let mut sums = Sums { d: zero, dd: zero, g: zero, gd: zero };
            for (slot, gamma, x) in row.groups(affine.gamma, Feature::own(x)) {
                for at in (lane..GROUP).step_by(2 * LANES) {
                    let low = leaves.at(at, slot.source(), gamma, x);
                    let high = leaves.at(at + LANES, slot.source(), gamma, x);
                    sums = leaves.add(sums, leaves.add(low, high));
                }
            }
            for (of, v) in lanes.iter_mut().zip([sums.d, sums.dd, sums.g, sums.gd]) {
                isa.wide_store(v, of.get_mut(lane..).unwrap_or(&mut []));
            }
        }
        let [d, dd, g, gd] = lanes.map(|[a, b, c, d]| (a + c) + (b + d));
        let mut total = Sums { d, dd, g, gd };
        let (dy, groups) = (row.source(), x.len() - x.len() % GROUP);
        for i in groups..x.len() {
            let of = |from: &[f32]| f64::from(from.get(i).copied().unwrap_or(0.0));
            let g = of(dy) * f64::from(affine.gamma.rest(i - groups) + one);
            let d = of(x) - mean;
            if CENTRED {
                (total.d, total.g) = (total.d + d, total.g + g);
            }
            (total.dd, total.gd) = (total.dd + d * d, total.gd + g * d);
        }
        total
    }
}

/// The terms of a few elements and how they are added.
struct Leaves<I: Isa, const CENTRED: bool, const GENERAL: bool> {
    isa: I,
    mean: I::Wide,
    one: f32,
}

impl<I: Isa, const CENTRED: bool, const GENERAL: bool> Leaves<I, CENTRED, GENERAL> {
    #[inline(always)]
    fn at(&self, at: usize, dy: &Group, gamma: &Group, x: &Group) -> Sums<I::Wide> {
        let isa = self.isa;
        let (gamma, x) = (from(gamma, at), isa.wide(from(x, at)));
        let gain = if GENERAL { isa.wide_sum(gamma, self.one) } else { isa.wide(gamma) };
        let d = if GENERAL { isa.wide_sub(x, self.mean) } else { x };
        let g = isa.wide_mul(isa.wide(from(dy, at)), gain);
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
    fn new(stats: &RowStats, mean: f64, sums: Sums<f64>, (n, inverse): (f64, f64), epsilon: f32) -> Self {
        let e = sums.d * inverse;
        let rstd = stats.wide_rstd();
        let missing = 1.0 - (sums.dd * inverse - e * e + f64::from(epsilon)) * rstd * rstd;
        // Not so small where the statistics are those for another ε.
        let rstd = if missing.abs() < 1e-5 { rstd + rstd * missing * 0.5 } else { rstd };
        let mean_g = sums.g * inverse;
        let mean_gx = (sums.gd - e * sums.g) * inverse * rstd;
        // |x̂| ≤ sqrt(N) ≤ N. False for NaN.
        let finite = mean_g.abs() + mean_gx.abs() * n < f64::from(f32::MAX) / 4.0;

        // The power of two below 1/σ, or the nearest with which it and the mean are normal floats; 1 if that is near.
        let exponent = |v: f64| (v.to_bits() >> 52 & 0x7ff) as i32 - 1023;
        let highest = 127.min(100 - exponent(mean + e));
        let exponent = exponent(rstd).min(highest).max(-126);
        let exponent = if exponent.abs() <= 8 { 0 } else { exponent };
        let power = |exponent: i32| f64::from_bits(((exponent + 1023) as u64) << 52);
        let (mean, e, rstd) = (mean * power(exponent), e * power(exponent), rstd * power(-exponent));
        let pivot = (mean + e) as f32;
        Self {
            scale: power(exponent) as f32,
            pivot,
            delta: ((mean - f64::from(pivot)) + e) as f32,
            rstd: rstd as f32,
            level: (mean_g * rstd) as f32,
            slope: (mean_gx * rstd * rstd) as f32,
            all: if !finite { Some(f32::NAN) } else { (stats.factor == 0.0).then_some(0.0) },
        }
    }

    #[inline(always)]
    fn d<I: Isa, const CENTRED: bool, const GENERAL: bool>(&self, isa: I, x: I::V) -> I::V {
        let x = if GENERAL { isa.mul(x, isa.splat(self.scale)) } else { x };
        if CENTRED { isa.sub(isa.sub(x, isa.splat(self.pivot)), isa.splat(self.delta)) } else { x }
    }

    /// x̂
    #[inline(always)]
    fn normalised<I: Isa>(&self, isa: I, d: I::V) -> I::V {
        isa.mul(d, isa.splat(self.rstd))
    }

    #[inline(always)]
    fn dx<I: Isa, const CENTRED: bool, const GENERAL: bool>(&self, isa: I, g: I::V, d: I::V) -> I::V {
        let tilt = isa.mul(d, isa.splat(self.slope));
        let rest = if CENTRED { isa.add(isa.splat(self.level), tilt) } else { tilt };
        let dx = isa.sub(isa.mul(g, isa.splat(self.rstd)), rest);
        if GENERAL { isa.mul(dx, isa.splat(self.scale)) } else { dx }
    }
}

/// A row between the passes.
struct PassedRow<'a, 'r> {
    line: &'a Line,
    affine: &'a Affine<'a>,
    x: &'a [f32],
    row: &'a mut RowOf<'r>,
}

/// Over one row. Without `CENTRED` the mean and the level are 0; without `GENERAL` the scale is 1, and γ is the gain;
/// without `GAMMA` or `BETA` nobody wants that sum.
struct Pass2<'a, 'r, 'g, const CENTRED: bool, const GENERAL: bool, const GAMMA: bool, const BETA: bool>(
    PassedRow<'a, 'r>,
    &'a mut ParamGrads<'g>,
);

impl<const CENTRED: bool, const GENERAL: bool, const GAMMA: bool, const BETA: bool> Op
    for Pass2<'_, '_, '_, CENTRED, GENERAL, GAMMA, BETA>
{
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self(PassedRow { line, affine, x, row }, grads) = self;
        let (line, one) = (*line, affine.one());
        let [mut unwanted_gamma, mut unwanted_beta] = [[0.0; GROUP]; 2];
        let mut dgamma = match &mut grads.gamma {
            Some(dgamma) => Accumulator::own(dgamma),
            None => Accumulator::unwanted(&mut unwanted_gamma),
        };
        let mut dbeta = match &mut grads.beta {
            Some(dbeta) => Accumulator::own(dbeta),
            None => Accumulator::unwanted(&mut unwanted_beta),
        };
        let sums = [&mut dgamma, &mut dbeta];
        for (mut slot, gamma, x, sums) in row.groups_and_sums(affine.gamma, Feature::own(x), sums) {
            let [mut dgamma, mut dbeta] = sums;
            for at in (0..GROUP).step_by(I::LANES) {
                let d = line.d::<I, CENTRED, GENERAL>(isa, isa.load(from(x, at)));
                let dy = isa.load(from(slot.source(), at));
                let gamma = isa.load(from(gamma, at));
                let g = isa.mul(dy, if GENERAL { isa.add(gamma, isa.splat(one)) } else { gamma });
                if GAMMA {
                    add_to(isa, &mut dgamma, at, isa.mul(dy, line.normalised(isa, d)));
                }
                if BETA {
                    add_to(isa, &mut dbeta, at, dy);
                }
                isa.store(
                    line.dx::<I, CENTRED, GENERAL>(isa, g, d),
                    slot.target().get_mut(at..).unwrap_or(&mut []),
                );
            }
        }
        let tail = x.get(x.len() - x.len() % GROUP..).unwrap_or(&[]);
        row.rest(|i, dy| {
            let d = line.d::<Scalar, true, true>(Scalar, tail.get(i).copied().unwrap_or(0.0));
            dgamma.add_to_rest(i, dy * line.normalised(Scalar, d));
            dbeta.add_to_rest(i, dy);
            line.dx::<Scalar, true, true>(Scalar, dy * (affine.gamma.rest(i) + one), d)
        });
    }
}

#[inline(always)]
fn add_to<I: Isa>(isa: I, sums: &mut Slot, at: usize, v: I::V) {
    let sum = isa.add(isa.load(from(sums.source(), at)), v);
    isa.store(sum, sums.target().get_mut(at..).unwrap_or(&mut []));
}
