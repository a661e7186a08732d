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

use super::rstd::{Row, statistics};
use super::sums::Sums;
use super::term::{Centred, Scaled};
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
    pub centred: bool,
    pub row: &'a Row,
    pub x: &'a [f32],
    pub mean: f32,
}

impl Op for Redo<'_> {
    type Output = RowStats;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> RowStats {
        let Self { centred, row, x, mean } = self;
        if centred && mean.is_finite() {
            let again = Sums::of(isa, Centred { centre: mean }, x);
            let again = statistics(Scalar, row, again.a.hi, again.b);
            if again.ok != 0 {
                return RowStats::about(mean, again.delta, again.rstd);
            }
        }
        careful(isa, centred, row, x)
    }
}

#[inline(always)]
fn careful<I: Isa>(isa: I, centred: bool, row: &Row, x: &[f32]) -> RowStats {
    let mut finite = true;
    let (mut lowest, mut highest) = (f32::MAX, f32::MIN);
    for &v in x {
        finite &= v.is_finite();
        lowest = if v < lowest { v } else { lowest };
        highest = if v > highest { v } else { highest };
    }
    let first = x.first().copied().unwrap_or(0.0);
    let largest = if highest > -lowest { highest } else { -lowest };
    let spread = if centred { highest - lowest } else { largest };
    if !finite {
        return RowStats::NOT_FINITE;
    }
    if spread == 0.0 {
        return constant(if centred { first } else { 0.0 }, row.epsilon);
    }
    let (scale, epsilon) = scaled(spread, row.epsilon);
    let row = row.with_epsilon(epsilon);
    let about = |centre: Two<f32>| Sums::of(isa, Scaled { scale, pivot: centre.hi, delta: centre.lo }, x);
    let first = if centred { first * scale } else { 0.0 };
    let mut centre = Two { hi: first, lo: 0.0 };
    if centred {
        let coarse = about(centre);
        centre = two_sum(Scalar, first, statistics(Scalar, &row, coarse.a.hi, coarse.b).delta);
    }
    let fine = about(centre);
    let fine = statistics(Scalar, &row, if centred { fine.a.hi } else { 0.0 }, fine.b);
    RowStats { scale, pivot: centre.hi, delta: centre.lo + fine.delta, factor: fine.rstd }
}
