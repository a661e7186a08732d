//! Which loop takes which elements of a row.

use super::elements::HAS_USUAL_LOOP;
use super::scales::{Narrow, USUAL_BITS};
use crate::integer::feature::Feature;
use crate::integer::rows::Rows;

impl<F: Feature> Narrow<'_, F> {
    /// Writes the elements, those of the row or a part of them.
    pub(crate) fn write<R: Rows>(&self, codes: &mut R) {
        let width = codes.len();
        let mut at = 0;
        while at < width {
            let next = at..width;
            #[cfg(layernorm_dsp)]
            let next = self.pairs(codes, next);
            if next.is_empty() {
                return;
            }
            let near = if HAS_USUAL_LOOP && self.w == USUAL_BITS as u32 && self.beta_right == 0 {
                self.elements::<R, HAS_USUAL_LOOP>(codes, next.clone())
            } else {
                self.elements::<R, false>(codes, next.clone())
            };
            at = match near {
                None => next.end,
                Some((after, y)) => {
                    let at = next.start + after;
                    let y = self.decide::<R>(codes.code(at), self.gamma.get(at), self.beta.get(at), y);
                    codes.set(at, y);
                    at + 1
                }
            }
        }
    }
}
