//! Bad input gives an error that names the parameter, the expected and the actual value, and writes nothing.

use super::cells::{every_cell, weights};
use crate::common::bits;
use crate::common::random::Random;
use layernorm::Error;
use layernorm::sequence::{Cell, Classifier, Gradients, Kind, Normaliser};
use wasm_bindgen_test::wasm_bindgen_test;

const INPUTS: usize = 3;
const UNITS: usize = 5;
const CLASSES: usize = 4;
const FRAMES: usize = 2;
const SENTINEL: f32 = 77.0;

fn length(parameter: &'static str, expected: usize, actual: usize) -> Error {
    Error::Length { parameter, expected, actual }
}

/// Memory of which a call gets some, and in which it writes nothing.
struct Memory<const N: usize>([Vec<f32>; N]);

impl<const N: usize> Memory<N> {
    fn new(lengths: [usize; N]) -> Self {
        Self(lengths.map(|length| vec![SENTINEL; length]))
    }

    fn each(&mut self) -> [&mut [f32]; N] {
        self.0.each_mut().map(|memory| &mut memory[..])
    }

    fn is_untouched(&self) -> bool {
        self.0.iter().flatten().all(|v| v.to_bits() == SENTINEL.to_bits())
    }
}

/// Calls with each length wrong in turn; those behind it are wrong as well. `call` gets memory of these lengths.
fn names_the_first_wrong<const N: usize>(
    right: [(&'static str, usize); N],
    call: impl Fn([&mut [f32]; N]) -> Result<(), Error>,
) {
    for (which, (parameter, expected)) in right.into_iter().enumerate() {
        for actual in [0, expected - 1, expected + 1] {
            let mut lengths = right.map(|(_, length)| length);
            lengths[which] = actual;
            lengths[which + 1..].iter_mut().for_each(|length| *length += 1);
            let mut memory = Memory::new(lengths);
            assert_eq!(call(memory.each()), Err(length(parameter, expected, actual)));
            assert!(memory.is_untouched(), "{parameter} of {actual}: something was written");
        }
    }
    // Nothing but the lengths was wrong.
    let mut memory = Memory::new(right.map(|(_, length)| length));
    assert_eq!(call(memory.each()), Ok(()));
    assert!(!memory.is_untouched());
}

/// With an `x` that is no whole number of frames, and everything else of any length.
fn names_x<const N: usize>(call: impl Fn(&[f32], [&mut [f32]; N]) -> Result<(), Error>) {
    for actual in [1, INPUTS - 1, INPUTS + 1, 2 * INPUTS + 1] {
        for others in [0, 1, 1000] {
            let mut memory = Memory::new([others; N]);
            let error = Error::NotWholeRows { parameter: "x", width: INPUTS, actual };
            assert_eq!(call(&vec![1.0; actual], memory.each()), Err(error));
            assert!(memory.is_untouched(), "x of {actual}: something was written");
        }
    }
}

fn cell_lengths<K: Kind, N: Normaliser>() {
    let weights = weights(&mut Random(61), Cell::<K, N>::weights_len(INPUTS, UNITS));
    let cell = Cell::<K, N>::new(INPUTS, UNITS, &weights).unwrap();
    let (state, scratch) = (Cell::<K, N>::state_len(UNITS), Cell::<K, N>::scratch_len(UNITS));
    let (y, tape) = (FRAMES * UNITS, Cell::<K, N>::tape_len(UNITS, FRAMES));
    let frames = [1.0; FRAMES * INPUTS];

    let step = [("x", INPUTS), ("state", state), ("scratch", scratch)];
    names_the_first_wrong(step, |[x, state, scratch]| cell.step(x, state, scratch));

    let forward = [("state", state), ("y", y), ("tape", tape)];
    names_the_first_wrong(forward, |[state, y, tape]| cell.forward(&frames, state, y, tape));
    names_x(|x, [state, y, tape]| cell.forward(x, state, y, tape));

    let backward = |x: &[f32], [tape, dy, dstate, weights, dx, scratch]: [&mut [f32]; 6]| {
        cell.backward(x, tape, dy, dstate, Gradients { weights, x: Some(dx) }, scratch)
    };
    let right = [
        ("tape", tape),
        ("dy", y),
        ("dstate", state),
        ("gradients.weights", weights.len()),
        ("gradients.x", frames.len()),
        ("scratch", scratch),
    ];
    names_the_first_wrong(right, |memory| backward(&frames, memory));
    names_x(backward);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_cell_names_the_first_wrong_length_and_writes_nothing() {
    every_cell!(cell_lengths);
}

fn classifier_lengths<K: Kind, N: Normaliser>() {
    let weights = weights(&mut Random(62), Classifier::<K, N>::weights_len(INPUTS, UNITS, CLASSES));
    let classifier = Classifier::<K, N>::new(INPUTS, UNITS, CLASSES, &weights).unwrap();
    let tape = Classifier::<K, N>::tape_len(UNITS, FRAMES);
    let frames = [1.0; FRAMES * INPUTS];

    let forward = [("tape", tape), ("logits", CLASSES)];
    names_the_first_wrong(forward, |[tape, logits]| classifier.forward(&frames, tape, logits));
    names_x(|x, [tape, logits]| classifier.forward(x, tape, logits));

    let backward = |x: &[f32], [tape, dlogits, gradients, scratch]: [&mut [f32]; 4]| {
        classifier.backward(x, tape, dlogits, gradients, scratch)
    };
    let scratch = Classifier::<K, N>::scratch_len(UNITS, FRAMES);
    let right = [("tape", tape), ("dlogits", CLASSES), ("gradients", weights.len()), ("scratch", scratch)];
    names_the_first_wrong(right, |memory| backward(&frames, memory));
    names_x(backward);

    let memory = [("memory", Classifier::<K, N>::memory_len(UNITS))];
    names_the_first_wrong(memory, |[memory]| classifier.start(memory).map(|_| ()));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_classifier_names_the_first_wrong_length_and_writes_nothing() {
    every_cell!(classifier_lengths);
}

/// After an error a session goes on as if nothing had been.
fn session_lengths<K: Kind, N: Normaliser>() {
    let mut random = Random(63);
    let weights = weights(&mut random, Classifier::<K, N>::weights_len(INPUTS, UNITS, CLASSES));
    let classifier = Classifier::<K, N>::new(INPUTS, UNITS, CLASSES, &weights).unwrap();
    let frames = random.normals(FRAMES * INPUTS);
    let logits = |clumsy: bool| {
        let mut memory = vec![SENTINEL; Classifier::<K, N>::memory_len(UNITS)];
        let mut session = classifier.start(&mut memory).unwrap();
        for frame in frames.chunks(INPUTS) {
            for wrong in [0, INPUTS - 1, INPUTS + 1].into_iter().filter(|_| clumsy) {
                assert_eq!(session.push(&vec![1.0; wrong]), Err(length("x", INPUTS, wrong)));
            }
            for wrong in [0, CLASSES - 1, CLASSES + 1].into_iter().filter(|_| clumsy) {
                let mut logits = vec![SENTINEL; wrong];
                assert_eq!(session.logits(&mut logits), Err(length("logits", CLASSES, wrong)));
                assert_eq!(logits, vec![SENTINEL; wrong]);
            }
            session.push(frame).unwrap();
        }
        assert_eq!(session.frames(), FRAMES);
        let mut logits = [SENTINEL; CLASSES];
        session.logits(&mut logits).unwrap();
        bits(&logits)
    };
    assert_eq!(logits(true), logits(false));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_session_names_a_wrong_length_and_is_as_before() {
    every_cell!(session_lengths);
}

fn new<K: Kind, N: Normaliser>() {
    let zero = |parameter| Some(Error::Zero { parameter });
    let cell = |inputs, units, weights: &[f32]| Cell::<K, N>::new(inputs, units, weights).err();
    let classifier = |inputs, units, classes, weights: &[f32]| {
        Classifier::<K, N>::new(inputs, units, classes, weights).err()
    };
    assert_eq!(cell(0, 0, &[]), zero("inputs"));
    assert_eq!(cell(1, 0, &[]), zero("units"));
    assert_eq!(classifier(0, 0, 0, &[]), zero("inputs"));
    assert_eq!(classifier(1, 0, 0, &[]), zero("units"));
    assert_eq!(classifier(1, 1, 0, &[]), zero("classes"));

    let of_cell = Cell::<K, N>::weights_len(INPUTS, UNITS);
    let of_classifier = Classifier::<K, N>::weights_len(INPUTS, UNITS, CLASSES);
    assert_eq!(of_classifier, of_cell + (UNITS + 1) * CLASSES);
    let mut weights = weights(&mut Random(64), of_classifier + 1);
    for wrong in [0, of_cell - 1, of_cell + 1] {
        assert_eq!(cell(INPUTS, UNITS, &weights[..wrong]), Some(length("weights", of_cell, wrong)));
    }
    for wrong in [0, of_cell, of_classifier - 1, of_classifier + 1] {
        let error = Some(length("weights", of_classifier, wrong));
        assert_eq!(classifier(INPUTS, UNITS, CLASSES, &weights[..wrong]), error);
    }
    assert_eq!(cell(usize::MAX, usize::MAX, &[]), Some(length("weights", usize::MAX, 0)));
    assert_eq!(classifier(1, 1, usize::MAX, &[]), Some(length("weights", usize::MAX, 0)));

    for index in 0..of_classifier {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let good = core::mem::replace(&mut weights[index], bad);
            let error = Some(Error::NotFinite { parameter: "weights", index, actual: bad.to_bits() });
            assert_eq!(classifier(INPUTS, UNITS, CLASSES, &weights[..of_classifier]), error);
            // The cell's weights are the first of them.
            assert_eq!(cell(INPUTS, UNITS, &weights[..of_cell]), error.filter(|_| index < of_cell));
            weights[index] = good;
        }
    }

    let cell = Cell::<K, N>::new(INPUTS, UNITS, &weights[..of_cell]).unwrap();
    let classifier = Classifier::<K, N>::new(INPUTS, UNITS, CLASSES, &weights[..of_classifier]).unwrap();
    for bad in [-1e-5, -f32::from_bits(1), f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
        let error = Some(Error::Epsilon { actual: bad.to_bits() });
        assert_eq!(cell.with_epsilon(bad).err(), error);
        assert_eq!(classifier.with_epsilon(bad).err(), error);
    }
    for good in [0.0, -0.0, f32::from_bits(1), f32::MAX] {
        assert!(cell.with_epsilon(good).is_ok() && classifier.with_epsilon(good).is_ok(), "{good}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn sizes_weights_and_epsilon_are_checked() {
    every_cell!(new);
}

fn lengths<K: Kind, N: Normaliser>() {
    let huge = (0..8).flat_map(|bits| [usize::MAX >> bits, (usize::MAX >> bits) / 3 + 1]);
    for size in huge {
        for other in [1, 2, 3, size, usize::MAX] {
            for (inputs, units) in [(size, other), (other, size)] {
                let expected = Cell::<K, N>::weights_len(inputs, units);
                assert!(expected >= size / 2, "{expected} for {inputs} and {units}");
                assert_eq!(Cell::<K, N>::new(inputs, units, &[]).err(), Some(length("weights", expected, 0)));
                let expected = Classifier::<K, N>::weights_len(inputs, units, other);
                assert!(expected >= size / 2);
                let error = Classifier::<K, N>::new(inputs, units, other, &[]).err();
                assert_eq!(error, Some(length("weights", expected, 0)));
                assert!(Classifier::<K, N>::bytes_len(inputs, units, other) >= expected);
            }
            let states = [Cell::<K, N>::state_len(size), Cell::<K, N>::scratch_len(size)];
            assert!(states.iter().all(|&state| state >= size));
            assert!(
                Cell::<K, N>::tape_len(size, other) >= size && Cell::<K, N>::tape_len(other, size) >= size
            );
            assert!(Classifier::<K, N>::memory_len(size) >= size);
            for (units, frames) in [(size, other), (other, size)] {
                assert!(Classifier::<K, N>::tape_len(units, frames) >= size);
                assert!(Classifier::<K, N>::scratch_len(units, frames) >= size);
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn lengths_of_any_sizes_are_right_or_the_largest_there_is() {
    every_cell!(lengths);
}
