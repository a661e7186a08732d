//! Cells and classifiers against JAX, which differentiates the paper's equations in double precision.
//!
//! An error is relative to the largest magnitude of its part: the largest |actual − expected| of a part, divided by its
//! largest |expected|. Parts are the gradients of kernel, recurrent kernel, γ, β, dense kernel, bias, x and start state, then
//! y (or the logits) and the last state. Where JAX has a part as zeros (before the layer norm of one unit nothing has a
//! gradient), the largest |expected| of the other parts is taken.

use super::cells::{Backward, Forward};
use super::golden::{Case, cases};
use layernorm::sequence::{
    Cell, Classifier, Gru, Kind, Layer, Lstm, Normaliser, Plain, Rms, Rnn, StateNormLstm,
};
use std::collections::BTreeMap;
use wasm_bindgen_test::wasm_bindgen_test;

/// Of every part, with a norm and without.
const LIMIT: f64 = 1e-5;

/// Parts of a case by name.
type Parts<'a, T> = Vec<(&'static str, &'a [T])>;

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest, v| f64::max(largest, v.abs()))
}

/// The largest error.
fn error(actual: &[f32], expected: &[f64]) -> f64 {
    assert_eq!(actual.len(), expected.len());
    let errors = actual.iter().zip(expected).map(|(&actual, expected)| (f64::from(actual) - expected).abs());
    // The comparison is false for NaN.
    errors.fold(0.0, |worst, error| if error <= worst { worst } else { error })
}

fn run_cell<K: Kind, N: Normaliser>(case: &Case) -> (Backward, Forward) {
    let Case { sizes, weights, x, start, dy, dstate, .. } = case;
    let cell = Cell::<K, N>::new(sizes.inputs, sizes.units, weights).unwrap();
    let cell = cell.with_epsilon(case.epsilon).unwrap();
    let forward = Forward::run(&cell, x, start, *sizes);
    let zeros = vec![0.0; weights.len()];
    (Backward::run(&cell, x, &forward.tape, dy, [&zeros, dstate], *sizes), forward)
}

/// Logits and gradient of the weights.
fn run_classifier<K: Kind, N: Normaliser>(case: &Case) -> [Vec<f32>; 2] {
    let Case { sizes, classes, weights, x, dy, .. } = case;
    let classifier = Classifier::<K, N>::new(sizes.inputs, sizes.units, *classes, weights).unwrap();
    let classifier = classifier.with_epsilon(case.epsilon).unwrap();
    let mut tape = vec![f32::NAN; Classifier::<K, N>::tape_len(sizes.units, sizes.frames)];
    let mut scratch = vec![f32::NAN; Classifier::<K, N>::scratch_len(sizes.units, sizes.frames)];
    let (mut logits, mut gradients) = (vec![f32::NAN; *classes], vec![0.0; weights.len()]);
    classifier.forward(x, &mut tape, &mut logits).unwrap();
    classifier.backward(x, &tape, dy, &mut gradients, &mut scratch).unwrap();
    [logits, gradients]
}

/// Calls a function with the types that a case names.
macro_rules! of_case {
    ($run:ident, $case:expr) => {
        of_case!(@ $run, $case,
            "rnn" Rnn "layer" Layer, "rnn" Rnn "rms" Rms, "rnn" Rnn "plain" Plain,
            "lstm" Lstm "layer" Layer, "lstm" Lstm "rms" Rms, "lstm" Lstm "plain" Plain,
            "gru" Gru "layer" Layer, "gru" Gru "rms" Rms, "gru" Gru "plain" Plain,
            "state_norm_lstm" StateNormLstm "layer" Layer, "state_norm_lstm" StateNormLstm "rms" Rms,
            "state_norm_lstm" StateNormLstm "plain" Plain)
    };
    (@ $run:ident, $case:expr, $($cell:literal $kind:ident $norm:literal $normaliser:ident),*) => {
        match ($case.cell, $case.norm) {
            $(($cell, $norm) => $run::<$kind, $normaliser>($case),)*
            other => panic!("{other:?}"),
        }
    };
}

/// The worst of each part, by cell and norm.
#[derive(Default)]
struct Table(BTreeMap<(&'static str, &'static str), BTreeMap<&'static str, f64>>);

impl Table {
    fn see(&mut self, case: &Case, actual: Parts<f32>, expected: Parts<f64>) {
        let row = self.0.entry((case.cell, case.norm)).or_default();
        let largest_of_all = expected.iter().fold(0.0, |of_all, (_, part)| f64::max(of_all, largest(part)));
        for ((name, actual), (_, expected)) in actual.into_iter().zip(expected) {
            let unit = Some(largest(expected)).filter(|&unit| unit > 0.0).unwrap_or(largest_of_all);
            let error = error(actual, expected) / unit;
            assert!(error <= LIMIT, "{}: {name} is {error:e} off", case.line);
            let worst = row.entry(name).or_default();
            *worst = worst.max(error);
        }
    }

    fn print(&self, title: &str) {
        println!("{title}, worst error of each part in 1e-6 of its largest magnitude");
        for ((cell, norm), row) in &self.0 {
            print!("{cell:>15} {norm:<5}");
            row.iter().for_each(|(name, worst)| print!("  {name} {:.2}", worst * 1e6));
            println!();
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn cells_and_their_gradients_agree_with_jax() {
    let mut table = Table::default();
    let mut seen = 0;
    for case in cases().filter(|case| case.classes == 0) {
        let (backward, forward) = of_case!(run_cell, &case);
        let mut actual = case.parts(&backward.weights);
        actual.extend([("x", &backward.x[..]), ("start", &backward.state)]);
        actual.extend([("y", &forward.y[..]), ("state", &forward.state)]);
        let mut expected = case.parts(&case.expected.weights);
        expected.extend([("x", &case.expected.x[..]), ("start", &case.expected.start)]);
        expected.extend([("y", &case.expected.y[..]), ("state", &case.expected.state)]);
        table.see(&case, actual, expected);
        seen += 1;
    }
    table.print("Cells");
    assert_eq!(seen, 53);
}

#[wasm_bindgen_test(unsupported = test)]
fn classifiers_and_their_gradients_agree_with_jax() {
    let mut table = Table::default();
    let mut seen = 0;
    for case in cases().filter(|case| case.classes > 0) {
        let [logits, gradients] = of_case!(run_classifier, &case);
        let mut actual = case.parts(&gradients);
        actual.push(("logits", &logits));
        let mut expected = case.parts(&case.expected.weights);
        expected.push(("logits", &case.expected.y));
        table.see(&case, actual, expected);
        seen += 1;
    }
    table.print("Classifiers");
    assert_eq!(seen, 13);
}
