//! Pass 2: `y = d · rstd · γ + β`, with `d` as in pass 1.

use super::sums::Group;
use super::term::{Centred, Pivoted, Raw, Scaled, Term};
use crate::RowStats;
use crate::isa::{GROUP, Isa, Op};

/// γ and β of the call; both have the width of a row.
#[derive(Clone, Copy)]
pub(crate) struct Affine<'a> {
    pub gamma: Option<&'a [f32]>,
    pub beta: Option<&'a [f32]>,
}

/// Writes one row; without `x` the row is in `y`.
pub(crate) struct SecondPass<'a, const CENTRED: bool> {
    pub stats: &'a RowStats,
    pub affine: Affine<'a>,
    pub x: Option<&'a [f32]>,
    pub y: &'a mut [f32],
}

impl<const CENTRED: bool> Op for SecondPass<'_, CENTRED> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { stats, affine, x, y } = self;
        let (pivot, delta) = (isa.splat(stats.pivot), isa.splat(stats.delta));
        let factor = isa.splat(stats.factor);
        if !stats.is_finite() {
            // Whatever NaNs came in, the one that goes out is 0x7fc00000.
            y.fill(f32::NAN);
        } else if stats.scale != 1.0 {
            let scale = isa.splat(stats.scale);
            any(isa, Scaled { scale, pivot, delta }, factor, affine, x, y);
        } else if !CENTRED {
            apply(isa, Raw, factor, affine, x, y);
        } else if stats.pivot == 0.0 {
            apply(isa, Centred { centre: delta }, factor, affine, x, y);
        } else {
            apply(isa, Pivoted { pivot, delta }, factor, affine, x, y);
        }
    }
}

/// The two common cases have loops of their own.
#[inline(always)]
fn apply<I: Isa, T: Term<I>>(
    isa: I,
    term: T,
    factor: I::V,
    affine: Affine,
    x: Option<&[f32]>,
    y: &mut [f32],
) {
    match (x, affine.gamma, affine.beta) {
        (Some(x), Some(gamma), Some(beta)) if I::LANES > 1 => {
            let (x, x_rest) = x.as_chunks::<GROUP>();
            let (gamma, gamma_rest) = gamma.as_chunks::<GROUP>();
            let (beta, beta_rest) = beta.as_chunks::<GROUP>();
            let (y, y_rest) = y.as_chunks_mut::<GROUP>();
            for (((y, x), gamma), beta) in y.iter_mut().zip(x).zip(gamma).zip(beta) {
                group(isa, term, factor, Some(gamma), Some(beta), x, y);
            }
            rest(isa, term, factor, Some(gamma_rest), Some(beta_rest), Some(x_rest), y_rest);
        }
        (Some(x), None, None) if I::LANES > 1 => {
            let (x, x_rest) = x.as_chunks::<GROUP>();
            let (y, y_rest) = y.as_chunks_mut::<GROUP>();
            for (y, x) in y.iter_mut().zip(x) {
                group(isa, term, factor, None, None, x, y);
            }
            rest(isa, term, factor, None, None, Some(x_rest), y_rest);
        }
        _ => any(isa, term, factor, affine, x, y),
    }
}

/// Any combination of γ, β and in-place.
#[inline(always)]
fn any<I: Isa, T: Term<I>>(isa: I, term: T, factor: I::V, affine: Affine, x: Option<&[f32]>, y: &mut [f32]) {
    let (y, y_rest) = y.as_chunks_mut::<GROUP>();
    let (gamma, gamma_rest) = chunked(affine.gamma);
    let (beta, beta_rest) = chunked(affine.beta);
    let (x, x_rest) = chunked(x);
    for (i, y) in y.iter_mut().enumerate() {
        let from = *x.get(i).unwrap_or(y);
        group(isa, term, factor, gamma.get(i), beta.get(i), &from, y);
    }
    rest(isa, term, factor, gamma_rest, beta_rest, x_rest, y_rest);
}

/// Whole groups and what is left of them; absent values have no groups and no rest.
#[inline(always)]
fn chunked(values: Option<&[f32]>) -> (&[Group], Option<&[f32]>) {
    match values.map(|v| v.as_chunks::<GROUP>()) {
        Some((groups, rest)) => (groups, Some(rest)),
        None => (&[], None),
    }
}

#[inline(always)]
fn group<I: Isa, T: Term<I>>(
    isa: I,
    term: T,
    factor: I::V,
    gamma: Option<&Group>,
    beta: Option<&Group>,
    x: &Group,
    y: &mut Group,
) {
    for at in (0..GROUP).step_by(I::LANES) {
        let mut v = isa.mul(term.of(isa, isa.load(&x[at..])), factor);
        if let Some(gamma) = gamma {
            v = isa.mul(v, isa.load(&gamma[at..]));
        }
        if let Some(beta) = beta {
            v = isa.add(v, isa.load(&beta[at..]));
        }
        isa.store(v, &mut y[at..]);
    }
}

/// Fewer elements than a group.
#[inline(always)]
fn rest<I: Isa, T: Term<I>>(
    isa: I,
    term: T,
    factor: I::V,
    gamma: Option<&[f32]>,
    beta: Option<&[f32]>,
    x: Option<&[f32]>,
    y: &mut [f32],
) {
    let mut all = [0.0; GROUP];
    let padded = |values: &[f32]| {
        let mut all = [0.0; GROUP];
        all.iter_mut().zip(values).for_each(|(to, &from)| *to = from);
        all
    };
    if !y.is_empty() {
        let x = padded(x.unwrap_or(y));
        group(isa, term, factor, gamma.map(padded).as_ref(), beta.map(padded).as_ref(), &x, &mut all);
        y.iter_mut().zip(&all).for_each(|(to, &from)| *to = from);
    }
}
