//! Whatever comes in, every NaN that a cell or a classifier writes is 0x7fc00000, tapes and scratch memory included.

use super::cells::{every_cell, weights};
use crate::common::NAN;
use crate::common::random::Random;
use layernorm::sequence::{Cell, Classifier, Gradients, Kind, Normaliser};
use wasm_bindgen_test::wasm_bindgen_test;

const INPUTS: usize = 3;
const UNITS: usize = 5;
const FRAMES: usize = 4;
const CLASSES: usize = 2;

/// NaNs of both signs, quiet and not, infinities, and numbers whose products leave the range, of opposite signs.
const BAD: [u32; 9] = [
    NAN,
    0xffc0_0000,
    0x7f80_0001,
    0xff80_0001,
    u32::MAX,
    0x7f80_0000,
    0xff80_0000,
    f32::MAX.to_bits(),
    f32::MIN.to_bits(),
];

/// Counts the NaNs of what was written.
#[derive(Default)]
struct Count(usize);

impl Count {
    fn check(&mut self, what: &str, values: &[f32], case: &str) {
        for (i, v) in values.iter().enumerate().filter(|(_, v)| v.is_nan()) {
            assert_eq!(v.to_bits(), NAN, "{what}[{i}] is {:#010x}: {case}", v.to_bits());
            self.0 += 1;
        }
    }
}

/// A number of `values` at some place, for each place and each of [`BAD`]; once none.
fn spoilt(values: &[f32]) -> impl Iterator<Item = (String, Vec<f32>)> {
    let places = (0..values.len()).flat_map(|at| BAD.map(|bad| (at, bad)));
    let one = places.map(|(at, bad)| {
        let mut values = values.to_vec();
        values[at] = f32::from_bits(bad);
        (format!("{bad:#010x} at {at}"), values)
    });
    let signs = |i: usize| if i.is_multiple_of(2) { f32::MAX } else { f32::MIN };
    one.chain([("alternating".into(), (0..values.len()).map(signs).collect())])
}

/// The numbers of a call of a cell.
struct Call {
    x: Vec<f32>,
    state: Vec<f32>,
    dy: Vec<f32>,
    dstate: Vec<f32>,
}

impl Call {
    fn new<K: Kind, N: Normaliser>(random: &mut Random) -> Self {
        let states = Cell::<K, N>::state_len(UNITS);
        Self {
            x: random.normals(FRAMES * INPUTS),
            state: random.normals(states),
            dy: random.normals(FRAMES * UNITS),
            dstate: random.normals(states),
        }
    }

    fn run<K: Kind, N: Normaliser>(&self, weights: &[f32], count: &mut Count, case: &str) {
        let cell = Cell::<K, N>::new(INPUTS, UNITS, weights).unwrap();
        let mut state = self.state.clone();
        let mut y = vec![0.0; FRAMES * UNITS];
        let mut tape = vec![0.0; Cell::<K, N>::tape_len(UNITS, FRAMES)];
        cell.forward(&self.x, &mut state, &mut y, &mut tape).unwrap();
        count.check("state", &state, case);
        count.check("y", &y, case);
        count.check("tape", &tape, case);

        let mut state = self.state.clone();
        let mut scratch = vec![0.0; Cell::<K, N>::scratch_len(UNITS)];
        for x in self.x.chunks(INPUTS) {
            cell.step(x, &mut state, &mut scratch).unwrap();
            count.check("state of a step", &state, case);
            count.check("scratch of a step", &scratch, case);
        }

        let (mut of_weights, mut dx) = (vec![0.0; weights.len()], vec![0.0; self.x.len()]);
        let (mut dstate, mut scratch) = (self.dstate.clone(), vec![0.0; scratch.len()]);
        let gradients = Gradients { weights: &mut of_weights, x: Some(&mut dx) };
        cell.backward(&self.x, &tape, &self.dy, &mut dstate, gradients, &mut scratch).unwrap();
        count.check("gradients.weights", &of_weights, case);
        count.check("gradients.x", &dx, case);
        count.check("dstate", &dstate, case);
        count.check("scratch of backward", &scratch, case);
    }
}

fn cells<K: Kind, N: Normaliser>() {
    let mut random = Random(71);
    let weights = weights(&mut random, Cell::<K, N>::weights_len(INPUTS, UNITS));
    let call = Call::new::<K, N>(&mut random);
    let mut count = Count::default();
    call.run::<K, N>(&weights, &mut count, "");
    assert_eq!(count.0, 0, "nothing was wrong");
    let copy = || Call {
        x: call.x.clone(),
        state: call.state.clone(),
        dy: call.dy.clone(),
        dstate: call.dstate.clone(),
    };
    for (case, x) in spoilt(&call.x) {
        Call { x, ..copy() }.run::<K, N>(&weights, &mut count, &format!("x: {case}"));
    }
    for (case, state) in spoilt(&call.state) {
        Call { state, ..copy() }.run::<K, N>(&weights, &mut count, &format!("state: {case}"));
    }
    for (case, dy) in spoilt(&call.dy) {
        Call { dy, ..copy() }.run::<K, N>(&weights, &mut count, &format!("dy: {case}"));
    }
    for (case, dstate) in spoilt(&call.dstate) {
        Call { dstate, ..copy() }.run::<K, N>(&weights, &mut count, &format!("dstate: {case}"));
    }
    // Weights are finite, but their products need not be.
    let (_, extreme) = spoilt(&weights).last().unwrap();
    Call { x: vec![f32::MAX; call.x.len()], ..copy() }.run::<K, N>(&extreme, &mut count, "weights");
    call.run::<K, N>(&extreme, &mut count, "weights");
    assert!(count.0 > 1000, "only {} NaNs", count.0);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_cell_writes_one_nan_everywhere() {
    every_cell!(cells);
}

fn classifier<K: Kind, N: Normaliser>(
    weights: &[f32],
    x: &[f32],
    dlogits: &[f32],
    count: &mut Count,
    case: &str,
) {
    let classifier = Classifier::<K, N>::new(INPUTS, UNITS, CLASSES, weights).unwrap();
    let mut tape = vec![0.0; Classifier::<K, N>::tape_len(UNITS, FRAMES)];
    let mut logits = vec![0.0; CLASSES];
    classifier.forward(x, &mut tape, &mut logits).unwrap();
    count.check("tape", &tape, case);
    count.check("logits", &logits, case);

    let mut gradients = vec![0.0; weights.len()];
    let mut scratch = vec![0.0; Classifier::<K, N>::scratch_len(UNITS, FRAMES)];
    classifier.backward(x, &tape, dlogits, &mut gradients, &mut scratch).unwrap();
    count.check("gradients", &gradients, case);
    count.check("scratch", &scratch, case);

    let mut memory = vec![0.0; Classifier::<K, N>::memory_len(UNITS)];
    for frames in 0..=FRAMES {
        let mut session = classifier.start(&mut memory).unwrap();
        for x in x.chunks(INPUTS).take(frames) {
            session.push(x).unwrap();
        }
        if frames.is_multiple_of(2) {
            session.logits(&mut logits).unwrap();
            count.check("logits of a session", &logits, case);
        }
        count.check("memory of a session", &memory, case);
    }
}

fn classifiers<K: Kind, N: Normaliser>() {
    let mut random = Random(72);
    let weights = weights(&mut random, Classifier::<K, N>::weights_len(INPUTS, UNITS, CLASSES));
    let (x, dlogits) = (random.normals(FRAMES * INPUTS), random.normals(CLASSES));
    let mut count = Count::default();
    classifier::<K, N>(&weights, &x, &dlogits, &mut count, "");
    assert_eq!(count.0, 0, "nothing was wrong");
    for (case, x) in spoilt(&x) {
        classifier::<K, N>(&weights, &x, &dlogits, &mut count, &format!("x: {case}"));
    }
    for (case, dlogits) in spoilt(&dlogits) {
        classifier::<K, N>(&weights, &x, &dlogits, &mut count, &format!("dlogits: {case}"));
    }
    let (_, extreme) = spoilt(&weights).last().unwrap();
    classifier::<K, N>(&extreme, &vec![f32::MAX; x.len()], &dlogits, &mut count, "weights");
    classifier::<K, N>(&extreme, &x, &[f32::MAX; CLASSES], &mut count, "weights");
    assert!(count.0 > 100, "only {} NaNs", count.0);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_classifier_and_its_sessions_write_one_nan_everywhere() {
    every_cell!(classifiers);
}
