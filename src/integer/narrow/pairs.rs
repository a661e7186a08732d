//! Two elements in a register, with the DSP extension of Arm.

use super::scales::{NEAR, Narrow};
use crate::integer::feature::Feature;
use crate::integer::lane::dsp::PairLoop;
use crate::integer::rows::Rows;
use core::ops::Range;

impl<F: Feature> Narrow<'_, F> {
    /// Writes the first of `elements` where codes, γ and β all have 16 bits. Returns the elements that the caller writes one
    /// by one before it calls again: all of them where there is no such loop, else those of the step that the loop stopped at,
    /// because one of them is near a boundary or because the step is not whole.
    #[inline(never)]
    pub(super) fn pairs<R: Rows>(&self, codes: &mut R, elements: Range<usize>) -> Range<usize> {
        let Self { a_high, a_low, rest, half, beta_left, beta_right, .. } = *self;
        let (gamma, beta) = (self.gamma.as_i16(), self.beta.as_i16());
        let point = self.w as i32;
        if cfg!(layernorm_small) || !R::IS_I16 || gamma.is_empty() || beta.is_empty() {
            return elements;
        }
        if PairLoop::point(point) != Some(point) || beta_right > 0 || beta_left > 14 || a_high >= 1 << 15 {
            return elements;
        }
        let Some(mut places) = codes.places() else { return elements };
        let pairs =
            PairLoop { a: a_high << 16 | a_low, rest, beta_scale: 1 << beta_left, half, near: NEAR as u32 };
        let start = pairs.run(self.w, &mut places, gamma, beta, elements.start);
        start..elements.end.min(start + PairLoop::STEP)
    }
}
