//! What a call's codes offer.

use super::vectors::{Uncertain, VectorMap};
use crate::integer::code::Code;
#[cfg(layernorm_dsp)]
use crate::integer::lane::dsp::Places;
use crate::integer::lane::{LaneCode, Lanes};
use crate::integer::sums::Sums;
use core::ops::Range;

/// The codes of a call, or of one row of it: which are read, and where results are written.
pub(crate) trait Rows {
    /// The type of the results.
    type Y: LaneCode;
    /// `P` fits 32 bits in every row.
    const P_FITS_I32: bool;
    /// Codes and results are `i16`: [`places`](Rows::places) has them.
    #[cfg(layernorm_dsp)]
    const IS_I16: bool = false;

    /// One row.
    type Row<'r>: Rows<Y = Self::Y>
    where
        Self: 'r;

    /// Elements in all rows.
    fn len(&self) -> usize;
    /// The row of `width` elements from element `start` on.
    fn row(&mut self, start: usize, width: usize) -> Self::Row<'_>;
    /// The number that [`code`](Rows::code) gives for an element that stands for 0.
    fn zero_point(&self) -> i32;
    /// Element `at`: a code, or the sum of two.
    fn code(&self, at: usize) -> i64;
    /// The sums of all codes.
    fn sums<L: Lanes>(&self, lanes: L) -> Sums;
    /// Writes the result of element `at`, saturated. Its code must not be read again.
    fn set(&mut self, at: usize, y: i32);
    /// Writes `map` of each vector of `elements`, a multiple of the lanes: of its codes less `mean`, each rounded to the nearest
    /// `f32`, its γ and its β. Stops at the first of which a result is uncertain, and returns its place among the vectors, and what
    /// `map` gave for it.
    fn each_vector<L: Lanes>(
        &mut self,
        lanes: L,
        elements: Range<usize>,
        mean: i64,
        parameters: [&[f32]; 2],
        map: impl VectorMap<L>,
    ) -> Option<(usize, Uncertain<L>)>;
    /// Writes `map` of each of `elements` and its γ and β, up to the first for which `map` gives an error; returns the place
    /// of that one among `elements`, and its error.
    #[inline(always)]
    fn each(
        &mut self,
        elements: Range<usize>,
        gamma: impl Iterator<Item = i32>,
        beta: impl Iterator<Item = i32>,
        map: impl Fn(i64, i32, i32) -> Result<i32, i32>,
    ) -> Option<(usize, i32)> {
        for (at, ((i, gamma), beta)) in elements.zip(gamma).zip(beta).enumerate() {
            match map(self.code(i), gamma, beta) {
                Ok(y) => self.set(i, y),
                Err(error) => return Some((at, error)),
            }
        }
        None
    }
    /// The memory of codes and results that are `i16`.
    #[cfg(layernorm_dsp)]
    fn places(&mut self) -> Option<Places<'_>> {
        None
    }
}

#[inline(always)]
pub(super) fn get<T: Code>(values: &[T], at: usize) -> i32 {
    debug_assert!(at < values.len(), "element {at} of {}", values.len());
    values.get(at).map_or(0, |c| c.get())
}

/// Writes `y` to element `at`, saturated.
#[inline(always)]
pub(super) fn set<T: Code>(values: &mut [T], at: usize, y: i64) {
    debug_assert!(at < values.len(), "element {at} of {}", values.len());
    if let Some(to) = values.get_mut(at) {
        *to = T::saturated(y);
    }
}
