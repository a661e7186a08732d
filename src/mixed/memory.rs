//! Rows of any type of element, part by part to `f32` and back.

use super::element::{Stored, Values};
use crate::dispatch;
use crate::float::{Add, CanonicaliseNans};
use crate::layout::Layout;
use crate::part::{part, part_mut};

/// Elements `start` … `start + len` of rows `first` … `first + count`; beside each other in a tile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub first: usize,
    pub count: usize,
    pub start: usize,
    pub len: usize,
}

/// The slices of a call.
pub(super) trait Memory {
    /// Every result of a row is [seen](Self::see) before the first of it is written.
    const SEES_ROWS: bool = false;

    fn layout(&self) -> Layout;
    /// Brings a piece to `tile`.
    fn read(&self, piece: Piece, tile: &mut [f32]);
    /// The same where it has not been read before: what has to be done once is done.
    fn read_first(&mut self, piece: Piece, tile: &mut [f32]) {
        self.read(piece, tile);
    }
    /// Looks at results, piece by piece in their order.
    fn see(&mut self, _: Piece, _: &[f32]) {}
    /// Stores a piece from `tile`.
    fn write(&mut self, piece: Piece, tile: &[f32]);
}

/// Rows that are read alone.
pub(super) struct Read<'a, X> {
    pub x: &'a [X],
    pub layout: Layout,
}

/// From `x` to `y`.
pub(super) struct Apart<'a, X, Y> {
    pub x: &'a [X],
    pub y: &'a mut [Y],
    pub layout: Layout,
}

/// From `x` to `x`.
pub(super) struct InPlace<'a, X> {
    pub x: &'a mut [X],
    pub layout: Layout,
}

/// From `residual`, to which `x` and the bias are added, to `y`.
pub(super) struct Residual<'a, X, R, Y> {
    pub x: &'a [X],
    pub bias: Option<Values<'a>>,
    pub residual: &'a mut [R],
    pub y: &'a mut [Y],
    pub layout: Layout,
}

/// Elements that are added to a residual at a time.
const ADDED: usize = 256;

impl<X: Stored> Memory for Read<'_, X> {
    fn layout(&self) -> Layout {
        self.layout
    }
    fn read(&self, piece: Piece, tile: &mut [f32]) {
        read(self.x, self.layout.from, piece, tile);
    }
    fn write(&mut self, _: Piece, _: &[f32]) {}
}

impl<X: Stored, Y: Stored> Memory for Apart<'_, X, Y> {
    fn layout(&self) -> Layout {
        self.layout
    }
    fn read(&self, piece: Piece, tile: &mut [f32]) {
        read(self.x, self.layout.from, piece, tile);
    }
    fn write(&mut self, piece: Piece, tile: &[f32]) {
        write(self.y, self.layout.to, piece, tile);
    }
}

impl<X: Stored> Memory for InPlace<'_, X> {
    fn layout(&self) -> Layout {
        self.layout
    }
    fn read(&self, piece: Piece, tile: &mut [f32]) {
        read(self.x, self.layout.from, piece, tile);
    }
    fn write(&mut self, piece: Piece, tile: &[f32]) {
        write(self.x, self.layout.to, piece, tile);
    }
}

impl<X: Stored, R: Stored, Y: Stored> Memory for Residual<'_, X, R, Y> {
    fn layout(&self) -> Layout {
        self.layout
    }
    fn read(&self, piece: Piece, tile: &mut [f32]) {
        read(self.residual, self.layout.from, piece, tile);
    }
    fn read_first(&mut self, piece: Piece, tile: &mut [f32]) {
        let (mut x, mut bias) = ([0.0; ADDED], [0.0; ADDED]);
        for row in 0..piece.count {
            for at in (0..piece.len).step_by(ADDED) {
                let len = ADDED.min(piece.len - at);
                let place = Piece { first: piece.first + row, count: 1, start: piece.start + at, len };
                let (x, sum) = (part_mut(&mut x, 0, len), part_mut(tile, row * piece.len + at, len));
                read(self.x, self.layout.from, place, x);
                read(self.residual, self.layout.from, place, sum);
                let bias = self.bias.map(|values| {
                    let bias = part_mut(&mut bias, 0, len);
                    values.widen(place.start, bias);
                    &*bias
                });
                dispatch::run(Add { x, bias, residual: sum });
                dispatch::run(CanonicaliseNans(sum));
                write(self.residual, self.layout.from, place, sum);
            }
        }
        // What is normalised is what the residual holds now.
        self.read(piece, tile);
    }
    fn write(&mut self, piece: Piece, tile: &[f32]) {
        write(self.y, self.layout.to, piece, tile);
    }
}

/// The piece and the stride; rows without gaps are one.
fn joined(stride: usize, piece: Piece) -> (Piece, usize) {
    let Piece { first, count, start, len } = piece;
    if len != stride {
        return (piece, stride);
    }
    (Piece { first: first * stride, count: 1, start, len: count * len }, 1)
}

pub(super) fn read<X: Stored>(x: &[X], stride: usize, piece: Piece, tile: &mut [f32]) {
    read_by(x, stride, piece, tile, X::widen);
}

pub(super) fn write<Y: Stored>(y: &mut [Y], stride: usize, piece: Piece, tile: &[f32]) {
    write_by(y, stride, piece, tile, Y::narrow);
}

/// Reads rows that begin every `stride` elements, each by `convert`.
pub(super) fn read_by<X>(
    x: &[X],
    stride: usize,
    piece: Piece,
    tile: &mut [f32],
    convert: impl Fn(&[X], &mut [f32]),
) {
    let (piece, stride) = joined(stride, piece);
    for row in 0..piece.count {
        let at = (piece.first + row) * stride + piece.start;
        convert(part(x, at, piece.len), part_mut(tile, row * piece.len, piece.len));
    }
}

/// Writes them.
pub(super) fn write_by<Y>(
    y: &mut [Y],
    stride: usize,
    piece: Piece,
    tile: &[f32],
    convert: impl Fn(&[f32], &mut [Y]),
) {
    let (piece, stride) = joined(stride, piece);
    for row in 0..piece.count {
        let at = (piece.first + row) * stride + piece.start;
        convert(part(tile, row * piece.len, piece.len), part_mut(y, at, piece.len));
    }
}
