//! Dynamic tanh of codes, one after another; `definition.md` says what it computes.

use super::feature::Feature;
use super::ratio::{parts, quotient};
use super::rows::Rows;
use super::tanh::{END, fine_tanh_of_magnitude};

/// What is the same for all features.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DynamicTanh {
    /// `A`, with `a` bits behind the point.
    multiplier: i32,
    fraction: u32,
    pub width: usize,
    pub k: i32,
    pub m: i32,
    pub zero_point: i32,
}

/// Fraction bits of tanh and of its argument.
const RESULT: u32 = 30;
const ARGUMENT: u32 = 26;
/// The most fraction bits of `A`.
const MOST: u32 = 40;

impl DynamicTanh {
    /// `alpha` and `scale` are finite.
    pub(crate) fn new(alpha: f32, scale: f32, [k, m]: [i32; 2], width: usize, zero_point: i32) -> Self {
        let ((alpha_mantissa, alpha_exponent), (mantissa, exponent)) = (parts(alpha), parts(scale));
        let rounded = |fraction: u32| {
            let product = quotient(alpha_mantissa * mantissa, alpha_exponent + exponent + fraction as i32, 1);
            product.and_then(|product| i32::try_from(product).ok())
        };
        let found = (0..=MOST).rev().find_map(|fraction| Some((rounded(fraction)?, fraction)));
        let (magnitude, fraction) = found.unwrap_or((i32::MAX, 0));
        let multiplier = if alpha.is_sign_negative() { -magnitude } else { magnitude };
        Self { multiplier, fraction, width, k, m, zero_point }
    }

    /// Writes every row.
    pub(crate) fn forward(&self, mut rows: impl Rows, gamma: impl Feature, beta: impl Feature) {
        let mut start = 0;
        // `step_by` would divide.
        while start < rows.len() {
            let row = &mut rows.row(start, self.width);
            start += self.width.max(1);
            for i in 0..row.len() {
                let x = row.code(i) - i64::from(row.zero_point());
                row.set(i, self.y(x, gamma.get(i), beta.get(i)));
            }
        }
    }

    /// Not saturated to a code.
    fn y(&self, x: i64, gamma: i32, beta: i32) -> i32 {
        let product = x * i64::from(self.multiplier);
        let magnitude = product.unsigned_abs();
        // A product has 48 bits: none is lost to the left before it is beyond the end.
        let argument = if self.fraction >= ARGUMENT {
            magnitude >> (self.fraction - ARGUMENT)
        } else {
            magnitude.min(END) << (ARGUMENT - self.fraction)
        };
        let t = i64::from(fine_tanh_of_magnitude(argument.min(END) as u32));
        let scaled = i128::from(if product < 0 { -t } else { t } * i64::from(gamma));
        let ([k, m], beta) = ([RESULT as i32 + self.k, self.m].map(|bits| bits as u32), i128::from(beta));
        let bits = k.max(m);
        let y = rounded((scaled << (bits - k)) + (beta << (bits - m)), bits) + i128::from(self.zero_point);
        y.max(i32::MIN.into()).min(i32::MAX.into()) as i32
    }
}

/// `v / 2^bits`, rounded half to even; `bits` is not 0.
fn rounded(v: i128, bits: u32) -> i128 {
    let odd = v >> bits & 1;
    // A half is added where the result is odd, and a unit less than a half where it is even: then a half is rounded down.
    (v + (1 << (bits - 1)) - 1 + odd) >> bits
}
