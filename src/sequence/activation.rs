//! Logistic sigmoid and hyperbolic tangent, of the crate `libm` on every machine.

/// `1 / (1 + e^−x)`, within 2.5 ULP of 1.
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-x))
}

pub(super) fn tanh(x: f32) -> f32 {
    libm::tanhf(x)
}
