//! Contract of `backward`: the error of dx against exact arithmetic, on every family of rows, width, ε and kind of dy.

mod common;

use common::gradient_oracle::{Gradient, GradientOracle, gains};
use common::norms::Norm;
use common::oracle::{integer, ulp};
use common::random::Random;
use common::rows::{FAMILIES, Family};
use common::{EPSILONS, bits, tolerance};
use layernorm::ParamGrads;
use wasm_bindgen_test::wasm_bindgen_test;

/// Around the sizes of a group and a block, and the usual ones.
const WIDTHS: &[usize] = if cfg!(any(target_arch = "wasm32", not(feature = "std"))) {
    &[1, 2, 7, 16, 17, 67, 257, 300]
} else {
    &[1, 2, 3, 7, 15, 16, 17, 31, 33, 64, 67, 100, 255, 256, 257, 300, 768, 1000]
};

/// Made of random numbers and of y.
struct Kind {
    name: &'static str,
    dy: fn(&mut Random, &[f32]) -> Vec<f32>,
}

#[rustfmt::skip]
const KINDS: [Kind; 7] = [
    Kind { name: "normal", dy: |r, y| y.iter().map(|_| r.normal() as f32).collect() },
    Kind { name: "constant", dy: |_, y| vec![1.0; y.len()] },
    Kind { name: "alternating", dy: |_, y| (0..y.len()).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect() },
    Kind { name: "one-hot", dy: |r, y| { let mut dy = vec![0.0; y.len()]; dy[r.below(y.len())] = 1.0; dy } },
    // Of the loss ½|y|²: what is left is ε/(var + ε) of it. Numbers too small for the promise are 0.
    Kind { name: "y", dy: |_, y| y.iter().map(|&y| if y.abs() < 1e-6 { 0.0 } else { y }).collect() },
    Kind { name: "2^±20", dy: |r, y| y.iter().map(|_| {
        let size = 2f64.powf(40.0 * r.uniform() - 20.0);
        (if r.below(2) == 0 { size } else { -size }) as f32
    }).collect() },
    Kind { name: "mean 1e3", dy: |r, y| y.iter().map(|_| (1e3 + r.normal()) as f32).collect() },
];

/// By which dy is multiplied. dx would overflow, or be subnormal, of rows with an extreme rstd; beside those there are
/// the ones whose dx is an ordinary number.
fn sizes(rstd: f64) -> &'static [f32] {
    match rstd.log2() {
        60.0.. => &[1.0, 1.0 / (1u64 << 62) as f32],
        ..-60.0 => &[1.0, (1u64 << 62) as f32],
        _ => &[1.0],
    }
}

/// In ULP of the scale of each element; infinite for a NaN.
fn error(exact: &[Gradient], dx: &[f32]) -> f64 {
    exact.iter().zip(dx).fold(0.0, |worst, (exact, &dx)| {
        let error = (f64::from(dx) - exact.dx).abs() / ulp(exact.scale);
        if error.is_nan() { f64::INFINITY } else { f64::max(worst, error) }
    })
}

#[derive(Default)]
struct Worst {
    error: f64,
    at: String,
    rows: usize,
    /// Rows of which a term of dx is no f32.
    skipped: usize,
}

impl Worst {
    fn see(&mut self, exact: &[Gradient], dx: &[f32], rstd: f64, at: impl Fn() -> String) {
        if exact.iter().any(|exact| exact.dx.abs().max(exact.scale) > f64::from(f32::MAX)) {
            // Each of these comes with a smaller dy as well.
            assert!(sizes(rstd).len() == 2 && rstd > 1.0, "{}", at());
            self.skipped += 1;
            return;
        }
        self.rows += 1;
        let error = error(exact, dx);
        if error > self.error {
            (self.error, self.at) = (error, at());
        }
    }
}

/// Every kind of dy and ε, with and without γ, for a row of each width.
fn measure(family: &Family, centred: bool, widths: &[usize], random: &mut Random) -> Worst {
    let mut worst = Worst::default();
    for &width in widths {
        let row = (family.row)(random, width);
        let gamma: Vec<f32> = (0..width).map(|_| (3.0 * random.normal()) as f32).collect();
        let oracle = GradientOracle::new(&row, centred);
        let (mut y, mut dx) = (vec![0.0; width], vec![0.0; width]);
        for epsilon in EPSILONS {
            let bare = Norm::new(centred, width).with_epsilon(epsilon);
            bare.forward(&row, &mut y).unwrap();
            let (stats, rstd) = (bare.stats(&row, 1), oracle.rstd(epsilon));
            for (norm, gain) in [(bare, gains(&vec![1.0; width])), (bare.with_gamma(&gamma), gains(&gamma))] {
                for kind in &KINDS {
                    let dy = (kind.dy)(random, &y);
                    for &size in sizes(rstd) {
                        let dy: Vec<f32> = dy.iter().map(|dy| dy * size).collect();
                        norm.backward(&row, &stats, &dy, &mut dx, ParamGrads::default()).unwrap();
                        worst.see(&oracle.dx(epsilon, &gain, &dy), &dx, rstd, || {
                            format!("{}, width {width}, ε {epsilon:e}, {} · {size:e}", family.name, kind.name)
                        });
                    }
                }
            }
        }
    }
    worst
}

#[wasm_bindgen_test(unsupported = test)]
fn dx_of_every_family_is_within_eight_ulp() {
    let mut random = Random(31);
    let mut beyond = Vec::new();
    println!(
        "{:<28} {:>9} {:>9} {:>6} {:>8}   (ULP of the largest term)",
        "family", "LayerNorm", "RMSNorm", "rows", "skipped"
    );
    for family in FAMILIES {
        let [layer_norm, rms_norm] =
            [true, false].map(|centred| measure(family, centred, WIDTHS, &mut random));
        let (rows, skipped) = (layer_norm.rows + rms_norm.rows, layer_norm.skipped + rms_norm.skipped);
        println!(
            "{:<28} {:>9.2} {:>9.2} {rows:>6} {skipped:>8}",
            family.name, layer_norm.error, rms_norm.error
        );
        assert!(8 * skipped <= rows, "{} of {rows}", skipped);
        beyond.extend([layer_norm, rms_norm].into_iter().filter(|worst| worst.error > tolerance::DX));
    }
    for worst in &beyond {
        println!("{:.2} ULP: {}", worst.error, worst.at);
    }
    assert!(beyond.is_empty(), "{} beyond {} ULP", beyond.len(), tolerance::DX);
}

/// With one element of a long row apart the x̂ of all others are near 0, and small beside the mean.
#[wasm_bindgen_test(unsupported = test)]
fn dx_of_long_rows_is_within_eight_ulp() {
    let mut random = Random(32);
    let ordinary = ["normal", "mean 1e7", "±a", "log-normal", "step", "up to ±3.4e38", "subnormal"];
    let apart = ["one ULP in a constant row", "outlier 1e30"];
    for family in FAMILIES {
        let widths: &[usize] = match family.name {
            name if apart.contains(&name) => &[4096, 20000],
            name if ordinary.contains(&name) => &[4096],
            _ => continue,
        };
        let widths = if cfg!(target_arch = "wasm32") { &[1000] } else { widths };
        for centred in [true, false] {
            let worst = measure(family, centred, widths, &mut random);
            println!("{:<28} {:>9.2}", family.name, worst.error);
            assert!(worst.error <= tolerance::DX, "{:.2} ULP: {}", worst.error, worst.at);
        }
    }
}

/// The gain of the oracle is 1 + γ without any rounding.
#[wasm_bindgen_test(unsupported = test)]
fn a_unit_offset_is_part_of_the_gain() {
    let mut random = Random(33);
    for family in FAMILIES {
        for width in [1, 7, 16, 67, 300] {
            let row = (family.row)(&mut random, width);
            let gamma: Vec<f32> = (0..width).map(|_| random.normal() as f32).collect();
            let rounded: Vec<f32> = gamma.iter().map(|gamma| 1.0 + gamma).collect();
            let dy: Vec<f32> = (0..width).map(|_| random.normal() as f32).collect();
            for bare in Norm::both(width) {
                let stats = bare.stats(&row, 1);
                let dx = |norm: Norm| {
                    let mut dx = vec![0.0; width];
                    norm.backward(&row, &stats, &dy, &mut dx, ParamGrads::default()).unwrap();
                    dx
                };
                let offset = dx(bare.with_gamma(&gamma).with_unit_offset());
                let context = format!("{}, width {width}, {bare:?}", family.name);
                assert_eq!(bits(&offset), bits(&dx(bare.with_gamma(&rounded))), "{context}");
                assert_eq!(bits(&dx(bare.with_unit_offset())), bits(&dx(bare)), "without γ: {context}");
                let gain: Vec<_> = gamma.iter().map(|&gamma| integer(1.0) + integer(gamma)).collect();
                let exact = GradientOracle::new(&row, bare.centred()).dx(1e-5, &gain, &dy);
                // The rounding of 1 + γ is one more of each g, and so of their mean.
                let largest = exact.iter().map(|exact| exact.scale).fold(0.0, f64::max);
                let exact: Vec<_> = exact.iter().map(|exact| Gradient { scale: largest, ..*exact }).collect();
                assert!(error(&exact, &offset) <= tolerance::DX, "{context}");
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_constant_row_with_epsilon_0_has_no_gradient() {
    let mut random = Random(34);
    for width in [1, 2, 16, 67, 300] {
        let dy: Vec<f32> = (0..width).map(|_| random.normal() as f32).collect();
        for value in [0.0, -0.0, 5.0, 0.1, 1e-40, 1e30, f32::MAX] {
            for norm in Norm::both(width).map(|norm| norm.with_epsilon(0.0)) {
                // Of RMSNorm an all-zero row is.
                let row = vec![if norm.centred() { value } else { 0.0 * value }; width];
                let (mut dx, mut gamma, mut beta) = (vec![7.0; width], vec![0.0; width], vec![0.0; width]);
                let grads = ParamGrads { gamma: Some(&mut gamma), beta: Some(&mut beta) };
                norm.backward(&row, &norm.stats(&row, 1), &dy, &mut dx, grads).unwrap();
                assert_eq!(dx, vec![0.0; width], "{width} times {value:e}");
                assert_eq!(gamma, vec![0.0; width], "dγ of {width} times {value:e}");
                assert_eq!(bits(&beta), bits(&dy), "dβ of {width} times {value:e}");
            }
        }
    }
}

/// x̂ is 0, so that dx is rstd · (g − mean g), whatever the value.
#[wasm_bindgen_test(unsupported = test)]
fn dx_of_a_constant_row_is_within_eight_ulp() {
    let mut random = Random(35);
    for width in [1, 2, 16, 67, 300] {
        for value in [0.0, 5.0, 0.1, -1e-40, 1e30, f32::MAX] {
            for epsilon in EPSILONS.into_iter().filter(|epsilon| *epsilon > 0.0) {
                let norm = Norm::new(true, width).with_epsilon(epsilon);
                let dy: Vec<f32> = (0..width).map(|_| random.normal() as f32).collect();
                let (row, mut dx) = (vec![value; width], vec![7.0; width]);
                norm.backward(&row, &norm.stats(&row, 1), &dy, &mut dx, ParamGrads::default()).unwrap();
                let exact = GradientOracle::new(&row, true).dx(epsilon, &gains(&vec![1.0; width]), &dy);
                let error = error(&exact, &dx);
                assert!(
                    error <= tolerance::DX,
                    "{error} ULP, {width} times {value:e}, ε {epsilon:e}: {dx:?}"
                );
            }
        }
    }
}

/// The oracle itself, against what a gradient is: differences of Σ g·x̂ where two rows differ in one element.
#[wasm_bindgen_test(unsupported = test)]
fn the_oracle_is_the_derivative() {
    let (row, dy, gamma) =
        ([0.5f32, -1.25, 2.0, 0.75, 3.5], [1.0f32, -0.5, 0.25, 2.0, -1.0], [1.0f32, 2.0, -3.0, 0.5, 1.5]);
    for centred in [true, false] {
        let loss = |x: [f64; 5]| {
            let mean = if centred { x.iter().sum::<f64>() / 5.0 } else { 0.0 };
            let var = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 5.0;
            let g = dy.iter().zip(gamma).map(|(&dy, gamma)| f64::from(dy * gamma));
            g.zip(x).map(|(g, x)| g * (x - mean) / (var + 0.5).sqrt()).sum::<f64>()
        };
        let exact = GradientOracle::new(&row, centred).dx(0.5, &gains(&gamma), &dy);
        for (i, exact) in exact.iter().enumerate() {
            let moved = |by: f64| {
                let mut x = row.map(f64::from);
                x[i] += by;
                loss(x)
            };
            let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!((exact.dx - difference).abs() < 1e-8, "{} for {difference}", exact.dx);
        }
    }
}
