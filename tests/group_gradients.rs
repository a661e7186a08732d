//! Gradients of group and instance normalisation are within the bounds of rows.

use crate::common::gradient_oracle::{GradientOracle, gains};
use crate::common::groups::{Case, GROUPS, POSITIONS, repeated};
use crate::common::random::Random;
use crate::common::rows::FAMILIES;
use crate::common::{EPSILONS, NAN, bits, tolerance};
use layernorm::{GroupNorm, ParamGrads, RowStats};
use wasm_bindgen_test::wasm_bindgen_test;

/// dx, dγ and dβ; the last two are added to `start`.
fn backward(case: &Case, norm: &GroupNorm, dy: &[f32], start: f32) -> [Vec<f32>; 3] {
    let channels = case.channels;
    let (mut dx, [mut gamma, mut beta]) =
        (vec![7.0; dy.len()], [vec![start; channels], vec![start; channels]]);
    let grads = ParamGrads { gamma: Some(&mut gamma), beta: Some(&mut beta) };
    norm.backward(&case.x, case.positions, &case.stats(norm), dy, &mut dx, grads).unwrap();
    [dx, gamma, beta]
}

/// Of ordinary and adversarial groups, with dy and γ of every size: exact integers that know nothing of channels.
#[wasm_bindgen_test(unsupported = test)]
fn dx_is_within_the_bound_of_a_row() {
    const SIZES: [f32; 7] = [1e-45, 1e-30, 1e-3, 1.0, 1e3, 1e30, 3e38];
    let (mut random, mut worst, mut ordinary) = (Random(107), 0f64, 0f64);
    for groups in GROUPS {
        for (turn, positions) in [1, 2, 7, 16, 49, 101].into_iter().enumerate() {
            for (size, of_gamma) in SIZES.into_iter().zip(SIZES.into_iter().cycle().skip(turn)) {
                let mut case = Case::new(&mut random, groups, positions);
                let sized = |v: &mut f32, size: f32| *v = (*v * size).clamp(f32::MIN, f32::MAX);
                case.gamma.iter_mut().for_each(|v| sized(v, of_gamma));
                let mut dy = random.normals(case.x.len());
                dy.iter_mut().for_each(|v| sized(v, size));
                let epsilon = EPSILONS[random.below(EPSILONS.len())];
                let norm = case.with_affine([true, true], epsilon);
                let ([dx, ..], width) = (backward(&case, &norm, &dy, 0.0), case.width());
                let gamma = repeated(&case.gamma, positions);
                let rows = case.x.chunks(width).zip(dy.chunks(width)).zip(dx.chunks(width));
                for (i, ((x, dy), dx)) in rows.enumerate() {
                    let at = i % case.groups * width;
                    let exact = GradientOracle::new(x, true).dx(epsilon, &gains(&gamma[at..at + width]), dy);
                    for (exact, &dx) in exact.iter().zip(dx) {
                        let error = exact.error(dx);
                        let context = || format!("{groups:?} × {positions}, dy {size:e}, γ {of_gamma:e}");
                        assert!(error <= tolerance::EVERY_DX, "{error} ULP, {}", context());
                        worst = worst.max(error);
                        if size == 1.0 {
                            ordinary = ordinary.max(error);
                        }
                    }
                }
            }
        }
    }
    println!("dx of groups: worst {worst:.2} ULP; with dy about 1 {ordinary:.2}");
    assert!(ordinary <= tolerance::DX);
}

/// A channel is then a row, and its γ changes no digit of a sum.
#[wasm_bindgen_test(unsupported = test)]
fn dx_of_an_instance_has_the_bits_of_a_row_where_gamma_is_a_power_of_two() {
    let mut random = Random(108);
    for positions in POSITIONS {
        let mut case = Case::new(&mut random, (5, 5), positions);
        case.gamma = vec![1.0, -4.0, 0.5, 16.0, -1.0];
        let dy = random.normals(case.x.len());
        for affine in [[false, false], [true, true]] {
            let [dx, ..] = backward(&case, &case.with_affine(affine, 1e-5), &dy, 0.0);
            case.for_each_row(affine, 1e-5, |row, norm| {
                let part = row * positions..(row + 1) * positions;
                let (mut stats, mut expected) = ([RowStats::default()], vec![0.0; positions]);
                norm.statistics(&case.x[part.clone()], &mut stats).unwrap();
                let (x, dy) = (&case.x[part.clone()], &dy[part.clone()]);
                norm.backward(x, &stats, dy, &mut expected, ParamGrads::default()).unwrap();
                assert_eq!(bits(&dx[part]), bits(&expected), "row {row}, {positions} positions");
            });
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn parameter_gradients_are_within_their_bound() {
    let names = ["normal", "mean up to 4σ", "mean 1e7", "log-normal", "ascending", "±65504", "outlier 1e4"];
    let families: Vec<_> = FAMILIES.iter().filter(|family| names.contains(&family.name)).collect();
    let mut random = Random(109);
    // The last have more channels than go through the samples together.
    for (groups, positions) in
        GROUPS.into_iter().flat_map(|g| [(g, 1), (g, 13), (g, 100)]).chain([((3, 600), 5)])
    {
        let mut case = Case::new(&mut random, groups, positions);
        let (width, rows) = (case.width(), case.rows());
        case.x = (0..rows).flat_map(|i| (families[i % families.len()].row)(&mut random, width)).collect();
        let dy = random.normals(case.x.len());
        let start = -12.5;
        let [_, gamma, beta] = backward(&case, &case.with_affine([true, true], 1e-5), &dy, start);
        // The sum, and what its terms may be off by.
        let mut sums = vec![[[f64::from(start), 0.0]; 2]; case.channels];
        for (row, (x, dy)) in case.x.chunks(width).zip(dy.chunks(width)).enumerate() {
            let oracle = GradientOracle::new(x, true);
            let first = row % case.groups * (case.channels / case.groups);
            for (i, &dy) in dy.iter().enumerate() {
                let (dy, normalised) = (f64::from(dy), oracle.normalised(1e-5, i));
                let off = dy.abs() * tolerance::normalised_in_f64(normalised);
                let sums = &mut sums[first + i / positions];
                for (sum, term) in sums.iter_mut().zip([[dy * normalised, off], [dy, 0.0]]) {
                    *sum = [sum[0] + term[0], sum[1] + term[1]];
                }
            }
        }
        for (which, actual) in [gamma, beta].iter().enumerate() {
            for (actual, sums) in actual.iter().zip(&sums) {
                let ([exact, off], error) = (sums[which], f64::from(*actual) - sums[which][0]);
                let bound = tolerance::ROUNDED_ONCE * (1.0 + 1e-9 * dy.len() as f64) * exact.abs() + off;
                assert!(error.abs() <= bound, "{actual} for {exact}, {groups:?} × {positions}");
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn gradients_in_place_and_those_that_are_wanted_have_the_same_bits() {
    let mut random = Random(110);
    for groups in GROUPS {
        for positions in [1, 16, 49] {
            let case = Case::new(&mut random, groups, positions);
            let dy = random.normals(case.x.len());
            let norm = case.with_affine([true, true], 1e-5);
            let stats = case.stats(&norm);
            let expected = backward(&case, &norm, &dy, 0.5);
            for wanted in [[false, false], [true, false], [false, true], [true, true]] {
                let (mut dx, mut grads) = (dy.clone(), [vec![0.5; case.channels], vec![0.5; case.channels]]);
                let [gamma, beta] = &mut grads;
                let of = ParamGrads {
                    gamma: wanted[0].then_some(&mut gamma[..]),
                    beta: wanted[1].then_some(&mut beta[..]),
                };
                norm.backward_in_place(&case.x, positions, &stats, &mut dx, of).unwrap();
                assert_eq!(bits(&dx), bits(&expected[0]), "{groups:?} × {positions}");
                for i in 0..2 {
                    let expected = if wanted[i] { expected[i + 1].clone() } else { vec![0.5; case.channels] };
                    assert_eq!(bits(&grads[i]), bits(&expected), "{groups:?} × {positions}");
                }
            }
        }
    }
}

/// The group that is hit has no dx, the channels of its γ no sum, and all else the bits that it had.
#[wasm_bindgen_test(unsupported = test)]
fn gradients_of_a_group_that_is_not_finite_are_nans_and_touch_no_other() {
    let mut random = Random(111);
    for (groups, channels) in GROUPS {
        for positions in [1, 16, 49] {
            let mut case = Case::new(&mut random, (groups, channels), positions);
            case.x = random.normals(case.x.len());
            let (clean, clean_dy, width) = (case.x.clone(), random.normals(case.x.len()), case.width());
            for of_dy in [false, true] {
                case.x.clone_from(&clean);
                let expected = backward(&case, &case.with_affine([true, true], 1e-5), &clean_dy, 0.0);
                let (mut dy, at) = (clean_dy.clone(), random.below(clean.len()));
                (if of_dy { &mut dy } else { &mut case.x })[at] = f32::from_bits(0xffc1_2345);
                let found = backward(&case, &case.with_affine([true, true], 1e-5), &dy, 0.0);
                for (i, (row, clean)) in found[0].chunks(width).zip(expected[0].chunks(width)).enumerate() {
                    let expected = if i == at / width { vec![NAN; width] } else { bits(clean) };
                    assert_eq!(bits(row), expected, "group {i}, {groups} of {channels} × {positions}");
                }
                let (hit, group) = (at / positions % channels, channels / groups);
                for channel in 0..channels {
                    let of_gamma = if of_dy { channel == hit } else { channel / group == hit / group };
                    for (which, is_nan) in [(1, of_gamma), (2, of_dy && channel == hit)] {
                        let expected = if is_nan { NAN } else { expected[which][channel].to_bits() };
                        assert_eq!(
                            found[which][channel].to_bits(),
                            expected,
                            "channel {channel}, of dy {of_dy}"
                        );
                    }
                }
            }
        }
    }
}

/// The mean of a long row in which one element is one ULP above the others: an `f64` holds it to 2⁻⁵³ of itself, which is
/// 2⁻²⁰ σ.
#[wasm_bindgen_test(unsupported = test)]
fn a_parameter_gradient_knows_its_mean_in_two_parts() {
    let positions = 3 << 20;
    let mut x = vec![1.0; positions];
    x[5] += f32::EPSILON;
    let (norm, mut stats) = (GroupNorm::new(1, 1).unwrap().with_epsilon(0.0).unwrap(), [RowStats::default()]);
    norm.statistics(&x, positions, &mut stats).unwrap();
    let (mut dy, mut gamma) = (vec![1.0; positions], [0.0]);
    let grads = ParamGrads { gamma: Some(&mut gamma), beta: None };
    norm.backward_in_place(&x, positions, &stats, &mut dy, grads).unwrap();
    assert!(gamma[0].abs() <= positions as f32 / 2f32.powi(24), "Σ x̂ is 0, not {}", gamma[0]);
}
