//! A cell of any kind and norm, in vectors of the right length.

use crate::common::random::Random;
use layernorm::sequence::{Cell, Gradients, Kind, Normaliser};

/// Calls a generic function with every kind and norm.
macro_rules! every_cell {
    ($f:ident) => {
        super::cells::every_cell!(@ $f: Rnn, Lstm, Gru, StateNormLstm)
    };
    (@ $f:ident: $($kind:ident),*) => {{
        use layernorm::sequence::{Gru, Layer, Lstm, Plain, Rms, Rnn, StateNormLstm};
        $($f::<$kind, Layer>(); $f::<$kind, Rms>(); $f::<$kind, Plain>();)*
    }};
}
pub(crate) use every_cell;

/// Of a scale at which no gate is saturated.
pub fn weights(random: &mut Random, length: usize) -> Vec<f32> {
    (0..length).map(|_| (0.4 * random.normal()) as f32).collect()
}

/// Sizes of a call.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub inputs: usize,
    pub units: usize,
    pub frames: usize,
}

/// What `forward` fills.
#[derive(Debug)]
pub struct Forward {
    pub y: Vec<f32>,
    pub state: Vec<f32>,
    pub tape: Vec<f32>,
}

impl Forward {
    pub fn run<K: Kind, N: Normaliser>(cell: &Cell<K, N>, x: &[f32], state: &[f32], sizes: Sizes) -> Self {
        let Sizes { units, frames, .. } = sizes;
        let mut forward = Self {
            y: vec![f32::NAN; frames * units],
            state: state.to_vec(),
            tape: vec![f32::NAN; Cell::<K, N>::tape_len(units, frames)],
        };
        cell.forward(x, &mut forward.state, &mut forward.y, &mut forward.tape).unwrap();
        forward
    }
}

/// What `backward` fills: gradients of weights, which are added to, of x and of the start state.
#[derive(Debug, PartialEq)]
pub struct Backward {
    pub weights: Vec<f32>,
    pub x: Vec<f32>,
    pub state: Vec<f32>,
}

impl Backward {
    /// Begins with `weights` as their gradient and `state` as that of the last state.
    pub fn run<K: Kind, N: Normaliser>(
        cell: &Cell<K, N>,
        x: &[f32],
        tape: &[f32],
        dy: &[f32],
        [weights, state]: [&[f32]; 2],
        sizes: Sizes,
    ) -> Self {
        let mut backward =
            Self { weights: weights.to_vec(), x: vec![f32::NAN; x.len()], state: state.to_vec() };
        let mut scratch = vec![f32::NAN; Cell::<K, N>::scratch_len(sizes.units)];
        let gradients = Gradients { weights: &mut backward.weights, x: Some(&mut backward.x) };
        cell.backward(x, tape, dy, &mut backward.state, gradients, &mut scratch).unwrap();
        backward
    }
}

/// `sum` is `before` and what comes of a start at zero, `gradient`: both are sums over a few frames.
pub fn assert_added(before: &[f32], gradient: &[f32], sum: &[f32]) {
    let largest = gradient.iter().fold(0.0, |largest, g| f32::max(largest, g.abs()));
    for ((before, gradient), sum) in before.iter().zip(gradient).zip(sum) {
        // Every addition is rounded, and not the same way from another start.
        let tolerance = 20.0 * f32::EPSILON * (before.abs() + largest);
        assert!((before + gradient - sum).abs() <= tolerance, "{before} + {gradient} is not {sum}");
    }
}
