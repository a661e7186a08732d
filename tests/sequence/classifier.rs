//! A classifier hears a sequence in frames or whole, with the same bits.

use super::cells::{assert_added, every_cell, weights};
use crate::common::random::Random;
use crate::common::{NAN, bits};
use layernorm::sequence::{Classifier, Kind, Normaliser};
use wasm_bindgen_test::wasm_bindgen_test;

const INPUTS: usize = 3;
const UNITS: usize = 5;
const CLASSES: usize = 4;

fn weights_of<K: Kind, N: Normaliser>(random: &mut Random) -> Vec<f32> {
    weights(random, Classifier::<K, N>::weights_len(INPUTS, UNITS, CLASSES))
}

/// Tape and logits.
fn forward<K: Kind, N: Normaliser>(classifier: &Classifier<K, N>, x: &[f32]) -> [Vec<f32>; 2] {
    let mut tape = vec![f32::NAN; Classifier::<K, N>::tape_len(UNITS, x.len() / INPUTS)];
    let mut logits = vec![f32::NAN; CLASSES];
    classifier.forward(x, &mut tape, &mut logits).unwrap();
    [tape, logits]
}

fn session<K: Kind, N: Normaliser>() {
    let mut random = Random(71);
    let weights = weights_of::<K, N>(&mut random);
    let classifier = Classifier::<K, N>::new(INPUTS, UNITS, CLASSES, &weights).unwrap();
    let bias = &weights[weights.len() - CLASSES..];
    let mut memory = vec![f32::NAN; Classifier::<K, N>::memory_len(UNITS)];
    // A second sequence knows nothing of the first.
    for _ in 0..2 {
        let x = random.normals(30 * INPUTS);
        let mut session = classifier.start(&mut memory).unwrap();
        let mut logits = [f32::NAN; CLASSES];
        session.logits(&mut logits).unwrap();
        assert_eq!(bits(&logits), bits(bias));
        assert_eq!(bits(&forward(&classifier, &[])[1]), bits(bias));
        for (before, frame) in x.chunks(INPUTS).enumerate() {
            assert_eq!(session.frames(), before);
            session.push(frame).unwrap();
            let [_, whole] = forward(&classifier, &x[..(before + 1) * INPUTS]);
            session.logits(&mut logits).unwrap();
            assert_eq!(bits(&logits), bits(&whole), "after {} frames", before + 1);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_session_has_the_bits_of_forward_after_every_frame() {
    every_cell!(session);
}

fn added<K: Kind, N: Normaliser>() {
    let mut random = Random(72);
    let weights = weights_of::<K, N>(&mut random);
    let classifier = Classifier::<K, N>::new(INPUTS, UNITS, CLASSES, &weights).unwrap();
    let (x, dlogits) = (random.normals(9 * INPUTS), random.normals(CLASSES));
    let [tape, _] = forward(&classifier, &x);
    let backward = |before: &[f32]| {
        let mut gradients = before.to_vec();
        let mut scratch = vec![f32::NAN; Classifier::<K, N>::scratch_len(UNITS, 9)];
        classifier.backward(&x, &tape, &dlogits, &mut gradients, &mut scratch).unwrap();
        gradients
    };
    let before = random.normals(weights.len());
    assert_added(&before, &backward(&vec![0.0; weights.len()]), &backward(&before));
}

#[wasm_bindgen_test(unsupported = test)]
fn gradients_of_a_classifier_are_added() {
    every_cell!(added);
}

fn nan<K: Kind, N: Normaliser>() {
    let mut random = Random(73);
    let weights = weights_of::<K, N>(&mut random);
    let classifier = Classifier::<K, N>::new(INPUTS, UNITS, CLASSES, &weights).unwrap();
    let mut x = random.normals(4 * INPUTS);
    x[INPUTS] = f32::from_bits(0xffc0_0001);
    assert_eq!(bits(&forward(&classifier, &x)[1]), [NAN; CLASSES]);
    let mut memory = vec![0.0; Classifier::<K, N>::memory_len(UNITS)];
    let mut session = classifier.start(&mut memory).unwrap();
    for (index, frame) in x.chunks(INPUTS).enumerate() {
        session.push(frame).unwrap();
        let mut logits = [0.0; CLASSES];
        session.logits(&mut logits).unwrap();
        assert!(bits(&logits).iter().all(|&v| (v == NAN) == (index > 0)), "{logits:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_frame_with_a_nan_makes_all_logits_one_nan() {
    every_cell!(nan);
}
