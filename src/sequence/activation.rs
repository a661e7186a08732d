//! Logistic sigmoid and hyperbolic tangent, the same bits on every machine.

use super::exp::exp;
pub(super) use super::exp::tanh;

/// `1 / (1 + e^−x)`, within 2⁻²³ (1.499 · 2⁻²⁴ in all arguments), and within 3 ULP (2.481) down to −88; from −88.73 on
/// down it is 0.
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}
