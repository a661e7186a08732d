//! Queries and keys of a packed projection: the heads of a token are rows, one after the other, of which the first have another γ
//! and β than the others.
//!
//! γ and β are nothing to the statistics, so that a batch of rows has queries and keys in it; pass 2 goes over each by itself.

use super::affine::Parameters;
use super::batch::ROWS;
use super::forward::measure;
use super::measure::Sums;
use super::rstd::{Constants, RowSpec};
use super::scaled::{measure_scaled, scale_all, write_batch};
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
    /// What x̂ is multiplied by.
    pub scale: f32,
}

/// One call.
pub(crate) struct ForwardHeads<'a> {
    pub centred: bool,
    /// Queries, then keys.
    pub parts: [Part<'a>; 2],
    pub width: usize,
    pub tokens: usize,
    /// Elements from the beginning of a token to that of the next.
    pub stride: usize,
    pub x: &'a mut [f32],
}

impl Op for ForwardHeads<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { centred, parts, width, tokens, stride, x } = self;
        let [queries, keys] = parts;
        let parameters = parts.map(|part| part.parameters);
        let alike = queries.epsilon == keys.epsilon && queries.scale == keys.scale;
        let constants = parts.map(|part| Constants::new(RowSpec { width, centred, epsilon: part.epsilon }));
        let sums = &mut Sums::new();
        let all = queries.heads + keys.heads;
        let mut stats = List::<RowStats, ROWS>::new();
        for token in 0..tokens {
            let x = part_mut(x, token * stride, all * width);
            let mut first = 0;
            while first < all {
                let left = queries.heads.saturating_sub(first);
                let (of, constants, end) = if left > 0 {
                    (&queries, &constants[0], queries.heads)
                } else {
                    (&keys, &constants[1], all)
                };
                let count = ROWS.min(if alike { all } else { end } - first);
                stats.repeat(RowStats::default(), count);
                let rows = part_mut(x, first * width, count * width);
                let mut rows = Rows::in_place(rows, Layout::packed(count, width));
                let about_zero = if ONE_LANE {
                    let source = Rows::read(rows.source(), Layout::packed(count, width));
                    measure_scaled(isa, centred, of.epsilon, of.scale, source, &mut stats);
                    false
                } else {
                    let about_zero = measure(isa, constants, &mut rows, sums, &mut stats);
                    scale_all(of.scale, &mut stats);
                    about_zero
                };
                let queries = left.min(count);
                for (parameters, start, count) in
                    [(&parameters[0], 0, queries), (&parameters[1], queries, count - queries)]
                {
                    let (stats, rows) = (part(&stats, start, count), rows.slice(start, count));
                    write_batch(isa, centred, stats, about_zero, parameters, rows);
                }
                first += count;
            }
        }
    }
}
