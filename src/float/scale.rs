//! What x̂ is multiplied by: a type, so that a norm whose x̂ is multiplied by nothing has no code of it.

use crate::RowStats;
use crate::isa::{Isa, Scalar};

/// The factor of a call.
pub trait Scale: Copy {
    /// Multiplies x̂ of the rows that these are the statistics of.
    fn scale(self, stats: &mut [RowStats]);
}

/// x̂ as it is.
#[derive(Clone, Copy)]
pub struct Unscaled;

/// x̂ times a number.
#[derive(Clone, Copy)]
pub struct Times(f32);

impl Times {
    /// 1/√width within two roundings, by which x̂ of RMSNorm becomes that of the L2 norm. With the product that is three, or 1.5 ULP of 1,
    /// beside the 6.1 ULP of √N that x̂ is within; divided by √N they are at most as many of 1.
    #[inline(always)]
    pub(crate) fn over_root(width: usize) -> Self {
        Self(1.0 / Scalar.sqrt(width as f32))
    }
}

impl Scale for Unscaled {
    #[inline(always)]
    fn scale(self, _: &mut [RowStats]) {}
}

impl Scale for Times {
    #[inline(always)]
    fn scale(self, stats: &mut [RowStats]) {
        stats.iter_mut().for_each(|stats| stats.factor *= self.0);
    }
}
