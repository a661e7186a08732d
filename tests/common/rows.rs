//! Families of rows, ordinary and adversarial.

use super::random::Random;

pub struct Family {
    pub name: &'static str,
    pub row: fn(&mut Random, usize) -> Vec<f32>,
}

fn fill(width: usize, mut value: impl FnMut(usize) -> f64) -> Vec<f32> {
    (0..width).map(|i| value(i) as f32).collect()
}

fn normal(r: &mut Random, n: usize, mean: f64, sigma: f64) -> Vec<f32> {
    fill(n, |_| mean + sigma * r.normal())
}

fn sign(r: &mut Random) -> f64 {
    if r.bits() & 1 == 0 { 1.0 } else { -1.0 }
}

/// Any finite f32 of either sign with a biased exponent in the range.
fn exponents(r: &mut Random, n: usize, low: u32, high: u32) -> Vec<f32> {
    (0..n)
        .map(|_| {
            let exponent = low + r.below((high - low) as usize) as u32;
            f32::from_bits((r.bits() as u32 & 0x807f_ffff) | exponent << 23)
        })
        .collect()
}

fn sorted(mut row: Vec<f32>) -> Vec<f32> {
    row.sort_by(f32::total_cmp);
    row
}

/// `value` everywhere but for one element, one ULP away.
fn one_ulp(r: &mut Random, n: usize, value: f32) -> Vec<f32> {
    let mut row = vec![value; n];
    row[r.below(n)] = f32::from_bits(value.to_bits() + 1);
    row
}

#[rustfmt::skip]
pub const FAMILIES: &[Family] = &[
    Family { name: "normal", row: |r, n| normal(r, n, 0.0, 1.0) },
    Family { name: "uniform 0..1", row: |r, n| fill(n, |_| r.uniform()) },
    Family { name: "mean up to 4σ", row: |r, n| { let m = 8.0 * r.uniform() - 4.0; normal(r, n, m, 1.0) } },
    Family { name: "mean -100", row: |r, n| normal(r, n, -100.0, 1.0) },
    Family { name: "mean 1e7", row: |r, n| normal(r, n, 1e7, 1.0) },
    Family { name: "mean -1e7, σ 300", row: |r, n| normal(r, n, -1e7, 300.0) },
    Family { name: "mean 1e15, σ 1e8", row: |r, n| normal(r, n, 1e15, 1e8) },
    Family { name: "mean -1e15, σ 1e15", row: |r, n| normal(r, n, -1e15, 1e15) },
    Family { name: "up to ±3.4e38", row: |r, n| fill(n, |_| 3.4e38 * (2.0 * r.uniform() - 1.0)) },
    Family { name: "all ±3.4e38", row: |r, n| fill(n, |_| 3.4e38 * sign(r)) },
    Family { name: "near f32::MAX", row: |r, n| fill(n, |_| f64::from(f32::MAX) * (1.0 - 1e-6 * r.uniform())) },
    Family { name: "around ±1e19", row: |r, n| normal(r, n, 0.0, 1e19) },
    Family { name: "around ±1e-19", row: |r, n| normal(r, n, 0.0, 1e-19) },
    Family { name: "subnormal", row: |r, n| exponents(r, n, 0, 1) },
    Family { name: "around the smallest normal", row: |r, n| exponents(r, n, 0, 5) },
    Family { name: "smallest subnormals", row: |r, n| fill(n, |_| f64::from(f32::from_bits(r.below(3) as u32))) },
    Family { name: "every exponent", row: |r, n| exponents(r, n, 0, 255) },
    Family { name: "one ULP in a constant row", row: |r, n| one_ulp(r, n, 0.1) },
    Family { name: "one ULP in a row of 1e30", row: |r, n| one_ulp(r, n, 1e30) },
    Family { name: "one ULP in a row of 1e-38", row: |r, n| one_ulp(r, n, 1e-38) },
    Family { name: "few ULP around 1", row: |r, n| fill(n, |_| 1.0 + (r.below(5) as f64 - 2.0) * f64::from(f32::EPSILON)) },
    Family { name: "constant", row: |r, n| vec![normal(r, 1, 0.0, 100.0)[0]; n] },
    Family { name: "outlier 1e4", row: |r, n| { let mut row = normal(r, n, 0.0, 1.0); row[r.below(n)] = 1e4; row } },
    Family { name: "outlier 1e30", row: |r, n| { let mut row = normal(r, n, 0.0, 1.0); row[r.below(n)] = -1e30; row } },
    Family { name: "log-normal", row: |r, n| fill(n, |_| (2.0 * r.normal()).exp()) },
    Family { name: "±65504", row: |r, n| fill(n, |_| 65504.0 * sign(r)) },
    Family { name: "±a", row: |r, n| { let a = 1.0 + r.uniform(); fill(n, |_| a * sign(r)) } },
    Family { name: "ascending", row: |r, n| sorted(normal(r, n, 0.0, 1.0)) },
    Family { name: "descending", row: |r, n| sorted(normal(r, n, 3.0, 1.0)).into_iter().rev().collect() },
    Family { name: "ramp", row: |_, n| fill(n, |i| i as f64) },
    Family { name: "parabola", row: |_, n| fill(n, |i| (i as f64).powi(2)) },
    Family { name: "first 64 are 0", row: |r, n| fill(n, |i| if i < 64 { 0.0 } else { 1e5 + r.normal() }) },
    Family { name: "first 256 are 1e7", row: |r, n| fill(n, |i| if i < 256 { 1e7 } else { r.normal() }) },
    Family { name: "first 256 are near 3", row: |r, n| fill(n, |i| r.normal() * 0.01 + if i < 256 { 3.0 } else { 0.0 }) },
    Family { name: "first 16 are 1e7", row: |r, n| fill(n, |i| if i < 16 { 1e7 } else { r.normal() }) },
    Family { name: "first 64 are 1e-3", row: |r, n| fill(n, |i| r.normal() * if i < 64 { 1e-3 } else { 1.0 }) },
    Family { name: "step", row: |r, n| fill(n, |i| r.normal() + if 2 * i < n { -1e3 } else { 1e3 }) },
    Family { name: "sparse", row: |r, n| fill(n, |_| if r.below(50) == 0 { r.normal() } else { 0.0 }) },
    Family { name: "zeros of both signs", row: |r, n| fill(n, |_| if r.below(3) == 0 { r.normal() } else { 0.0 * sign(r) }) },
    Family { name: "powers of two", row: |_, n| fill(n, |i| 2f64.powi((i % 250) as i32 - 125)) },
    Family { name: "cancelling pairs", row: |_, n| fill(n, |i| (1.0 + i as f64 / 7.0) * if i % 2 == 0 { 1.0 } else { -1.0 }) },
];
