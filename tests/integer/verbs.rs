//! Contract C7 of the integer norms: forms of the same call give the same codes, wherever rows stand; constant rows.

use super::types::{
    Element, Subject, elements, fixed_parameters, for_every_type, parameters, random_rows, rows,
};
use crate::common::formats::Coded;
use crate::common::random::Random;
use fixed::types::extra::{U4, U15};
use fixed::types::{I1F15, I4F4, I16F16};
use fixed::{FixedI16, FixedI32};
use layernorm::fixed::Norm;
use layernorm::quantized::{self, Params, Scale};
use layernorm::{Averaging, Layer, Rms};
use std::any::type_name;
use wasm_bindgen_test::wasm_bindgen_test;

const WIDTHS: [usize; 13] = [1, 2, 3, 7, 8, 15, 16, 17, 31, 64, 67, 300, 768];
const ROWS: usize = 9;

/// Output and residual.
type Codes<X> = (Vec<X>, Vec<X>);

fn forward<X: Element>(subject: &Subject<X>, x: &[X]) -> Vec<X> {
    let mut y = vec![subject.zero; x.len()];
    subject.norm.forward(x, &mut y).unwrap();
    y
}

fn forward_residual<X: Element>(subject: &Subject<X>, x: &[X], residual: &[X]) -> Codes<X> {
    let (mut y, mut residual) = (vec![subject.zero; x.len()], residual.to_vec());
    subject.norm.forward_residual(x, &mut residual, &mut y).unwrap();
    (y, residual)
}

/// Calls `check` with every norm of the type and some rows for it.
fn for_each_norm<X: Element>(widths: &[usize], mut check: impl FnMut(&Subject<X>, usize, &[X], &[X], &str)) {
    let mut random = Random(21);
    for &width in widths {
        X::norms(width, 1e-5, &mut |subject| {
            let x = random_rows(&mut random, ROWS, width);
            let residual = random_rows(&mut random, ROWS, width);
            let context = format!("{}, centred {}, width {width}", type_name::<X>(), subject.centred);
            check(subject, width, &x, &residual, &context);
        });
    }
}

fn in_place<X: Element>() {
    for_each_norm::<X>(&WIDTHS, |subject, _, x, _, context| {
        let mut in_place = x.to_vec();
        subject.norm.forward_in_place(&mut in_place).unwrap();
        assert_eq!(in_place, forward(subject, x), "{context}");
    });
}
for_every_type!(in_place_gives_the_same_codes, in_place);

fn batch<X: Element>() {
    for_each_norm::<X>(&WIDTHS, |subject, width, x, residual, context| {
        let alone: Vec<Vec<X>> = x.chunks(width).map(|row| forward(subject, row)).collect();
        let with_residual = x.chunks(width).zip(residual.chunks(width));
        let with_residual: Vec<Codes<X>> =
            with_residual.map(|(x, r)| forward_residual(subject, x, r)).collect();
        for order in [[0, 1, 2, 3, 4, 5, 6, 7, 8], [8, 7, 6, 5, 4, 3, 2, 1, 0], [4, 0, 7, 2, 8, 5, 1, 3, 6]] {
            let ordered = |rows: &[X]| order.map(|i| &rows[i * width..][..width]).concat();
            let expected = order.map(|i| &alone[i][..]).concat();
            assert_eq!(forward(subject, &ordered(x)), expected, "{context}, rows {order:?}");
            let mut in_place = ordered(x);
            subject.norm.forward_in_place(&mut in_place).unwrap();
            assert_eq!(in_place, expected, "in place, {context}, rows {order:?}");
            let expected = (
                order.map(|i| &with_residual[i].0[..]).concat(),
                order.map(|i| &with_residual[i].1[..]).concat(),
            );
            let actual = forward_residual(subject, &ordered(x), &ordered(residual));
            assert_eq!(actual, expected, "residual, {context}, rows {order:?}");
        }
    });
}
for_every_type!(a_row_does_not_depend_on_its_neighbours_or_its_place, batch);

fn alignment<X: Element>() {
    let widths: Vec<usize> = (1..=35).chain([64, 67, 300]).collect();
    for_each_norm::<X>(&widths, |subject, width, x, residual, context| {
        let (x, residual) = (&x[..2 * width], &residual[..2 * width]);
        let expected = forward(subject, x);
        let (sum_y, left) = forward_residual(subject, x, residual);
        let sentinel = X::element(X::HIGH - 1);
        // The codes from an offset on, in a buffer of sentinels.
        let within = |offset: usize, codes: &[X]| {
            let mut buffer = vec![sentinel; codes.len() + 16];
            buffer[offset..][..codes.len()].copy_from_slice(codes);
            buffer
        };
        for offset in 0..=16 {
            let from = within(offset, x);
            for to_offset in [0, offset, 16 - offset] {
                let (at, to) = (offset..offset + x.len(), to_offset..to_offset + x.len());
                let mut y = vec![sentinel; x.len() + 16];
                subject.norm.forward(&from[at.clone()], &mut y[to.clone()]).unwrap();
                assert_eq!(y, within(to_offset, &expected), "{context}, {offset} to {to_offset}");
                let mut residual = within(offset, residual);
                subject.norm.forward_residual(x, &mut residual[at], &mut y[to]).unwrap();
                assert_eq!(y, within(to_offset, &sum_y), "residual, {context}, {offset} to {to_offset}");
                assert_eq!(residual, within(offset, &left), "residual, {context}, {offset}");
            }
            let mut in_place = from;
            subject.norm.forward_in_place(&mut in_place[offset..][..x.len()]).unwrap();
            assert_eq!(in_place, within(offset, &expected), "in place, {context}, {offset}");
        }
    });
}
for_every_type!(alignment_changes_no_code_and_nothing_around_is_written, alignment);

fn zero_rows<X: Element>() {
    X::norms(3, 1e-5, &mut |Subject { norm, .. }| {
        assert_eq!(norm.forward(&[], &mut []), Ok(()));
        assert_eq!(norm.forward_in_place(&mut []), Ok(()));
        assert_eq!(norm.forward_residual(&[], &mut [], &mut []), Ok(()));
    });
}
for_every_type!(zero_rows_are_fine, zero_rows);

fn constant<X: Element>() {
    for width in (1..=67).chain([256, 300, 1000]) {
        for epsilon in [0.0, f32::from_bits(1), 1e-12, 1e-5, 1.0, 1e6] {
            X::norms(width, epsilon, &mut |subject| {
                let zero = subject.zero.code();
                let values = [zero, zero + 1, X::LOW, X::HIGH, X::HIGH / 3];
                for value in if subject.centred { &values[..] } else { &values[..1] } {
                    let row = vec![X::element(*value); width];
                    let y = forward(subject, &row);
                    assert_eq!(y, subject.beta, "{width} times {value}, ε {epsilon:e}, {}", type_name::<X>());
                }
            });
        }
    }
}
for_every_type!(a_constant_row_gives_beta, constant);

/// Sums of codes that are multiples of `part`, against the same numbers as codes of a wider type, whose step is `part`
/// times as large.
fn fixed_residual<X: Coded + Element + PartialEq, W: Coded, K: Averaging>(part: i64) {
    let mut random = Random(22);
    let mut saturated = 0;
    for width in WIDTHS {
        let (gamma, beta) = fixed_parameters(width);
        for epsilon in [0.0, 1e-5, 1.0] {
            let norm = Norm::<X, X, K>::new(width).unwrap().with_epsilon(epsilon).unwrap();
            let norm = norm.with_gamma(&gamma).unwrap().with_beta(&beta).unwrap();
            let wide = Norm::<W, X, K>::new(width).unwrap().with_epsilon(epsilon).unwrap();
            let wide = wide.with_gamma(&gamma).unwrap().with_beta(&beta).unwrap();
            let (low, high) = (X::LOW / part, X::HIGH / part);
            let x = rows(&mut random, ROWS, width, low, high);
            let before = rows(&mut random, ROWS, width, low, high);
            let sums: Vec<i64> = x.iter().zip(&before).map(|(x, r)| x + r).collect();
            let times = |codes: &[i64]| codes.iter().map(|c| X::element(part * c)).collect::<Vec<X>>();
            let (mut y, mut residual) = (vec![X::element(0); x.len()], times(&before));
            norm.forward_residual(&times(&x), &mut residual, &mut y).unwrap();
            let mut expected = y.clone();
            let wide_sums: Vec<W> = sums.iter().map(|&s| W::from_code(s)).collect();
            wide.forward(&wide_sums, &mut expected).unwrap();
            let context = format!("{}, centred {}, width {width}, ε {epsilon}", type_name::<X>(), K::CENTRED);
            assert_eq!(y, expected, "{context}");
            for (left, sum) in residual.iter().zip(&sums) {
                let sum = part * sum;
                assert_eq!(*left, X::clamped(sum as f64), "residual, {context}");
                saturated += usize::from(sum < X::LOW || sum > X::HIGH);
            }
        }
    }
    assert!(saturated > 0);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_fixed_point_residual_is_the_sum_and_its_norm() {
    fixed_residual::<I1F15, FixedI32<U15>, Layer>(1);
    fixed_residual::<I1F15, FixedI32<U15>, Rms>(1);
    fixed_residual::<I4F4, FixedI16<U4>, Layer>(1);
    fixed_residual::<I4F4, FixedI16<U4>, Rms>(1);
    fixed_residual::<I16F16, FixedI32<U15>, Layer>(2);
    fixed_residual::<I16F16, FixedI32<U15>, Rms>(2);
}

/// The same with `i16` for the sums, and an input's scale that is 1, 2 or ½ of the residual's.
fn quantised_residual<X: Element + quantized::Code, K: Averaging>(part: i64) {
    let mut random = Random(23);
    let mut saturated = 0;
    let middle = (X::LOW + X::HIGH) / 2;
    let (x_zero, zero) = (middle + 9, middle - 20);
    for width in WIDTHS {
        let (gamma, beta) = parameters(width);
        for (x_ratio, residual_ratio) in [(1, 1), (2, 1), (1, 2)] {
            for epsilon in [0.0, 2f32.powi(-10), 1.0] {
                // Powers of two: sums, and ε in squares of the scales, are exact.
                let unit = 2f32.powi(-8);
                let scale =
                    |times: i64, zero| Scale { scale: unit * times as f32, zero_point: X::element(zero) };
                let (input, residual) = (scale(x_ratio, x_zero), scale(residual_ratio, zero));
                let step = 6.0 / (X::HIGH - X::LOW) as f32;
                let output = Scale { scale: step, zero_point: X::element(middle) };
                let mut to = [0; 4].map(|_| vec![0; width]);
                let [g, b, wide_g, wide_b] = &mut to;
                let params = Params::fold_into(&gamma, &beta, input, output, epsilon, [g, b]).unwrap();
                let params = params.with_residual(input, residual, epsilon).unwrap();
                let sum = Scale { scale: unit * part as f32, zero_point: 0i16 };
                let wide = Params::fold_into(&gamma, &beta, sum, output, epsilon, [wide_g, wide_b]).unwrap();

                let mut draw =
                    |zero| rows(&mut random, ROWS, width, (X::LOW - zero) / part, (X::HIGH - zero) / part);
                let (x, before) = (draw(x_zero), draw(zero));
                let sums: Vec<i64> =
                    x.iter().zip(&before).map(|(x, r)| x_ratio * x + residual_ratio * r).collect();
                let codes = |numbers: &[i64], zero| {
                    numbers.iter().map(|c| X::element(part * c + zero)).collect::<Vec<X>>()
                };
                let (x, mut left) = (codes(&x, x_zero), codes(&before, zero));
                let mut y = vec![output.zero_point; x.len()];
                let norm = quantized::Norm::<X, X, K>::new(&params);
                norm.forward_residual(&x, &mut left, &mut y).unwrap();
                let mut expected = vec![output.zero_point; x.len()];
                let wide = quantized::Norm::<i16, X, K>::new(&wide);
                wide.forward(&elements::<i16>(&sums), &mut expected).unwrap();
                let context = format!(
                    "{}, centred {}, width {width}, ε {epsilon}, {x_ratio} : {residual_ratio}",
                    type_name::<X>(),
                    K::CENTRED
                );
                assert_eq!(y, expected, "{context}");
                for (left, sum) in left.iter().zip(sums) {
                    let real = (part * sum) as f64 / residual_ratio as f64;
                    let code = real.round_ties_even() + zero as f64;
                    assert_eq!(*left, X::clamped(code), "residual, {context}");
                    saturated += usize::from(code < X::LOW as f64 || code > X::HIGH as f64);
                }
            }
        }
    }
    assert!(saturated > 0);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_quantised_residual_is_the_sum_and_its_norm() {
    quantised_residual::<i8, Layer>(1);
    quantised_residual::<i8, Rms>(1);
    quantised_residual::<u8, Layer>(1);
    quantised_residual::<u8, Rms>(1);
    quantised_residual::<i16, Layer>(8);
    quantised_residual::<i16, Rms>(8);
}
