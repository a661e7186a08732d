//! The rows of a call, some at a time in `f32`.

use super::memory::{Memory, Piece};
use super::norm::Norm;
use crate::blocks::Blocks;
use crate::float::{BLOCK, Scale};
use crate::isa::ONE_LANE;
use crate::layout::Layout;
use crate::list::List;
use crate::part::part_mut;
use crate::rows::Rows;
use crate::{Centring, Error, RowStats};

/// Elements that are in `f32` at a time: as many whole rows as there is room for, or a part of one.
const TILE: usize = if ONE_LANE { BLOCK } else { 16 * BLOCK };
/// Rows without room for one that share what is converted of γ and β.
const TOGETHER: usize = if ONE_LANE { 1 } else { 8 };

impl<K: Centring> Norm<'_, K> {
    /// Writes all rows of `memory`, and their statistics to `stats` unless that is empty.
    pub(super) fn run(&self, memory: &mut impl Memory, stats: &mut [RowStats]) -> Result<(), Error> {
        debug_assert!(stats.is_empty() || stats.len() == memory.layout().rows);
        let Layout { rows, width, .. } = memory.layout();
        if width > TILE {
            for first in (0..rows).step_by(TOGETHER) {
                let count = TOGETHER.min(rows - first);
                let found = self.run_wide(memory, first, count);
                stats.iter_mut().skip(first).zip(found).take(count).for_each(|(to, found)| *to = found);
            }
            return Ok(());
        }
        let (mut gamma, mut beta) = (List::<f32, TILE>::new(), List::<f32, TILE>::new());
        let norm = self.in_f32(0..width, &mut gamma, &mut beta);
        let mut tile = List::<f32, TILE>::new();
        let most = TILE.checked_div(width).unwrap_or(1).min(rows);
        tile.repeat(0.0, most * width);
        for first in (0..rows).step_by(most.max(1)) {
            let count = most.min(rows - first);
            let piece = Piece { first, count, start: 0, len: width };
            let tile = part_mut(&mut tile, 0, count * width);
            memory.read_first(piece, tile);
            let found = if stats.is_empty() { None } else { Some(part_mut(stats, first, count)) };
            norm.run(Rows::in_place(tile, Layout::packed(count, width)), found)?;
            memory.see(piece, tile);
            memory.write(piece, tile);
        }
        Ok(())
    }

    /// Writes some rows, of which not even one has room, piece by piece.
    fn run_wide<M: Memory>(&self, memory: &mut M, first: usize, count: usize) -> [RowStats; TOGETHER] {
        let width = memory.layout().width;
        let pieces = |first| {
            let piece = move |start| Piece { first, count: 1, start, len: TILE.min(width - start) };
            (0..width).step_by(TILE).map(piece)
        };
        let mut tile = List::<f32, TILE>::new();
        tile.repeat(0.0, TILE);
        let mut stats = [RowStats::default(); TOGETHER];
        for (row, stats) in (first..first + count).zip(&mut stats) {
            let mut blocks = Blocks::new(K::CENTRED);
            let mut is_first = true;
            *stats = loop {
                for piece in pieces(row) {
                    let tile = part_mut(&mut tile, 0, piece.len);
                    if is_first {
                        memory.read_first(piece, tile)
                    } else {
                        memory.read(piece, tile)
                    }
                    blocks.push(tile);
                }
                is_first = false;
                if let Some(stats) = blocks.finish(self.epsilon) {
                    break stats;
                }
            };
        }
        K::scale(width).scale(&mut stats);
        let (mut gamma, mut beta) = (List::<f32, TILE>::new(), List::<f32, TILE>::new());
        let mut second_pass = |see: bool| {
            for piece in pieces(first) {
                let len = piece.len;
                let norm = self.in_f32(piece.start..piece.start + len, &mut gamma, &mut beta);
                for (row, stats) in stats.iter().enumerate().take(count) {
                    let (piece, tile) = (Piece { first: first + row, ..piece }, part_mut(&mut tile, 0, len));
                    memory.read(piece, tile);
                    norm.second_pass(stats, 0..len, Rows::in_place(tile, Layout::packed(1, len)));
                    if see { memory.see(piece, tile) } else { memory.write(piece, tile) }
                }
            }
        };
        if M::SEES_ROWS {
            second_pass(true);
        }
        second_pass(false);
        stats
    }
}
