//! Contract C1: the error of x̂ against exact arithmetic, on every family of rows, width and ε.

use crate::common::oracle::Oracle;
use crate::common::random::Random;
use crate::common::rows::{FAMILIES, Family};
use crate::common::{EPSILONS, full_tier, tolerance};
use layernorm::{LayerNorm, RmsNorm, RowStats};
use wasm_bindgen_test::wasm_bindgen_test;

/// Widths 1 to 4·16 + 3, around the sizes of a block, and the usual ones.
fn widths() -> impl Iterator<Item = usize> {
    (1..=67).chain([100, 127, 128, 240, 255, 256, 257, 271, 300, 511, 512, 513, 768, 1000, 4096, 16384])
}

/// The worst error of a row in `y`, in ULP of max(1, |x̂|).
fn worst(oracle: &Oracle, row: &[f32], y: &[f32]) -> f64 {
    // Of a long row, its ends and some five hundred elements in between.
    let step = if row.len() > 5000 { row.len() / 509 } else { 1 };
    let sampled = (0..row.len()).step_by(step).chain([row.len() - 1]);
    sampled.map(|i| oracle.error(row[i], y[i])).fold(0.0, f64::max)
}

struct Worst {
    layer_norm: f64,
    rms_norm: f64,
    rows: usize,
}

impl Worst {
    fn of(family: &Family, rows: impl Iterator<Item = (usize, f32)>, random: &mut Random) -> Self {
        let mut worst_of = Self { layer_norm: 0.0, rms_norm: 0.0, rows: 0 };
        for (width, epsilon) in rows {
            let row = (family.row)(random, width);
            let mut y = vec![0.0; width];
            let mut stats = [RowStats::default()];
            let context = || format!("{}, width {width}, ε {epsilon:e}", family.name);

            let oracle = Oracle::layer_norm(&row, epsilon);
            let norm = LayerNorm::new(width).unwrap().with_epsilon(epsilon).unwrap();
            norm.forward_with_stats(&row, &mut y, &mut stats).unwrap();
            let error = worst(&oracle, &row, &y);
            assert!(error <= tolerance::TABLES, "LayerNorm: {error} ULP, {}", context());
            worst_of.layer_norm = worst_of.layer_norm.max(error);
            oracle.check_stats(&stats[0], &context());

            let oracle = Oracle::rms_norm(&row, epsilon);
            let norm = RmsNorm::new(width).unwrap().with_epsilon(epsilon).unwrap();
            norm.forward_with_stats(&row, &mut y, &mut stats).unwrap();
            let error = worst(&oracle, &row, &y);
            assert!(error <= tolerance::TABLES, "RmsNorm: {error} ULP, {}", context());
            worst_of.rms_norm = worst_of.rms_norm.max(error);
            oracle.check_stats(&stats[0], &context());
            worst_of.rows += 1;
        }
        worst_of
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn every_family_is_within_four_ulp() {
    let mut random = Random(1);
    println!("{:<28} {:>9} {:>9} {:>6}   (ULP of max(1, |x̂|))", "family", "LayerNorm", "RMSNorm", "rows");
    for family in FAMILIES {
        let rows = widths().flat_map(|width| EPSILONS.map(|epsilon| (width, epsilon)));
        let worst = Worst::of(family, rows, &mut random);
        println!("{:<28} {:>9.2} {:>9.2} {:>6}", family.name, worst.layer_norm, worst.rms_norm, worst.rows);
    }
}

/// Widths up to 2²⁴: the error does not grow with the width.
#[wasm_bindgen_test(unsupported = test)]
fn long_rows_are_within_four_ulp() {
    // The oracle takes seconds for 2²⁴ elements, so three families have such a row, in one build.
    let widths = |name: &str| -> &[usize] {
        let widest = cfg!(feature = "std") && ["normal", "mean 1e7", "up to ±3.4e38"].contains(&name);
        match () {
            _ if cfg!(target_arch = "wasm32") => &[1 << 16],
            _ if widest || full_tier() => &[1 << 16, 1 << 20, 1 << 24],
            _ => &[1 << 16, 1 << 20],
        }
    };
    let mut random = Random(2);
    let names = ["normal", "uniform 0..1", "mean 1e7", "±a", "log-normal", "ascending", "up to ±3.4e38"];
    for family in FAMILIES.iter().filter(|family| names.contains(&family.name)) {
        for &width in widths(family.name) {
            let worst = Worst::of(family, [(width, 1e-5)].into_iter(), &mut random);
            println!("{:<20} {width:>9} {:>6.2} {:>6.2}", family.name, worst.layer_norm, worst.rms_norm);
        }
    }
}

/// With γ and β: the bound of x̂ times |γ|, plus the rounding of one multiply and one add.
#[wasm_bindgen_test(unsupported = test)]
fn gamma_and_beta_add_two_roundings() {
    let mut random = Random(3);
    for family in FAMILIES {
        for width in [1, 7, 16, 67, 300, 768] {
            let row = (family.row)(&mut random, width);
            let gamma: Vec<f32> = (0..width).map(|_| (3.0 * random.normal()) as f32).collect();
            let beta: Vec<f32> = (0..width).map(|_| random.normal() as f32).collect();
            let norm = LayerNorm::new(width).unwrap();
            let norm = norm.with_gamma(&gamma).unwrap().with_beta(&beta).unwrap();
            let mut y = vec![0.0; width];
            norm.forward(&row, &mut y).unwrap();
            let oracle = Oracle::layer_norm(&row, 1e-5);
            oracle.check_affine(&row, &gamma, &beta, &y, &format!("{}, width {width}", family.name));
        }
    }
}
