//! Vectors of codes on their way to results.

use crate::integer::lane::{LaneCode, Lanes};
use crate::isa::MOST_LANES;

/// A float whose last bit is worth 1, so that a sum with it is rounded to an integer: the integer that its bits are more than those
/// of UNIT, if that has less than 23 bits.
pub(crate) const UNIT: f32 = 12_582_912.0;

/// As [`UNIT`], for a `f64` of less than 2⁵¹.
pub(crate) const WIDE_UNIT: f64 = 6_755_399_441_055_744.0;

/// Computes a vector of results. It is no closure, because that would not be compiled for the lanes wherever it is called twice.
pub(crate) trait VectorMap<L: Lanes> {
    /// Integers, which are saturated when they are stored.
    fn results(&self, deviations: L::V, gamma: L::V, beta: L::V) -> Result<L::V, Uncertain<L>>;
}

/// A vector of results of which some are uncertain.
pub(crate) struct Uncertain<L: Lanes> {
    /// One bit per lane.
    pub certain: u32,
    pub results: L::V,
}

/// An integer near the mean, for a vector of codes.
pub(super) struct Mean<L: Lanes> {
    unit: L::V,
    /// UNIT and the mean; exact if that has at most 22 bits.
    raised: L::V,
    mean: i64,
}

impl<L: Lanes> Mean<L> {
    #[inline(always)]
    pub(super) fn new(lanes: L, mean: i64) -> Self {
        Self { unit: lanes.splat(UNIT), raised: lanes.splat(UNIT + mean as f32), mean }
    }

    /// The first `LANES` codes less the mean, each rounded to the nearest `f32`.
    #[inline(always)]
    pub(super) fn deviations<X: LaneCode>(&self, lanes: L, codes: &[X]) -> L::V {
        if X::BITS <= 16 {
            self.deviations_of(lanes, X::load(lanes, codes))
        } else {
            differences(lanes, self.mean, codes.iter().map(|code| code.get().into()))
        }
    }

    /// Integers of at most 18 bits less the mean: exact, because an integer added to the bits of UNIT is added to UNIT.
    #[inline(always)]
    pub(super) fn deviations_of(&self, lanes: L, integers: L::V) -> L::V {
        lanes.sub(lanes.add_integers(integers, self.unit), self.raised)
    }
}

/// The first `LANES` codes less `mean`, each rounded to the nearest `f32`.
#[inline(always)]
pub(super) fn differences<L: Lanes>(lanes: L, mean: i64, codes: impl Iterator<Item = i64>) -> L::V {
    let mut differences = [0.0; MOST_LANES];
    differences.iter_mut().zip(codes.take(L::LANES)).for_each(|(to, code)| *to = (code - mean) as f32);
    lanes.load(&differences)
}

/// The first `LANES` of `values`, each rounded to the nearest `f32`.
#[inline(always)]
pub(super) fn narrowed<L: Lanes>(lanes: L, values: &[f64; MOST_LANES]) -> L::V {
    let mut floats = [0.0; MOST_LANES];
    floats.iter_mut().zip(values).take(L::LANES).for_each(|(to, &value)| *to = value as f32);
    lanes.load(&floats)
}
