//! One element alone: for outputs of 8 and 16 bits in 64 bits where 32 do not decide, for outputs of 32 bits in 128.
//!
//! ```text
//! x̂ = P · 2⁸/sqrt(V)                 as many bits as fit
//! y = x̂·g·2^(w−k) + b·2^(w−m)        w bits behind the point, with a bound on the error
//! ```

use super::feature::Feature;
use super::row::RootedRow;
use super::rows::Rows;
use super::word::{Product, Word};

/// What the shifts of the product and of `b` may lose, in units of the last bit.
const SHIFT_ERROR: i32 = 2;

impl RootedRow<'_> {
    /// Writes all elements, one after another.
    #[inline(never)]
    pub(super) fn elements<W: Word, R: Rows, F: Feature>(&self, codes: &mut R, gamma: F, beta: F) {
        for i in 0..codes.len() {
            let y = self.y::<W>(gamma.get(i), beta.get(i), codes.code(i));
            codes.set(i, y);
        }
    }

    /// The result for `code`, or where that is beyond the codes of the output, a number beyond them too.
    #[inline(always)]
    pub(super) fn y<W: Word>(&self, g: i32, b: i32, code: i64) -> i32 {
        let candidates = self.candidates::<W>(self.row.numerator(code), g, b);
        self.row.between::<W>(candidates, g, b, code)
    }

    /// The lowest and the highest that the result may be.
    #[inline(never)]
    fn candidates<W: Word>(&self, p: i64, g: i32, b: i32) -> [i32; 2] {
        let norm = self.row.norm;
        let Product { value, point, error } = W::product(p, self.root, g);
        let point = point + norm.k;
        // b·2^(w−m) leaves room for a sign and a sum.
        let w = W::POINT.min(point).min(W::BITS - 34 + norm.m);
        let error = error.shifted(w - point) + W::from(SHIFT_ERROR);
        let y = value.shifted(w - point) + W::from(b).shifted(w - norm.m) + W::from(1).shifted(w - 1);
        // `clamp` would panic for limits in the wrong order, and the compiler may not know their order.
        let [first, last] = W::RANGE.map(W::from);
        let saturated = |y: W| (y.shifted(-w) + W::from(norm.zero_point)).max(first).min(last).low();
        [saturated(y - error), saturated(y + error)]
    }
}
