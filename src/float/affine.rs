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

/// Writes the rows of `stats`; without `x` they are in `y`.
pub(crate) struct SecondPass<'a, const CENTRED: bool> {
    pub width: usize,
    pub stats: &'a [RowStats],
    pub affine: Affine<'a>,
    pub x: Option<&'a [f32]>,
    pub y: &'a mut [f32],
}

impl<const CENTRED: bool> Op for SecondPass<'_, CENTRED> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { width, mut stats, affine, mut x, mut y } = self;
        while let Some((first, others)) = stats.split_first() {
            if let (Some(both), Some(gamma), Some(beta), Some(second)) =
                (x, affine.gamma, affine.beta, others.first())
                && CENTRED
                && I::LANES > 1
                && first.is_plain()
                && second.is_plain()
                && let Some((x0, more)) = both.split_at_checked(width)
                && let Some((x1, more)) = more.split_at_checked(width)
                && let Some((y0, rest)) = core::mem::take(&mut y).split_at_mut_checked(width)
                && let Some((y1, rest)) = rest.split_at_mut_checked(width)
            {
                pair(isa, [first, second], [x0, x1], gamma, beta, [y0, y1]);
                stats = others.get(1..).unwrap_or(&[]);
                (x, y) = (Some(more), rest);
                continue;
            }
            let Some((this, rest)) = core::mem::take(&mut y).split_at_mut_checked(width) else { return };
            let (from, more) = match x.and_then(|x| x.split_at_checked(width)) {
                Some((from, more)) => (Some(from), Some(more)),
                None => (None, None),
            };
            row::<I, CENTRED>(isa, first, affine, from, this);
            (stats, x, y) = (others, more, rest);
        }
    }
}

#[inline(always)]
fn row<I: Isa, const CENTRED: bool>(
    isa: I,
    stats: &RowStats,
    affine: Affine,
    x: Option<&[f32]>,
    y: &mut [f32],
) {
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

/// Two rows at once, so that γ and β are loaded once for both.
#[inline(always)]
fn pair<I: Isa>(
    isa: I,
    stats: [&RowStats; 2],
    x: [&[f32]; 2],
    gamma: &[f32],
    beta: &[f32],
    y: [&mut [f32]; 2],
) {
    let [s0, s1] = stats;
    let factors = (isa.splat(s0.factor), isa.splat(s1.factor));
    let (d0, d1) = (isa.splat(s0.delta), isa.splat(s1.delta));
    if s0.pivot == 0.0 && s1.pivot == 0.0 {
        two_rows(isa, (Centred { centre: d0 }, Centred { centre: d1 }), factors, x, gamma, beta, y);
    } else {
        let (p0, p1) = (isa.splat(s0.pivot), isa.splat(s1.pivot));
        let terms = (Pivoted { pivot: p0, delta: d0 }, Pivoted { pivot: p1, delta: d1 });
        two_rows(isa, terms, factors, x, gamma, beta, y);
    }
}

#[inline(always)]
fn two_rows<I: Isa, T: Term<I>>(
    isa: I,
    terms: (T, T),
    factors: (I::V, I::V),
    [x0, x1]: [&[f32]; 2],
    gamma: &[f32],
    beta: &[f32],
    [y0, y1]: [&mut [f32]; 2],
) {
    let (x0, x0_rest) = x0.as_chunks::<GROUP>();
    let (x1, x1_rest) = x1.as_chunks::<GROUP>();
    let (gamma, gamma_rest) = gamma.as_chunks::<GROUP>();
    let (beta, beta_rest) = beta.as_chunks::<GROUP>();
    let (y0, y0_rest) = y0.as_chunks_mut::<GROUP>();
    let (y1, y1_rest) = y1.as_chunks_mut::<GROUP>();
    let rows = y0.iter_mut().zip(y1).zip(x0.iter().zip(x1));
    for (((y0, y1), (x0, x1)), (gamma, beta)) in rows.zip(gamma.iter().zip(beta)) {
        for at in (0..GROUP).step_by(I::LANES) {
            let (gamma, beta) = (isa.load(&gamma[at..]), isa.load(&beta[at..]));
            let v0 = isa.mul(terms.0.of(isa, isa.load(&x0[at..])), factors.0);
            let v1 = isa.mul(terms.1.of(isa, isa.load(&x1[at..])), factors.1);
            isa.store(isa.add(isa.mul(v0, gamma), beta), &mut y0[at..]);
            isa.store(isa.add(isa.mul(v1, gamma), beta), &mut y1[at..]);
        }
    }
    let (gamma, beta) = (Some(gamma_rest), Some(beta_rest));
    rest(isa, terms.0, factors.0, gamma, beta, Some(x0_rest), y0_rest);
    rest(isa, terms.1, factors.1, gamma, beta, Some(x1_rest), y1_rest);
}

/// The common cases have loops of their own.
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
            for ((y, x), (gamma, beta)) in y.iter_mut().zip(x).zip(gamma.iter().zip(beta)) {
                group(isa, term, factor, Some(gamma), Some(beta), x, y);
            }
            rest(isa, term, factor, Some(gamma_rest), Some(beta_rest), Some(x_rest), y_rest);
        }
        (Some(x), Some(gamma), None) if I::LANES > 1 => {
            let (x, x_rest) = x.as_chunks::<GROUP>();
            let (gamma, gamma_rest) = gamma.as_chunks::<GROUP>();
            let (y, y_rest) = y.as_chunks_mut::<GROUP>();
            for ((y, x), gamma) in y.iter_mut().zip(x).zip(gamma) {
                group(isa, term, factor, Some(gamma), None, x, y);
            }
            rest(isa, term, factor, Some(gamma_rest), None, Some(x_rest), y_rest);
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
