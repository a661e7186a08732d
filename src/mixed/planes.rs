//! Rows whose elements lie apart: the channels of each position of samples × channels × positions.

use super::element::Stored;
use super::memory::{Memory, Piece};
use crate::layout::Layout;
use crate::part::{part, part_mut};

/// From `x` to `y`.
pub(super) struct PlanesApart<'a, X, Y> {
    pub x: &'a [X],
    pub y: &'a mut [Y],
    pub planes: Planes,
}

/// From `x` to `x`.
pub(super) struct PlanesInPlace<'a, X> {
    pub x: &'a mut [X],
    pub planes: Planes,
}

/// Samples of channels × positions.
#[derive(Clone, Copy)]
pub(super) struct Planes {
    pub samples: usize,
    pub channels: usize,
    pub positions: usize,
}

/// Positions that are converted at a time.
const RUN: usize = 64;

impl Planes {
    fn layout(self) -> Layout {
        Layout::packed(self.samples * self.positions, self.channels)
    }

    /// Calls `each` with a place in memory, that of the same element in the tile, and how many positions follow each other there.
    fn runs(self, piece: Piece, mut each: impl FnMut(usize, usize, usize)) {
        let Self { channels, positions, .. } = self;
        let end = piece.first + piece.count;
        let mut row = piece.first;
        while row < end {
            let (Some(sample), Some(position)) = (row.checked_div(positions), row.checked_rem(positions))
            else {
                return;
            };
            let count = RUN.min(end - row).min(positions - position);
            for channel in 0..piece.len {
                let place = (sample * channels + piece.start + channel) * positions + position;
                each(place, (row - piece.first) * piece.len + channel, count);
            }
            row += count;
        }
    }

    fn read<X: Stored>(self, x: &[X], piece: Piece, tile: &mut [f32]) {
        let mut run = [0.0; RUN];
        self.runs(piece, |place, at, count| {
            let run = part_mut(&mut run, 0, count);
            X::widen(part(x, place, count), run);
            let column = tile.iter_mut().skip(at).step_by(piece.len.max(1));
            column.zip(run).for_each(|(to, from)| *to = *from);
        });
    }

    fn write<Y: Stored>(self, y: &mut [Y], piece: Piece, tile: &[f32]) {
        let mut run = [0.0; RUN];
        self.runs(piece, |place, at, count| {
            let run = part_mut(&mut run, 0, count);
            let column = tile.iter().skip(at).step_by(piece.len.max(1));
            run.iter_mut().zip(column).for_each(|(to, from)| *to = *from);
            Y::narrow(run, part_mut(y, place, count));
        });
    }
}

impl<X: Stored, Y: Stored> Memory for PlanesApart<'_, X, Y> {
    fn layout(&self) -> Layout {
        self.planes.layout()
    }
    fn read(&self, piece: Piece, tile: &mut [f32]) {
        self.planes.read(self.x, piece, tile);
    }
    fn write(&mut self, piece: Piece, tile: &[f32]) {
        self.planes.write(self.y, piece, tile);
    }
}

impl<X: Stored> Memory for PlanesInPlace<'_, X> {
    fn layout(&self) -> Layout {
        self.planes.layout()
    }
    fn read(&self, piece: Piece, tile: &mut [f32]) {
        self.planes.read(self.x, piece, tile);
    }
    fn write(&mut self, piece: Piece, tile: &[f32]) {
        self.planes.write(self.x, piece, tile);
    }
}
