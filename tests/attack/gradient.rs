//! An attack on dx: rows in which all three terms of one element have one size and one sign, just below a power of two,
//! where an ULP of the largest is the smallest part of their sum.

use super::record::{name, numbers};
use crate::common::gradient_oracle::{GradientOracle, gains};
use crate::common::norms::Norm;
use crate::common::random::Random;
use crate::common::tolerance;
use layernorm::{ParamGrads, RowStats};

/// A row and what comes back to it.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub x: Vec<f32>,
    pub dy: Vec<f32>,
    pub gamma: Vec<f32>,
}

impl Row {
    fn dx(&self, centred: bool) -> Vec<f32> {
        let norm = Norm::new(centred, self.x.len()).with_epsilon(0.0).with_gamma(&self.gamma);
        let (mut stats, mut dx) = ([RowStats::default()], vec![0.0; self.x.len()]);
        norm.statistics(&self.x, &mut stats).unwrap();
        norm.backward(&self.x, &stats, &self.dy, &mut dx, ParamGrads::default()).unwrap();
        dx
    }

    /// The worst error in ULP of its largest term, by exact arithmetic.
    pub fn verify(&self, centred: bool) -> f64 {
        let exact = GradientOracle::new(&self.x, centred).dx(0.0, &gains(&self.gamma), &self.dy);
        exact.iter().zip(self.dx(centred)).map(|(exact, dx)| exact.error(dx)).fold(0.0, f64::max)
    }

    /// The same by f64, for rows of ordinary sizes in which nothing cancels; nothing for a row without a deviation.
    pub fn evaluate(&self, centred: bool) -> Option<f64> {
        let line = Line::of(self, centred);
        if !(line.rstd > 1e-6 && line.rstd < 1e6) {
            return None;
        }
        let n = self.x.len() as f64;
        let size = line.rstd * (line.squares / n).sqrt() * tolerance::cancelled(self.x.len());
        let mut worst = 0.0;
        for (i, dx) in self.dx(centred).into_iter().enumerate() {
            let [own, level, along] = line.terms(self, i);
            // As in `judge`: at a power of two the smaller number of ULP.
            let largest = own.abs().max(level.abs()).max(along.abs()) * (1.0 + 1e-12);
            let ulp = f64::from_bits(largest.to_bits() & 0x7ff0_0000_0000_0000) / 8_388_608.0;
            let cancelled = size * (1.0 + line.normalised(self, i).abs());
            let error = (f64::from(dx) - (own - level - along)).abs() - cancelled;
            // Terms that underflow are the oracle's.
            if largest > 1e-30 && (error.is_nan() || error / ulp > worst) {
                worst = error / ulp;
            }
        }
        Some(worst)
    }
}

impl Row {
    /// As `tests/golden/attack/gradients.txt` has it: four lines, the norm with the error, then x, dy and γ as bits.
    pub fn text(&self, centred: bool, error: f64) -> String {
        let line = |values: &[f32]| {
            let words: Vec<String> = values.iter().map(|v| format!("{:08x}", v.to_bits())).collect();
            words.join(" ")
        };
        let [x, dy, gamma] = [&self.x, &self.dy, &self.gamma].map(|values| line(values));
        format!("{} {error:.4}\n{x}\n{dy}\n{gamma}\n", name(centred))
    }

    /// The worst of earlier attacks: whether under LayerNorm, the error, the row.
    pub fn known() -> Vec<(bool, f64, Self)> {
        let lines: Vec<&str> = include_str!("../golden/attack/gradients.txt").lines().collect();
        let (rows, []) = lines.as_chunks::<4>() else { panic!("four lines a row") };
        let row = |&[head, x, dy, gamma]: &[&str; 4]| {
            let (norm, error) = head.split_once(' ').unwrap();
            let [x, dy, gamma] = [x, dy, gamma].map(numbers);
            (norm == name(true), error.parse().unwrap(), Self { x, dy, gamma })
        };
        rows.iter().map(row).collect()
    }
}

/// What dx is made of, in f64.
struct Line {
    mean: f64,
    rstd: f64,
    mean_g: f64,
    mean_gx: f64,
    squares: f64,
}

impl Line {
    fn of(row: &Row, centred: bool) -> Self {
        let n = row.x.len() as f64;
        let x = || row.x.iter().map(|&x| f64::from(x));
        let mean = if centred { x().sum::<f64>() / n } else { 0.0 };
        let rstd = 1.0 / (x().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
        let mut line = Self { mean, rstd, mean_g: 0.0, mean_gx: 0.0, squares: 0.0 };
        for i in 0..row.x.len() {
            let g = line.g(row, i);
            line.mean_g += if centred { g / n } else { 0.0 };
            line.mean_gx += g * line.normalised(row, i) / n;
            line.squares += g * g;
        }
        line
    }

    fn g(&self, row: &Row, i: usize) -> f64 {
        f64::from(row.dy[i]) * f64::from(row.gamma[i])
    }

    fn normalised(&self, row: &Row, i: usize) -> f64 {
        (f64::from(row.x[i]) - self.mean) * self.rstd
    }

    fn terms(&self, row: &Row, i: usize) -> [f64; 3] {
        let along = self.normalised(row, i) * self.mean_gx;
        [self.g(row, i) * self.rstd, self.mean_g * self.rstd, along * self.rstd]
    }
}

/// Builds the terms of element 0: g there, and a line through the g of the others.
pub fn built(random: &mut Random, centred: bool) -> Row {
    let width = 3 + random.below(12);
    let n = width as f64;
    // Most of d · slope is rounded where d is just above a power of two, and the slope and rstd just below one.
    let placed = centred && width > 6 && random.below(4) > 0;
    loop {
        let mut x: Vec<f64> = (0..width).map(|_| random.normal()).collect();
        for _ in 0..if placed { 40 } else { 0 } {
            let mean = x.iter().sum::<f64>() / n;
            let deviation = (x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
            x.iter_mut().for_each(|v| *v = (*v - mean) * 0.5 / deviation);
            x[0] = 1.0;
        }
        let scale = if placed { 1.0005 + 0.001 * random.uniform() } else { 1.0 + random.uniform() };
        let shift = if random.below(4) == 0 { 0.0 } else { random.normal() };
        let x: Vec<f32> = x.iter().map(|v| (v * scale + shift) as f32).collect();
        let gamma: Vec<f32> = (0..width).map(|_| (1.0 + random.uniform()) as f32).collect();
        let row = Row { dy: vec![0.0; width], x, gamma };
        let line = Line::of(&row, centred);
        let normalised: Vec<f64> = (0..width).map(|i| line.normalised(&row, i)).collect();
        if normalised[0].abs() < 0.3 || line.rstd > 1e3 {
            continue;
        }
        let size = 2.0 - 0.002 * random.uniform();
        let (own, level, along) = (size / line.rstd, -size / line.rstd, -size / line.rstd / normalised[0]);
        // Σ g and Σ g·x̂ of the others, which are to be a + b·x̂.
        let sums = (n * level - own, n * along - own * normalised[0]);
        let others = || normalised[1..].iter();
        let (s0, s1) = (n - 1.0, others().sum::<f64>());
        let s2 = others().map(|v| v * v).sum::<f64>();
        let below = s0 * s2 - s1 * s1;
        let (a, b) = if centred {
            ((sums.0 * s2 - sums.1 * s1) / below, (s0 * sums.1 - s1 * sums.0) / below)
        } else {
            (0.0, sums.1 / s2)
        };
        let g = |i: usize| if i == 0 { own } else { a + b * normalised[i] };
        let dy: Vec<f32> = (0..width).map(|i| (g(i) / f64::from(row.gamma[i])) as f32).collect();
        if dy.iter().all(|v| v.is_finite() && v.abs() < 1e6) {
            return Row { dy, ..row };
        }
    }
}

/// Anneals so many steps; the worst row and its error.
pub fn climb(random: &mut Random, centred: bool, mut row: Row, steps: usize) -> (f64, Row) {
    let mut error = row.evaluate(centred).unwrap_or(0.0);
    let (mut worst, mut best) = (error, row.clone());
    for step in 0..steps {
        let temperature = 0.4 * (0.01f64 / 0.4).powf(step as f64 / steps as f64);
        // Half of the changes are of the element that was built.
        let i = if random.below(2) == 0 { 0 } else { random.below(row.x.len()) };
        let (kind, bits) = (random.below(3), random.bits() as u32);
        let of = match kind {
            0 => &mut row.x[i],
            1 => &mut row.dy[i],
            _ => &mut row.gamma[i],
        };
        let old = *of;
        *of = match random.below(8) {
            0 => old * (1.0 + 0.01 * random.normal() as f32),
            1 | 2 => f32::from_bits(old.to_bits() ^ (bits & 0xfff)),
            _ => f32::from_bits(old.to_bits() ^ (bits & 0xf)),
        };
        match row.evaluate(centred) {
            Some(to) if to >= error || random.uniform() < ((to - error) / temperature).exp() => error = to,
            _ => match kind {
                0 => row.x[i] = old,
                1 => row.dy[i] = old,
                _ => row.gamma[i] = old,
            },
        }
        if error > worst {
            worst = error;
            best.clone_from(&row);
        }
    }
    (worst, best)
}
