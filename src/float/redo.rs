//! The rows the fast path gives up on.
//!
//! A pivot too far from the mean (a trend, a first group unlike the rest) costs one more pass 1, about the mean
//! just found. Where that does not help either, because sums are out of range or values not finite, the row
//! goes through four careful passes, and comes out right whatever it is:
//!
//! ```text
//! range   lowest and highest value; not finite: NaN; equal: x̂ = 0
//! scale   s = 2ᵏ so that s · (highest − lowest), or s · sqrt(ε) if that is larger, is near 1
//! coarse  delta about the scaled first element
//! fine    the sums again about first + delta, kept as two floats
//! ```
//!
//! One fine pass is enough: with |x₀ − mean| ≤ σ·sqrt(N) the coarse mean is off by some 2⁻²²·σ·sqrt(N), far less
//! than σ for every N ≤ 2²⁴, and the fine pass measures what is left.

use super::rstd::Row;
use super::sums::{Measure, Source};
use super::term::Scaled;
use super::two::{Two, two_sum};
use crate::RowStats;
use crate::isa::{Isa, Op, Scalar};

/// 2ᵏ, k clamped to the exponents of normal numbers.
fn power_of_two(k: i32) -> f32 {
    f32::from_bits(((k.clamp(-126, 127) + 127) as u32) << 23)
}

/// `floor(log2(v))` for finite `v > 0`.
fn exponent(v: f32) -> i32 {
    let bits = v.to_bits();
    match (bits >> 23) as i32 {
        0 => 31 - 149 - bits.leading_zeros() as i32,
        biased => biased - 127,
    }
}

/// Scale for a row whose values spread over `spread` (not 0), and ε in that scale.
fn scaled(spread: f32, epsilon: f32) -> (f32, f32) {
    // The difference of two finite values may be infinite: less than 2¹²⁹.
    let spread = if spread.is_finite() { exponent(spread) } else { 128 };
    // Half the exponent of ε, rounded up: scale² · ε < 4.
    let root = if epsilon > 0.0 { (exponent(epsilon) + 1).div_euclid(2) } else { i32::MIN };
    let scale = power_of_two(-spread.max(root));
    // In two steps: neither over- nor underflows unless the result does, and then ε is nothing beside 1.
    (scale, epsilon * scale * scale)
}

/// The centre is exact and the spread is 0.
fn constant(pivot: f32, epsilon: f32) -> RowStats {
    let factor = if epsilon > 0.0 { 1.0 / Scalar.sqrt(epsilon) } else { 0.0 };
    RowStats { scale: 1.0, pivot, delta: 0.0, factor }
}

/// Statistics of a row whose first pass gave `mean` and was not good enough.
pub(crate) struct Redo<'a> {
    pub row: &'a Row,
    pub x: &'a [f32],
    pub mean: f32,
}

impl Op for Redo<'_> {
    type Output<I: Isa> = RowStats;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> RowStats {
        let Self { row, x, mean } = self;
        let measure = |row: &Row, about: Scaled| {
            let all = isa.run(Measure { row, rows: Source::Read(x), count: 1, about: Some(about) });
            (all.delta[0], all.rstd[0], all.ok & 1 != 0)
        };
        if row.centred && mean.is_finite() {
            let (delta, rstd, ok) = measure(row, Scaled { pivot: mean, ..Scaled::NOTHING });
            if ok {
                return RowStats::about(mean, delta, rstd);
            }
        }

        let Some((lowest, highest)) = range(x) else { return RowStats::NOT_FINITE };
        let largest = if highest > -lowest { highest } else { -lowest };
        let spread = if row.centred { highest - lowest } else { largest };
        let first = if row.centred { x.first().copied().unwrap_or(0.0) } else { 0.0 };
        if spread == 0.0 {
            return constant(first, row.epsilon);
        }
        let (scale, epsilon) = scaled(spread, row.epsilon);
        let row = Row::new(row.width, row.centred, epsilon);
        let mut centre = Two { hi: first * scale, lo: 0.0 };
        if row.centred {
            let (coarse, ..) = measure(&row, Scaled { scale, pivot: centre.hi, delta: 0.0 });
            centre = two_sum(Scalar, centre.hi, coarse);
        }
        let (fine, rstd, _) = measure(&row, Scaled { scale, pivot: centre.hi, delta: centre.lo });
        RowStats { scale, pivot: centre.hi, delta: centre.lo + fine, factor: rstd }
    }
}

/// The lowest and the highest value, if all are finite.
fn range(x: &[f32]) -> Option<(f32, f32)> {
    let mut range = (f32::MAX, f32::MIN);
    for &v in x {
        if !v.is_finite() {
            return None;
        }
        range = (if v < range.0 { v } else { range.0 }, if v > range.1 { v } else { range.1 });
    }
    Some(range)
}
