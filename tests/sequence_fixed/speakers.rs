//! The network in `model`, in integers, over the utterances of its data.

use layernorm::sequence::fixed::{Classifier, Weight};
use layernorm::sequence::{self, Gru, Layer, Shape};
use wasm_bindgen_test::wasm_bindgen_test;

const UTTERANCES: &[u8] = include_bytes!("../../model/data/utterances.bin");
const FLOAT: &[u8] = include_bytes!("../../model/speaker.f32.bin");
const I8: &[u8] = include_bytes!("../../model/speaker.i8.bin");
const I16: &[u8] = include_bytes!("../../model/speaker.i16.bin");
const EXPECTED: &str = include_str!("../golden/sequence_fixed/speakers.txt");
const COEFFICIENTS: usize = 12;

/// The coefficients of each, in the layout of `model/data/README.md`.
fn utterances() -> Vec<Vec<f32>> {
    let (words, _) = UTTERANCES.as_chunks::<4>();
    let count = u32::from_le_bytes(words[2]) as usize;
    let (table, data) = words[3..].split_at(count);
    let mut data = data.iter().map(|&bytes| f32::from_le_bytes(bytes));
    let frames = table.iter().map(|&[_, _, low, high]| usize::from(u16::from_le_bytes([low, high])));
    frames.map(|frames| data.by_ref().take(COEFFICIENTS * frames).collect()).collect()
}

/// Logits, and what one unit of them is.
fn fixed<W: Weight>(file: &[u8], x: &[f32]) -> (Vec<i32>, f32) {
    let classifier = Classifier::<Gru, W>::from_bytes(file).unwrap();
    let units = classifier.cell().units();
    let mut words = vec![0; Classifier::<Gru, W>::words_len(units)];
    let mut codes = vec![0; Classifier::<Gru, W>::codes_len(units)];
    let mut session = classifier.start(&mut words, &mut codes).unwrap();
    let one = (1 << classifier.cell().fraction()) as f32;
    // A cast saturates.
    let x: Vec<i16> = x.iter().map(|v| (v * one).round_ties_even() as i16).collect();
    x.chunks(COEFFICIENTS).for_each(|frame| session.push(frame).unwrap());
    let mut logits = vec![0; classifier.classes()];
    session.logits(&mut logits).unwrap();
    (logits, classifier.scale())
}

fn float(x: &[f32]) -> Vec<f32> {
    type Classifier<'a> = sequence::Classifier<'a, Gru, Layer>;
    let Shape { inputs, units, classes, .. } = Shape::read(FLOAT).unwrap();
    let mut weights = vec![0.0; Classifier::weights_len(inputs, units, classes)];
    let classifier = Classifier::from_bytes(FLOAT, &mut weights).unwrap();
    let mut memory = vec![0.0; Classifier::memory_len(units)];
    let mut session = classifier.start(&mut memory).unwrap();
    x.chunks(COEFFICIENTS).for_each(|frame| session.push(frame).unwrap());
    let mut logits = vec![0.0; classes];
    session.logits(&mut logits).unwrap();
    logits
}

#[wasm_bindgen_test(unsupported = test)]
fn logits_of_utterances_are_those_of_the_reference() {
    let utterances = utterances();
    for line in EXPECTED.lines() {
        let mut words = line.split(' ');
        let storage = words.next().unwrap();
        let x = &utterances[words.next().unwrap().parse::<usize>().unwrap()];
        let (logits, _) = if storage == "i8" { fixed::<i8>(I8, x) } else { fixed::<i16>(I16, x) };
        let expected: Vec<i32> = words.map(|word| word.parse().unwrap()).collect();
        assert_eq!(logits, expected, "{line}");
    }
    assert_eq!(EXPECTED.lines().count(), 80);
}

/// Of the difference of a logit, over all utterances, and how many decisions are others.
fn compare<W: Weight>(file: &[u8]) -> (f32, usize) {
    let largest = |logits: &[f32]| (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b]));
    utterances().iter().fold((0f32, 0), |(worst, others), x| {
        let (exact, (logits, scale)) = (float(x), fixed::<W>(file, x));
        let logits: Vec<f32> = logits.iter().map(|&logit| logit as f32 * scale).collect();
        let differences = logits.iter().zip(&exact).map(|(a, b)| (a - b).abs());
        (differences.fold(worst, f32::max), others + usize::from(largest(&logits) != largest(&exact)))
    })
}

#[wasm_bindgen_test(unsupported = test)]
fn logits_are_close_to_those_of_f32() {
    let (of_i8, of_i16) = (compare::<i8>(I8), compare::<i16>(I16));
    println!("largest difference, other decisions: {of_i8:?} (i8), {of_i16:?} (i16)");
    assert!(of_i8.0 < 0.4 && of_i8.1 <= 3);
    assert!(of_i16.0 < 0.004 && of_i16.1 == 0);
}
