//! The inequalities of `error.md`, in the order and with the letters of the page. Every operation is rounded up.

use crate::float::rstd::LARGEST_REST;
use crate::float::tree::{BLOCK, SEGMENT};
use core::ops::{Add, Div, Mul, Sub};

/// Additions that round on the way of an element to the sums of d; its square has one rounding more. Counted in `count`.
pub(super) const ADDITIONS: usize = 7;
/// Elements of the longest row.
const LONGEST: usize = 1 << 24;

/// An upper bound of a number ≥ 0.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
struct Up(f64);

/// The unit of rounding, 2⁻²⁴.
const U: Up = Up(1.0 / (1u64 << 24) as f64);
const ONE: Up = Up(1.0);

impl Add for Up {
    type Output = Up;
    fn add(self, other: Up) -> Up {
        Up((self.0 + other.0).next_up())
    }
}
impl Mul for Up {
    type Output = Up;
    fn mul(self, other: Up) -> Up {
        Up((self.0 * other.0).next_up())
    }
}
/// By a number that is exact, or a lower bound.
impl Div<f64> for Up {
    type Output = Up;
    fn div(self, other: f64) -> Up {
        Up((self.0 / other).next_up())
    }
}
/// Of a number that is exact.
impl Sub<f64> for Up {
    type Output = Up;
    fn sub(self, other: f64) -> Up {
        Up((self.0 - other).next_up())
    }
}

fn times(factor: f64, up: Up) -> Up {
    Up(factor) * up
}
/// (1 + v)ⁿ − 1.
fn growth(v: Up, n: usize) -> Up {
    (0..n).fold(ONE, |product, _| product * (ONE + v)) - 1.0
}
/// (1 + a)(1 + b) − 1.
fn both(a: Up, b: Up) -> Up {
    (ONE + a) * (ONE + b) - 1.0
}
/// A lower bound of 1 − v.
fn remainder(v: Up) -> f64 {
    (1.0 - v.0).next_down()
}
/// A lower bound of the square root.
fn root_down(v: f64) -> f64 {
    v.sqrt().next_down()
}
fn root(v: Up) -> Up {
    Up(v.0.sqrt().next_up())
}

/// How many numbers are added in two floats: blocks of a segment, and segments.
fn joined() -> [f64; 2] {
    [(SEGMENT / BLOCK) as f64, (LONGEST / SEGMENT) as f64]
}
/// λ: the largest `lo`, as a part of Σ|·|. Each addition leaves out at most u of it; 4 more at the end of the tree.
fn low() -> Up {
    let [blocks, segments] = joined();
    times(blocks + segments + 4.0, U)
}
/// ω: what additions to `lo` round off, in all, as a part of Σ|·|.
fn lost() -> Up {
    let [blocks, segments] = joined();
    times((blocks * blocks / 2.0).next_up() + 2.0 * (segments + 4.0) * (blocks + segments + 4.0), U * U)
        * (ONE + growth(U, 2048))
}
/// α: of Σd, `hi + lo` rounded to one float.
fn alpha() -> Up {
    both(growth(U, ADDITIONS + 1), lost())
}
/// β: of Σd², in two floats.
fn beta() -> Up {
    both(growth(U, ADDITIONS + 1), lost())
}

/// How far a sum about a centre may be off by what is known of its stage.
pub(super) struct Stage {
    pub(super) name: &'static str,
    /// ρ: relative error of d.
    rho: Up,
    /// ζ: absolute error of d, in σ.
    zeta: Up,
    /// The largest |m| / √s, m the mean and s the mean square of the exact d; `None`: what the test of the sums lets pass.
    offset: Option<f64>,
    /// Roundings of the centre after delta, in σ.
    centre: Up,
    /// Roundings of a subtraction of pass 2, relative to x̂, and the absolute error of the first, in σ.
    subtractions: usize,
    first: Up,
    /// Roundings of `mean()` itself, in ULP.
    reading: f64,
}

/// ULP of max(1, |x̂|), of max(|mean|, 1/rstd), of rstd.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) normalised: f64,
    pub(super) mean: f64,
    pub(super) rstd: f64,
}

const NONE: Up = Up(0.0);
/// What squares and products below the range change w by, which is at least N · 2⁻⁹⁶.
const UNDERFLOW: Up = Up(1.0 / (1u64 << 50) as f64);
/// What tells a pivot that is near from one whose differences are exact, of |m| / √s.
const NEAR: f64 = 1.0 / 64.0;

impl Stage {
    pub(super) fn all() -> [Self; 5] {
        let first = Self {
            name: "no pivot",
            rho: NONE,
            zeta: NONE,
            offset: None,
            centre: NONE,
            subtractions: 1,
            first: NONE,
            reading: 0.0,
        };
        let pivot = Self { rho: U, offset: Some(NEAR), ..first };
        // |mean| · rstd ≤ 2 as computed, which is within a thousandth.
        let near = times(2.002, U);
        let far = times(NEAR * 1.001, U);
        let sixteenth = times(1.0 / 16.0, U);
        [
            Self { name: "a pivot, mean at most 2 σ", centre: near, ..pivot },
            Self { name: "a pivot near the mean", subtractions: 2, first: far, reading: 0.5, ..pivot },
            Self { name: "a pivot off the mean, all differences exact", reading: 0.5, ..first },
            Self {
                name: "in a scale of its own",
                rho: growth(U, 2),
                zeta: sixteenth,
                offset: Some(1.0 / 256.0),
                centre: times(1.01, U),
                subtractions: 2,
                first: sixteenth,
                reading: 1.0,
            },
            first,
        ]
    }

    fn a(&self) -> Up {
        both(self.rho, alpha()) + self.zeta * (ONE + alpha())
    }
    fn b(&self) -> Up {
        let squared = both(growth(self.rho, 2), beta());
        squared + (times(2.0, self.zeta) + self.zeta * self.zeta) * (ONE + beta())
    }
    /// r
    fn offset(&self) -> Up {
        self.offset.map_or_else(|| largest_offset(self), Up)
    }
    /// √s / σ
    fn stretch(&self) -> Up {
        let r = self.offset();
        ONE / root_down(remainder(r * r))
    }
    /// φ: of w.
    fn phi(&self) -> Up {
        let (a, r) = (self.a(), self.offset());
        let product = growth(U, 2) * (r + a) * (r + a);
        let sum = self.b() + times(2.0, a * r) + a * a + product;
        sum / remainder(r * r) + times(8.0, U * self.rest()) + UNDERFLOW
    }
    /// κ: |rest| / w
    fn rest(&self) -> Up {
        let r = self.offset();
        low() * (ONE + self.b()) / remainder(r * r) + times(4.0, U)
    }
    /// Relative error of rstd.
    fn factor(&self) -> Up {
        of_root(self.phi(), self.rest())
    }
    /// Error of the centre, in σ.
    fn centre(&self) -> Up {
        let (a, r) = (self.a(), self.offset());
        (a + U * (r + a)) * self.stretch() + self.centre
    }

    pub(super) fn statistics_in_u(&self) -> [f64; 2] {
        [self.centre() / U.0, self.factor() / U.0].map(|up| up.0)
    }

    pub(super) fn bounds(&self) -> Bounds {
        let factor = both(self.factor(), U);
        let slope = both(growth(U, self.subtractions), factor);
        let offset = (self.centre() + self.first) * (ONE + slope);
        let [centre, rstd] = self.statistics_in_u();
        Bounds { normalised: in_ulp(slope, offset), mean: centre + self.reading, rstd }
    }
}

/// Largest where |x̂| is just below 2, and an ULP still 2u.
fn in_ulp(slope: Up, offset: Up) -> f64 {
    ((times(2.0, slope) + offset) / (2.0 * U.0)).0
}

/// What one Newton step leaves of the error of √(N/w), its last rounding aside.
fn newton_step(rest: Up) -> Up {
    // √(N/w) has two roundings, one of them under the root.
    let residual = rest + times(3.1, U);
    times(0.4, residual * residual) + times(6.0, U * residual)
}

/// How far rstd before its last rounding is from what `f64` computes, in ULP of a float, where `f64` may decide.
pub(super) fn beside_f64() -> f64 {
    // A division, a root, a sum: four roundings are more than those.
    let f64_roundings = growth(Up(1.0 / (1_u64 << 53) as f64), 4);
    ((newton_step(Up(LARGEST_REST.into())) + f64_roundings) / U.0).0
}

/// Relative error of 1/√w after one Newton step, for a w with this relative error.
fn of_root(phi: Up, rest: Up) -> Up {
    let step = newton_step(rest);
    let exact = ONE / root_down(remainder(phi)) - 1.0;
    both(both(exact, step), U)
}

/// What `|A| ≤ 2⁸⁰ · (B.hi − 4·A·delta)` lets pass.
fn largest_offset(stage: &Stage) -> Up {
    let off = stage.b() + low() + growth(U, 3);
    times(0.5, root(ONE + off)) + stage.a()
}

pub(super) fn rms_norm() -> Bounds {
    let rest = low() * (ONE + beta()) + times(4.0, U);
    let factor = of_root(beta() + times(8.0, U * rest) + UNDERFLOW, rest);
    let rstd = (factor / U.0).0;
    Bounds { normalised: in_ulp(both(factor, U), NONE), mean: 0.0, rstd }
}

/// In ULP of the largest term M, u·M being less than one.
pub(super) fn dx() -> f64 {
    let own = growth(U, 3);
    let level = U;
    let along = growth(U, 4);
    let rest = level + along + times(2.0, U) * (ONE + along);
    let sum = own + rest;
    ((sum + (Up(3.0) + sum) * U) / U.0).0
}

pub(super) fn pivots() {
    let first = &Stage::all()[4];
    // The least |mean| / √(mean square) of a row that asks for a pivot.
    let off = first.b() + low() + growth(U, 3);
    let least = 0.5 * root_down(remainder(off)) - (first.a() + low()).0;
    assert!(least > 0.49);
    // |pivot − mean| ≤ g·|mean|
    let g = (first.a() + U * (ONE + first.a())) / least;
    // Beyond NEAR the row lies within √N · √s < √N · g·|mean| / NEAR of the pivot: less than half of it, so that by Sterbenz'
    // lemma its differences are exact.
    let spread = times((LONGEST as f64).sqrt() / NEAR, g);
    assert!(spread.0 < 0.5 * (1.0 - g.0));
    // A pivot found by a second pass: rounded, and off by its sums about the first.
    let stretched = times(1.1, U) + times(12.0, U) * (g + times(1.1 / NEAR, U));
    assert!(times((LONGEST as f64).sqrt() / NEAR, stretched).0 < 0.5);
    // The coarse mean of a scaled row, whose distance from the lowest value is at most √N·σ: |m| / σ of the fine pass.
    let coarse = Stage { rho: U, ..Stage::all()[4] };
    let fine = times((LONGEST as f64).sqrt(), coarse.a() + U * (ONE + coarse.a()));
    assert!(fine.0 < 1.0 / 256.0);
}
