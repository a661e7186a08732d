//! Files of weights and parameters from any bytes: an error or something to use, and no panic.

use crate::input::{Input, assert_one_nan, exact};
use crate::parameters::parameters;
use layernorm::sequence::{self, Gru, Layer, Lstm, Normaliser, Plain, Rms, Rnn, Shape, StateNormLstm, fixed};

/// Units, inputs and classes of a file, at most: what is larger takes long and shows nothing new.
const LARGEST: u8 = 6;

/// Bytes read as a file of each kind.
pub fn files(data: &[u8]) {
    let mut input = Input(data);
    match input.byte() % 16 {
        0 => float::<Rnn, Layer>(&mut input, 1, 1),
        1 => float::<Lstm, Layer>(&mut input, 2, 1),
        2 => float::<Gru, Layer>(&mut input, 3, 1),
        3 => float::<Rnn, Rms>(&mut input, 1, 2),
        4 => float::<Lstm, Rms>(&mut input, 2, 2),
        5 => float::<Gru, Plain>(&mut input, 3, 3),
        6 => integer::<Rnn, i8>(&mut input, 1, 2),
        7 => integer::<Lstm, i8>(&mut input, 2, 2),
        8 => integer::<Gru, i8>(&mut input, 3, 2),
        9 => integer::<Rnn, i16>(&mut input, 1, 3),
        10 => integer::<Lstm, i16>(&mut input, 2, 3),
        11 => integer::<Gru, i16>(&mut input, 3, 3),
        12 => float::<StateNormLstm, Layer>(&mut input, 4, 1),
        13 => integer::<StateNormLstm, i8>(&mut input, 4, 2),
        _ => parameters(&mut input),
    }
}

/// A file of the bytes given; or one with the header and the length of such a file and the bytes behind it.
fn file(input: &mut Input, tags: [u8; 3], length: impl Fn(usize, usize, usize) -> usize) -> Box<[u8]> {
    let [like, inputs, units, classes] = input.array();
    let sizes = [inputs % LARGEST + 1, units % LARGEST + 1, classes % LARGEST];
    if like & 3 == 0 {
        return input.0.into();
    }
    let [kind, storage, norm] = tags;
    let [inputs, units, classes] = sizes.map(usize::from);
    let mut bytes: Box<[u8]> = (0..length(inputs, units, classes)).map(|_| input.byte()).collect();
    if like & 3 > 1 {
        bytes[..8].copy_from_slice(&[b'L', b'N', b'S', b'Q', 1, 0, kind, storage]);
        for (to, size) in bytes[8..14].chunks_mut(2).zip(sizes) {
            to.copy_from_slice(&[size, 0]);
        }
        bytes[14..16].copy_from_slice(&[if storage == 1 { 0 } else { like >> 4 }, 0]);
        bytes[19] &= 0x3f;
        bytes[20..24].copy_from_slice(&[norm, 0, 0, 0]);
    }
    bytes
}

/// Whether a run with it is short; the header says so.
fn small(bytes: &[u8]) -> bool {
    Shape::read(bytes).is_ok_and(|shape| shape.inputs.max(shape.units).max(shape.classes) <= 64)
}

fn float<K: sequence::Kind, N: Normaliser>(input: &mut Input, kind: u8, norm: u8) {
    let bytes = file(input, [kind, 1, norm], sequence::Classifier::<K, N>::bytes_len);
    // The caller asks the header how much memory the weights need.
    let Ok(shape) = Shape::read(&bytes) else {
        assert!(sequence::Classifier::<K, N>::from_bytes(&bytes, &mut []).is_err());
        return;
    };
    let Shape { inputs, units, classes, .. } = shape;
    let len = sequence::Classifier::<K, N>::weights_len(inputs, units, classes).min(1 << 16);
    let mut weights: Box<[f32]> = vec![0.0; len].into();
    let Ok(classifier) = sequence::Classifier::<K, N>::from_bytes(&bytes, &mut weights) else { return };
    let mut again = exact(&bytes);
    again.fill(0);
    classifier.to_bytes(&mut again).unwrap();
    // −0 and 0 are the same ε: it is read as 0.
    let sign_of_epsilon = if bytes[16..20] == [0, 0, 0, 0x80] { 19 } else { usize::MAX };
    for (i, (again, byte)) in again.iter().zip(&bytes).enumerate() {
        assert!(again == byte || i == sign_of_epsilon, "byte {i}: {byte} read, {again} written");
    }
    if !small(&bytes) {
        return;
    }
    let frame: Box<[f32]> = (0..inputs).map(|_| input.float()).collect();
    let mut memory: Box<[f32]> = vec![7.0; sequence::Classifier::<K, N>::memory_len(units)].into();
    let mut logits: Box<[f32]> = vec![7.0; classes].into();
    let mut session = classifier.start(&mut memory).unwrap();
    session.logits(&mut logits).unwrap();
    for _ in 0..2 {
        session.push(&frame).unwrap();
    }
    session.logits(&mut logits).unwrap();
    assert_one_nan(&logits, "logits");
}

fn integer<K: fixed::Kind, W: fixed::Weight>(input: &mut Input, kind: u8, storage: u8) {
    let bytes = file(input, [kind, storage, 1], fixed::Classifier::<K, W>::bytes_len);
    let cell = fixed::Cell::<K, W>::from_bytes(&bytes);
    if let (Ok(cell), true) = (&cell, small(&bytes)) {
        run_cell(cell, input);
    }
    let Ok(classifier) = fixed::Classifier::<K, W>::from_bytes(&bytes) else { return };
    assert!(cell.is_err(), "a classifier was read as a cell");
    if !small(&bytes) {
        return;
    }
    assert!(classifier.scale() > 0.0);
    let (units, classes) = (classifier.cell().units(), classifier.classes());
    let mut words: Box<[i32]> = vec![7; fixed::Classifier::<K, W>::words_len(units)].into();
    let mut codes: Box<[i16]> = vec![7; fixed::Classifier::<K, W>::codes_len(units)].into();
    let mut logits: Box<[i32]> = vec![7; classes].into();
    let mut session = classifier.start(&mut words, &mut codes).unwrap();
    session.logits(&mut logits).unwrap();
    for _ in 0..4 {
        session.push(&frame(classifier.cell().inputs(), input)).unwrap();
    }
    session.logits(&mut logits).unwrap();
    run_cell(&classifier.cell(), input);
}

fn frame(inputs: usize, input: &mut Input) -> Box<[i16]> {
    (0..inputs).map(|_| i16::from_le_bytes(input.array())).collect()
}

fn run_cell<K: fixed::Kind, W: fixed::Weight>(cell: &fixed::Cell<K, W>, input: &mut Input) {
    let scratch = fixed::Cell::<K, W>::scratch_len(cell.units());
    let mut state: Box<[i16]> = (0..fixed::Cell::<K, W>::state_len(cell.units()))
        .map(|_| i16::from_le_bytes(input.array()))
        .collect();
    let (mut sums, mut gates): (Box<[i32]>, Box<[i16]>) = (vec![7; scratch].into(), vec![7; scratch].into());
    for _ in 0..2 {
        cell.step(&frame(cell.inputs(), input), &mut state, &mut sums, &mut gates).unwrap();
    }
}
