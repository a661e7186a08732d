//! Whichever way a sequence is given, in frames, in pieces or whole, the bits are the same.

use super::cells::{Backward, Forward, Sizes, assert_added, every_cell, weights};
use crate::common::random::Random;
use crate::common::{NAN, bits};
use layernorm::sequence::{
    Cell, Gradients, Gru, Kind, Layer, Lstm, Normaliser, Plain, Rms, Rnn, StateNormLstm,
};
use wasm_bindgen_test::wasm_bindgen_test;

const SHAPES: [(usize, usize); 3] = [(1, 1), (3, 5), (12, 32)];

/// A call with random numbers.
#[derive(Clone)]
struct Call {
    sizes: Sizes,
    weights: Vec<f32>,
    x: Vec<f32>,
    start: Vec<f32>,
    dy: Vec<f32>,
    dstate: Vec<f32>,
}

impl Call {
    fn new<K: Kind, N: Normaliser>(
        random: &mut Random,
        (inputs, units): (usize, usize),
        frames: usize,
    ) -> Self {
        Self {
            sizes: Sizes { inputs, units, frames },
            weights: weights(random, Cell::<K, N>::weights_len(inputs, units)),
            x: random.normals(frames * inputs),
            start: random.normals(Cell::<K, N>::state_len(units)),
            dy: random.normals(frames * units),
            dstate: random.normals(Cell::<K, N>::state_len(units)),
        }
    }

    fn cell<K: Kind, N: Normaliser>(&self) -> Cell<'_, K, N> {
        Cell::new(self.sizes.inputs, self.sizes.units, &self.weights).unwrap()
    }

    fn forward<K: Kind, N: Normaliser>(&self) -> Forward {
        Forward::run(&self.cell::<K, N>(), &self.x, &self.start, self.sizes)
    }

    /// Adds to `gradients` of weights.
    fn backward<K: Kind, N: Normaliser>(&self, tape: &[f32], gradients: &[f32]) -> Backward {
        Backward::run(&self.cell::<K, N>(), &self.x, tape, &self.dy, [gradients, &self.dstate], self.sizes)
    }

    fn zeros(&self) -> Vec<f32> {
        vec![0.0; self.weights.len()]
    }
}

impl Backward {
    fn bits(&self) -> [Vec<u32>; 3] {
        [&self.weights, &self.x, &self.state].map(|part| bits(part))
    }
}

fn steps<K: Kind, N: Normaliser>() {
    let mut random = Random(51);
    for shape in SHAPES {
        for frames in 1..=30 {
            let call = Call::new::<K, N>(&mut random, shape, frames);
            let forward = call.forward::<K, N>();
            let (mut state, mut y) = (call.start.clone(), Vec::new());
            for x in call.x.chunks(shape.0) {
                // What is in the scratch memory has no part in it.
                let mut scratch = random.normals(Cell::<K, N>::scratch_len(shape.1));
                call.cell::<K, N>().step(x, &mut state, &mut scratch).unwrap();
                y.extend_from_slice(&state[..shape.1]);
            }
            assert_eq!(bits(&forward.y), bits(&y), "{:?}", call.sizes);
            assert_eq!(bits(&forward.state), bits(&state), "{:?}", call.sizes);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_sequence_of_any_length_has_the_bits_of_its_steps() {
    every_cell!(steps);
}

fn halves<K: Kind, N: Normaliser>() {
    let mut random = Random(52);
    let (shape @ (inputs, units), frames) = ((3, 5), 9);
    let call = Call::new::<K, N>(&mut random, shape, frames);
    let cell = call.cell::<K, N>();
    let whole = call.forward::<K, N>();
    let back = call.backward::<K, N>(&whole.tape, &call.zeros());
    for cut in 0..=frames {
        let (sizes, rest) =
            (Sizes { frames: cut, ..call.sizes }, Sizes { frames: frames - cut, ..call.sizes });
        let (x, x_rest) = call.x.split_at(cut * inputs);
        let (dy, dy_rest) = call.dy.split_at(cut * units);

        let first = Forward::run(&cell, x, &call.start, sizes);
        let second = Forward::run(&cell, x_rest, &first.state, rest);
        assert_eq!(bits(&[first.y, second.y].concat()), bits(&whole.y), "cut at {cut}");
        assert_eq!(bits(&second.state), bits(&whole.state), "cut at {cut}");

        let zeros = call.zeros();
        let second = Backward::run(&cell, x_rest, &second.tape, dy_rest, [&zeros, &call.dstate], rest);
        let first = Backward::run(&cell, x, &first.tape, dy, [&second.weights, &second.state], sizes);
        let both = Backward { x: [first.x, second.x].concat(), ..first };
        assert_eq!(both.bits(), back.bits(), "cut at {cut}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_sequence_in_two_pieces_has_the_bits_of_one_forward_and_back() {
    every_cell!(halves);
}

fn no_frames<K: Kind, N: Normaliser>() {
    let call = Call::new::<K, N>(&mut Random(53), (3, 5), 0);
    let forward = call.forward::<K, N>();
    assert_eq!(bits(&forward.state), bits(&call.start));
    let backward = call.backward::<K, N>(&forward.tape, &call.weights);
    assert_eq!(backward.bits(), [bits(&call.weights), vec![], bits(&call.dstate)]);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_sequence_of_no_frames_changes_nothing() {
    every_cell!(no_frames);
}

fn added<K: Kind, N: Normaliser>() {
    let mut random = Random(54);
    let call = Call::new::<K, N>(&mut random, (3, 5), 9);
    let tape = call.forward::<K, N>().tape;
    let before = random.normals(call.weights.len());
    let from_zero = call.backward::<K, N>(&tape, &call.zeros());
    let from_before = call.backward::<K, N>(&tape, &before);
    assert_eq!(from_zero.bits()[1..], from_before.bits()[1..]);
    assert_added(&before, &from_zero.weights, &from_before.weights);
}

#[wasm_bindgen_test(unsupported = test)]
fn gradients_of_weights_are_added() {
    every_cell!(added);
}

fn gains_unused<K: Kind>() {
    let mut random = Random(55);
    let (inputs, units) = (3, 5);
    let call = Call::new::<K, Plain>(&mut random, (inputs, units), 4);
    let forward = call.forward::<K, Plain>();
    let before = random.normals(call.weights.len());
    let backward = call.backward::<K, Plain>(&forward.tape, &before);

    // Kernels, γ, β.
    let with_one_more_input = Cell::<K, Plain>::weights_len(inputs + 1, units);
    let kernels = (with_one_more_input - call.weights.len()) * (inputs + units);
    let gamma = kernels..(kernels + call.weights.len()) / 2;
    assert_eq!(bits(&backward.weights[gamma.clone()]), bits(&before[gamma.clone()]));

    let mut other = call.weights.clone();
    other[gamma].copy_from_slice(&random.normals((call.weights.len() - kernels) / 2));
    let cell = Cell::<K, Plain>::new(inputs, units, &other).unwrap();
    assert_eq!(bits(&Forward::run(&cell, &call.x, &call.start, call.sizes).y), bits(&forward.y));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_plain_cell_has_no_use_for_gamma() {
    gains_unused::<Rnn>();
    gains_unused::<Lstm>();
    gains_unused::<Gru>();
    gains_unused::<StateNormLstm>();
}

fn without_dx<K: Kind, N: Normaliser>() {
    let call = Call::new::<K, N>(&mut Random(56), (3, 5), 9);
    let tape = call.forward::<K, N>().tape;
    let with = call.backward::<K, N>(&tape, &call.weights);
    let (mut weights, mut state) = (call.weights.clone(), call.dstate.clone());
    let mut scratch = vec![0.0; Cell::<K, N>::scratch_len(5)];
    let gradients = Gradients { weights: &mut weights, x: None };
    call.cell::<K, N>().backward(&call.x, &tape, &call.dy, &mut state, gradients, &mut scratch).unwrap();
    assert_eq!([bits(&weights), bits(&state)], [bits(&with.weights), bits(&with.state)]);
}

#[wasm_bindgen_test(unsupported = test)]
fn the_bits_are_the_same_without_dx() {
    every_cell!(without_dx);
}

/// A bad number in the middle frame of five.
fn poisoned<K: Kind, N: Normaliser>(bad: f32) {
    let call = Call::new::<K, N>(&mut Random(57), (3, 5), 5);
    let healthy = call.forward::<K, N>();
    for input in 0..3 {
        let mut call = call.clone();
        call.x[2 * 3 + input] = bad;
        let forward = call.forward::<K, N>();
        let (before, after) = forward.y.split_at(2 * 5);
        assert_eq!(bits(before), bits(&healthy.y[..2 * 5]));
        assert!(bits(after).iter().all(|&y| y == NAN), "{after:x?}");
        assert!(bits(&forward.state).iter().all(|&h| h == NAN), "{:x?}", forward.state);
        let gradients = call.backward::<K, N>(&forward.tape, &call.zeros());
        let nan = |part: &[f32]| part.iter().any(|v| v.is_nan());
        assert!(nan(&gradients.weights) && nan(&gradients.x) && nan(&gradients.state));
        let all = gradients.bits().concat();
        assert!(all.iter().all(|&v| v == NAN || !f32::from_bits(v).is_nan()));
    }
}

fn nan<K: Kind, N: Normaliser>() {
    for bad in [NAN, 0xffc0_0000, 0x7f80_0001, u32::MAX] {
        poisoned::<K, N>(f32::from_bits(bad));
    }
}

fn infinity<N: Normaliser>() {
    for bad in [f32::INFINITY, f32::NEG_INFINITY] {
        poisoned::<Rnn, N>(bad);
        poisoned::<Lstm, N>(bad);
        poisoned::<Gru, N>(bad);
        poisoned::<StateNormLstm, N>(bad);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_frame_with_a_nan_makes_the_rest_one_nan() {
    every_cell!(nan);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_frame_with_an_infinity_makes_the_rest_one_nan_behind_a_norm() {
    infinity::<Layer>();
    infinity::<Rms>();
}

fn saturated<K: Kind>() {
    for bad in [f32::INFINITY, f32::NEG_INFINITY] {
        let mut call = Call::new::<K, Plain>(&mut Random(58), (3, 5), 5);
        call.start.fill(0.0);
        let states = [bad, bad.signum() * 1e6].map(|x| {
            call.x[2 * 3] = x;
            bits(&call.forward::<K, Plain>().state)
        });
        assert_eq!(states[0], states[1]);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn an_infinity_is_a_large_number_without_a_norm() {
    saturated::<Rnn>();
    saturated::<Lstm>();
    saturated::<Gru>();
    saturated::<StateNormLstm>();
}
