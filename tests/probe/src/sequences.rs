//! The verbs of the recurrent cells in floating point.

use crate::verbs::keep;
use core::hint::black_box;
use layernorm::sequence::{
    Cell, Classifier, Gradients, Gru, Kind, Layer, Lstm, Normaliser, Plain, Recording, Rms, Rnn, Shape,
    StateNormLstm,
};
use layernorm::{Error, FormatError};

pub fn call() {
    for result in
        [cell::<Rnn, Layer>(), cell::<Lstm, Rms>(), cell::<Gru, Plain>(), cell::<StateNormLstm, Layer>()]
    {
        keep(result);
    }
    for result in [
        classifier::<Rnn, Plain>(),
        classifier::<Lstm, Layer>(),
        classifier::<Gru, Rms>(),
        classifier::<StateNormLstm, Plain>(),
    ] {
        keep(result);
    }
}

fn cell<K: Kind, N: Normaliser>() -> Result<(), Error> {
    let weights: &[f32] = black_box(&[1.0; 512]);
    let x: &[f32] = black_box(&[1.0; 8]);
    let [mut state, mut y, mut tape, mut scratch, mut gradients] = [[0.0; 128]; 5];
    let (state, y, tape) = black_box((&mut state[..], &mut y[..], &mut tape[..]));
    let (scratch, gradients) = black_box((&mut scratch[..], &mut gradients[..]));
    let cell = Cell::<K, N>::new(black_box(3), black_box(4), weights)?.with_epsilon(black_box(1e-6))?;
    black_box((cell.inputs(), cell.units()));
    cell.step(x, state, scratch)?;
    cell.forward(x, state, y, tape)?;
    let mut recording = Recording::<32, 32, 256>::new();
    recording.push(&cell, x, state)?;
    black_box((recording.x(), recording.y(), recording.tape()));
    recording.clear();
    let mut dx = [0.0; 8];
    let gradients = Gradients { weights: gradients, x: Some(black_box(&mut dx)) };
    cell.backward(x, tape, y, state, gradients, scratch)
}

fn classifier<K: Kind, N: Normaliser>() -> Result<(), FormatError> {
    let mut weights = [1.0; 512];
    let mut bytes = [0; 1024];
    let (weights, bytes): (&mut [f32], &mut [u8]) = black_box((&mut weights, &mut bytes));
    let x: &[f32] = black_box(&[1.0; 8]);
    let [mut memory, mut tape, mut scratch, mut gradients] = [[0.0; 128]; 4];
    let (memory, tape) = black_box((&mut memory[..], &mut tape[..]));
    let (scratch, gradients) = black_box((&mut scratch[..], &mut gradients[..]));
    let mut logits = [0.0; 2];
    let logits: &mut [f32] = black_box(&mut logits);
    black_box(Shape::read(bytes)?.units);
    let (inputs, units, classes) = black_box((3, 4, 2));
    Classifier::<K, N>::new(inputs, units, classes, weights)?
        .with_epsilon(black_box(1e-6))?
        .to_bytes(bytes)?;
    let classifier = Classifier::<K, N>::from_bytes(bytes, weights)?;
    let mut session = classifier.start(memory)?;
    session.push(x)?;
    session.logits(logits)?;
    black_box(session.frames());
    let mut session = classifier.start_leaky(black_box(10), memory)?;
    session.push(x)?;
    session.logits(logits)?;
    classifier.forward(x, tape, logits)?;
    classifier.backward(x, tape, logits, gradients, scratch)?;
    Ok(())
}
