//! The rows the fast path gives up on: a centre found too far from the mean, sums out of range, values that are
//! not finite. About four passes instead of one; every row that gets here comes out right.
//!
//!     range   lowest and highest value; not finite: NaN; equal: x̂ = 0
//!     scale   s = 2ᵏ so that s · (highest − lowest), or s · sqrt(ε) if that is larger, is near 1
//!     coarse  delta about the scaled first element
//!     fine    the sums again about first + delta, kept as two floats
//!
//! One fine pass is enough: with |x₀ − mean| ≤ σ·sqrt(N) the coarse mean is off by some 2⁻²²·σ·sqrt(N), far less
//! than σ for every N ≤ 2²⁴, and the fine pass measures what is left.

use super::rstd::{Row, centred, uncentred};
use super::sums::sums;
use super::term::Scaled;
use super::two::{Two, two_sum};
use crate::RowStats;
use crate::isa::{Isa, Scalar};

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

#[cold]
#[inline(always)]
pub(crate) fn careful<I: Isa, const CENTRED: bool>(isa: I, row: &Row, x: &[f32]) -> RowStats {
    let mut finite = true;
    let (mut lowest, mut highest) = (f32::MAX, f32::MIN);
    for &v in x {
        finite &= v.is_finite();
        lowest = if v < lowest { v } else { lowest };
        highest = if v > highest { v } else { highest };
    }
    let first = x.first().copied().unwrap_or(0.0);
    let largest = if highest > -lowest { highest } else { -lowest };
    let spread = if CENTRED { highest - lowest } else { largest };
    if !finite {
        return RowStats::NOT_FINITE;
    }
    if spread == 0.0 {
        return constant(if CENTRED { first } else { 0.0 }, row.epsilon);
    }
    let (scale, epsilon) = scaled(spread, row.epsilon);
    let row = Row { epsilon, ..*row };
    let about = |centre: Two<f32>| {
        sums(
            isa,
            Scaled { scale: isa.splat(scale), pivot: isa.splat(centre.hi), delta: isa.splat(centre.lo) },
            x,
        )
    };
    if CENTRED {
        let first = first * scale;
        let coarse = about(Two { hi: first, lo: 0.0 });
        let coarse = centred(Scalar, &row, coarse.a, coarse.b);
        let centre = two_sum(Scalar, first, coarse.delta);
        let fine = about(centre);
        let fine = centred(Scalar, &row, fine.a, fine.b);
        RowStats { scale, pivot: centre.hi, delta: centre.lo + fine.delta, factor: fine.rstd }
    } else {
        let sums = about(Two { hi: 0.0, lo: 0.0 });
        RowStats { scale, pivot: 0.0, delta: 0.0, factor: uncentred(Scalar, &row, sums.b).rstd }
    }
}
