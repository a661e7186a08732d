//! Contracts C2, C3, C4 and C7: bits, constant rows, rows that are not finite, forms of the same call.

use crate::common::random::Random;
use crate::common::rows::FAMILIES;
use crate::common::{EPSILONS, bits};
use layernorm::{LayerNorm, RmsNorm, RowStats};
use wasm_bindgen_test::wasm_bindgen_test;

const NAN: u32 = 0x7fc0_0000;
const WIDTHS: [usize; 12] = [1, 2, 15, 16, 17, 64, 67, 255, 256, 300, 768, 1000];

/// Calls `check` with each family's rows and the widths above.
fn for_each_row(mut check: impl FnMut(&str, &[f32])) {
    let mut random = Random(11);
    for family in FAMILIES {
        for width in WIDTHS {
            check(family.name, &(family.row)(&mut random, width));
        }
    }
}

fn layer_norm(row: &[f32]) -> Vec<f32> {
    let mut y = vec![0.0; row.len()];
    LayerNorm::new(row.len()).unwrap().forward(row, &mut y).unwrap();
    y
}

fn rms_norm(row: &[f32]) -> Vec<f32> {
    let mut y = vec![0.0; row.len()];
    RmsNorm::new(row.len()).unwrap().forward(row, &mut y).unwrap();
    y
}

#[wasm_bindgen_test(unsupported = test)]
fn a_constant_row_gives_beta() {
    let values = [0.0, -0.0, 1.0, 0.1, -3.3, 1e-45, 1e-38, 1.3e-30, 1e-20, 7e18, 1e30, f32::MAX, f32::MIN];
    let beta: Vec<f32> = (0..2100).map(|i| i as f32 * 0.7 - 3.0).collect();
    let gamma: Vec<f32> = (0..2100).map(|i| 1e3 - i as f32).collect();
    for width in (1..=300).chain([768, 1000, 2047, 2100]) {
        for value in values {
            for epsilon in EPSILONS {
                let norm = LayerNorm::new(width).unwrap().with_epsilon(epsilon).unwrap();
                let norm = norm.with_gamma(&gamma[..width]).unwrap().with_beta(&beta[..width]).unwrap();
                let mut row = vec![value; width];
                norm.forward_in_place(&mut row).unwrap();
                assert_eq!(row, beta[..width], "{width} times {value:e}, ε {epsilon:e}");
            }
        }
    }
}

/// Squares of the smallest underflow, and N times a value is not exact.
#[wasm_bindgen_test(unsupported = test)]
fn a_constant_row_of_any_exponent_gives_beta() {
    let mut random = Random(13);
    for width in [1, 2, 3, 5, 7, 11, 17, 67, 300] {
        let (gamma, beta) = (vec![1e30; width], random.normals(width));
        for exponent in 0..255 {
            for mantissa in [0, 1, 0x7f_ffff, random.bits() as u32 & 0x7f_ffff] {
                let value = f32::from_bits(exponent << 23 | mantissa | (random.bits() as u32 & 0x8000_0000));
                for epsilon in EPSILONS {
                    let norm = LayerNorm::new(width).unwrap().with_epsilon(epsilon).unwrap();
                    let norm = norm.with_gamma(&gamma).unwrap().with_beta(&beta).unwrap();
                    let mut row = vec![value; width];
                    norm.forward_in_place(&mut row).unwrap();
                    assert_eq!(row, beta, "{width} times {value:e}, ε {epsilon:e}");
                }
            }
        }
    }
    let mut row = [3.265206e-34; 3];
    LayerNorm::new(3).unwrap().forward_in_place(&mut row).unwrap();
    assert_eq!(row, [0.0; 3]);
}

/// With ε = 0 what is subtracted is 0, and not −0: which of them came first must not matter, nor the form of pass 2.
#[wasm_bindgen_test(unsupported = test)]
fn zeros_of_either_sign_keep_it_where_epsilon_is_0() {
    for width in [1, 2, 5, 16, 17, 64, 300] {
        for signs in [0b11, 0b00, 0b01, 0b10] {
            let row: Vec<f32> =
                (0..width).map(|i| if signs >> (i % 2) & 1 == 1 { -0.0 } else { 0.0 }).collect();
            let norm = LayerNorm::new(width).unwrap().with_epsilon(0.0).unwrap();
            let mut y = vec![7.0; width];
            norm.forward(&row, &mut y).unwrap();
            assert_eq!(bits(&y), bits(&row), "{width}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn an_all_zero_row_gives_zero_under_rms_norm() {
    for width in 1..=300 {
        for epsilon in EPSILONS {
            let norm = RmsNorm::new(width).unwrap().with_epsilon(epsilon).unwrap();
            let mut row = vec![0.0; width];
            norm.forward_in_place(&mut row).unwrap();
            assert_eq!(row, vec![0.0; width], "{width} zeros, ε {epsilon:e}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_constant_row_with_epsilon_0_has_infinite_rstd() {
    let mut stats = [RowStats::default(); 2];
    let norm = LayerNorm::new(3).unwrap().with_epsilon(0.0).unwrap();
    norm.statistics(&[5.0, 5.0, 5.0, 1e-40, 1e-40, 1e-40], &mut stats).unwrap();
    assert_eq!((stats[0].mean(), stats[0].rstd()), (5.0, f32::INFINITY));
    assert_eq!((stats[1].mean(), stats[1].rstd()), (1e-40, f32::INFINITY));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_row_that_is_not_finite_gives_nans_and_touches_no_other() {
    let bad = [
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::from_bits(0xffc1_2345),
        f32::from_bits(1 | 0x7f80_0000),
    ];
    let mut random = Random(12);
    for width in WIDTHS {
        let rows = 9;
        let clean: Vec<f32> = (0..rows * width).map(|_| random.normal() as f32).collect();
        for bad in bad {
            for hit in [0, 4, 8] {
                let mut x = clean.clone();
                x[hit * width + random.below(width)] = bad;
                let mut stats = vec![RowStats::default(); rows];
                let mut y = vec![0.0; x.len()];
                LayerNorm::new(width).unwrap().forward_with_stats(&x, &mut y, &mut stats).unwrap();
                check_hit(width, hit, &y, &layer_norm_rows(&clean, width));
                assert_eq!((stats[hit].mean().to_bits(), stats[hit].rstd().to_bits()), (NAN, NAN));
                RmsNorm::new(width).unwrap().forward(&x, &mut y).unwrap();
                let mut expected = clean.clone();
                RmsNorm::new(width).unwrap().forward_in_place(&mut expected).unwrap();
                check_hit(width, hit, &y, &expected);
            }
        }
    }
}

fn layer_norm_rows(x: &[f32], width: usize) -> Vec<f32> {
    x.chunks(width).flat_map(layer_norm).collect()
}

fn check_hit(width: usize, hit: usize, y: &[f32], expected: &[f32]) {
    for (i, (row, expected)) in y.chunks(width).zip(expected.chunks(width)).enumerate() {
        if i == hit {
            assert!(row.iter().all(|v| v.to_bits() == NAN), "width {width}, row {i}");
        } else {
            assert_eq!(bits(row), bits(expected), "width {width}, row {i} beside row {hit}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_residual_that_overflows_gives_nans() {
    let mut residual = [3e38, 1.0, f32::INFINITY, 0.0, 1.0, 2.0];
    let mut y = [0.0; 6];
    let x = [3e38, 1.0, f32::NEG_INFINITY, 1.0, 1.0, 1.0];
    LayerNorm::new(3).unwrap().forward_residual(&x, &mut residual, &mut y).unwrap();
    assert_eq!(residual[0], f32::INFINITY);
    assert_eq!(residual[2].to_bits(), NAN);
    assert_eq!(bits(&y[..3]), [NAN; 3]);
    assert_eq!(bits(&y[3..]), bits(&layer_norm(&[1.0, 2.0, 3.0])));
}

#[wasm_bindgen_test(unsupported = test)]
fn all_forms_give_the_same_bits() {
    for_each_row(|name, row| {
        let width = row.len();
        let mut stats = [RowStats::default(); 2];
        let context = format!("{name}, width {width}");

        let norm = LayerNorm::new(width).unwrap();
        let expected = bits(&layer_norm(row));
        let mut in_place = row.to_vec();
        norm.forward_in_place(&mut in_place).unwrap();
        assert_eq!(bits(&in_place), expected, "in place, {context}");
        let mut y = vec![0.0; width];
        norm.forward_with_stats(row, &mut y, &mut stats[..1]).unwrap();
        assert_eq!(bits(&y), expected, "with stats, {context}");
        norm.statistics(row, &mut stats[1..]).unwrap();
        assert_eq!(stats[0], stats[1], "statistics, {context}");
        let mut residual = vec![-0.0; width];
        norm.forward_residual(row, &mut residual, &mut y).unwrap();
        assert_eq!(bits(&residual), bits(row), "residual, {context}");
        assert_eq!(bits(&y), expected, "residual, {context}");

        let norm = RmsNorm::new(width).unwrap();
        let expected = bits(&rms_norm(row));
        let mut in_place = row.to_vec();
        norm.forward_in_place(&mut in_place).unwrap();
        assert_eq!(bits(&in_place), expected, "RMSNorm in place, {context}");
        norm.forward_with_stats(row, &mut y, &mut stats[..1]).unwrap();
        assert_eq!(bits(&y), expected, "RMSNorm with stats, {context}");
        norm.statistics(row, &mut stats[1..]).unwrap();
        assert_eq!(stats[0], stats[1], "RMSNorm statistics, {context}");
        let mut residual = vec![-0.0; width];
        norm.forward_residual(row, &mut residual, &mut y).unwrap();
        assert_eq!(bits(&y), expected, "RMSNorm residual, {context}");
    });
}

#[wasm_bindgen_test(unsupported = test)]
fn a_residual_is_the_sum_and_its_norm() {
    let mut random = Random(13);
    for width in WIDTHS {
        for rows in [1, 2, 5, 17] {
            let x: Vec<f32> = (0..rows * width).map(|_| (1.0 + random.normal()) as f32).collect();
            let before: Vec<f32> = (0..rows * width).map(|_| random.normal() as f32).collect();
            let sum: Vec<f32> = x.iter().zip(&before).map(|(x, r)| r + x).collect();
            let (mut residual, mut y) = (before.clone(), vec![0.0; x.len()]);
            LayerNorm::new(width).unwrap().forward_residual(&x, &mut residual, &mut y).unwrap();
            assert_eq!(bits(&residual), bits(&sum));
            assert_eq!(bits(&y), bits(&layer_norm_rows(&sum, width)), "width {width}, {rows} rows");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_row_does_not_depend_on_its_neighbours_or_its_place() {
    let mut random = Random(14);
    for width in (1..=67).chain([255, 256, 257, 768]) {
        // Each row of another family, so that fast and careful rows stand side by side.
        let x: Vec<f32> = FAMILIES.iter().flat_map(|family| (family.row)(&mut random, width)).collect();
        let mut y = vec![0.0; x.len()];
        LayerNorm::new(width).unwrap().forward(&x, &mut y).unwrap();
        assert_eq!(bits(&y), bits(&layer_norm_rows(&x, width)), "width {width}");
        RmsNorm::new(width).unwrap().forward(&x, &mut y).unwrap();
        let alone: Vec<f32> = x.chunks(width).flat_map(rms_norm).collect();
        assert_eq!(bits(&y), bits(&alone), "RMSNorm, width {width}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn alignment_changes_no_bit() {
    let mut random = Random(15);
    for width in (1..=67).chain([300, 768]) {
        let row: Vec<f32> = (0..width).map(|_| random.normal() as f32).collect();
        let expected = bits(&layer_norm(&row));
        let (mut from, mut to) = (vec![0.0; width + 16], vec![0.0; width + 16]);
        for offset in 0..=16 {
            from[offset..offset + width].copy_from_slice(&row);
            for to_offset in [0, offset] {
                let to = &mut to[to_offset..to_offset + width];
                LayerNorm::new(width).unwrap().forward(&from[offset..offset + width], to).unwrap();
                assert_eq!(bits(to), expected, "width {width}, offset {offset}");
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn absent_gamma_and_beta_are_one_and_zero() {
    // Up to the sign of a zero.
    let value = |v: &[f32]| v.iter().map(|v| (v + 0.0).to_bits()).collect::<Vec<_>>();
    for_each_row(|name, row| {
        let width = row.len();
        let (gamma, beta) = (vec![1.0; width], vec![0.0; width]);
        let norm = LayerNorm::new(width).unwrap();
        let expected = value(&layer_norm(row));
        let both = norm.with_gamma(&gamma).unwrap().with_beta(&beta).unwrap();
        for norm in [norm.with_gamma(&gamma).unwrap(), norm.with_beta(&beta).unwrap(), both] {
            let mut y = vec![0.0; width];
            norm.forward(row, &mut y).unwrap();
            assert_eq!(value(&y), expected, "{name}, width {width}");
            let mut y = row.to_vec();
            norm.forward_in_place(&mut y).unwrap();
            assert_eq!(value(&y), expected, "in place: {name}, width {width}");
        }
    });
}
