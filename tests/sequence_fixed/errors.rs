//! A wrong argument of a step or a session gives an error that names it, and nothing is written.

use super::file::{SMALL, Sizes, parts, put, zeros};
use super::kinds::every_cell;
use layernorm::Error;
use layernorm::sequence::fixed::{Cell, Classifier, Kind, Session, Weight};
use std::cmp::Ordering;
use wasm_bindgen_test::wasm_bindgen_test;

/// One too few, one too many, none at all.
fn wrong(right: usize) -> [usize; 3] {
    [right - 1, right + 1, 0]
}

fn step<K: Kind, W: Weight>() {
    let Sizes { inputs, units, .. } = SMALL;
    let file = zeros::<K, W>(SMALL);
    let cell = Classifier::<K, W>::from_bytes(&file).unwrap().cell();
    let (state, scratch) = (Cell::<K, W>::state_len(units), Cell::<K, W>::scratch_len(units));
    let right = [("x", inputs), ("state", state), ("sums", scratch), ("gates", scratch)];
    for (which, (parameter, expected)) in right.into_iter().enumerate() {
        for actual in wrong(expected) {
            // Those behind it are wrong as well.
            let length_of = |other: usize| match other.cmp(&which) {
                Ordering::Less => right[other].1,
                Ordering::Equal => actual,
                Ordering::Greater => right[other].1 + 1,
            };
            let [x, mut state, mut gates] = [0, 1, 3].map(|other| vec![77; length_of(other)]);
            let mut sums = vec![77; length_of(2)];
            let error = Error::Length { parameter, expected, actual };
            assert_eq!(cell.step(&x, &mut state, &mut sums, &mut gates), Err(error));
            assert!(state.iter().chain(&gates).all(|&v| v == 77) && sums.iter().all(|&v| v == 77));
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_step_names_the_first_wrong_length_and_writes_nothing() {
    every_cell!(step);
}

fn start<K: Kind, W: Weight>() {
    let file = zeros::<K, W>(SMALL);
    let classifier = Classifier::<K, W>::from_bytes(&file).unwrap();
    let words = Classifier::<K, W>::words_len(SMALL.units);
    let codes = Classifier::<K, W>::codes_len(SMALL.units);
    let check = |of_words: usize, of_codes: usize, error| {
        let (mut words, mut codes) = (vec![77; of_words], vec![77; of_codes]);
        assert_eq!(classifier.start(&mut words, &mut codes).err(), Some(error));
        assert!(words.iter().all(|&v| v == 77) && codes.iter().all(|&v| v == 77));
    };
    for actual in wrong(words) {
        check(actual, codes, Error::Length { parameter: "words", expected: words, actual });
    }
    for actual in wrong(codes) {
        check(words, actual, Error::Length { parameter: "codes", expected: codes, actual });
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_session_needs_its_memory_and_else_writes_nothing() {
    every_cell!(start);
}

/// Calls `f` with a session of a classifier that no frame leaves as it was.
fn with_session<K: Kind, W: Weight, R>(f: impl FnOnce(Session<K, W>) -> R) -> R {
    let (mut file, parts) = (zeros::<K, W>(SMALL), parts::<K, W>(SMALL));
    for (at, code) in file[parts.kernel.start..].iter_mut().enumerate() {
        *code = (at % 7) as u8;
    }
    for at in (parts.gamma.start..parts.beta.end).step_by(4) {
        put(&mut file, at, &(3000 + at as i32).to_le_bytes());
    }
    let classifier = Classifier::<K, W>::from_bytes(&file).unwrap();
    let mut words = vec![77; Classifier::<K, W>::words_len(SMALL.units)];
    let mut codes = vec![77; Classifier::<K, W>::codes_len(SMALL.units)];
    f(classifier.start(&mut words, &mut codes).unwrap())
}

fn session<K: Kind, W: Weight>() {
    let Sizes { inputs, classes, .. } = SMALL;
    let run = |clumsy: bool| {
        with_session::<K, W, _>(|mut session| {
            let mut all = vec![];
            for frame in [[500, -1000, 2000], [i16::MAX, 0, i16::MIN], [-3, 2, 1]] {
                session.push(&frame).unwrap();
                for actual in wrong(inputs).into_iter().filter(|_| clumsy) {
                    let error = Error::Length { parameter: "x", expected: inputs, actual };
                    assert_eq!(session.push(&vec![1; actual]), Err(error));
                }
                for actual in wrong(classes).into_iter().filter(|_| clumsy) {
                    let mut logits = vec![77; actual];
                    let error = Error::Length { parameter: "logits", expected: classes, actual };
                    assert_eq!(session.logits(&mut logits), Err(error));
                    assert!(logits.iter().all(|&v| v == 77));
                }
                let mut logits = [77; SMALL.classes];
                session.logits(&mut logits).unwrap();
                all.push((session.frames(), logits));
            }
            all
        })
    };
    let right = run(false);
    assert_eq!(run(true), right);
    assert!(right.windows(2).all(|pair| pair[0].1 != pair[1].1), "{right:?}");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_session_names_a_wrong_length_and_is_as_before() {
    every_cell!(session);
}

fn frames<K: Kind, W: Weight>() {
    with_session::<K, W, _>(|mut session| {
        let mut before = [77; SMALL.classes];
        session.logits(&mut before).unwrap();
        assert_eq!((session.frames(), before), (0, [0; SMALL.classes]));
        for _ in 0..65535 {
            session.push(&[1, 2, 3]).unwrap();
        }
        session.logits(&mut before).unwrap();
        let error = Error::TooLarge { parameter: "frames", limit: 65535, actual: 65536 };
        assert_eq!(session.push(&[1, 2, 3]), Err(error));
        let mut logits = [77; SMALL.classes];
        session.logits(&mut logits).unwrap();
        assert_eq!((session.frames(), logits), (65535, before));
    });
}

#[wasm_bindgen_test(unsupported = test)]
fn a_session_has_up_to_65535_frames() {
    every_cell!(frames);
}

fn lengths<K: Kind, W: Weight>() {
    let huge = (0..8).flat_map(|bits| [usize::MAX >> bits, (usize::MAX >> bits) / 3 + 1]);
    for size in huge {
        for other in [1, 2, 3, size, usize::MAX] {
            for (inputs, units) in [(size, other), (other, size)] {
                assert!(Cell::<K, W>::bytes_len(inputs, units) >= size);
                assert!(Classifier::<K, W>::bytes_len(inputs, units, other) >= size);
            }
            let lengths = [
                Cell::<K, W>::state_len(size),
                Cell::<K, W>::scratch_len(size),
                Classifier::<K, W>::words_len(size),
                Classifier::<K, W>::codes_len(size),
            ];
            assert!(lengths.iter().all(|&length| length >= size));
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn lengths_of_any_sizes_are_right_or_the_largest_there_is() {
    every_cell!(lengths);
}
