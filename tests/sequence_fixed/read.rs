//! Bytes that folding never gives are an error that says where, and those at the edge of it are none.

use super::file::{HEADER, SMALL, Sizes, parts, put, zeros};
use super::kinds::every_cell;
use layernorm::sequence::CellKind;
use layernorm::sequence::fixed::{Cell, Classifier, Kind, Weight};
use layernorm::{Error, FormatError};
use wasm_bindgen_test::wasm_bindgen_test;

const CELL: Sizes = Sizes { classes: 0, ..SMALL };

fn error<K: Kind, W: Weight>(file: &[u8]) -> Option<FormatError> {
    Classifier::<K, W>::from_bytes(file).err()
}

fn lengths<K: Kind, W: Weight>() {
    let Sizes { inputs, units, classes } = SMALL;
    let (mut file, mut cell) = (zeros::<K, W>(SMALL), zeros::<K, W>(CELL));
    assert_eq!(file.len(), Classifier::<K, W>::bytes_len(inputs, units, classes));
    assert_eq!(cell.len(), Cell::<K, W>::bytes_len(inputs, units));
    assert!(error::<K, W>(&file).is_none() && Cell::<K, W>::from_bytes(&cell).is_ok());
    let (right, right_cell) = (file.len(), cell.len());
    file.push(0);
    cell.push(0);
    let wrong = |expected: usize, actual: usize| {
        Some(if actual < HEADER {
            FormatError::TooShort { parameter: "bytes", least: HEADER, actual }
        } else {
            Error::Length { parameter: "bytes", expected, actual }.into()
        })
    };
    for actual in (0..=file.len()).filter(|&actual| actual != right) {
        assert_eq!(error::<K, W>(&file[..actual]), wrong(right, actual));
    }
    for actual in (0..=cell.len()).filter(|&actual| actual != right_cell) {
        assert_eq!(Cell::<K, W>::from_bytes(&cell[..actual]).err(), wrong(right_cell, actual));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_file_has_its_length() {
    every_cell!(lengths);
}

fn headers<K: Kind, W: Weight>() {
    let file = zeros::<K, W>(SMALL);
    let with = |at, bytes: &[u8]| {
        let mut file = file.clone();
        put(&mut file, at, bytes);
        error::<K, W>(&file)
    };
    let format = |offset, expected, actual| Some(FormatError::Format { offset, expected, actual });
    let corrupt = |offset| Some(FormatError::Corrupt { offset });
    let magic = u32::from_le_bytes(*b"LNSQ");
    assert_eq!(with(0, b"LNSR"), format(0, magic, magic + (1 << 24)));
    assert_eq!(with(4, &[2, 0]), format(4, 1, 2));
    assert_eq!(with(4, &[1, 1]), format(4, 1, 257));
    for (offset, right, last) in [(6, K::KIND as u8, 4), (7, W::STORAGE as u8, 3), (20, 1, 3)] {
        for other in (1..=last).filter(|&other| other != right) {
            assert_eq!(with(offset, &[other]), format(offset, right.into(), other.into()));
        }
        for other in [0, last + 1, 255] {
            assert_eq!(with(offset, &[other]), corrupt(offset));
        }
    }
    assert_eq!(with(8, &[0, 0]), corrupt(8));
    assert_eq!(with(10, &[0, 0]), corrupt(10));
    assert_eq!(with(14, &[15, 0]), None);
    assert_eq!(with(14, &[16, 0]), corrupt(14));
    for bad in [-1e-5, f32::NAN, f32::INFINITY] {
        assert_eq!(with(16, &bad.to_le_bytes()), Some(Error::Epsilon { actual: bad.to_bits() }.into()));
    }
    assert_eq!(with(23, &[1]), corrupt(21));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_header_is_that_of_such_a_cell_with_layer_norm() {
    every_cell!(headers);
}

fn cell_or_classifier<K: Kind, W: Weight>() {
    let (file, cell) = (zeros::<K, W>(SMALL), zeros::<K, W>(CELL));
    assert_eq!(error::<K, W>(&cell), Some(Error::Zero { parameter: "classes" }.into()));
    let classes = FormatError::Format { offset: 12, expected: 0, actual: SMALL.classes as u32 };
    assert_eq!(Cell::<K, W>::from_bytes(&file).err(), Some(classes));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_cell_is_no_classifier() {
    every_cell!(cell_or_classifier);
}

fn numbers<K: Kind, W: Weight>() {
    let (file, parts) = (zeros::<K, W>(SMALL), parts::<K, W>(SMALL));
    let check = |at, bytes: &[u8], wrong: Option<usize>| {
        let mut file = file.clone();
        put(&mut file, at, bytes);
        assert_eq!(
            error::<K, W>(&file),
            wrong.map(|offset| FormatError::Corrupt { offset }),
            "{bytes:?} at {at}"
        );
    };
    for row in parts.rows.step_by(24) {
        for at in [row, row + 4] {
            let wrong = Some(at);
            for (value, wrong) in [(0, None), (40, None), (-1, wrong), (41, wrong), (i32::MIN, wrong)] {
                check(at, &value.to_le_bytes(), wrong);
            }
        }
        let at = row + 8;
        for (epsilon, wrong) in [((1 << 112) - 1, None), (1 << 112, Some(at)), (u128::MAX, Some(at))] {
            check(at, &epsilon.to_le_bytes(), wrong);
        }
    }
    for at in (parts.gamma.start..parts.beta.end).step_by(4) {
        for (value, wrong) in [(-i32::MAX, None), (i32::MAX, None), (i32::MIN, Some(at))] {
            check(at, &value.to_le_bytes(), wrong);
        }
    }
    let at = parts.scale.start;
    for (scale, is_good) in [(f32::MIN_POSITIVE, true), (f32::MAX, true), (0.0, false), (-1.0, false)] {
        check(at, &scale.to_le_bytes(), Some(at).filter(|_| !is_good));
    }
    for bad in [f32::INFINITY, f32::NAN] {
        check(at, &bad.to_le_bytes(), Some(at));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn numbers_are_in_the_range_of_the_definition() {
    every_cell!(numbers);
}

/// As many bytes of weights that have this sum of magnitudes, of either sign.
fn weights<W: Weight>(bytes: usize, mut sum: i32) -> Vec<u8> {
    let (lowest, highest) = if W::BYTES == 1 { (-128, 127) } else { (-32768, 32767) };
    let mut weights = vec![];
    for at in 0..bytes / W::BYTES {
        let code = if at % 2 == 0 { -sum.min(-lowest) } else { sum.min(highest) };
        sum -= code.abs();
        weights.extend_from_slice(&code.to_le_bytes()[..W::BYTES]);
    }
    assert_eq!(sum, 0, "not enough weights");
    weights
}

fn sums<K: Kind, W: Weight>() {
    // Enough weights for a sum of 2¹⁶.
    let inputs = if W::BYTES == 1 { 520 } else { 3 };
    let sizes = Sizes { inputs, units: inputs, classes: 2 };
    let (mut file, parts) = (zeros::<K, W>(sizes), parts::<K, W>(sizes));
    let row = W::BYTES * inputs;
    let mut check = |puts: &[(usize, Vec<u8>)], wrong: Option<usize>| {
        puts.iter().for_each(|(at, bytes)| put(&mut file, *at, bytes));
        assert_eq!(error::<K, W>(&file), wrong.map(|offset| FormatError::Corrupt { offset }));
        puts.iter().for_each(|(at, bytes)| file[*at..][..bytes.len()].fill(0));
    };
    // An output of the RNN has one sum over both kernels, and is called by the first.
    let together = K::KIND == CellKind::Rnn;
    let called = |at: usize| match at.checked_sub(parts.recurrent.start) {
        Some(behind) if together && at < parts.recurrent.end => parts.kernel.start + behind,
        _ => at,
    };
    for matrix in [&parts.kernel, &parts.recurrent, &parts.head] {
        for at in [matrix.start, matrix.end - row] {
            check(&[(at, weights::<W>(row, 65535))], None);
            check(&[(at, weights::<W>(row, 65536))], Some(called(at)));
        }
    }
    for (first, second) in [(65535, 0), (65534, 1), (1, 65535)] {
        let wrong = (together && first + second > 65535).then_some(parts.kernel.start);
        let at = [(parts.kernel.start, first), (parts.recurrent.start, second)];
        check(&at.map(|(at, sum)| (at, weights::<W>(row, sum))), wrong);
    }
    // A bias is as large as the rest of 2³¹.
    for (bias, at) in [(parts.bias.start, parts.head.start), (parts.bias.end - 4, parts.head.end - row)] {
        for (value, wrong) in [(32767, None), (-32767, None), (32768, Some(at)), (-32768, Some(at))] {
            check(&[(at, weights::<W>(row, 65535)), (bias, i32::to_le_bytes(value).to_vec())], wrong);
        }
        check(&[(bias, i32::MAX.to_le_bytes().to_vec())], None);
        check(&[(bias, i32::MIN.to_le_bytes().to_vec())], Some(at));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn no_sum_leaves_32_bits() {
    every_cell!(sums);
}
