//! The cases of `golden/sequence`, whose layout `golden/README.md` has.

use super::cells::Sizes;

const MANIFEST: &str = include_str!("../golden/sequence/cases.txt");
const INPUTS: &[u8] = include_bytes!("../golden/sequence/cases.f32");
const EXPECTED: &[u8] = include_bytes!("../golden/sequence/cases.f64");

/// One line of the manifest with its arrays.
pub struct Case {
    pub line: &'static str,
    pub cell: &'static str,
    pub norm: &'static str,
    pub epsilon: f32,
    pub sizes: Sizes,
    /// 0 for a cell alone.
    pub classes: usize,
    pub weights: Vec<f32>,
    pub x: Vec<f32>,
    pub start: Vec<f32>,
    /// Gradient of y or of the logits.
    pub dy: Vec<f32>,
    /// Gradient of the last state.
    pub dstate: Vec<f32>,
    pub expected: Expected,
}

pub struct Expected {
    pub weights: Vec<f64>,
    pub x: Vec<f64>,
    pub start: Vec<f64>,
    /// Or the logits.
    pub y: Vec<f64>,
    pub state: Vec<f64>,
}

pub fn cases() -> impl Iterator<Item = Case> {
    MANIFEST.lines().skip(1).map(Case::parse)
}

impl Case {
    fn parse(line: &'static str) -> Self {
        let fields: Vec<_> = line.split(' ').collect();
        let [cell, norm, _, _, epsilon, shape, offset] = fields[..] else { panic!("{line}") };
        let shape: Vec<usize> = shape.split('x').map(|size| size.parse().unwrap()).collect();
        let (sizes, classes) = match shape[..] {
            [inputs, units, frames] => (Sizes { inputs, units, frames }, 0),
            [inputs, units, frames, classes] => (Sizes { inputs, units, frames }, classes),
            _ => panic!("{line}"),
        };
        let (_, [weights, states]) = lengths(cell, sizes, classes);
        let (y, last) = if classes > 0 { (classes, 0) } else { (sizes.frames * sizes.units, states) };
        let lengths = [weights, sizes.frames * sizes.inputs, states, y, last];

        let offset = offset.parse().unwrap();
        let [weights, x, start, dy, dstate] = arrays(INPUTS, offset, lengths, f32::from_le_bytes);
        let [of_weights, of_x, of_start, y, state] = arrays(EXPECTED, offset, lengths, f64::from_le_bytes);
        let expected = Expected { weights: of_weights, x: of_x, start: of_start, y, state };
        let epsilon = epsilon.parse().unwrap();
        Self { line, cell, norm, epsilon, sizes, classes, weights, x, start, dy, dstate, expected }
    }

    /// Of weights, or of their gradient, by name. A cell alone has no dense layer.
    pub fn parts<'a, T>(&self, mut weights: &'a [T]) -> Vec<(&'static str, &'a [T])> {
        let (parts, _) = lengths(self.cell, self.sizes, self.classes);
        let parts = parts.into_iter().filter(|&(_, length)| length > 0);
        parts.map(|(name, length)| (name, weights.split_off(..length).unwrap())).collect()
    }
}

/// Of the parts of the weights, of all of them, and of a state.
fn lengths(cell: &str, sizes: Sizes, classes: usize) -> ([(&'static str, usize); 6], [usize; 2]) {
    let Sizes { inputs, units, .. } = sizes;
    let (gates, gains, states) = match cell {
        "rnn" => (1, 1, 1),
        "lstm" | "state_norm_lstm" => (4, 9, 2),
        "gru" => (3, 6, 1),
        _ => panic!("{cell}"),
    };
    let parts = [
        ("kernel", inputs * gates * units),
        ("recurrent", units * gates * units),
        ("gamma", gains * units),
        ("beta", gains * units),
        ("dense", units * classes),
        ("bias", classes),
    ];
    (parts, [parts.iter().map(|(_, length)| length).sum(), states * units])
}

/// One after the other, from an offset in numbers.
fn arrays<const BYTES: usize, T>(
    from: &[u8],
    offset: usize,
    lengths: [usize; 5],
    number: fn([u8; BYTES]) -> T,
) -> [Vec<T>; 5] {
    let mut numbers = from.as_chunks().0[offset..].iter().copied().map(number);
    lengths.map(|length| {
        let array: Vec<T> = numbers.by_ref().take(length).collect();
        assert_eq!(array.len(), length);
        array
    })
}
