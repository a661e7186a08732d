//! Files of weights: every byte is where the format has it, and bytes that are no file are an error, with nothing written.

use super::cells::{every_cell, weights};
use crate::common::bits;
use crate::common::random::Random;
use layernorm::sequence::{CellKind, Classifier, Kind, NormKind, Normaliser, Shape, Storage};
use layernorm::{Error, FormatError};
use wasm_bindgen_test::wasm_bindgen_test;

const INPUTS: usize = 3;
const UNITS: usize = 5;
const CLASSES: usize = 4;
const EPSILON: f32 = 0.03;
const HEADER: usize = 24;
const SENTINEL: f32 = 77.0;

const KINDS: [CellKind; 4] = [CellKind::Rnn, CellKind::Lstm, CellKind::Gru, CellKind::StateNormLstm];
const NORMS: [NormKind; 3] = [NormKind::Layer, NormKind::Rms, NormKind::Plain];

fn weights_of<K: Kind, N: Normaliser>(seed: u64) -> Vec<f32> {
    weights(&mut Random(seed), Classifier::<K, N>::weights_len(INPUTS, UNITS, CLASSES))
}

/// As the format says.
fn file<K: Kind, N: Normaliser>(weights: &[f32]) -> Vec<u8> {
    let kind = 1 + KINDS.iter().position(|&kind| kind == K::KIND).unwrap() as u8;
    let norm = 1 + NORMS.iter().position(|&norm| norm == N::NORM).unwrap() as u8;
    let mut bytes = Vec::new();
    bytes.extend(*b"LNSQ\x01\x00");
    bytes.extend([kind, 1]);
    bytes.extend([INPUTS as u8, 0, UNITS as u8, 0, CLASSES as u8, 0, 0, 0]);
    bytes.extend(EPSILON.to_le_bytes());
    bytes.extend([norm, 0, 0, 0]);
    bytes.extend(weights.iter().flat_map(|weight| weight.to_le_bytes()));
    bytes
}

/// The error, and that nothing was written.
fn error<K: Kind, N: Normaliser>(bytes: &[u8], length: usize) -> Option<FormatError> {
    let mut weights = vec![SENTINEL; length];
    let error = Classifier::<K, N>::from_bytes(bytes, &mut weights).err();
    assert!(error.is_none() || weights.iter().all(|w| w.to_bits() == SENTINEL.to_bits()), "{error:?}");
    error
}

fn round_trip<K: Kind, N: Normaliser>() {
    let weights = weights_of::<K, N>(81);
    let classifier = Classifier::<K, N>::new(INPUTS, UNITS, CLASSES, &weights).unwrap();
    let classifier = classifier.with_epsilon(EPSILON).unwrap();
    let expected = file::<K, N>(&weights);
    let length = Classifier::<K, N>::bytes_len(INPUTS, UNITS, CLASSES);
    assert_eq!(expected.len(), length);
    let mut bytes = vec![77; length];
    classifier.to_bytes(&mut bytes).unwrap();
    assert_eq!(bytes, expected);

    let shape = Shape {
        kind: K::KIND,
        storage: Storage::F32,
        norm: N::NORM,
        inputs: INPUTS,
        units: UNITS,
        classes: CLASSES,
        fraction: 0,
        epsilon: EPSILON,
    };
    assert_eq!(Shape::read(&bytes), Ok(shape));
    // The header alone is enough.
    assert_eq!(Shape::read(&bytes[..HEADER]), Ok(shape));

    let mut read = vec![SENTINEL; weights.len()];
    let again = Classifier::<K, N>::from_bytes(&bytes, &mut read).unwrap();
    assert_eq!((again.inputs(), again.units(), again.classes()), (INPUTS, UNITS, CLASSES));
    let x = Random(82).normals(7 * INPUTS);
    let logits = [classifier, again].map(|classifier| {
        let mut tape = vec![0.0; Classifier::<K, N>::tape_len(UNITS, 7)];
        let mut logits = [0.0; CLASSES];
        classifier.forward(&x, &mut tape, &mut logits).unwrap();
        bits(&logits)
    });
    assert_eq!(logits[0], logits[1]);
    assert_eq!(bits(&read), bits(&weights));

    for wrong in [0, HEADER, length - 1, length + 1] {
        let mut to = vec![77; wrong];
        let error = Error::Length { parameter: "to", expected: length, actual: wrong };
        assert_eq!(classifier.to_bytes(&mut to), Err(error));
        assert_eq!(to, vec![77; wrong]);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_file_is_as_the_format_says_and_reads_back() {
    every_cell!(round_trip);
}

fn lengths<K: Kind, N: Normaliser>() {
    let weights = weights_of::<K, N>(83);
    let bytes = file::<K, N>(&weights);
    let mut longer = bytes.clone();
    longer.push(0);
    for actual in (0..=longer.len()).filter(|&length| length != bytes.len()) {
        let wrong = if actual < HEADER {
            FormatError::TooShort { parameter: "bytes", least: HEADER, actual }
        } else {
            Error::Length { parameter: "bytes", expected: bytes.len(), actual }.into()
        };
        assert_eq!(error::<K, N>(&longer[..actual], weights.len()), Some(wrong));
        assert_eq!(Shape::read(&longer[..actual]).err(), Some(wrong).filter(|_| actual < HEADER));
    }
    for actual in [0, weights.len() - 1, weights.len() + 1] {
        let wrong = Error::Length { parameter: "weights", expected: weights.len(), actual };
        assert_eq!(error::<K, N>(&bytes, actual), Some(wrong.into()));
    }
    for index in 0..weights.len() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut bytes = bytes.clone();
            bytes[HEADER + 4 * index..][..4].copy_from_slice(&bad.to_le_bytes());
            let wrong = Error::NotFinite { parameter: "weights", index, actual: bad.to_bits() };
            assert_eq!(error::<K, N>(&bytes, weights.len()), Some(wrong.into()));
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_file_has_its_length_and_finite_weights() {
    every_cell!(lengths);
}

/// What has to be said of a header of which one byte is another.
fn of_header<K: Kind, N: Normaliser>(bytes: &[u8], offset: usize) -> Option<FormatError> {
    let number = |offset: usize| u16::from_le_bytes([bytes[offset], bytes[offset + 1]]);
    let word = |offset: usize| u32::from_le_bytes(bytes[offset..offset + 4].try_into().unwrap());
    let tag = |last, expected| match bytes[offset] {
        tag if (1..=last).contains(&tag) => {
            FormatError::Format { offset, expected, actual: bytes[offset].into() }
        }
        _ => FormatError::Corrupt { offset },
    };
    Some(match offset {
        0..4 => FormatError::Format { offset: 0, expected: u32::from_le_bytes(*b"LNSQ"), actual: word(0) },
        4..6 => FormatError::Format { offset: 4, expected: 1, actual: number(4).into() },
        6 => tag(4, K::KIND as u32),
        7 => tag(3, Storage::F32 as u32),
        8..14 => {
            let [inputs, units, classes] = [8, 10, 12].map(|offset| usize::from(number(offset)));
            if inputs * units == 0 {
                return Some(FormatError::Corrupt { offset: offset & !1 });
            }
            if classes == 0 {
                return Some(Error::Zero { parameter: "classes" }.into());
            }
            let weights = Classifier::<K, N>::weights_len(inputs, units, classes);
            let expected = weights.saturating_mul(4).saturating_add(HEADER);
            Error::Length { parameter: "bytes", expected, actual: bytes.len() }.into()
        }
        14..16 => FormatError::Corrupt { offset: 14 },
        16..20 => {
            let epsilon = f32::from_bits(word(16));
            let good = (0.0..f32::INFINITY).contains(&epsilon);
            return Some(Error::Epsilon { actual: word(16) }.into()).filter(|_| !good);
        }
        20 => tag(3, N::NORM as u32),
        _ => FormatError::Corrupt { offset: 21 },
    })
}

fn headers<K: Kind, N: Normaliser>() {
    let weights = weights_of::<K, N>(84);
    let bytes = file::<K, N>(&weights);
    for offset in 0..HEADER {
        for other in (0..=255).filter(|&other| other != bytes[offset]) {
            let mut bytes = bytes.clone();
            bytes[offset] = other;
            let expected = of_header::<K, N>(&bytes, offset);
            assert_eq!(error::<K, N>(&bytes, weights.len()), expected, "{other} at {offset}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn every_other_byte_of_a_header_is_seen() {
    every_cell!(headers);
}

fn too_large<K: Kind, N: Normaliser>() {
    for classes in [65535, 65536] {
        let weights = vec![0.0; Classifier::<K, N>::weights_len(1, 1, classes)];
        let classifier = Classifier::<K, N>::new(1, 1, classes, &weights).unwrap();
        let mut bytes = vec![77; Classifier::<K, N>::bytes_len(1, 1, classes)];
        let result = classifier.to_bytes(&mut bytes);
        if classes > 65535 {
            assert_eq!(result, Err(Error::TooLarge { parameter: "classes", limit: 65535, actual: classes }));
            assert!(bytes.iter().all(|&byte| byte == 77));
        } else {
            assert_eq!((result, Shape::read(&bytes).unwrap().classes), (Ok(()), classes));
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn sizes_of_more_than_16_bits_are_not_written() {
    every_cell!(too_large);
}
