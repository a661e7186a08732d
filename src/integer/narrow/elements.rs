//! One element after another.

use super::products::mul_high;
use super::scales::{ALL_NEAR, NEAR, Narrow, USUAL_BITS, normalised, scaled};
use crate::integer::code::Code;
use crate::integer::feature::Feature;
use crate::integer::rows::Rows;
use crate::integer::word::Word;
use core::ops::Range;

/// Whether there is a loop for [`USUAL_BITS`] behind the point and a β that is shifted to the left.
pub(super) const HAS_USUAL_LOOP: bool = !cfg!(layernorm_small);

impl<F: Feature> Narrow<'_, F> {
    /// Writes `elements` up to the first that is near a boundary, and returns its place among them and its result so far.
    /// Codes, γ and β come from iterators, which need no check of bounds. With `USUAL` `w` is [`USUAL_BITS`], and β is shifted
    /// to the left.
    #[cfg_attr(not(layernorm_small), inline(never))]
    pub(super) fn elements<R: Rows, const USUAL: bool>(
        &self,
        codes: &mut R,
        elements: Range<usize>,
    ) -> Option<(usize, i32)> {
        let (gamma, beta) = (self.gamma.each(elements.clone()), self.beta.each(elements.clone()));
        let Self { a_high, a_low, rest, half, beta_left, beta_right, gamma_scale, .. } = *self;
        let w = if USUAL { USUAL_BITS as u32 } else { self.w };
        let root = (self.rooted.root.mantissa >> 32) as i32;
        let beta_scale = 1i32.wrapping_shl(beta_left);
        codes.each(elements, gamma, beta, |code, g, b| {
            let u = if R::P_FITS_I32 {
                normalised(code as i32, a_high, a_low, rest)
            } else {
                mul_high(self.numerator(code), root)
            };
            let v = scaled::<F>(u, g, gamma_scale);
            let bias = b.wrapping_mul(beta_scale);
            let bias = if USUAL { bias } else { bias >> beta_right };
            let y = v.wrapping_add(bias).wrapping_add(half);
            let rounded = y >> w;
            if y - (rounded << w) >= NEAR { Ok(rounded) } else { Err(rounded) }
        })
    }

    /// Decides an element near a boundary, of which `y` came out.
    pub(super) fn decide<R: Rows>(&self, code: i64, g: i32, b: i32, y: i32) -> i32 {
        if !cfg!(layernorm_small) {
            return self.rooted.y::<i64>(g, b, code);
        }
        // Far outside the codes it does not matter which of the two is right.
        let [first, last] = i64::RANGE;
        let y = y.clamp(first, last);
        let all = [R::Y::LOWEST as i32, R::Y::HIGHEST as i32];
        let candidates = if self.w == ALL_NEAR as u32 { all } else { [y - 1, y] };
        self.rooted.row.between::<i64>(candidates, g, b, code)
    }
}
