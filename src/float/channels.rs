//! Rows that are the channels of a group, each of which has one γ and one β: group normalisation.
//!
//! ```text
//! x      samples × channels × positions
//! row    the channels of a group of a sample, one after the other
//! y      d · rstd · γ + β, with d and rstd of the row, γ and β of the channel
//! ```
//!
//! 1. A row lies in one piece, so that its statistics are those of [`Forward`].
//! 2. Pass 2 takes a channel for a row whose γ and β are the same for all elements. Each element goes through the operations that
//!    it would go through in a row with γ and β for every element, so that the bits are the same.
//! 3. Channels of few positions would be rows that are all tail: γ and β of as many as fit a tile are repeated there, and the channels are
//!    one row.

use super::affine::{Affine, Parameters, write};
use super::batch::{ROWS, rows_per_batch};
use super::forward::Forward;
use super::scale::Unscaled;
use crate::RowStats;
use crate::isa::{GROUP, Group, Isa, ONE_LANE, Op};
use crate::layout::Layout;
use crate::list::List;
use crate::part::part;
use crate::rows::Rows;

/// How a call divides its samples, checked by [`crate::shape`].
#[derive(Clone, Copy)]
pub(crate) struct Channels<'a> {
    /// Channels of a sample.
    pub channels: usize,
    /// Channels of a group.
    pub group_channels: usize,
    /// Elements of a channel.
    pub positions: usize,
    /// One for each channel of a sample.
    pub gamma: Option<&'a [f32]>,
    pub beta: Option<&'a [f32]>,
    pub epsilon: f32,
}

impl Channels<'_> {
    /// Elements of a row.
    #[inline(always)]
    pub(crate) fn width(&self) -> usize {
        // Beyond `usize` only where there is no row.
        self.group_channels.saturating_mul(self.positions)
    }

    /// The first channel of row `row`, counted in its sample.
    #[inline(always)]
    pub(super) fn first_of_row(&self, row: usize) -> usize {
        (row * self.group_channels).checked_rem(self.channels).unwrap_or(0)
    }

    #[inline(always)]
    pub(super) fn gamma(&self, channel: usize) -> f32 {
        of_channel(self.gamma, channel, 1.0)
    }

    /// Adding −0 changes no number.
    #[inline(always)]
    fn beta(&self, channel: usize) -> f32 {
        of_channel(self.beta, channel, -0.0)
    }
}

#[inline(always)]
fn of_channel(values: Option<&[f32]>, channel: usize, absent: f32) -> f32 {
    debug_assert!(values.is_none_or(|values| channel < values.len()), "channel {channel}");
    values.and_then(|values| values.get(channel)).copied().unwrap_or(absent)
}

/// One call.
pub(crate) struct ForwardChannels<'a> {
    pub channels: Channels<'a>,
    /// A row for each channel of each sample, without gaps.
    pub rows: Rows<'a>,
    /// One for each group of each sample, or none at all.
    pub stats: &'a mut [RowStats],
}

impl Op for ForwardChannels<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { channels, mut rows, stats: out } = self;
        let (width, group_channels) = (channels.width(), channels.group_channels);
        let _streams = rows.streams(isa);
        let count = rows.count().checked_div(group_channels).unwrap_or(0);
        let batch = rows_per_batch(width, rows.elements()).max(1);
        let mut stats = List::<RowStats, ROWS>::new();
        for first in (0..count).step_by(batch) {
            let batch = batch.min(count - first);
            stats.repeat(RowStats::default(), batch);
            let mut rows = rows.slice(first * group_channels, batch * group_channels);
            let source = Rows::read(rows.source(), Layout::packed(batch, width));
            let (epsilon, parameters) = (channels.epsilon, Parameters::NONE);
            isa.run(Forward {
                centred: true,
                scale: Unscaled,
                rows: source,
                parameters,
                epsilon,
                residual_bias: None,
                stats: &mut stats,
            });
            for (i, stats) in stats.iter().enumerate() {
                let rows = rows.slice(i * group_channels, group_channels);
                let row = first + i;
                isa.run(WriteGroup { channels: &channels, first: channels.first_of_row(row), stats, rows });
                if let Some(to) = out.get_mut(row) {
                    *to = *stats;
                }
            }
        }
    }
}

/// Pass 2 over the channels of a group.
struct WriteGroup<'a> {
    channels: &'a Channels<'a>,
    /// Which channel of the sample is the first.
    first: usize,
    stats: &'a RowStats,
    rows: Rows<'a>,
}

impl Op for WriteGroup<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { channels, first, stats, mut rows } = self;
        if !ONE_LANE && channels.positions < TILED {
            return write_tiles(isa, channels, first, stats, rows);
        }
        for i in 0..rows.count() {
            let gamma: Group = [channels.gamma(first + i); GROUP];
            let beta: Group = [channels.beta(first + i); GROUP];
            write(isa, true, stats, &Affine::same(&gamma, &beta), rows.row(i));
        }
    }
}

/// Elements of γ and of β that are repeated at a time.
const TILE: usize = 256;
/// Channels of fewer positions than this are written by tiles; a channel fits one.
const TILED: usize = GROUP;

#[inline(always)]
fn write_tiles<I: Isa>(isa: I, channels: &Channels, first: usize, stats: &RowStats, mut rows: Rows) {
    let (mut gamma, mut beta) = ([1.0; TILE], [0.0; TILE]);
    let positions = channels.positions.max(1);
    let count = TILE.checked_div(positions).unwrap_or(1).max(1);
    let mut start = 0;
    while start < rows.count() {
        let mut rows = rows.slice(start, count);
        let places = gamma.chunks_exact_mut(positions).zip(beta.chunks_exact_mut(positions));
        for (channel, (gamma, beta)) in (first + start..).zip(places).take(rows.count()) {
            gamma.fill(channels.gamma(channel));
            beta.fill(channels.beta(channel));
        }
        let len = rows.elements();
        let [gamma, beta] = [&gamma, &beta].map(|values| Some(part(values, 0, len)));
        let parameters = Parameters { gamma, beta, unit_offset: false };
        let mut row = rows.slice(0, count).joined();
        write(isa, true, stats, &Affine::new(parameters), row.row(0));
        start += count;
    }
}
