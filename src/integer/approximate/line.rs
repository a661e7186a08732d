//! A vector of results.

use crate::integer::lane::Lanes;
use crate::integer::rows::{Uncertain, VectorMap};

/// What turns deviations of a row into results.
pub(super) struct Line<L: Lanes> {
    pub lanes: L,
    /// Results have 8 bits.
    pub is_small: bool,
    pub r: L::V,
    pub c: L::V,
    pub unit: L::V,
    /// From UNIT to the zero point, as integers.
    pub from_unit: L::V,
    /// The part of the bound that is a part of `|y|`.
    pub relative: L::V,
    /// A result is certain if it is no further than this from an integer.
    pub limit: L::V,
}

impl<L: Lanes> VectorMap<L> for &Line<L> {
    #[inline(always)]
    fn results(&self, deviations: L::V, gamma: L::V, beta: L::V) -> Result<L::V, Uncertain<L>> {
        let lanes = self.lanes;
        let y = lanes.mul_add(lanes.mul_add(deviations, self.r, self.c), gamma, beta);
        let raised = lanes.add(y, self.unit);
        let mut distance = lanes.abs(lanes.sub(y, lanes.sub(raised, self.unit)));
        if !self.is_small {
            distance = lanes.mul_add(lanes.abs(y), self.relative, distance);
        }
        let (certain, results) = (lanes.le(distance, self.limit), lanes.add_integers(raised, self.from_unit));
        if certain == (1 << L::LANES) - 1 { Ok(results) } else { Err(Uncertain { certain, results }) }
    }
}
