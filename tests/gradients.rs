//! Contract of `backward`: bits, rows beside each other, rows that are not finite, and the gradients of γ and β.

use crate::common::gradient_oracle::GradientOracle;
use crate::common::norms::Norm;
use crate::common::random::Random;
use crate::common::rows::FAMILIES;
use crate::common::{NAN, bits, tolerance};
use layernorm::{ParamGrads, RowStats};
use wasm_bindgen_test::wasm_bindgen_test;

const WIDTHS: [usize; 12] = [1, 2, 15, 16, 17, 64, 67, 255, 256, 300, 768, 1000];

/// dx, dγ and dβ.
type Gradients = [Vec<f32>; 3];

/// A row of each family, one after another, so that fast and careful rows stand side by side.
fn rows(random: &mut Random, width: usize) -> Vec<f32> {
    FAMILIES.iter().flat_map(|family| (family.row)(random, width)).collect()
}

/// Adds to `start`, the gradients of γ and β.
fn backward(norm: &Norm, x: &[f32], stats: &[RowStats], dy: &[f32], start: &[Vec<f32>; 2]) -> Gradients {
    let (mut dx, [mut gamma, mut beta]) = (vec![7.0; x.len()], start.clone());
    let grads = ParamGrads { gamma: Some(&mut gamma), beta: Some(&mut beta) };
    norm.backward(x, stats, dy, &mut dx, grads).unwrap();
    [dx, gamma, beta]
}

fn all_bits(gradients: &Gradients) -> [Vec<u32>; 3] {
    gradients.each_ref().map(|values| bits(values))
}

/// Calls `check` with norms, rows, their statistics and dy.
fn for_each_norm(seed: u64, mut check: impl FnMut(&Norm, usize, &[f32], &[RowStats], &[f32])) {
    let mut random = Random(seed);
    for width in WIDTHS {
        let x = rows(&mut random, width);
        let (dy, gamma) = (random.normals(x.len()), random.normals(width));
        for norm in Norm::both(width) {
            for epsilon in [0.0, 1e-5] {
                let norm = norm.with_epsilon(epsilon);
                let stats = norm.stats(&x, FAMILIES.len());
                check(&norm, width, &x, &stats, &dy);
                check(&norm.with_gamma(&gamma), width, &x, &stats, &dy);
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn in_place_gives_the_same_bits() {
    for_each_norm(41, |norm, width, x, stats, dy| {
        let expected = backward(norm, x, stats, dy, &[vec![0.5; width], vec![-3.0; width]]);
        let (mut dx, mut gamma, mut beta) = (dy.to_vec(), vec![0.5; width], vec![-3.0; width]);
        let grads = ParamGrads { gamma: Some(&mut gamma), beta: Some(&mut beta) };
        norm.backward_in_place(x, stats, &mut dx, grads).unwrap();
        assert_eq!(all_bits(&[dx, gamma, beta]), all_bits(&expected), "width {width}, {norm:?}");
    });
}

#[wasm_bindgen_test(unsupported = test)]
fn which_gradients_are_wanted_changes_no_bit() {
    for_each_norm(42, |norm, width, x, stats, dy| {
        let expected = backward(norm, x, stats, dy, &[vec![0.0; width], vec![0.0; width]]);
        for (with_gamma, with_beta) in [(false, false), (true, false), (false, true)] {
            let (mut dx, mut gamma, mut beta) = (vec![7.0; x.len()], vec![0.0; width], vec![0.0; width]);
            let grads = ParamGrads {
                gamma: with_gamma.then_some(&mut gamma[..]),
                beta: with_beta.then_some(&mut beta[..]),
            };
            norm.backward(x, stats, dy, &mut dx, grads).unwrap();
            assert_eq!(bits(&dx), bits(&expected[0]), "width {width}, {norm:?}");
            assert_eq!(bits(&gamma), if with_gamma { bits(&expected[1]) } else { vec![0; width] });
            assert_eq!(bits(&beta), if with_beta { bits(&expected[2]) } else { vec![0; width] });
        }
    });
}

#[wasm_bindgen_test(unsupported = test)]
fn dx_does_not_depend_on_a_rows_neighbours_or_its_place() {
    for_each_norm(43, |norm, width, x, stats, dy| {
        let zeros = [vec![0.0; width], vec![0.0; width]];
        let [together, ..] = backward(norm, x, stats, dy, &zeros);
        let rows = x.chunks(width).zip(dy.chunks(width)).zip(stats);
        let alone = rows.flat_map(|((x, dy), stats)| backward(norm, x, &[*stats], dy, &zeros)[0].clone());
        assert_eq!(bits(&together), bits(&alone.collect::<Vec<_>>()), "width {width}, {norm:?}");
    });
}

/// The errors of dγ and dβ, as parts of the bound.
fn parameter_error(norm: &Norm, rows: usize, width: usize, start: f32, random: &mut Random) -> [f64; 2] {
    let names = ["normal", "mean up to 4σ", "mean 1e7", "log-normal", "ascending", "±65504", "outlier 1e4"];
    let families: Vec<_> = FAMILIES.iter().filter(|family| names.contains(&family.name)).collect();
    let x: Vec<f32> = (0..rows).flat_map(|r| (families[r % families.len()].row)(random, width)).collect();
    let dy = random.normals(x.len());
    let stats = norm.stats(&x, rows);
    let [_, gamma, beta] = backward(norm, &x, &stats, &dy, &[vec![start; width], vec![start; width]]);
    // Sum, and what its terms may be off by; an f64 adds up 10⁵ numbers with an error of 2⁻³⁶ of their magnitudes.
    let mut sums = vec![[[f64::from(start), 0.0]; 2]; width];
    for (x, dy) in x.chunks(width).zip(dy.chunks(width)) {
        let oracle = GradientOracle::new(x, norm.centred());
        for (i, (sums, &dy)) in sums.iter_mut().zip(dy).enumerate() {
            let (dy, normalised) = (f64::from(dy), oracle.normalised(1e-5, i));
            let off = dy.abs() * tolerance::normalised_in_f64(normalised);
            for (sum, term) in sums.iter_mut().zip([[dy * normalised, off], [dy, 0.0]]) {
                *sum = [sum[0] + term[0], sum[1] + term[1]];
            }
        }
    }
    let part = |actual: f32, [exact, off]: [f64; 2]| {
        // 1e-9: of the sums above.
        let bound = tolerance::ROUNDED_ONCE * (1.0 + 1e-9 * rows as f64) * exact.abs() + off;
        let error = (f64::from(actual) - exact).abs();
        if error == 0.0 { 0.0 } else { error / bound }
    };
    let worst = |of: usize, actual: &[f32]| {
        actual.iter().zip(&sums).map(|(&actual, sums)| part(actual, sums[of])).fold(0.0, f64::max)
    };
    [worst(0, &gamma), worst(1, &beta)]
}

#[wasm_bindgen_test(unsupported = test)]
fn parameter_gradients_are_within_their_bound() {
    let mut random = Random(45);
    println!("{:>7} {:>6}  {:>8} {:>8}   (parts of the bound)", "rows", "width", "dγ", "dβ");
    let shapes = [(1, 300), (2, 300), (17, 100), (1000, 17), (100_000, 5)];
    let most = if cfg!(target_arch = "wasm32") { 1000 } else { 100_000 };
    for (rows, width) in shapes.into_iter().filter(|&(rows, _)| rows <= most) {
        for norm in Norm::both(width) {
            for start in [0.0, -12.5] {
                let [gamma, beta] = parameter_error(&norm, rows, width, start, &mut random);
                let name = if norm.centred() { "LayerNorm" } else { "RMSNorm" };
                println!("{rows:>7} {width:>6}  {gamma:>8.1e} {beta:>8.1e}   {name} from {start}");
                assert!(gamma <= 1.0 && beta <= 1.0, "{rows} rows of {width}, {norm:?}");
            }
        }
    }
}

/// 2²⁰ times 0.1, which a running sum in f32 makes 105891.84.
#[wasm_bindgen_test(unsupported = test)]
fn the_error_of_a_parameter_gradient_does_not_grow_with_the_rows() {
    let rows = 1 << 20;
    let (x, dy) = ([1.0f32, 3.0].repeat(rows), vec![0.1; 2 * rows]);
    for norm in Norm::both(2).map(|norm| norm.with_epsilon(0.0)) {
        let stats = norm.stats(&x, rows);
        let [_, gamma, beta] = backward(&norm, &x, &stats, &dy, &[vec![0.0; 2], vec![0.0; 2]]);
        assert_eq!(beta, [104857.6; 2]);
        let normalised = if norm.centred() { [-1.0, 1.0] } else { [1.0, 3.0].map(|x| x / 5f64.sqrt()) };
        for (gamma, normalised) in gamma.iter().zip(normalised) {
            let exact = f64::from(0.1f32) * rows as f64 * normalised;
            assert!((f64::from(*gamma) / exact - 1.0).abs() < 1e-6, "{gamma} for {exact}");
        }
    }
}

/// Partial sums beyond the range of f32, and terms below it.
#[wasm_bindgen_test(unsupported = test)]
fn a_parameter_gradient_is_in_range_if_its_value_is() {
    let norm = Norm::new(true, 2).with_epsilon(0.0);
    for (dy, expected) in [
        ([3e38, 3e38, 3e38, -3e38, -3e38], 3e38),
        ([1e-45, 1e-45, 1e-45, 0.0, 0.0], 3.0 * f64::from(1e-45f32)),
        ([3e38, 3e38, 0.0, 0.0, 0.0], f64::INFINITY),
    ] {
        let x = [1.0f32, 3.0].repeat(5);
        let dy: Vec<f32> = dy.iter().flat_map(|&dy| [-dy, dy]).collect();
        let [_, gamma, beta] = backward(&norm, &x, &norm.stats(&x, 5), &dy, &[vec![0.0; 2], vec![0.0; 2]]);
        let expected = expected as f32;
        assert_eq!((gamma, beta), (vec![expected, expected], vec![-expected, expected]));
    }
}

/// NaNs of several kinds, and infinities.
const BAD: [u32; 5] = [NAN, 0xffc1_2345, 0x7f80_0001, 0x7f80_0000, 0xff80_0000];

#[wasm_bindgen_test(unsupported = test)]
fn a_row_that_is_not_finite_gives_nans_and_touches_no_other() {
    let (mut random, rows) = (Random(46), 9);
    for width in WIDTHS {
        let clean = random.normals(rows * width);
        let (clean_dy, start) = (random.normals(rows * width), [vec![0.0; width], vec![0.0; width]]);
        for norm in Norm::both(width) {
            let expected = backward(&norm, &clean, &norm.stats(&clean, rows), &clean_dy, &start);
            for (bad, hit) in BAD.into_iter().zip([0, 4, 8, 3, 1]) {
                let at = hit * width + random.below(width);
                for of_dy in [false, true] {
                    let (mut x, mut dy) = (clean.clone(), clean_dy.clone());
                    let target = if of_dy { &mut dy } else { &mut x };
                    target[at] = f32::from_bits(bad);
                    let [dx, gamma, beta] = backward(&norm, &x, &norm.stats(&x, rows), &dy, &start);
                    let context = format!("{bad:#x} in row {hit}, of dy {of_dy}, width {width}, {norm:?}");
                    for (i, (row, expected)) in dx.chunks(width).zip(expected[0].chunks(width)).enumerate() {
                        let expected = if i == hit { vec![NAN; width] } else { bits(expected) };
                        assert_eq!(bits(row), expected, "row {i}, {context}");
                    }
                    let infinite = of_dy && f32::from_bits(bad).is_infinite();
                    for i in 0..width {
                        let hit = i == at % width;
                        // A NaN in x makes x̂ one everywhere; dβ has nothing of x.
                        match hit || !of_dy {
                            true if infinite => assert!(!gamma[i].is_finite(), "dγ[{i}], {context}"),
                            true => assert_eq!(gamma[i].to_bits(), NAN, "dγ[{i}], {context}"),
                            false => {
                                assert_eq!(gamma[i].to_bits(), expected[1][i].to_bits(), "dγ[{i}], {context}")
                            }
                        }
                        let expected = match hit && of_dy {
                            true if infinite => bad,
                            true => NAN,
                            false => expected[2][i].to_bits(),
                        };
                        assert_eq!(beta[i].to_bits(), expected, "dβ[{i}], {context}");
                    }
                }
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn infinities_of_both_signs_add_up_to_the_one_nan() {
    for width in [2, 16, 67] {
        let x: Vec<f32> = (0..3 * width).map(|i| (i % 7) as f32 - 2.5).collect();
        for norm in Norm::both(width) {
            let mut dy = vec![1.0; 3 * width];
            (dy[width - 1], dy[3 * width - 1]) = (f32::INFINITY, f32::NEG_INFINITY);
            let stats = [norm.stats(&x[..width], 1)[0]; 3];
            let x = x[..width].repeat(3);
            let [dx, gamma, beta] = backward(&norm, &x, &stats, &dy, &[vec![0.0; width], vec![0.0; width]]);
            assert_eq!((gamma[width - 1].to_bits(), beta[width - 1].to_bits()), (NAN, NAN), "{norm:?}");
            assert!(gamma[..width - 1].iter().chain(&beta[..width - 1]).all(|v| v.is_finite()), "{norm:?}");
            let nans: Vec<bool> = dx.iter().map(|v| v.to_bits() == NAN).collect();
            assert!(
                nans.chunks(width).zip([true, false, true]).all(|(row, nan)| row.iter().all(|&v| v == nan))
            );
        }
    }
}
