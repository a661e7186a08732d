//! Contract of `backward`: the error of dx against exact arithmetic, on every family of rows, width, ε and kind of dy.

use crate::common::gradient_oracle::{Gradient, GradientOracle, gains};
use crate::common::norms::Norm;
use crate::common::oracle::integer;
use crate::common::random::Random;
use crate::common::rows::{FAMILIES, Family};
use crate::common::{EPSILONS, bits, full_tier, tolerance};
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
    // Of the loss ½|y|²: what is left is ε/(var + ε) of it.
    Kind { name: "y", dy: |_, y| y.to_vec() },
    Kind { name: "2^±20", dy: |r, y| y.iter().map(|_| {
        let size = 2f64.powf(40.0 * r.uniform() - 20.0);
        (if r.below(2) == 0 { size } else { -size }) as f32
    }).collect() },
    Kind { name: "mean 1e3", dy: |r, y| y.iter().map(|_| (1e3 + r.normal()) as f32).collect() },
];

/// In ULP of the largest term of each element.
fn error(exact: &[Gradient], dx: &[f32]) -> f64 {
    exact.iter().zip(dx).map(|(exact, &dx)| exact.error(dx)).fold(0.0, f64::max)
}

#[derive(Default)]
struct Worst {
    error: f64,
    at: String,
    rows: usize,
}

impl Worst {
    fn see(&mut self, exact: &[Gradient], dx: &[f32], at: impl Fn() -> String) {
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
            let stats = bare.stats(&row, 1);
            for (norm, gain) in [(bare, gains(&vec![1.0; width])), (bare.with_gamma(&gamma), gains(&gamma))] {
                for kind in &KINDS {
                    let dy = (kind.dy)(random, &y);
                    norm.backward(&row, &stats, &dy, &mut dx, ParamGrads::default()).unwrap();
                    worst.see(&oracle.dx(epsilon, &gain, &dy), &dx, || {
                        format!("{}, width {width}, ε {epsilon:e}, {}", family.name, kind.name)
                    });
                }
            }
        }
    }
    worst
}

#[wasm_bindgen_test(unsupported = test)]
fn dx_of_every_family_is_within_the_bound_of_the_tables() {
    let mut random = Random(31);
    let mut beyond = Vec::new();
    println!(
        "{:<28} {:>9} {:>9} {:>6}   (ULP of the largest term)",
        "family", "LayerNorm", "RMSNorm", "rows"
    );
    for family in FAMILIES {
        let [layer_norm, rms_norm] =
            [true, false].map(|centred| measure(family, centred, WIDTHS, &mut random));
        let rows = layer_norm.rows + rms_norm.rows;
        println!("{:<28} {:>9.2} {:>9.2} {rows:>6}", family.name, layer_norm.error, rms_norm.error);
        beyond.extend([layer_norm, rms_norm].into_iter().filter(|worst| worst.error > tolerance::DX));
    }
    for worst in &beyond {
        println!("{:.2} ULP: {}", worst.error, worst.at);
    }
    assert!(beyond.is_empty(), "{} beyond {} ULP", beyond.len(), tolerance::DX);
}

/// dx of one row of which everything is given.
fn dx_of(centred: bool, epsilon: f32, gamma: &[f32], x: &[f32], dy: &[f32]) -> (Vec<Gradient>, Vec<f32>) {
    let norm = Norm::new(centred, x.len()).with_epsilon(epsilon).with_gamma(gamma);
    let mut dx = vec![7.0; x.len()];
    norm.backward(x, &norm.stats(x, 1), dy, &mut dx, ParamGrads::default()).unwrap();
    (GradientOracle::new(x, centred).dx(epsilon, &gains(gamma), dy), dx)
}

/// No size of x, dy or γ makes a NaN, or an infinity where dx is none.
#[wasm_bindgen_test(unsupported = test)]
fn dx_is_finite_or_the_infinity_of_the_right_sign_and_within_its_bound() {
    const SIZES: [f32; 9] = [1e-45, 1e-38, 1e-30, 1e-15, 1.0, 1e15, 1e30, 1e37, 3e38];
    let full = full_tier();
    let widths: &[usize] =
        if full { &[1, 2, 3, 5, 11, 16, 17, 64, 100, 257, 1000] } else { &[1, 2, 3, 17, 67] };
    let sized = |random: &mut Random, width: usize, size: f32| -> Vec<f32> {
        (0..width).map(|_| (random.normal() as f32 * size).clamp(f32::MIN, f32::MAX)).collect()
    };
    let (mut random, mut worst, mut rows, mut infinite) = (Random(36), 0f64, 0, 0);
    for family in FAMILIES {
        for &width in widths {
            let x = (family.row)(&mut random, width);
            for (turn, size) in SIZES.into_iter().enumerate() {
                let gammas: &[f32] = if full { &SIZES } else { &[SIZES[(turn * 4 + width) % 9], 1.0] };
                for (&of_gamma, epsilon) in gammas.iter().zip(EPSILONS.iter().cycle().skip(turn + width)) {
                    let (dy, gamma) = (sized(&mut random, width, size), sized(&mut random, width, of_gamma));
                    for centred in [true, false] {
                        let (exact, dx) = dx_of(centred, *epsilon, &gamma, &x, &dy);
                        let error = error(&exact, &dx);
                        assert!(
                            error <= tolerance::EVERY_DX,
                            "{error} ULP, {}, width {width}, ε {epsilon:e}, dy {size:e}, γ {of_gamma:e}, \
                             centred {centred}: {x:?} {dy:?} {gamma:?} {dx:?}",
                            family.name
                        );
                        worst = worst.max(error);
                        rows += 1;
                        infinite += usize::from(dx.iter().any(|dx| dx.is_infinite()));
                    }
                }
            }
        }
    }
    println!("dx of every size: worst of {rows} rows {worst:.2} ULP; in {infinite} an infinity is right");
    assert!(infinite * 20 > rows);
}

/// Terms of dx that leave the range of f32, though dx is 0.
#[wasm_bindgen_test(unsupported = test)]
fn dx_of_a_constant_row_is_zero_where_its_terms_overflow() {
    for (x, dy) in [(&[0.5f32][..], &[1e37f32][..]), (&[1e38; 2], &[1e29; 2]), (&[0.0; 3], &[3e38; 3])] {
        let (_, dx) = dx_of(true, 1e-5, &vec![1.0; x.len()], x, dy);
        assert_eq!(dx, vec![0.0; x.len()], "{x:?}, {dy:?}");
    }
}

/// A row of ordinary sizes whose third element by the end is off by more than 8 ULP, and one whose sums cancel beyond f64.
#[wasm_bindgen_test(unsupported = test)]
fn dx_of_rows_that_broke_a_bound_is_within_it() {
    let x = [
        14850.369, 2.6033196, -34261.234, -2.8211946, 2.4499755, -21149.441, -2.618966, 1.9464612,
        -1.6958326, -1360.2885, 2.8073118, -15.514947,
    ];
    let dy = [
        0.08115849,
        0.8422524,
        -703288.0,
        0.7257425,
        -0.46527568,
        4.3509507,
        -0.43458146,
        0.2685734,
        -2.203016,
        80083.805,
        -4.7319946,
        21410.416,
    ];
    let gamma = [
        -2.6812916,
        1.3336251,
        192.27019,
        -0.875807,
        -0.382224,
        -0.32461753,
        0.44272557,
        1.3885845,
        -1.8277855,
        -73.00134,
        1.6020846,
        9116.492,
    ];
    let (exact, dx) = dx_of(true, 0.0, &gamma, &x, &dy);
    let first = error(&exact, &dx);
    let large = (1u64 << 60) as f32;
    let (exact, dx) =
        dx_of(true, 0.0, &[1.0; 5], &[-1.0, 1.0, -1.0, 1.0, 0.0], &[large, 1.0, -large, 0.0, 0.0]);
    let second = error(&exact, &dx);
    println!("dx of rows that broke 8 ULP: {first:.2} and {second:.2} ULP");
    assert!(first <= tolerance::EVERY_DX && second <= tolerance::EVERY_DX);
}

/// With one element of a long row apart the x̂ of all others are near 0, and small beside the mean.
#[wasm_bindgen_test(unsupported = test)]
fn dx_of_long_rows_is_within_the_bound_of_the_tables() {
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
fn dx_of_a_constant_row_is_within_the_bound_of_the_tables() {
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
