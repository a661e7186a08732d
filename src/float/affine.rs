//! Pass 2: `y = d · rstd · γ + β`, with `d` as in pass 1.
//!
//! 1. Absent γ and β are a group of ones and a group of −0 that is read again and again: the bits are those of the
//!    operations left out, and there is one loop instead of four.
//! 2. The tail of a row, after its last whole group, takes the most general form of `d`, which gives the same bits.

use super::term::{Centred, Raw, Scaled, Term};
use crate::RowStats;
use crate::isa::{GROUP, Group, Isa, Op, SMALL, Scalar, elements_from};
use crate::rows::{Feature, Row, Rows};

/// γ and β of the call, if any; both have the width of a row.
#[derive(Clone, Copy)]
pub(crate) struct Parameters<'a> {
    pub gamma: Option<&'a [f32]>,
    pub beta: Option<&'a [f32]>,
    /// The gain is 1 + γ.
    pub unit_offset: bool,
}

/// The same, for the loops.
#[derive(Clone, Copy)]
pub(crate) struct Affine<'a> {
    pub gamma: Feature<'a>,
    pub beta: Feature<'a>,
    pub unit_offset: bool,
}

static ONES: Group = [1.0; GROUP];
/// Adding −0 changes no number, not even −0.
static ZEROS: Group = [-0.0; GROUP];

impl<'a> Affine<'a> {
    /// Without γ there is nothing to add 1 to.
    #[inline(always)]
    pub(crate) fn new(Parameters { gamma, beta, unit_offset }: Parameters<'a>) -> Self {
        Self {
            gamma: gamma.map_or(Feature::same(&ONES), Feature::own),
            beta: beta.map_or(Feature::same(&ZEROS), Feature::own),
            unit_offset: unit_offset && gamma.is_some(),
        }
    }

    /// What is added to γ; −0 changes no number.
    #[inline(always)]
    pub(super) fn offset(&self) -> f32 {
        if self.unit_offset { 1.0 } else { -0.0 }
    }
}

/// Writes a row for each of `stats`.
pub(crate) struct SecondPass<'a> {
    pub centred: bool,
    pub stats: &'a [RowStats],
    pub affine: &'a Affine<'a>,
    pub rows: Rows<'a>,
}

impl Op for SecondPass<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { centred, stats, affine, mut rows } = self;
        debug_assert_eq!(stats.len(), rows.count());
        let affine = *affine;
        for (i, stats) in stats.iter().enumerate() {
            write(isa, centred, stats, &affine, &mut rows.row(i));
        }
    }
}

/// A row in one lane; where code is to be small, by the most general form for all elements.
#[cfg_attr(not(layernorm_small), inline(never))]
pub(super) fn write_row(centred: bool, stats: &RowStats, parameters: &Parameters, mut row: Row) {
    if !SMALL {
        return write(Scalar, centred, stats, &Affine::new(*parameters), &mut row);
    }
    let RowStats { scale, pivot, delta, factor } = *stats;
    if factor.is_nan() {
        return row.fill(f32::NAN);
    }
    let term = Scaled { scale, pivot, delta };
    // Only the offset of it is compiled.
    let offset = Affine::new(*parameters).offset();
    let Parameters { gamma, beta, .. } = *parameters;
    let (gamma, beta) = (gamma.unwrap_or(&[]), beta.unwrap_or(&[]));
    row.elements(|i, x| {
        let gain = offset + gamma.get(i).copied().unwrap_or(1.0);
        term.d(Scalar, x) * factor * gain + beta.get(i).copied().unwrap_or(-0.0)
    });
}

#[inline(always)]
fn write<I: Isa>(isa: I, centred: bool, stats: &RowStats, affine: &Affine, row: &mut Row) {
    let RowStats { scale, pivot, delta, factor } = *stats;
    if factor.is_nan() {
        // Whatever NaNs came in, 0x7fc00000 goes out.
        return row.fill(f32::NAN);
    }
    let general = Scaled { scale, pivot, delta };
    let unit_offset = affine.unit_offset;
    if unit_offset {
        groups::<I, _, true, true>(isa, general, factor, *affine, row);
    } else if general.is_identity() && !centred {
        groups::<I, _, false, false>(isa, Raw, factor, *affine, row);
    } else if scale == 1.0 && pivot == 0.0 {
        groups::<I, _, true, false>(isa, Centred { centre: delta }, factor, *affine, row);
    } else {
        groups::<I, _, true, false>(isa, general, factor, *affine, row);
    }
    row.tail(|i, x| {
        let gamma = affine.gamma.tail(i);
        let gain = if unit_offset { 1.0 + gamma } else { gamma };
        general.d(Scalar, x) * factor * gain + affine.beta.tail(i)
    });
}

/// The whole groups of a row. Without `BETA` nothing is added; with `UNIT_OFFSET` the gain is 1 + γ.
#[inline(always)]
fn groups<I: Isa, T: Term, const BETA: bool, const UNIT_OFFSET: bool>(
    isa: I,
    term: T,
    factor: f32,
    affine: Affine,
    row: &mut Row,
) {
    let (factor, one) = (isa.splat(factor), isa.splat(1.0));
    for (mut slot, gamma, beta) in row.groups(affine.gamma, affine.beta) {
        for at in (0..GROUP).step_by(I::LANES) {
            let gamma = isa.load(elements_from(gamma, at));
            let gain = if UNIT_OFFSET { isa.add(one, gamma) } else { gamma };
            let v = isa.mul(isa.mul(term.d(isa, slot.load(isa, at)), factor), gain);
            let v = if BETA { isa.add(v, isa.load(elements_from(beta, at))) } else { v };
            slot.store(isa, v, at);
        }
    }
}
