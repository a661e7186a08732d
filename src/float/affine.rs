//! Pass 2: `y = d · rstd · γ + β`, with `d` as in pass 1.
//!
//! 1. Absent γ and β are a group of ones and a group of −0 that is read again and again: the bits are those of the
//!    operations left out, and there is one loop instead of four.
//! 2. The tail of a row, after its last whole group, takes the most general form of `d`, which gives the same bits.

use super::term::{Centred, Raw, Scaled, Term};
use crate::RowStats;
use crate::feature::Feature;
use crate::isa::{GROUP, Group, Isa, ONE_LANE, Op, SMALL, Scalar, elements_from};
use crate::row::{Row, groups};
use crate::rows::Rows;
use core::array;

/// γ and β of the call, if any; both have the width of a row.
#[derive(Clone, Copy)]
pub(crate) struct Parameters<'a> {
    pub gamma: Option<&'a [f32]>,
    pub beta: Option<&'a [f32]>,
    /// The gain is 1 + γ.
    pub unit_offset: bool,
}

impl Parameters<'_> {
    /// x̂ itself.
    pub(super) const NONE: Self = Self { gamma: None, beta: None, unit_offset: false };
}

/// The same, for the loops.
#[derive(Clone, Copy)]
pub(crate) struct Affine<'a> {
    pub gamma: Feature<'a>,
    pub beta: Feature<'a>,
    pub unit_offset: bool,
    /// Whether `beta` is the caller's.
    has_beta: bool,
}

/// What γ and β are where they are absent.
static ABSENT: [f32; 2] = [1.0, -0.0];
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
            has_beta: beta.is_some(),
        }
    }

    /// γ and β of a channel, which has one of each.
    #[inline(always)]
    pub(super) fn same(gamma: &'a Group, beta: &'a Group) -> Self {
        let (gamma, beta) = (Feature::same(gamma), Feature::same(beta));
        Self { gamma, beta, unit_offset: false, has_beta: true }
    }

    /// What is added to γ; −0 changes no number.
    #[inline(always)]
    pub(super) fn offset(&self) -> f32 {
        if self.unit_offset { 1.0 } else { -0.0 }
    }
}

/// Elements of the longest rows that vectors of eight lanes write two at a time. Longer ones (768) are 5 to 8 % faster one by one.
const PAIRED: usize = 256;

/// Writes a row for each of `stats`.
pub(crate) struct SecondPass<'a> {
    pub centred: bool,
    pub stats: &'a [RowStats],
    /// None of them has a pivot or a scale, and all are finite.
    pub about_zero: bool,
    pub affine: &'a Affine<'a>,
    pub rows: Rows<'a>,
}

impl Op for SecondPass<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { centred, stats, about_zero, affine, mut rows } = self;
        debug_assert_eq!(stats.len(), rows.count());
        let mut first = 0;
        if about_zero && !affine.unit_offset && (I::LANES < 8 || rows.width() <= PAIRED) {
            for pair in stats.as_chunks::<2>().0 {
                write_about_zero(isa, centred, pair, affine, &mut rows.rows(first));
                first += 2;
            }
        }
        for (i, stats) in stats.iter().enumerate().skip(first) {
            write(isa, centred, stats, affine, rows.row(i));
        }
    }
}

/// Writes one row.
pub(crate) struct SecondPassOfRow<'a> {
    pub centred: bool,
    pub stats: &'a RowStats,
    pub parameters: Parameters<'a>,
    pub rows: Rows<'a>,
}

impl Op for SecondPassOfRow<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { centred, stats, parameters, mut rows } = self;
        if ONE_LANE {
            return write_row(centred, stats, &parameters, rows.row(0));
        }
        // The code of calls, which is there.
        let (stats, affine) = (core::slice::from_ref(stats), &Affine::new(parameters));
        isa.run(SecondPass { centred, stats, about_zero: false, affine, rows });
    }
}

/// A row in one lane; where code is to be small, in one of two forms.
#[cfg_attr(not(layernorm_small), inline(never))]
pub(super) fn write_row(centred: bool, stats: &RowStats, parameters: &Parameters, mut row: Row) {
    if !SMALL {
        return write(Scalar, centred, stats, &Affine::new(*parameters), row);
    }
    let RowStats { scale, pivot, delta, factor } = *stats;
    if factor.is_nan() {
        return row.fill(f32::NAN);
    }
    let Parameters { gamma, beta, unit_offset } = *parameters;
    let general = Scaled { scale, pivot, delta };
    let beside = row.beside(gamma, beta, &ABSENT);
    if unit_offset || scale != 1.0 || pivot != 0.0 {
        // Without γ there is nothing to add 1 to.
        let offset = if unit_offset && gamma.is_some() { 1.0 } else { -0.0 };
        beside.write(|x, gamma, beta| general.d(Scalar, x) * factor * (offset + gamma) + beta);
    } else {
        beside.write(|x, gamma, beta| (x - delta) * factor * gamma + beta);
    }
}

#[inline(always)]
pub(super) fn write<I: Isa>(isa: I, centred: bool, stats: &RowStats, affine: &Affine, mut row: Row) {
    let RowStats { scale, pivot, delta, factor } = *stats;
    if factor.is_nan() {
        // Whatever NaNs came in, 0x7fc00000 goes out.
        return row.fill(f32::NAN);
    }
    let (general, row) = (Scaled { scale, pivot, delta }, &mut [row]);
    if affine.unit_offset {
        write_rows::<I, _, 1, true, true>(isa, [(general, factor)], affine, row);
    } else if scale == 1.0 && pivot == 0.0 {
        write_about_zero(isa, centred, array::from_ref(stats), affine, row);
    } else {
        write_rows::<I, _, 1, true, false>(isa, [(general, factor)], affine, row);
    }
}

/// Rows without a pivot or a scale. Those of RMSNorm have no mean to subtract.
#[inline(always)]
fn write_about_zero<I: Isa, const ROWS: usize>(
    isa: I,
    centred: bool,
    stats: &[RowStats; ROWS],
    affine: &Affine,
    rows: &mut [Row; ROWS],
) {
    let stats = stats.each_ref();
    if centred || affine.has_beta {
        let lines = stats.map(|stats| (Centred { centre: stats.delta }, stats.factor));
        write_rows::<I, _, ROWS, true, false>(isa, lines, affine, rows);
    } else {
        write_rows::<I, _, ROWS, false, false>(isa, stats.map(|stats| (Raw, stats.factor)), affine, rows);
    }
}

/// Rows of which each has a term and a factor; γ and β are read once for all. Without `BETA` nothing is added; with
/// `UNIT_OFFSET` the gain is 1 + γ.
#[inline(always)]
fn write_rows<I: Isa, T: Term, const ROWS: usize, const BETA: bool, const UNIT_OFFSET: bool>(
    isa: I,
    lines: [(T, f32); ROWS],
    affine: &Affine,
    rows: &mut [Row; ROWS],
) {
    let one = isa.splat(1.0);
    for (mut slots, [gamma, beta]) in groups::<GROUP, ROWS, 2>(rows, [affine.gamma, affine.beta]) {
        for at in (0..GROUP).step_by(I::LANES) {
            let gamma = isa.load(elements_from(gamma, at));
            let gain = if UNIT_OFFSET { isa.add(one, gamma) } else { gamma };
            let beta = isa.load(elements_from(beta, at));
            for (slot, (term, factor)) in slots.iter_mut().zip(lines) {
                let v = isa.mul(isa.mul(term.d(isa, slot.load(isa, at)), isa.splat(factor)), gain);
                slot.store(isa, if BETA { isa.add(v, beta) } else { v }, at);
            }
        }
    }
    for (row, (term, factor)) in rows.iter_mut().zip(lines) {
        row.tail(|i, x| {
            let gamma = affine.gamma.tail(i);
            let gain = if UNIT_OFFSET { 1.0 + gamma } else { gamma };
            term.general().d(Scalar, x) * factor * gain + affine.beta.tail(i)
        });
    }
}
