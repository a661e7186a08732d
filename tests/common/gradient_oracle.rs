//! Exact gradients of layer normalisation in integers.
//!
//! With X, S and E as in [`super::oracle`], C = N·X − S, D = N·Q − S² + N²·E, so that x̂ = C / sqrt(D), and with
//! G = dy·γ in units of 2⁻²⁹⁸, T = ΣG and K = ΣG·C, the quotient rule gives
//!
//! ```text
//! dx = ∂/∂X Σ G·C / sqrt(D) = ((N·G − T)·D − C·K) / D^(3/2)          RMSNorm: S = T = 0
//! ```
//!
//! in units of 2⁻¹⁴⁹. Numerator and D are exact, whatever they cancel; what is left is rounded to f64. The code under
//! test adds up floats, divides by a root and subtracts; it has none of these terms.

use super::oracle::{integer, ulp};
use super::tolerance;
use num_bigint::{BigInt, Sign};

/// One row, whose gradients are wanted.
pub struct GradientOracle {
    centred: bool,
    width: BigInt,
    /// C of each element.
    c: Vec<BigInt>,
    /// N·Q − S².
    square: BigInt,
}

/// Of one element.
#[derive(Clone, Copy)]
pub struct Gradient {
    pub dx: f64,
    /// rstd · max(|g|, |mean g|, |x̂ · mean(g·x̂)|): the largest of the three terms that dx is the sum of.
    pub scale: f64,
    /// The error that [`tolerance::cancelled`] allows.
    pub cancelled: f64,
}

impl Gradient {
    /// The error of `dx` beyond what sums in f64 may lose, in ULP of the largest term; infinite for a NaN, or an infinity
    /// where there is none.
    pub fn error(&self, dx: f32) -> f64 {
        let (dx, exact) = (f64::from(dx), self.dx);
        // An infinity stands for what rounds to it.
        let largest = 2f64.powi(128) - 2f64.powi(103);
        let dx = if dx.is_infinite() && dx * exact > 0.0 { largest.copysign(dx) } else { dx };
        let error = if dx.is_infinite() || dx.is_nan() {
            return f64::INFINITY;
        } else if dx.abs() == largest && exact.abs() >= largest {
            0.0
        } else {
            (dx - exact).abs()
        };
        (error - self.cancelled).max(0.0) / ulp(self.scale)
    }
}

impl GradientOracle {
    pub fn new(row: &[f32], centred: bool) -> Self {
        let width = BigInt::from(row.len());
        let x: Vec<BigInt> = row.iter().map(|&x| integer(x)).collect();
        let squares: BigInt = x.iter().map(|x| x * x).sum();
        let sum = if centred { x.iter().sum() } else { BigInt::ZERO };
        let c = x.iter().map(|x| &width * x - &sum).collect();
        Self { centred, square: &width * squares - &sum * &sum, width, c }
    }

    /// D.
    fn below(&self, epsilon: f32) -> BigInt {
        &self.square + ((&self.width * &self.width * integer(epsilon)) << 149u32)
    }

    /// Of every element; `gain` is in units of 2⁻¹⁴⁹, which also holds 1 + γ. All 0 where rstd is infinite.
    pub fn dx(&self, epsilon: f32, gain: &[BigInt], dy: &[f32]) -> Vec<Gradient> {
        let below = self.below(epsilon);
        if below.sign() == Sign::NoSign {
            return vec![Gradient { dx: 0.0, scale: 0.0, cancelled: 0.0 }; dy.len()];
        }
        let g: Vec<BigInt> = dy.iter().zip(gain).map(|(&dy, gain)| integer(dy) * gain).collect();
        let k: BigInt = g.iter().zip(&self.c).map(|(g, c)| g * c).sum();
        let sum: BigInt = if self.centred { g.iter().sum() } else { BigInt::ZERO };
        let (n_below, mean) = (&self.width * &below, sum * &below);
        let cube = Float::of(&below).to_three_halves();
        let value = |v: &BigInt| Float::of(v).over(cube, -149);
        let squares = g.iter().map(|g| g * g).sum();
        let size = Float::of(&squares).root().over(Float::ONE, -298) / (dy.len() as f64).sqrt();
        let size = self.rstd(epsilon) * size * tolerance::cancelled(dy.len());
        let root = Float::of(&below).root();
        let terms = g.iter().zip(&self.c).map(|(g, c)| (g * &n_below, c * &k, c));
        terms
            .map(|(own, along, c)| {
                let scale = [&own, &mean, &along].map(|term| value(term).abs());
                let scale = scale.into_iter().fold(0.0, f64::max);
                let cancelled = size * (1.0 + Float::of(c).over(root, 0).abs());
                Gradient { dx: value(&(own - &mean - along)), scale, cancelled }
            })
            .collect()
    }

    /// x̂ of element `i`, with the relative error of an f64.
    pub fn normalised(&self, epsilon: f32, i: usize) -> f64 {
        let below = self.below(epsilon);
        if below.sign() == Sign::NoSign {
            0.0
        } else {
            Float::of(&self.c[i]).over(Float::of(&below).root(), 0)
        }
    }

    pub fn rstd(&self, epsilon: f32) -> f64 {
        let below = self.below(epsilon);
        if below.sign() == Sign::NoSign {
            return f64::INFINITY;
        }
        Float::of(&self.width).over(Float::of(&below).root(), 149)
    }
}

/// γ as [`GradientOracle::dx`] wants it.
pub fn gains(gamma: &[f32]) -> Vec<BigInt> {
    gamma.iter().map(|&gamma| integer(gamma)).collect()
}

/// `mantissa · 2^exponent`: the integers leave the range of an f64.
#[derive(Clone, Copy)]
struct Float {
    mantissa: f64,
    /// A multiple of 64 in what [`of`](Self::of) gives.
    exponent: i64,
}

impl Float {
    const ONE: Self = Self { mantissa: 1.0, exponent: 0 };

    /// The two highest digits, which hold 64 significant bits at least, rounded.
    fn of(v: &BigInt) -> Self {
        let mut digits = v.iter_u64_digits();
        let exponent = 64 * (digits.len() as i64 - 2);
        let (high, low) = (digits.next_back().unwrap_or(0), digits.next_back().unwrap_or(0));
        let mantissa = high as f64 * 2f64.powi(64) + low as f64;
        Self { mantissa: if v.sign() == Sign::Minus { -mantissa } else { mantissa }, exponent }
    }

    fn root(self) -> Self {
        Self { mantissa: self.mantissa.sqrt(), exponent: self.exponent / 2 }
    }

    fn to_three_halves(self) -> Self {
        Self { mantissa: self.mantissa * self.mantissa.sqrt(), exponent: self.exponent / 2 * 3 }
    }

    /// `self / other · 2^exponent`.
    fn over(self, other: Self, exponent: i64) -> f64 {
        let exponent = (self.exponent - other.exponent + exponent).clamp(-2000, 2000) as i32;
        // In two steps: 2^exponent alone may leave the range.
        self.mantissa / other.mantissa * 2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2)
    }
}
