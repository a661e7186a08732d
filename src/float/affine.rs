//! Pass 2: `y = d · rstd · γ + β`, with `d` as in pass 1.
//!
//! 1. Two rows go through one loop where they can, so that γ and β are loaded once for both.
//! 2. Absent γ and β are a group of ones and a group of −0 that is read again and again: the bits are those of the
//!    operations left out, and there is one loop instead of four.
//! 3. A row that has no partner, and what is left of a row behind its whole groups, take the most general form of `d`
//!    for all: it has the same bits.

use super::sums::{Group, from};
use super::term::{Centred, Pivoted, Raw, Scaled, Term};
use crate::RowStats;
use crate::isa::{GROUP, Isa, Op};

/// γ and β of the call; both have the width of a row.
#[derive(Clone, Copy)]
pub(crate) struct Affine<'a> {
    pub gamma: Option<&'a [f32]>,
    pub beta: Option<&'a [f32]>,
}

static ONES: Group = [1.0; GROUP];
/// Adding −0 changes no number, not even −0.
static ZEROS: Group = [-0.0; GROUP];

/// Writes the rows of `stats`; without `x` they are in `y`.
pub(crate) struct SecondPass<'a> {
    pub centred: bool,
    pub width: usize,
    pub stats: &'a [RowStats],
    pub affine: Affine<'a>,
    pub x: Option<&'a [f32]>,
    pub y: &'a mut [f32],
}

impl Op for SecondPass<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { centred, width, mut stats, affine, mut x, mut y } = self;
        while let Some((first, others)) = stats.split_first() {
            let Some((y0, y_rest)) = core::mem::take(&mut y).split_at_mut_checked(width) else { return };
            let Some((x0, x_rest)) = x.map_or(Some((None, None)), |x| {
                x.split_at_checked(width).map(|(x0, rest)| (Some(x0), Some(rest)))
            }) else {
                return;
            };
            (stats, x, y) = (others, x_rest, y_rest);
            if let (Some(second), Some(x0), Some(more)) = (others.first(), x0, x)
                && I::LANES > 1
                && first.is_plain()
                && second.is_plain()
                && let Some((x1, x_rest)) = more.split_at_checked(width)
                && let Some((y1, y_rest)) = core::mem::take(&mut y).split_at_mut_checked(width)
            {
                pair(isa, centred, [first, second], affine, [x0, x1], [y0, y1]);
                (stats, x, y) = (others.get(1..).unwrap_or(&[]), Some(x_rest), y_rest);
            } else {
                row(isa, first, affine, x0, y0);
            }
        }
    }
}

/// Whole groups, none of what is absent.
#[inline(always)]
fn groups(values: Option<&[f32]>) -> &[Group] {
    values.map_or(&[], |values| values.as_chunks().0)
}

/// Any row, in the most general form.
#[inline(always)]
fn row<I: Isa>(isa: I, stats: &RowStats, affine: Affine, x: Option<&[f32]>, y: &mut [f32]) {
    let RowStats { scale, pivot, delta, factor } = *stats;
    if !stats.is_finite() {
        // Whatever NaNs came in, the one that goes out is 0x7fc00000.
        y.fill(f32::NAN);
        return;
    }
    let term = Scaled { scale, pivot, delta };
    let factor = isa.splat(factor);
    let (x_groups, gamma, beta) = (groups(x), groups(affine.gamma), groups(affine.beta));
    for (i, y) in y.as_chunks_mut::<GROUP>().0.iter_mut().enumerate() {
        let (gamma, beta) = (gamma.get(i).unwrap_or(&ONES), beta.get(i).unwrap_or(&ZEROS));
        for at in (0..GROUP).step_by(I::LANES) {
            let x = isa.load(from(x_groups.get(i).unwrap_or(y), at));
            let v = isa.mul(isa.mul(term.of(isa, x), factor), isa.load(from(gamma, at)));
            isa.store(isa.add(v, isa.load(from(beta, at))), y.get_mut(at..).unwrap_or(&mut []));
        }
    }
    isa.run(Rest { stats, affine, x, y });
}

#[inline(always)]
fn pair<I: Isa>(
    isa: I,
    centred: bool,
    [s0, s1]: [&RowStats; 2],
    affine: Affine,
    [x0, x1]: [&[f32]; 2],
    [y0, y1]: [&mut [f32]; 2],
) {
    let factors = (isa.splat(s0.factor), isa.splat(s1.factor));
    let (x, y) = ((x0, x1), (&mut *y0, &mut *y1));
    if !centred {
        two_rows::<I, _, false>(isa, (Raw, Raw), factors, affine, x, y);
    } else if s0.pivot == 0.0 && s1.pivot == 0.0 {
        let terms = (Centred { centre: s0.delta }, Centred { centre: s1.delta });
        two_rows::<I, _, true>(isa, terms, factors, affine, x, y);
    } else {
        let pivoted = |stats: &RowStats| Pivoted { pivot: stats.pivot, delta: stats.delta };
        let terms = (pivoted(s0), pivoted(s1));
        two_rows::<I, _, true>(isa, terms, factors, affine, x, y);
    }
    isa.run(Rest { stats: s0, affine, x: Some(x0), y: y0 });
    isa.run(Rest { stats: s1, affine, x: Some(x1), y: y1 });
}

#[inline(always)]
fn two_rows<I: Isa, T: Term, const BETA: bool>(
    isa: I,
    terms: (T, T),
    factors: (I::V, I::V),
    affine: Affine,
    x: (&[f32], &[f32]),
    y: (&mut [f32], &mut [f32]),
) {
    let (gamma, beta) = (groups(affine.gamma), groups(affine.beta));
    let x = x.0.as_chunks::<GROUP>().0.iter().zip(x.1.as_chunks::<GROUP>().0);
    let y = y.0.as_chunks_mut::<GROUP>().0.iter_mut().zip(y.1.as_chunks_mut::<GROUP>().0);
    for (i, ((y0, y1), (x0, x1))) in y.zip(x).enumerate() {
        let (gamma, beta) = (gamma.get(i).unwrap_or(&ONES), beta.get(i).unwrap_or(&ZEROS));
        for at in (0..GROUP).step_by(I::LANES) {
            let (gamma, beta) = (isa.load(from(gamma, at)), isa.load(from(beta, at)));
            let v0 = isa.mul(isa.mul(terms.0.of(isa, isa.load(from(x0, at))), factors.0), gamma);
            let v1 = isa.mul(isa.mul(terms.1.of(isa, isa.load(from(x1, at))), factors.1), gamma);
            isa.store(if BETA { isa.add(v0, beta) } else { v0 }, y0.get_mut(at..).unwrap_or(&mut []));
            isa.store(if BETA { isa.add(v1, beta) } else { v1 }, y1.get_mut(at..).unwrap_or(&mut []));
        }
    }
}

/// The elements behind the whole groups of a row.
struct Rest<'a> {
    stats: &'a RowStats,
    affine: Affine<'a>,
    x: Option<&'a [f32]>,
    y: &'a mut [f32],
}

impl Op for Rest<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let RowStats { scale, pivot, delta, factor } = *self.stats;
        let width = self.y.len();
        let rest = |values: Option<&[f32]>, i: usize| values.and_then(|values| values.get(i)).copied();
        for (i, y) in self.y.iter_mut().enumerate().skip(width - width % GROUP) {
            let d = (rest(self.x, i).unwrap_or(*y) * scale - pivot) - delta;
            let gamma = rest(self.affine.gamma, i).unwrap_or(1.0);
            *y = d * factor * gamma + rest(self.affine.beta, i).unwrap_or(-0.0);
        }
    }
}
