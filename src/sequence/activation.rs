//! Logistic sigmoid and hyperbolic tangent, the same bits on every machine.

use crate::exp::exp;
pub(super) use crate::exp::tanh;

/// `1 / (1 + e^−x)`, within 2⁻²³ (measured over all arguments: 1.499 · 2⁻²⁴), and for x ≥ −88 within 3 ULP (measured: 2.481).
/// For x < −88.73 it is 0.
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[cfg(test)]
mod tests {
    use super::sigmoid;
    use crate::exp::tests::{arguments, ulp};

    #[test]
    fn sigmoid_is_within_2_to_the_minus_23_and_within_3_ulp_down_to_minus_88() {
        let (mut largest, mut worst) = ((0.0, 0.0), (0.0, 0.0));
        for x in arguments().filter(|x| !x.is_nan()) {
            let exact = 1.0 / (1.0 + (-f64::from(x)).exp());
            let error = (f64::from(sigmoid(x)) - exact).abs();
            largest = if error > largest.0 { (error, x) } else { largest };
            let ulps = error / ulp(exact);
            worst = if x >= -88.0 && ulps > worst.0 { (ulps, x) } else { worst };
        }
        std::println!("sigmoid: worst error {:.4} · 2^-24, at {:e}", largest.0 * 2f64.powi(24), largest.1);
        std::println!("sigmoid: worst error {:.4} ULP, at {:e}", worst.0, worst.1);
        assert!(largest.0 < 2f64.powi(-23) && worst.0 < 3.0);
    }
}
