//! A row that comes in pieces has the codes of the whole row, whatever the pieces, their order, and the order in which moments are
//! merged.

use super::types::{Element, Subject, for_every_type, random_rows};
use crate::common::random::Random;
use ::fixed::types::{I1F15, I4F12, I16F16};
use layernorm::{Error, fixed, quantized};
use std::any::type_name;
use std::ops::Range;
use wasm_bindgen_test::wasm_bindgen_test;

/// Of each type and norm; twelve times as many rows in all.
const WIDTHS: usize = if cfg!(miri) { 1 } else { 84 };
const ROWS: usize = 10;

/// Cuts `0..width` into pieces, some of them empty, in any order.
fn pieces(random: &mut Random, width: usize) -> Vec<Range<usize>> {
    let mut cuts: Vec<usize> = (0..random.below(8)).map(|_| random.below(width + 1)).collect();
    cuts.extend([0, width]);
    cuts.sort_unstable();
    let mut pieces: Vec<Range<usize>> = cuts.windows(2).map(|cut| cut[0]..cut[1]).collect();
    for i in 1..pieces.len() {
        pieces.swap(i, random.below(i + 1));
    }
    pieces
}

fn any_pieces<X: Element>() {
    let mut random = Random(28);
    for i in 0..WIDTHS {
        let width = 1 + random.below(if i % 8 == 0 { 1000 } else { 100 });
        X::norms(width, [1e-5, 0.0, 1.0][i % 3], &mut |Subject { norm, zero, centred, .. }| {
            for row in random_rows::<X>(&mut random, ROWS, width).chunks(width) {
                let (mut expected, mut y) = (vec![*zero; width], vec![*zero; width]);
                norm.forward(row, &mut expected).unwrap();
                let pushed = pieces(&mut random, width);
                let pushed: Vec<_> = pushed.into_iter().map(|piece| (random.below(2), piece)).collect();
                let applied = pieces(&mut random, width);
                norm.in_pieces(row, &pushed, row, &applied, &mut y).unwrap();
                let context = format!("{}, centred {centred}, {pushed:?}, {applied:?}", type_name::<X>());
                assert_eq!(y, expected, "{context}");
            }
        });
    }
}
for_every_type!(any_pieces_give_the_codes_of_the_row, any_pieces);

/// The codes mean nothing then, but there are some, also in a build that panics where a number overflows.
fn another_row<X: Element>() {
    let mut random = Random(29);
    for width in [1, 2, 7, 64, 300, 32768] {
        X::norms(width, 0.0, &mut |Subject { norm, zero, .. }| {
            for _ in 0..4 {
                let [row, other] = [0; 2].map(|_| random_rows::<X>(&mut random, 1, width));
                let whole = 0..width;
                norm.in_pieces(&row, &[(0, whole.clone())], &other, &[whole], &mut vec![*zero; width])
                    .unwrap();
            }
        });
    }
}
for_every_type!(codes_of_another_row_give_codes, another_row);

#[wasm_bindgen_test(unsupported = test)]
fn pieces_may_become_codes_of_another_type() {
    let x: Vec<i16> = (0..99).map(|i| i * i * 3 - 9000).collect();
    let input = quantized::Scale { scale: 0.01, zero_point: 12i16 };
    let output = quantized::Scale { scale: 0.03, zero_point: 130u8 };
    let params = quantized::Params::fold(&[1.5; 99], &[0.25; 99], input, output, 1e-5).unwrap();
    let norm = quantized::LayerNorm::new(&params);
    let (mut expected, mut y, mut moments) = ([0; 99], [0; 99], quantized::Moments::new());
    norm.forward(&x, &mut expected).unwrap();
    moments.push(&x).unwrap();
    norm.apply(&moments, 0, &x[..40], &mut y[..40]).unwrap();
    norm.apply(&moments, 40, &x[40..], &mut y[40..]).unwrap();
    assert_eq!(y, expected);

    let x: Vec<I16F16> = (0..99).map(|i| I16F16::from_num(i * i * 3 - 9000)).collect();
    let gamma = [I4F12::from_num(1.25); 99];
    let norm = fixed::RmsNorm::<I16F16, I1F15>::new(99).unwrap().with_gamma(&gamma).unwrap();
    let (mut expected, mut y) = ([I1F15::ZERO; 99], [I1F15::ZERO; 99]);
    norm.forward(&x, &mut expected).unwrap();
    let mut moments = fixed::Moments::new();
    moments.push(&x).unwrap();
    norm.apply(&moments, 1, &x[1..], &mut y[1..]).unwrap();
    norm.apply(&moments, 0, &x[..1], &mut y[..1]).unwrap();
    assert_eq!(y, expected);
}

fn wrong<X: Element>() {
    X::norms(3, 1e-5, &mut |Subject { norm, zero, .. }| {
        let sentinel = X::element(77);
        let (x, mut y) = ([*zero; 6], [sentinel; 6]);
        let mut pieces = |pushed: &[(usize, Range<usize>)], applied: Range<usize>| {
            norm.in_pieces(&x, pushed, &x, &[applied], &mut y).unwrap_err()
        };
        let moments = |actual| Error::Length { parameter: "moments", expected: 3, actual };
        assert_eq!(pieces(&[(0, 0..2)], 0..2), moments(2));
        assert_eq!(pieces(&[(0, 0..2), (1, 0..2)], 0..2), moments(4));
        assert_eq!(pieces(&[(0, 0..3)], 2..4), Error::BeyondRow { offset: 2, width: 3, actual: 2 });
        assert_eq!(pieces(&[(0, 0..3)], 4..4), Error::BeyondRow { offset: 4, width: 3, actual: 0 });
        assert_eq!(y, [sentinel; 6]);
    });
}
for_every_type!(wrong_pieces_are_named_and_nothing_is_written, wrong);

#[wasm_bindgen_test(unsupported = test)]
fn a_row_in_pieces_has_at_most_32768_codes() {
    let (mut moments, mut other) = (quantized::Moments::new(), quantized::Moments::new());
    moments.push(&vec![i16::MIN; 32767]).unwrap();
    other.push(&[1, 2]).unwrap();
    let before = moments;
    let error = |parameter| Err(Error::TooLarge { parameter, limit: 1, actual: 2 });
    assert_eq!(moments.push(&[1, 2]), error("chunk"));
    assert_eq!(moments.merge(&other), error("other"));
    assert_eq!(moments, before);
    assert_eq!(moments.push(&[1]), Ok(()));
    let mut numbers = fixed::Moments::new();
    assert_eq!(numbers.push(&vec![I16F16::MIN; 32768]), Ok(()));
    assert_eq!(
        numbers.push(&[I16F16::MIN]),
        Err(Error::TooLarge { parameter: "chunk", limit: 0, actual: 1 })
    );

    let params = quantized::Params::fold(&[1.0; 3], &[0.0; 3], SCALE, SCALE, 1e-5).unwrap();
    let mut y = [77i16; 2];
    let error = quantized::LayerNorm::new(&params).apply(&three(), 0, &[1i16, 2, 3], &mut y);
    assert_eq!(error, Err(Error::Length { parameter: "out", expected: 3, actual: 2 }));
    assert_eq!(y, [77; 2]);
}

const SCALE: quantized::Scale<i16> = quantized::Scale { scale: 0.01, zero_point: 0 };

fn three() -> quantized::Moments<i16> {
    let mut moments = quantized::Moments::new();
    moments.push(&[1, 2, 3]).unwrap();
    moments
}
