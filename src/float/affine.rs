//! Pass 2: `y = d · rstd · γ + β`, with `d` as in pass 1.
//!
//! 1. Absent γ and β are a group of ones and a group of −0 that is read again and again: the bits are those of the
//!    operations left out, and there is one loop instead of four.
//! 2. What is left of a row behind its whole groups takes the most general form of `d` for all: it has the same bits.

use super::rstd::Row;
use super::sums::from;
use super::term::{Centred, Raw, Scaled, Term};
use crate::RowStats;
use crate::isa::{Feature, GROUP, Group, Isa, Op, Rows};

/// γ and β of the call; both have the width of a row.
#[derive(Clone, Copy)]
pub(crate) struct Affine<'a> {
    pub gamma: Feature<'a>,
    pub beta: Feature<'a>,
}

static ONES: Group = [1.0; GROUP];
/// Adding −0 changes no number, not even −0.
static ZEROS: Group = [-0.0; GROUP];

impl<'a> Affine<'a> {
    pub(crate) fn new(gamma: Option<&'a [f32]>, beta: Option<&'a [f32]>) -> Self {
        Self {
            gamma: gamma.map_or(Feature::same(&ONES), Feature::own),
            beta: beta.map_or(Feature::same(&ZEROS), Feature::own),
        }
    }
}

/// Writes a row for each of `stats`.
pub(crate) struct SecondPass<'a> {
    pub row: &'a Row,
    pub stats: &'a [RowStats],
    pub affine: &'a Affine<'a>,
    pub rows: Rows<'a>,
}

impl Op for SecondPass<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { row, stats, affine, mut rows } = self;
        let affine = *affine;
        for (i, &RowStats { scale, pivot, delta, factor }) in stats.iter().enumerate() {
            let mut these = rows.part(i * row.width, row.width);
            if factor.is_nan() {
                // Whatever NaNs came in, the one that goes out is 0x7fc00000.
                these.fill(f32::NAN);
                continue;
            }
            let general = Scaled { scale, pivot, delta };
            if general.is_nothing() && !row.centred {
                groups::<I, _, false>(isa, Raw, factor, affine, &mut these);
            } else if scale == 1.0 && pivot == 0.0 {
                groups::<I, _, true>(isa, Centred { centre: delta }, factor, affine, &mut these);
            } else {
                groups::<I, _, true>(isa, general, factor, affine, &mut these);
            }
            these.rest(|i, x| {
                ((x * scale - pivot) - delta) * factor * affine.gamma.rest(i) + affine.beta.rest(i)
            });
        }
    }
}

/// The whole groups of a row. Without `BETA` there is none.
#[inline(always)]
fn groups<I: Isa, T: Term, const BETA: bool>(isa: I, term: T, factor: f32, affine: Affine, row: &mut Rows) {
    let factor = isa.splat(factor);
    for (mut slot, gamma, beta) in row.groups(affine.gamma, affine.beta) {
        for at in (0..GROUP).step_by(I::LANES) {
            let x = isa.load(from(slot.source(), at));
            let v = isa.mul(isa.mul(term.of(isa, x), factor), isa.load(from(gamma, at)));
            let v = if BETA { isa.add(v, isa.load(from(beta, at))) } else { v };
            isa.store(v, slot.target().get_mut(at..).unwrap_or(&mut []));
        }
    }
}
