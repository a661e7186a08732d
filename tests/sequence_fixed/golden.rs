//! The cases of `golden/sequence_fixed`, whose layout `golden/README.md` has.

use super::kinds::every_cell;
use layernorm::sequence::fixed::{Cell, Classifier, Kind, Weight};
use layernorm::sequence::{self, Layer, Shape};
use std::collections::HashMap;
use wasm_bindgen_test::wasm_bindgen_test;

const CASES: &str = include_str!("../golden/sequence_fixed/cases.txt");

/// Fraction bits of the input where floats are folded.
const FRACTION: u32 = 12;

/// Of the leaky mean.
const SHIFT: u32 = 3;

struct Case {
    lines: HashMap<&'static str, &'static str>,
}

impl Case {
    fn parse(text: &'static str) -> Self {
        Self { lines: text.lines().map(|line| line.split_once(' ').unwrap()).collect() }
    }

    fn bytes(&self, key: &str) -> Vec<u8> {
        let (digits, _) = self.lines[key].as_bytes().as_chunks();
        let byte = |digits: &[u8; 2]| u8::from_str_radix(str::from_utf8(digits).unwrap(), 16).unwrap();
        digits.iter().map(byte).collect()
    }

    fn integers<T: TryFrom<i32>>(&self, key: &str) -> Vec<T> {
        let integer = |word: &str| T::try_from(word.parse().unwrap()).ok().unwrap();
        self.lines[key].split(' ').map(integer).collect()
    }

    fn is_folded(&self) -> bool {
        self.lines.contains_key("float")
    }
}

/// Those of a kind of cell and a type of weights.
fn cases<K: Kind, W: Weight>() -> impl Iterator<Item = (Case, Vec<u8>)> {
    let cases = CASES.trim_end().split("\n\n").map(Case::parse).map(|case| {
        let file = case.bytes("file");
        (case, file)
    });
    cases.filter(|(_, file)| {
        let shape = Shape::read(file).unwrap();
        (shape.kind, shape.storage) == (K::KIND, W::STORAGE)
    })
}

fn session<K: Kind, W: Weight>() {
    let mut families = 0;
    for (case, file) in cases::<K, W>() {
        let classifier = Classifier::<K, W>::from_bytes(&file).unwrap();
        let units = classifier.cell().units();
        for key in ["logits", "leaky"] {
            // What is in the memory before has no part.
            let mut words = vec![-77; Classifier::<K, W>::words_len(units)];
            let mut codes = vec![77; Classifier::<K, W>::codes_len(units)];
            let mut session = match key {
                "leaky" => classifier.start_leaky(SHIFT, &mut words, &mut codes).unwrap(),
                _ => classifier.start(&mut words, &mut codes).unwrap(),
            };
            let (x, mut expected) = (case.integers("x"), case.integers(key).into_iter());
            for (at, x) in x.chunks(classifier.cell().inputs()).enumerate() {
                session.push(x).unwrap();
                let mut logits = vec![77; classifier.classes()];
                session.logits(&mut logits).unwrap();
                let expected: Vec<i32> = expected.by_ref().take(logits.len()).collect();
                assert_eq!(logits, expected, "{} {key} after frame {at}", case.lines["case"]);
            }
            assert_eq!((session.frames(), expected.next()), (x.len() / classifier.cell().inputs(), None));
        }
        families += 1;
    }
    assert_eq!(families, 2);
}

#[wasm_bindgen_test(unsupported = test)]
fn logits_after_every_frame_are_those_of_the_reference() {
    every_cell!(session);
}

/// Checks h after every frame.
fn check<K: Kind, W: Weight>(case: &Case, cell: Cell<K, W>) {
    let units = cell.units();
    let mut state = vec![0; Cell::<K, W>::state_len(units)];
    let mut sums = vec![-77; Cell::<K, W>::scratch_len(units)];
    let mut gates = vec![77; sums.len()];
    let (x, h) = (case.integers("x"), case.integers::<i16>("h"));
    assert_eq!(x.len() / cell.inputs(), h.len() / units);
    for (at, (x, h)) in x.chunks(cell.inputs()).zip(h.chunks(units)).enumerate() {
        cell.step(x, &mut state, &mut sums, &mut gates).unwrap();
        assert_eq!(&state[..units], h, "{} after frame {at}", case.lines["case"]);
    }
}

fn step<K: Kind, W: Weight>() {
    for (case, file) in cases::<K, W>() {
        check(&case, Classifier::<K, W>::from_bytes(&file).unwrap().cell());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn outputs_of_every_step_are_those_of_the_reference() {
    every_cell!(step);
}

fn fold<K: Kind, W: Weight>() {
    let (case, file) = cases::<K, W>().find(|(case, _)| case.is_folded()).unwrap();
    let floats = case.bytes("float");
    let Shape { inputs, units, classes, .. } = Shape::read(&floats).unwrap();
    let mut weights = vec![0.0; sequence::Classifier::<K, Layer>::weights_len(inputs, units, classes)];
    let float = sequence::Classifier::<K, Layer>::from_bytes(&floats, &mut weights).unwrap();
    let mut folded = vec![77; Classifier::<K, W>::bytes_len(inputs, units, classes)];
    Classifier::<K, W>::fold(&float, FRACTION, &mut folded).unwrap();
    assert_eq!(folded, file, "{}", case.lines["case"]);

    let of_cell = &weights[..sequence::Cell::<K, Layer>::weights_len(inputs, units)];
    let float = sequence::Cell::<K, Layer>::new(inputs, units, of_cell).unwrap();
    let mut folded = vec![77; Cell::<K, W>::bytes_len(inputs, units)];
    Cell::<K, W>::fold(&float, FRACTION, &mut folded).unwrap();
    check(&case, Cell::<K, W>::from_bytes(&folded).unwrap());
}

#[wasm_bindgen_test(unsupported = test)]
fn folding_gives_the_bytes_of_the_reference() {
    every_cell!(fold);
}
