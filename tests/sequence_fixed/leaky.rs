//! Sessions without end in integers: for more frames than the sum of a plain mean has room for, the mean is within an LSB of
//! the exact leaky mean. The reference in Python has the codes (`golden.rs`).

use crate::common::random::Random;
use layernorm::Error;
use layernorm::sequence::fixed::{Cell, Classifier, Kind};
use layernorm::sequence::{self, Layer, Rnn, StateNormLstm};
use wasm_bindgen_test::wasm_bindgen_test;

const INPUTS: usize = 1;
const UNITS: usize = 3;
/// A dense weight of 1 is the largest code, and the bias is 0: a logit is 127 times a mean.
const LARGEST: i32 = 127;

/// Weights of a classifier whose logits are the means of its units.
fn weights<K: Kind>() -> Vec<f32> {
    let cell = sequence::Cell::<K, Layer>::weights_len(INPUTS, UNITS);
    let mut random = Random(95);
    let mut weights: Vec<f32> = (0..cell).map(|_| random.normal() as f32).collect();
    weights.extend((0..UNITS * UNITS).map(|at| if at % (UNITS + 1) == 0 { 1.0 } else { 0.0 }));
    weights.extend([0.0; UNITS]);
    weights
}

fn file<K: Kind>(weights: &[f32]) -> Vec<u8> {
    let float = sequence::Classifier::<K, Layer>::new(INPUTS, UNITS, UNITS, weights).unwrap();
    let mut file = vec![0; Classifier::<K, i8>::bytes_len(INPUTS, UNITS, UNITS)];
    Classifier::<K, i8>::fold(&float, 12, &mut file).unwrap();
    file
}

/// The leaky mean of all outputs: not by steps, but as the sum of each output times its weight.
fn exact(outputs: &[[f64; UNITS]], unit: usize, shift: u32) -> f64 {
    let full = 1 << shift;
    let (first, later) = outputs.split_at(outputs.len().min(full));
    let mean = first.iter().map(|h| h[unit]).sum::<f64>() / first.len() as f64;
    let weight = |t: usize| (1.0 - 1.0 / full as f64).powi(t as i32);
    let sum: f64 = later.iter().rev().enumerate().map(|(t, h)| weight(t) * h[unit]).sum();
    mean * weight(later.len()) + sum / full as f64
}

#[wasm_bindgen_test(unsupported = test)]
fn a_leaky_mean_is_within_an_lsb_however_long_the_sequence_is() {
    let file = file::<StateNormLstm>(&weights::<StateNormLstm>());
    let classifier = Classifier::<StateNormLstm, i8>::from_bytes(&file).unwrap();
    for shift in [1, 7, 15] {
        let frames = 70_000;
        let (mut random, mut outputs, mut worst) = (Random(96), vec![], 0f64);
        let mut words = vec![7; Classifier::<StateNormLstm, i8>::words_len(UNITS)];
        let mut codes = vec![7; Classifier::<StateNormLstm, i8>::codes_len(UNITS)];
        let mut session = classifier.start_leaky(shift, &mut words, &mut codes).unwrap();
        let len = Cell::<StateNormLstm, i8>::scratch_len(UNITS);
        let (mut state, mut sums, mut gates) = (vec![0; 2 * UNITS], vec![0; len], vec![0; len]);
        for t in 0..frames {
            // Long times of one input, so that the mean goes from one end to the other.
            let x = if t / 10_000 % 2 == 0 { 4096 } else { (4096.0 * random.normal()) as i16 - 8192 };
            session.push(&[x]).unwrap();
            classifier.cell().step(&[x], &mut state, &mut sums, &mut gates).unwrap();
            outputs.push(std::array::from_fn(|unit| f64::from(state[unit])));
            if t % 7919 == 0 || t + 1 == frames || t < 4 {
                let mut logits = [0; UNITS];
                session.logits(&mut logits).unwrap();
                for (unit, logit) in logits.into_iter().enumerate() {
                    assert_eq!(logit % LARGEST, 0, "the weight of the dense layer is {LARGEST}");
                    let error = (f64::from(logit / LARGEST) - exact(&outputs, unit, shift)).abs();
                    // The oracle's own error is far below 10⁻⁶.
                    assert!(error <= 1.0 + 1e-6, "k = {shift}, frame {t}: {error} LSB");
                    worst = worst.max(error);
                }
            }
        }
        assert_eq!(session.frames(), frames);
        println!("k = {shift}: {worst:.3} LSB");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_leaky_mean_of_equal_outputs_becomes_equal_to_them() {
    // Without a recurrent kernel equal frames have equal outputs.
    let mut weights = weights::<Rnn>();
    weights[INPUTS * UNITS..(INPUTS + UNITS) * UNITS].fill(0.0);
    let file = file::<Rnn>(&weights);
    let classifier = Classifier::<Rnn, i8>::from_bytes(&file).unwrap();
    let (mut words, mut codes) = ([7; 2 * UNITS], [7; 2 * UNITS]);
    let mut session = classifier.start_leaky(4, &mut words, &mut codes).unwrap();
    let ((mut state, mut sums, mut gates), mut logits) = (([0; UNITS], [0; UNITS], [0; UNITS]), [0; UNITS]);
    for x in [-30_000, 5000, -7] {
        for _ in 0..1000 {
            session.push(&[x]).unwrap();
        }
        classifier.cell().step(&[x], &mut state, &mut sums, &mut gates).unwrap();
        session.logits(&mut logits).unwrap();
        assert_eq!(logits, state.map(|h| LARGEST * i32::from(h)), "{x}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_plain_mean_ends_where_a_leaky_one_goes_on() {
    let file = file::<StateNormLstm>(&weights::<StateNormLstm>());
    let classifier = Classifier::<StateNormLstm, i8>::from_bytes(&file).unwrap();
    let mut words = [vec![0; Classifier::<StateNormLstm, i8>::words_len(UNITS)], vec![]];
    let mut codes = [vec![0; Classifier::<StateNormLstm, i8>::codes_len(UNITS)], vec![]];
    (words[1], codes[1]) = (words[0].clone(), codes[0].clone());
    let ([words, leaky_words], [codes, leaky_codes]) = (&mut words, &mut codes);
    let mut plain = classifier.start(words, codes).unwrap();
    let mut leaky = classifier.start_leaky(15, leaky_words, leaky_codes).unwrap();
    let [mut expected, mut actual] = [[0; UNITS]; 2];
    for t in 0..65_535 {
        plain.push(&[t as i16]).unwrap();
        leaky.push(&[t as i16]).unwrap();
        if [0, 1000, 32_767].contains(&t) {
            plain.logits(&mut expected).unwrap();
            leaky.logits(&mut actual).unwrap();
            assert_eq!(actual, expected, "after frame {t}");
        }
    }
    let error = Error::TooLarge { parameter: "frames", limit: 65_535, actual: 65_536 };
    assert_eq!((plain.push(&[1]), leaky.push(&[1])), (Err(error), Ok(())));
    assert_eq!((plain.frames(), leaky.frames()), (65_535, 65_536));
}
