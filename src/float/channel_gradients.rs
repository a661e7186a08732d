//! Gradients of group normalisation, from saved statistics: those of [`backward`](super::backward), with a row from its channels.
//!
//! ```text
//! channel   D, Q, Σdy, Σdy·d, Σdy²                          by pass 1, with a gain of 1
//! row       G = Σ γ·Σdy ;  P = Σ γ·Σdy·d ;  Σg² = Σ γ²·Σdy²      over its channels, in f64
//! channel   dx by pass 2, with the γ of the channel
//!           dγ += Σ (Σdy·(x − mean))·rstd ;  dβ += Σ Σdy         over the samples, in f64
//! ```
//!
//! 1. One γ for a channel is taken out of its sums: nobody needs a γ for every element.
//! 2. Eight channels are added up, then the eights: the error of a sum over a row is at most that of a row in one piece.

use super::affine::{Affine, Parameters};
use super::backward::{Form, Grads, Line, Pass1, Pass2, Sums, canonical};
use super::channels::Channels;
use crate::RowStats;
use crate::isa::{GROUP, Group, Isa, ONE_LANE, Op};
use crate::list::List;
use crate::part::part;
use crate::row::Row;
use crate::rows::Rows;

/// Channels that go through all samples together; a sum of each is 8 B of stack.
const TILE: usize = if ONE_LANE { 16 } else { 256 };
/// Channels that are added up before they are added to the row.
const TOGETHER: usize = 8;

/// One call, checked by [`crate::shape`].
pub(crate) struct BackwardChannels<'a> {
    /// Their β is not asked for.
    pub channels: Channels<'a>,
    pub x: &'a [f32],
    /// One for each group of each sample.
    pub stats: &'a [RowStats],
    /// From dy to dx, a row for each channel of each sample, without gaps.
    pub rows: Rows<'a>,
    pub grads: Grads<'a>,
}

impl Op for BackwardChannels<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { channels, x, stats, mut rows, mut grads } = self;
        let channels = &channels;
        debug_assert!(x.len() == rows.elements() && stats.len() * channels.group_channels == rows.count());
        if grads.iter().any(Option::is_some) {
            // Before dx takes the place of dy.
            isa.run(ParameterGrads { channels, x, stats, rows: &mut rows, grads: &mut grads });
        }
        let width = channels.width();
        for (i, stats) in stats.iter().enumerate() {
            let (first, count) = (channels.first_of_row(i), channels.group_channels);
            let rows = rows.slice(i * count, count);
            isa.run(GroupGradient { channels, first, x: part(x, i * width, width), stats, rows });
        }
    }
}

/// Pass 1 over one channel, as if it had no γ.
#[inline(always)]
fn sums<I: Isa>(isa: I, centre: f64, x: &[f32], row: &mut Row) -> Sums<f64> {
    let affine = &Affine::new(Parameters::NONE);
    if centre == 0.0 {
        isa.run(Pass1::<true, false> { centre, affine, x, row })
    } else {
        isa.run(Pass1::<true, true> { centre, affine, x, row })
    }
}

/// dx of the channels of one group.
struct GroupGradient<'a> {
    channels: &'a Channels<'a>,
    /// Which channel of the sample is the first.
    first: usize,
    x: &'a [f32],
    stats: &'a RowStats,
    rows: Rows<'a>,
}

impl Op for GroupGradient<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { channels, first, x, stats, mut rows } = self;
        let (positions, count) = (channels.positions, rows.count());
        let channel = |i: usize| part(x, i * positions, positions);
        let centre = Line::about(stats);
        let mut total = Sums { d: 0.0, dd: 0.0, g: 0.0, gd: 0.0, gg: 0.0 };
        for start in (0..count).step_by(TOGETHER) {
            let mut together = Sums { d: 0.0, dd: 0.0, g: 0.0, gd: 0.0, gg: 0.0 };
            for i in start..count.min(start + TOGETHER) {
                let gamma = f64::from(channels.gamma(first + i));
                let Sums { d, dd, g, gd, gg } = sums(isa, centre, channel(i), &mut rows.row(i));
                add(&mut together, Sums { d, dd, g: gamma * g, gd: gamma * gd, gg: gamma * gamma * gg });
            }
            add(&mut total, together);
        }
        let width = channels.width() as f64;
        let line = Line::new(stats, centre, total, (width, 1.0 / width), channels.epsilon);
        for i in 0..count {
            let (x, gamma, row) = (channel(i), channels.gamma(first + i), &mut rows.row(i));
            match line.form {
                Form::All(value) => row.fill(value),
                Form::Wide => line.write(|_| gamma, x, row),
                Form::Plain => {
                    let (gamma, beta): (Group, Group) = ([gamma; GROUP], [-0.0; GROUP]);
                    let affine = &Affine::same(&gamma, &beta);
                    isa.run(Pass2::<true, false> { line: line.plain(), affine, x, row });
                }
            }
        }
    }
}

#[inline(always)]
fn add(total: &mut Sums<f64>, more: Sums<f64>) {
    total.d += more.d;
    total.dd += more.dd;
    total.g += more.g;
    total.gd += more.gd;
    total.gg += more.gg;
}

/// dγ and dβ: sums over the samples, rounded once.
struct ParameterGrads<'a, 'r, 'g> {
    channels: &'a Channels<'a>,
    x: &'a [f32],
    stats: &'a [RowStats],
    rows: &'a mut Rows<'r>,
    grads: &'a mut Grads<'g>,
}

impl Op for ParameterGrads<'_, '_, '_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { channels, x, stats, rows, grads } = self;
        let Channels { channels: all, group_channels, positions, .. } = *channels;
        let samples = rows.count().checked_div(all).unwrap_or(0);
        for start in (0..all).step_by(TILE) {
            let count = TILE.min(all - start);
            let mut tile = List::<[f64; 2], TILE>::new();
            tile.repeat([0.0; 2], count);
            for sample in 0..samples {
                for (i, [gamma, beta]) in (sample * all + start..).zip(tile.iter_mut()) {
                    let stats = i.checked_div(group_channels).and_then(|row| stats.get(row));
                    let Some(stats) = stats else { break };
                    let [pivot, delta] = stats.wide_centre();
                    // The mean, and what an `f64` cannot hold of it.
                    let centre = pivot + delta;
                    let rest = (pivot - centre) + delta;
                    let of = sums(isa, centre, part(x, i * positions, positions), &mut rows.row(i));
                    *gamma += (of.gd - rest * of.g) * stats.wide_rstd();
                    *beta += of.g;
                }
            }
            for (which, grad) in grads.iter_mut().enumerate() {
                let Some(grad) = grad.as_mut().and_then(|grad| grad.get_mut(start..start + count)) else {
                    continue;
                };
                for (grad, sums) in grad.iter_mut().zip(tile.iter()) {
                    let sum = sums.get(which).copied().unwrap_or(0.0);
                    *grad = canonical(f64::from(*grad) + sum);
                }
            }
        }
    }
}
