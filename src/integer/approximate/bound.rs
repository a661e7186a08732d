//! How far an approximation may be off.

use crate::integer::feature::Feature;
use crate::integer::lane::Lanes;
use crate::integer::rows::Rows;

/// `u`, with what is of second order.
pub(super) const U: f32 = (1.0 / (1u64 << 24) as f64 * (1.0 + 1.0 / (1 << 20) as f64)) as f32;

/// The bound of an error, in `u`.
pub(super) struct Bound {
    /// Of `|y|`.
    pub y: f32,
    /// Of the largest `|b′|`.
    pub bias: f32,
    /// Of `|c|` and the largest `|g|`.
    pub centre: f32,
}

impl Bound {
    pub(super) const fn new<L: Lanes, R: Rows, F: Feature>() -> Self {
        let difference = if R::P_FITS_I32 { 0.0 } else { 1.0 };
        let product = if L::FUSED { 0.0 } else { 1.0 };
        let parameter = if F::SIZE == 32 { 1.0 } else { 0.0 };
        Self {
            y: 3.0 + difference + 2.0 * product + parameter,
            bias: 2.0 + difference + 2.0 * product + 2.0 * parameter,
            centre: 2.0 + difference + product,
        }
    }
}

/// What the test itself rounds, near ½.
pub(super) const TEST: f32 = 1.0 / (1 << 22) as f32;

/// Above this `|y|` a block is not approximated.
pub(super) const LARGEST: f32 = (1 << 21) as f32;
