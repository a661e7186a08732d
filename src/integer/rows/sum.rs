//! A code of the input and one of the residual, added.

use super::vectors::{Mean, UNIT, WIDE_UNIT, differences, narrowed};
use crate::integer::code::Code;
use crate::integer::lane::{LaneCode, Lanes};
use crate::isa::{MOST_LANES, elements_from, elements_from_mut};

/// How a code of the input and one of the residual are added.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sum {
    /// Has at most 20 bits.
    pub multiplier: i32,
    /// Of the input and of the residual.
    pub zero_points: [i32; 2],
    /// Bits of the sum behind the point of the residual; at most 16.
    pub unit: u32,
}

impl Sum {
    /// The sum is that of the codes themselves.
    pub(super) const fn is_of_codes(&self) -> bool {
        self.multiplier == 1 && self.unit == 0 && self.zero_points[0] == 0 && self.zero_points[1] == 0
    }

    #[inline(always)]
    pub(super) fn of(&self, x: i32, residual: i32) -> i64 {
        let Self { multiplier, zero_points: [x_zero, zero], unit } = *self;
        let from_zero = |code: i32, zero: i32| i64::from(code) - i64::from(zero);
        i64::from(multiplier) * from_zero(x, x_zero) + (from_zero(residual, zero) << unit)
    }

    /// `sum`, rounded to the scale of the residual.
    #[inline(always)]
    pub(super) fn kept(&self, sum: i64) -> i64 {
        rounded(sum, self.unit) + i64::from(self.zero_points[1])
    }
}

/// `v / 2^bits`, rounded half to even.
#[inline(always)]
pub(crate) fn rounded(v: i64, bits: u32) -> i64 {
    if bits == 0 {
        return v;
    }
    let whole = v >> bits;
    let odd = whole & 1;
    // A half is added where `whole` is odd, and a unit less than a half where it is even: then a half is rounded down.
    (v + (1 << (bits - 1)) - 1 + odd) >> bits
}

/// Sums of one vector.
pub(super) struct VectorOfSums<L: Lanes> {
    /// From an integer near their mean, each rounded to the nearest `f32`.
    pub deviations: L::V,
    /// Rounded to the scale of the residual, as integers that are saturated when they are stored.
    pub kept: L::V,
}

/// Adds the first `LANES` codes. It is no closure, as [`VectorMap`](super::VectorMap) is none.
pub(super) trait VectorSum<L: Lanes> {
    fn sums<X: LaneCode>(&self, x: &[X], residual: &[X]) -> VectorOfSums<L>;
}

/// Sums of the codes themselves, of at most 16 bits.
pub(super) struct OfCodes<L: Lanes> {
    pub lanes: L,
    pub mean: Mean<L>,
}

impl<L: Lanes> VectorSum<L> for OfCodes<L> {
    #[inline(always)]
    fn sums<X: LaneCode>(&self, x: &[X], residual: &[X]) -> VectorOfSums<L> {
        let lanes = self.lanes;
        let kept = lanes.add_integers(X::load(lanes, x), X::load(lanes, residual));
        VectorOfSums { deviations: self.mean.deviations_of(lanes, kept), kept }
    }
}

/// Sums of codes of at most 16 bits: they have less than 40 bits, and less than 23 when they are kept, so that they are exact in `f64`.
pub(super) struct Scaled<L: Lanes> {
    lanes: L,
    multiplier: L::Wide,
    /// `2^unit`, and what divides by it.
    unit: [L::Wide; 2],
    /// What a sum has from the zero points.
    zeros: L::Wide,
    /// The same and the mean.
    mean: L::Wide,
    /// What rounds to an integer when it is added, and what is subtracted then: less by the zero point of the residual.
    round: [L::Wide; 2],
}

impl<L: Lanes> Scaled<L> {
    #[inline(always)]
    pub(super) fn new(lanes: L, sum: Sum, mean: i64) -> Self {
        let zeros = -sum.of(0, 0);
        let unit = f64::from(1 << sum.unit);
        Self {
            lanes,
            multiplier: lanes.wide_splat(sum.multiplier.into()),
            unit: [unit, 1.0 / unit].map(|v| lanes.wide_splat(v)),
            zeros: lanes.wide_splat(zeros as f64),
            mean: lanes.wide_splat((zeros + mean) as f64),
            round: [WIDE_UNIT, WIDE_UNIT - f64::from(sum.zero_points[1])].map(|v| lanes.wide_splat(v)),
        }
    }
}

impl<L: Lanes> VectorSum<L> for Scaled<L> {
    #[inline(always)]
    fn sums<X: LaneCode>(&self, x: &[X], residual: &[X]) -> VectorOfSums<L> {
        let lanes = self.lanes;
        let (mut codes, mut deviations, mut kept) =
            ([[0.0; MOST_LANES]; 2], [0.0; MOST_LANES], [0.0; MOST_LANES]);
        lanes.store(lanes.to_floats(X::load(lanes, x)), &mut codes[0]);
        lanes.store(lanes.to_floats(X::load(lanes, residual)), &mut codes[1]);
        for at in (0..L::LANES).step_by(L::WIDE) {
            let [x, residual] = [&codes[0], &codes[1]].map(|codes| lanes.widen(elements_from(codes, at)));
            let sum =
                lanes.wide_add(lanes.wide_mul(x, self.multiplier), lanes.wide_mul(residual, self.unit[0]));
            lanes.wide_store(lanes.wide_sub(sum, self.mean), elements_from_mut(&mut deviations, at));
            let scaled = lanes.wide_mul(lanes.wide_sub(sum, self.zeros), self.unit[1]);
            let rounded = lanes.wide_sub(lanes.wide_add(scaled, self.round[0]), self.round[1]);
            lanes.wide_store(rounded, elements_from_mut(&mut kept, at));
        }
        let raised = lanes.add(narrowed(lanes, &kept), lanes.splat(UNIT));
        let kept = lanes.add_integers(raised, lanes.splat(f32::from_bits(UNIT.to_bits().wrapping_neg())));
        VectorOfSums { deviations: narrowed(lanes, &deviations), kept }
    }
}

/// Sums of codes of any width, one after another.
pub(super) struct OneByOne<L> {
    pub lanes: L,
    pub sum: Sum,
    pub mean: i64,
}

impl<L: Lanes> VectorSum<L> for OneByOne<L> {
    #[inline(always)]
    fn sums<X: LaneCode>(&self, x: &[X], residual: &[X]) -> VectorOfSums<L> {
        let Self { lanes, sum, mean } = *self;
        let mut sums = [0; MOST_LANES];
        let codes = x.iter().zip(residual).take(L::LANES);
        sums.iter_mut().zip(codes).for_each(|(to, (x, residual))| *to = sum.of(x.get(), residual.get()));
        let mut kept = [0; MOST_LANES];
        kept.iter_mut().zip(sums).for_each(|(to, v)| *to = i32::saturated(sum.kept(v)));
        VectorOfSums { deviations: differences(lanes, mean, sums.into_iter()), kept: lanes.load_i32(&kept) }
    }
}
