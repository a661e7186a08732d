//! Exact layer normalisation in integers.
//!
//! Every finite f32 is an integer X times 2⁻¹⁴⁹. With S = ΣX, Q = ΣX² and E = ε in units of 2⁻²⁹⁸
//!
//! ```text
//! x̂ = (N·X − S) / sqrt(N·Q − S² + N²·E)         RMSNorm: x̂ = N·X / sqrt(N·Q + N²·E)
//! ```
//!
//! without any rounding up to the last square root and division, which are taken to 2⁻⁵⁰. The code under
//! test subtracts pivots from floats; it has none of these terms.

use super::tolerance;
use layernorm::RowStats;
use num_bigint::{BigInt, BigUint, Sign};

/// Bits behind the point of [`Oracle::normalised`].
const POINT: u64 = 50;

pub struct Oracle {
    width: BigInt,
    /// S, or 0 for RMSNorm.
    sum: BigInt,
    /// The square root above, times 2^shift.
    root: BigInt,
    shift: u64,
}

/// `v` as an integer in units of 2⁻¹⁴⁹.
pub fn integer(v: f32) -> BigInt {
    let bits = v.to_bits();
    let (exponent, mantissa) = (bits >> 23 & 0xff, bits & 0x7f_ffff);
    assert!(exponent != 0xff, "not finite");
    let magnitude = if exponent == 0 {
        BigUint::from(mantissa)
    } else {
        BigUint::from(mantissa | 0x80_0000) << (exponent - 1)
    };
    BigInt::from_biguint(if v < 0.0 { Sign::Minus } else { Sign::Plus }, magnitude)
}

/// An integer of at most some 2000 bits as a float; the quotient of two may be far smaller than either.
fn ratio(numerator: &BigInt, denominator: &BigInt) -> f64 {
    if numerator.sign() == Sign::NoSign {
        return 0.0;
    }
    // 64 significant bits of the quotient.
    let shift = 64 + denominator.bits() as i64 - numerator.bits() as i64;
    let quotient = if shift >= 0 {
        (numerator << shift as u64) / denominator
    } else {
        numerator / (denominator << (-shift) as u64)
    };
    let (sign, digits) = (quotient.sign(), quotient.magnitude().to_u64_digits());
    let value = digits.iter().rev().fold(0.0, |v, &d| v * 2f64.powi(64) + d as f64);
    // In two steps: 2^shift alone may leave the range.
    let value = value * 2f64.powi(-(shift / 2) as i32) * 2f64.powi(-(shift - shift / 2) as i32);
    if sign == Sign::Minus { -value } else { value }
}

impl Oracle {
    pub fn layer_norm(row: &[f32], epsilon: f32) -> Self {
        Self::new(row, epsilon, true)
    }

    pub fn rms_norm(row: &[f32], epsilon: f32) -> Self {
        Self::new(row, epsilon, false)
    }

    pub fn new(row: &[f32], epsilon: f32, centred: bool) -> Self {
        let width = BigInt::from(row.len());
        let (mut sum, mut squares) = (BigInt::ZERO, BigInt::ZERO);
        for &v in row {
            let v = integer(v);
            squares += &v * &v;
            sum += v;
        }
        if !centred {
            sum = BigInt::ZERO;
        }
        let epsilon = integer(epsilon) << 149u32;
        let square = &width * squares - &sum * &sum + &width * &width * epsilon;
        // A root of at least 128 bits.
        let shift = 128u64.saturating_sub(square.bits() / 2);
        let root = (square << (2 * shift)).sqrt();
        Self { width, sum, root, shift }
    }

    /// x̂ of an element, within 2⁻⁵⁰.
    pub fn normalised(&self, x: f32) -> f64 {
        if self.root.sign() == Sign::NoSign {
            return 0.0;
        }
        let numerator = &self.width * integer(x) - &self.sum;
        let fixed = (numerator << (self.shift + POINT)) / &self.root;
        // |x̂| ≤ sqrt(N) ≤ 2¹², so 64 bits hold it.
        let magnitude = fixed.magnitude().to_u64_digits().first().copied().unwrap_or(0) as f64;
        let value = magnitude * 2f64.powi(-(POINT as i32));
        if fixed.sign() == Sign::Minus { -value } else { value }
    }

    pub fn mean(&self) -> f64 {
        ratio(&self.sum, &(&self.width << 149u32))
    }

    /// 1/sqrt(var + ε); infinite where that is 0.
    pub fn rstd(&self) -> f64 {
        if self.root.sign() == Sign::NoSign {
            return f64::INFINITY;
        }
        ratio(&(&self.width << (149 + self.shift)), &self.root)
    }

    /// Every element of `y` with γ and β: the bound of x̂ times |γ|, plus the rounding of one multiply and one add.
    pub fn check_affine(&self, x: &[f32], gamma: &[f32], beta: &[f32], y: &[f32], context: &str) {
        for i in 0..x.len() {
            let (gamma, beta) = (f64::from(gamma[i]), f64::from(beta[i]));
            let normalised = self.normalised(x[i]);
            let product = normalised * gamma;
            let exact = product + beta;
            let bound = tolerance::TABLES * ulp(normalised.abs().max(1.0)) * gamma.abs()
                + ulp(product.abs())
                + ulp(exact.abs());
            let error = (f64::from(y[i]) - exact).abs();
            assert!(
                error <= bound,
                "element {i}: {} for {exact}, off by {error:e} > {bound:e}, {context}",
                y[i]
            );
        }
    }

    /// Error of `y` as x̂ of `x`, in ULP of max(1, |x̂|).
    pub fn error(&self, x: f32, y: f32) -> f64 {
        let exact = self.normalised(x);
        (f64::from(y) - exact).abs() / ulp(exact.abs().max(1.0))
    }

    /// `mean()` and `rstd()` are within their tolerances.
    pub fn check_stats(&self, stats: &RowStats, context: &str) {
        let (mean, rstd) = (self.mean(), self.rstd());
        let error = (f64::from(stats.mean()) - mean).abs() / ulp(mean.abs().max(1.0 / rstd));
        assert!(error <= tolerance::MEAN, "mean {} for {mean:e}: {error} ULP, {context}", stats.mean());
        if rstd > f64::from(f32::MAX) {
            assert!(stats.rstd() >= f32::MAX, "rstd {} for {rstd:e}, {context}", stats.rstd());
        } else {
            let error = (f64::from(stats.rstd()) - rstd).abs() / ulp(rstd);
            assert!(error <= tolerance::RSTD, "rstd {} for {rstd:e}: {error} ULP, {context}", stats.rstd());
        }
    }
}

/// Distance of f32 numbers around `v ≥ 0`.
pub fn ulp(v: f64) -> f64 {
    // Not by a logarithm: that of a number just below a power of two is rounded up.
    let exponent = (v.to_bits() >> 52) as i32 - 1023;
    2f64.powi(exponent.max(-126) - 23)
}
