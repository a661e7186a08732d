//! Files as the format has them, and where their parts are.

use layernorm::sequence::CellKind;
use layernorm::sequence::fixed::{Kind, Weight};
use std::ops::Range;

pub const HEADER: usize = 24;

/// Sizes of a classifier; without classes of a cell.
#[derive(Clone, Copy)]
pub struct Sizes {
    pub inputs: usize,
    pub units: usize,
    pub classes: usize,
}

pub const SMALL: Sizes = Sizes { inputs: 3, units: 5, classes: 2 };

/// Where the parts of a file are.
#[derive(Clone)]
pub struct Parts {
    /// k, m and E of each row, 24 bytes.
    pub rows: Range<usize>,
    pub gamma: Range<usize>,
    pub beta: Range<usize>,
    pub scale: Range<usize>,
    pub bias: Range<usize>,
    pub kernel: Range<usize>,
    pub recurrent: Range<usize>,
    pub head: Range<usize>,
}

pub fn parts<K: Kind, W: Weight>(Sizes { inputs, units, classes }: Sizes) -> Parts {
    let (rows, gains, gates) = match K::KIND {
        CellKind::Rnn => (1, 1, 1),
        CellKind::Lstm | CellKind::StateNormLstm => (3, 9, 4),
        CellKind::Gru => (4, 6, 3),
        kind => panic!("{kind:?} is not among the kinds of this test"),
    };
    let mut end = HEADER;
    let mut part = |bytes: usize| {
        end += bytes;
        end - bytes..end
    };
    Parts {
        rows: part(24 * rows),
        gamma: part(4 * gains * units),
        beta: part(4 * gains * units),
        scale: part(4 * classes.min(1)),
        bias: part(4 * classes),
        kernel: part(W::BYTES * gates * units * inputs),
        recurrent: part(W::BYTES * gates * units * units),
        head: part(W::BYTES * classes * units),
    }
}

/// With a scale of 1; all other numbers are 0, fraction bits too.
pub fn zeros<K: Kind, W: Weight>(sizes: Sizes) -> Vec<u8> {
    let Sizes { inputs, units, classes } = sizes;
    let mut file = [*b"LNSQ", [1, 0, K::KIND as u8, W::STORAGE as u8]].concat();
    for number in [inputs, units, classes, 0] {
        file.extend(u16::try_from(number).unwrap().to_le_bytes());
    }
    file.extend(1e-5f32.to_le_bytes());
    file.extend([1, 0, 0, 0]);
    let parts = parts::<K, W>(sizes);
    file.resize(parts.head.end, 0);
    if classes > 0 {
        put(&mut file, parts.scale.start, &1f32.to_le_bytes());
    }
    file
}

pub fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    file[at..at + bytes.len()].copy_from_slice(bytes);
}
