//! γ and β as the loops read them.

use super::lane::{LaneCode, Lanes};
use crate::isa::MOST_LANES;
use crate::part::part;
use core::ops::Range;

/// A parameter for each feature of a row: γ or β. Its type is known to the compiler, or at run time alone.
pub(crate) trait Feature: Copy {
    /// The most bits that a parameter's type has: 16 or 32.
    const SIZE: i32;
    /// The type is known at run time alone, from [`bits`](Feature::bits).
    const DYNAMIC: bool = false;
    /// The compiler knows that every parameter has 32 bits.
    const ALL_32_BITS: bool = Self::SIZE == 32 && !Self::DYNAMIC;
    /// Bits that hold every parameter of the type, with their sign.
    fn bits(self) -> i32;
    /// Bits that hold the first `width` parameters as they are, with their sign.
    fn used_bits(self, width: usize) -> i32 {
        let magnitudes = self.each(0..width).fold(0, |all, v| all | v ^ v >> 31);
        33 - magnitudes.leading_zeros() as i32
    }
    /// The parameter of feature `i`.
    fn get(self, i: usize) -> i32;
    /// Writes `scale` times the parameters of as many features as `to` has elements, a multiple of the lanes, from `start` on. Each
    /// is rounded to the nearest `f32` first; `scale` is a power of two. Returns the largest magnitude.
    #[inline(always)]
    fn to_floats<L: Lanes>(self, _: L, start: usize, scale: f32, to: &mut [f32]) -> f32 {
        let parameters = self.each(start..start + to.len());
        to.iter_mut().zip(parameters).fold(0.0, |all, (to, parameter)| {
            *to = parameter as f32 * scale;
            larger(all, to.abs())
        })
    }
    /// The parameters of `elements`, one after another.
    #[inline(always)]
    fn each(self, elements: Range<usize>) -> impl Iterator<Item = i32> {
        elements.map(move |i| self.get(i))
    }
    /// The parameters, if their type has 16 bits; else an empty slice.
    #[cfg(layernorm_dsp)]
    #[inline(always)]
    fn as_i16(&self) -> &[i16] {
        &[]
    }
}

#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a < b { b } else { a }
}

impl<C: LaneCode> Feature for &[C] {
    const SIZE: i32 = if C::BITS == 32 { 32 } else { 16 };

    #[inline(always)]
    fn bits(self) -> i32 {
        Self::SIZE
    }
    #[inline(always)]
    fn each(self, elements: Range<usize>) -> impl Iterator<Item = i32> {
        debug_assert!(elements.end <= self.len(), "{elements:?} of {}", self.len());
        <[C]>::get(self, elements).unwrap_or_default().iter().map(|code| code.get())
    }
    #[inline(always)]
    fn get(self, i: usize) -> i32 {
        debug_assert!(i < self.len(), "feature {i} of {}", self.len());
        <[C]>::get(self, i).map_or(0, |c| c.get())
    }
    #[inline(always)]
    fn to_floats<L: Lanes>(self, lanes: L, start: usize, scale: f32, to: &mut [f32]) -> f32 {
        let codes = part(self, start, to.len()).chunks_exact(L::LANES);
        let (scale, mut all) = (lanes.splat(scale), lanes.splat(0.0));
        for (to, codes) in to.chunks_exact_mut(L::LANES).zip(codes) {
            let v = lanes.mul(lanes.to_floats(C::load(lanes, codes)), scale);
            lanes.store(v, to);
            all = lanes.max(all, lanes.abs(v));
        }
        let mut largest = [0.0; MOST_LANES];
        lanes.store(all, &mut largest);
        largest.into_iter().fold(0.0, larger)
    }
    #[cfg(layernorm_dsp)]
    #[inline(always)]
    fn as_i16(&self) -> &[i16] {
        C::as_i16(self)
    }
}

/// A [`Feature`] of which a part can be taken.
pub(crate) trait FeatureRow: Feature {
    /// Those of `len` features from `start` on.
    fn part(self, start: usize, len: usize) -> Self;
}

impl<C: LaneCode> FeatureRow for &[C] {
    #[inline(always)]
    fn part(self, start: usize, len: usize) -> Self {
        part(self, start, len)
    }
}
