//! Sessions of which the mean is leaky: the plain mean at first, and no last frame.

use crate::common::bits;
use crate::common::random::Random;
use layernorm::sequence::{Cell, Classifier, Gru, Layer, Plain, Rnn};
use layernorm::{Error, sequence};
use wasm_bindgen_test::wasm_bindgen_test;

/// h' = tanh(x), and the logit is the mean of h.
type Listener<'a> = Classifier<'a, Rnn, Plain>;
const LISTENER: [f32; 6] = [1.0, 0.0, 1.0, 0.0, 1.0, 0.0];

/// Over more frames than 2¹⁶ the mean stays near the exact one, which is the convolution with the weights
/// (1 − 2⁻ᵏ)ᵗ / 2ᵏ, not a recursion, and is computed in `f64` with the sums of blocks of 2ᵏ frames.
#[wasm_bindgen_test(unsupported = test)]
fn a_leaky_mean_is_within_its_bound_however_long_the_sequence_is() {
    let listener = Listener::new(1, 1, 1, &LISTENER).unwrap();
    for shift in [0, 6, 15] {
        let (mut random, frames) = (Random(91), 70_000);
        let mut memory = [0.0; Listener::memory_len(1)];
        let mut session = listener.start_leaky(shift, &mut memory).unwrap();
        let cell = Cell::<Rnn, Plain>::new(1, 1, &LISTENER[..4]).unwrap();
        let (mut h, mut scratch, mut outputs) = ([0.0], [0.0; 3], vec![]);
        for t in 0..frames {
            // Long times of one sign, which a window has to follow.
            let x = random.normal() as f32 + if t / 20_000 % 2 == 0 { 1.0 } else { -2.0 };
            session.push(&[x]).unwrap();
            cell.step(&[x], &mut h, &mut scratch).unwrap();
            outputs.push(f64::from(h[0]));
            if t % 9973 == 0 || t + 1 == frames || t < 3 {
                let mut logit = [f32::NAN];
                session.logits(&mut logit).unwrap();
                let error = (f64::from(logit[0]) - exact(&outputs, shift)).abs();
                assert!(error <= 2f64.powi(shift as i32 - 24), "k = {shift}, frame {t}: {error:e}");
            }
        }
        assert_eq!(session.frames(), frames);
    }
}

/// The leaky mean of all outputs.
fn exact(outputs: &[f64], shift: u32) -> f64 {
    let full = 1 << shift;
    let first = &outputs[..outputs.len().min(full)];
    let mean = first.iter().sum::<f64>() / first.len() as f64;
    let later = &outputs[first.len()..];
    let kept = 1.0 - 1.0 / full as f64;
    let weights = |t: usize| kept.powi(t as i32);
    let sum: f64 = later.iter().rev().enumerate().map(|(t, h)| weights(t) * h).sum();
    mean * weights(later.len()) + sum / full as f64
}

#[wasm_bindgen_test(unsupported = test)]
fn a_leaky_mean_begins_as_the_plain_one() {
    type Small<'a> = Classifier<'a, Gru, Layer>;
    let mut random = Random(92);
    let weights = super::cells::weights(&mut random, Small::weights_len(3, 5, 4));
    let classifier = Small::new(3, 5, 4, &weights).unwrap();
    let (mut memory, mut other) = ([f32::NAN; Small::memory_len(5)], [f32::NAN; Small::memory_len(5)]);
    let mut plain = classifier.start(&mut memory).unwrap();
    let mut leaky = classifier.start_leaky(4, &mut other).unwrap();
    let [mut expected, mut actual] = [[f32::NAN; 4]; 2];
    for t in 0..=17 {
        plain.logits(&mut expected).unwrap();
        leaky.logits(&mut actual).unwrap();
        assert_eq!(bits(&expected) == bits(&actual), t <= 16, "after {t} frames");
        let x = random.normals(3);
        plain.push(&x).unwrap();
        leaky.push(&x).unwrap();
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_shift_beyond_15_is_an_error_and_writes_nothing() {
    let listener = Listener::new(1, 1, 1, &LISTENER).unwrap();
    for actual in [16, 31, 32, 1000] {
        let mut memory = [7.0; Listener::memory_len(1)];
        let error = Error::TooLarge { parameter: "shift", limit: 15, actual };
        assert_eq!(listener.start_leaky(actual as u32, &mut memory).unwrap_err(), error);
        assert_eq!(memory, [7.0; Listener::memory_len(1)]);
    }
    let mut memory = [7.0; Listener::memory_len(1) - 1];
    let error = Error::Length { parameter: "memory", expected: memory.len() + 1, actual: memory.len() };
    assert_eq!(listener.start_leaky(15, &mut memory).unwrap_err(), error);
    assert!(memory.iter().all(|&number| number == 7.0));
    let fixed = |shift: u32| {
        use sequence::fixed::Classifier as Fixed;
        let weights = [0.5; Classifier::<Rnn, Layer>::weights_len(1, 2, 1)];
        let float = Classifier::<Rnn, Layer>::new(1, 2, 1, &weights).unwrap();
        let mut bytes = [0; Fixed::<Rnn, i8>::bytes_len(1, 2, 1)];
        Fixed::<Rnn, i8>::fold(&float, 12, &mut bytes).unwrap();
        let (mut words, mut codes) = ([7; 4], [7; 4]);
        let classifier = Fixed::<Rnn, i8>::from_bytes(&bytes).unwrap();
        let result = classifier.start_leaky(shift, &mut words, &mut codes).map(drop);
        (result, words, codes)
    };
    let error = Error::TooLarge { parameter: "shift", limit: 15, actual: 16 };
    assert_eq!(fixed(16), (Err(error), [7; 4], [7; 4]));
    assert_eq!(fixed(15), (Ok(()), [0; 4], [0; 4]));
}
