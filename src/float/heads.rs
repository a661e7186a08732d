//! Queries and keys of a packed projection: the heads of a token are rows, one after the other, of which the first have another γ
//! and β than the others.
//!
//! γ and β are nothing to the statistics, so that a batch of rows has queries and keys in it; pass 2 goes over each by itself. In one
//! lane there are no batches, and queries and keys are two calls.

use super::affine::{Affine, Parameters, SecondPass};
use super::batch::ROWS;
use super::forward::{Forward, measure};
use super::measure::Sums;
use super::rstd::{Constants, RowSpec};
use super::scale::Scale;
use crate::RowStats;
use crate::isa::{Isa, ONE_LANE, Op};
use crate::layout::Layout;
use crate::list::List;
use crate::part::{part, part_mut};
use crate::rows::Rows;

/// Heads of a token that have the same parameters.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    pub heads: usize,
    pub parameters: Parameters<'a>,
    pub epsilon: f32,
}

/// One call.
pub(crate) struct ForwardHeads<'a, S> {
    pub centred: bool,
    pub scale: S,
    /// Queries, then keys.
    pub parts: [Part<'a>; 2],
    pub width: usize,
    pub tokens: usize,
    /// Elements from the beginning of a token to that of the next.
    pub stride: usize,
    pub x: &'a mut [f32],
}

impl<S: Scale> Op for ForwardHeads<'_, S> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(mut self, isa: I) {
        if ONE_LANE {
            return self.part_by_part(isa);
        }
        let [queries, keys] = self.parts;
        let spec = |part: Part| RowSpec { width: self.width, centred: self.centred, epsilon: part.epsilon };
        let constants = self.parts.map(|part| Constants::new(spec(part)));
        let sums = &mut Sums::new();
        let all = queries.heads + keys.heads;
        for token in 0..self.tokens {
            let x = part_mut(self.x, token * self.stride, all * self.width);
            let mut first = 0;
            while first < all {
                let left = queries.heads.saturating_sub(first);
                let (constants, end) =
                    if left > 0 { (&constants[0], queries.heads) } else { (&constants[1], all) };
                let end = if queries.epsilon == keys.epsilon { all } else { end };
                let count = ROWS.min(end - first);
                let rows = part_mut(x, first * self.width, count * self.width);
                let mut rows = Rows::in_place(rows, Layout::packed(count, self.width));
                let mut stats = List::<RowStats, ROWS>::new();
                stats.repeat(RowStats::default(), count);
                let about_zero = measure(isa, constants, &mut rows, sums, &mut stats);
                self.scale.scale(&mut stats);
                let queries = left.min(count);
                for (parameters, start, count) in [
                    (self.parts[0].parameters, 0, queries),
                    (self.parts[1].parameters, queries, count - queries),
                ] {
                    let (stats, rows) = (part(&stats, start, count), rows.slice(start, count));
                    let affine = &Affine::new(parameters);
                    isa.run(SecondPass { centred: self.centred, stats, about_zero, affine, rows });
                }
                first += count;
            }
        }
    }
}

impl<S: Scale> ForwardHeads<'_, S> {
    #[inline(always)]
    fn part_by_part<I: Isa>(&mut self, isa: I) {
        let Self { centred, scale, width, .. } = *self;
        for token in 0..self.tokens {
            let mut first = token * self.stride;
            for Part { heads, parameters, epsilon } in self.parts {
                let x = part_mut(self.x, first, heads * width);
                let rows = Rows::in_place(x, Layout::packed(heads, width));
                let (residual_bias, stats) = (None, &mut [][..]);
                Forward { centred, scale, rows, parameters, epsilon, residual_bias, stats }.row_by_row(isa);
                first += heads * width;
            }
        }
    }
}
