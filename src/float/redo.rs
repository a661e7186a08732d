//! The rows the fast path gives up on.
//!
//! A pivot too far from the mean (at 1e7 and σ = 1 it is a rounded one) costs one more pass 1, about the mean
//! then found. Where that does not help either, because sums are out of range or values not finite, the row
//! goes through three careful passes, and comes out right whatever it is:
//!
//! ```text
//! range   lowest and highest value; not finite: NaN; equal: x̂ = 0
//! scale   s = 2ᵏ so that s · (highest − lowest), or s · sqrt(ε) if that is larger, is near 1
//! coarse  delta about the scaled lowest value
//! fine    the sums again about lowest + delta, kept as two floats
//! ```
//!
//! One fine pass is enough: with mean − lowest ≤ σ·sqrt(N) the coarse mean is off by some 2⁻²²·σ·sqrt(N), far less
//! than σ for every N ≤ 2²⁴, and the fine pass measures what is left.

use super::rstd::Row;
use super::sums::{LANES, Measure};
use super::term::Scaled;
use super::two::{Two, two_sum};
use crate::RowStats;
use crate::isa::{Isa, List, Op, Rows, Scalar};

/// Statistics of a row whose first pass gave `mean` and was not good enough.
pub(crate) struct Redo<'a> {
    pub row: &'a Row,
    pub x: Rows<'a>,
    pub mean: f32,
}

impl Op for Redo<'_> {
    type Output = RowStats;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> RowStats {
        let Self { row, mut x, mean } = self;
        let centred = row.centred;
        let measure = |row: &Row, about: Scaled| {
            let mut stats = List::new();
            let rows = x.source();
            let ok = isa.run(Measure { row, rows, about: Some(about), stats: &mut stats });
            (stats.first().copied().unwrap_or_default(), ok & 1 != 0)
        };
        if centred && mean.is_finite() {
            let (stats, ok) = measure(row, Scaled { pivot: mean, ..Scaled::NOTHING });
            if ok {
                return RowStats::about(mean, stats.delta, stats.factor);
            }
        }
        let (mut lowest, mut highest, mut finite) = (f32::MAX, f32::MIN, true);
        for &v in x.source() {
            finite &= v.is_finite();
            lowest = if v < lowest { v } else { lowest };
            highest = if v > highest { v } else { highest };
        }
        if !finite {
            if let Some((_, residual)) = x.addition() {
                // ∞ − ∞ is another NaN on another machine.
                residual.iter_mut().filter(|v| v.is_nan()).for_each(|v| *v = f32::NAN);
            }
            return RowStats::NOT_FINITE;
        }
        let first = if centred { lowest } else { 0.0 };
        let spread = if centred { highest - lowest } else { highest.max(-lowest) };
        let epsilon = row.epsilon;
        if spread == 0.0 {
            let mut factor = [0.0; LANES];
            isa.store(isa.div(isa.splat(1.0), isa.sqrt(isa.splat(epsilon))), &mut factor);
            return RowStats {
                pivot: first,
                factor: if epsilon > 0.0 { factor[0] } else { 0.0 },
                ..RowStats::default()
            };
        }
        let scale = scale(spread, epsilon);
        // In two steps: neither over- nor underflows unless the result does, and then ε is nothing beside 1.
        let row = &Row::new(row.width, centred, epsilon * scale * scale);
        let mut stats = RowStats { scale, pivot: first * scale, ..RowStats::default() };
        for fine in [false, true] {
            let about = Scaled { scale, pivot: stats.pivot, delta: stats.delta };
            let (measured, _) = measure(row, about);
            if fine {
                stats.delta += measured.delta;
                stats.factor = measured.factor;
            } else {
                Two { hi: stats.pivot, lo: stats.delta } = two_sum(Scalar, stats.pivot, measured.delta);
            }
        }
        stats
    }
}

/// A power of two that brings a row whose values spread over `spread` (not 0), or the square root of `epsilon` if
/// that is larger, near 1.
fn scale(spread: f32, epsilon: f32) -> f32 {
    // Of an infinite spread, which is less than 2¹²⁹, and of subnormal numbers the exponent is near enough.
    let exponent = |v: f32| v.to_bits() >> 23;
    let root = if epsilon > 0.0 { (exponent(epsilon) + 127) / 2 + 1 } else { 0 };
    f32::from_bits(254u32.saturating_sub(exponent(spread).max(root)).max(1) << 23)
}
