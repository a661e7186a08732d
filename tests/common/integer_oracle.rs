//! The fixed-point and quantised norms of `src/integer/definition.md` in integers of any size.
//!
//! ```text
//! y = sat(rhe(x̂·g/2ᵏ + b/2ᵐ) + z)     x̂ = P·2⁸ / sqrt(V)
//! ```
//!
//! 1. Once a row R = floor(2ᴷ·2⁸ / sqrt(V)) = isqrt(2²ᴷ⁺¹⁶ / V), of at least 69 bits. It puts each element into
//!    an interval, and if both ends have one code, that is the code.
//! 2. Where they have not, floor(|P·g|·2ʲ / sqrt(V)) = isqrt((P·g)²·2²ʲ / V), and whether that is exact.
//!
//! The code under test takes no root of a quotient: it decides a rounding by comparing squares.

use super::oracle::integer;
use core::cmp::Ordering;
use num_bigint::{BigInt, BigUint, Sign};

/// What one call does to each row, in the letters of the page.
pub struct Call {
    /// LayerNorm rather than RMSNorm.
    pub centred: bool,
    pub k: i32,
    pub m: i32,
    pub zero_point: i64,
    pub e: BigUint,
    /// The codes of the output.
    pub lowest: i64,
    pub highest: i64,
}

/// The statistics of a row.
pub struct SummedRow {
    width: i64,
    /// S, or 0 for RMSNorm.
    sum: i64,
    /// The largest |P|.
    largest: u64,
    v: BigUint,
}

/// What holds for all intervals of a row, see [`Intervals::value`].
struct Intervals {
    /// R, and how far right P·R goes to be x̂·2⁶⁴.
    reciprocal: i128,
    shift: u32,
    /// Bound of the error of x̂·2⁶⁴.
    error: i128,
    /// Bits behind the point of a value.
    point: u32,
}

impl SummedRow {
    /// |x| ≤ 2⁴⁰ and N·|x| ≤ 2⁵⁵, so that |P| ≤ 2⁵⁶ and D ≤ 2¹¹⁰.
    pub fn new(call: &Call, x: &[i64]) -> Self {
        let (mut sum, mut squares) = (0i64, 0u128);
        let (mut low, mut high) = (i64::MAX, i64::MIN);
        for &x in x {
            (low, high) = (low.min(x), high.max(x));
            sum += x;
            squares += u128::from(x.unsigned_abs()).pow(2);
        }
        assert!(-1 << 40 <= low && high <= 1 << 40, "{low} … {high}");
        let largest = low.unsigned_abs().max(high.unsigned_abs());
        assert!(x.len() as u64 <= (1 << 55) / largest.max(1), "{} of up to {largest}", x.len());
        let sum = if call.centred { sum } else { 0 };
        let d = x.len() as u128 * squares - u128::from(sum.unsigned_abs()).pow(2);
        let mut row =
            Self { width: x.len() as i64, sum, largest: 0, v: (BigUint::from(d) << 16u32) + &call.e };
        row.largest = row.p(low).unsigned_abs().max(row.p(high).unsigned_abs());
        row
    }

    /// P = N·x − S, for RMSNorm N·x.
    pub fn p(&self, x: i64) -> i64 {
        self.width * x - self.sum
    }

    /// floor(x̂·g·2^shift), and whether that is exact.
    pub fn product(&self, x: i64, g: i64, shift: i32) -> (BigInt, bool) {
        let p = BigInt::from(self.p(x)) * g;
        if p.sign() == Sign::NoSign {
            return (BigInt::ZERO, true);
        }
        let square = p.magnitude().pow(2);
        let exponent = 2 * (8 + shift);
        let (numerator, denominator) = match exponent >= 0 {
            true => (square << exponent, self.v.clone()),
            false => (square, &self.v << -exponent),
        };
        let quotient = &numerator / &denominator;
        let root = quotient.sqrt();
        let exact = &root * &root == quotient && quotient * denominator == numerator;
        match p.sign() {
            Sign::Minus => (-BigInt::from(root) - u8::from(!exact), exact),
            _ => (root.into(), exact),
        }
    }

    /// sqrt(V) where it is an integer: then all x̂ are rational.
    pub fn root(&self) -> Option<BigUint> {
        let root = self.v.sqrt();
        (&root * &root == self.v).then_some(root)
    }

    /// `None` where k or m leaves too few bits behind the point, or all x̂ are 0.
    fn intervals(&self, call: &Call) -> Option<Intervals> {
        let point = 60 + call.k.min(call.m).min(0);
        if point < 4 || self.largest == 0 {
            return None;
        }
        // R has b = 126 − (bits of P) ≥ 69 bits: 2²ᴷ⁺¹⁶/V is in [2²ᵇ⁻², 2²ᵇ], and 2ᵇ itself does no harm.
        let bits = 126 - (u64::BITS - self.largest.leading_zeros());
        let exponent = (u64::from(2 * bits) + self.v.bits() - 1) & !1;
        let root = ((BigUint::from(1u32) << exponent) / &self.v).sqrt();
        // K = exponent/2 − 8. V ≥ 2¹⁶, so K ≥ 69. Above 127 a shift leaves 0 or −1, as one of 127 does.
        let shift = (exponent / 2 - 8 - 64).min(127) as u32;
        let error = (u128::from(self.largest) >> shift) as i128 + 2;
        Some(Intervals { reciprocal: root.try_into().unwrap(), shift, error, point: point as u32 })
    }
}

impl Intervals {
    /// v and e with |(x̂·g/2ᵏ + b/2ᵐ)·2^point − v| < e, where |g|, |b| ≤ 2³²:
    ///
    /// ```text
    /// T = P·R >> shift        |P·R| ≤ 2¹²⁶. R is less than 1 too small and the shift loses less than 1, so
    ///                         |x̂·2⁶⁴ − T| < (largest >> shift) + 2 = error. As |x̂| < 2⁸, |T| ≤ 2⁷²
    /// U = T·g >> h            |T·g| ≤ 2¹⁰⁴; one part of e is error·|g| >> h, and 2 for the two shifts
    /// v = U + b·2^(point−m)   below 2¹⁰⁵; 1 where the shift is to the right
    /// ```
    fn value(&self, call: &Call, p: i64, g: i64, b: i64) -> (i128, i128) {
        let t = (i128::from(p) * self.reciprocal) >> self.shift;
        // From 4 up, as point ≤ 60 + k.
        let h = (64 + call.k - self.point as i32).min(127);
        let left = self.point as i32 - call.m;
        let b = if left >= 0 { i128::from(b) << left } else { i128::from(b) >> (-left).min(127) };
        let v = ((t * i128::from(g)) >> h) + b;
        (v, ((self.error * i128::from(g.unsigned_abs())) >> h) + 3)
    }
}

impl Call {
    /// The codes `y` of a row, its γ and β by index.
    pub fn row(&self, x: &[i64], g: impl Fn(usize) -> i64, b: impl Fn(usize) -> i64, y: &mut [i64]) {
        assert_eq!(x.len(), y.len());
        let row = SummedRow::new(self, x);
        let intervals = row.intervals(self);
        for (i, (&x, y)) in x.iter().zip(y).enumerate() {
            let (g, b) = (g(i), b(i));
            assert!(g.unsigned_abs().max(b.unsigned_abs()) <= 1 << 32);
            let quick = intervals.as_ref().and_then(|intervals| {
                let (v, e) = intervals.value(self, row.p(x), g, b);
                // The number is strictly between the ends: whatever a half rounds to, they enclose it.
                let round = |v: i128| (v + (1 << (intervals.point - 1))) >> intervals.point;
                let (low, high) = (self.saturate(round(v - e)), self.saturate(round(v + e)));
                (low == high).then_some(low)
            });
            *y = quick.unwrap_or_else(|| self.exact(&row, x, g, b));
        }
    }

    /// The code of an element, and no interval.
    #[cold]
    pub fn exact(&self, row: &SummedRow, x: i64, g: i64, b: i64) -> i64 {
        // In units of 2⁻ʲ both b/2ᵐ and ½ are whole.
        let j = self.m.max(1);
        let (product, exact) = row.product(x, g, j - self.k);
        let sum = product + (BigInt::from(b) << (j - self.m));
        let floor = &sum >> j;
        let up = match (sum - (&floor << j)).cmp(&(BigInt::from(1) << (j - 1))) {
            Ordering::Less => false,
            Ordering::Equal => !exact || floor.bit(0),
            Ordering::Greater => true,
        };
        let rounded = floor + u8::from(up);
        let far = if rounded.sign() == Sign::Minus { i128::MIN / 2 } else { i128::MAX / 2 };
        self.saturate(rounded.try_into().unwrap_or(far))
    }

    fn saturate(&self, rounded: i128) -> i64 {
        (rounded + i128::from(self.zero_point)).clamp(self.lowest.into(), self.highest.into()) as i64
    }
}

/// To the nearest integer, halves to the even one.
pub fn rhe(numerator: &BigInt, denominator: &BigUint) -> BigInt {
    let quotient = numerator.magnitude() / denominator;
    let twice: BigUint = (numerator.magnitude() - &quotient * denominator) << 1u32;
    let up = match twice.cmp(denominator) {
        Ordering::Less => false,
        Ordering::Equal => quotient.bit(0),
        Ordering::Greater => true,
    };
    let magnitude = BigInt::from(quotient + u8::from(up));
    if numerator.sign() == Sign::Minus { -magnitude } else { magnitude }
}

/// What one unit of X stands for.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// 2^−F, with `F` fraction bits.
    Binary(i32),
    /// The first over 2 to the power of the second.
    Scale(f32, i32),
}

/// E = rhe(N²·ε/s²·2¹⁶), whether or not that is below 2¹¹².
pub fn epsilon(width: usize, epsilon: f32, step: Step) -> BigUint {
    // ε in units of 2⁻¹⁴⁹; the square of a scale in units of 2⁻²⁹⁸.
    let numerator = integer(epsilon) * BigInt::from(width).pow(2);
    let (denominator, exponent) = match step {
        Step::Binary(fraction_bits) => (BigUint::from(1u32), -149 + 16 + 2 * fraction_bits),
        Step::Scale(scale, shift) => (positive(scale).pow(2), 298 - 149 + 16 + 2 * shift),
    };
    let rounded = match exponent >= 0 {
        true => rhe(&(numerator << exponent), &denominator),
        false => rhe(&numerator, &(denominator << -exponent)),
    };
    rounded.to_biguint().expect("ε ≥ 0")
}

/// `g` and `k` of γ and the scale of the output, or `b` and `m` of β.
pub fn fold(values: &[f32], scale: f32) -> Option<(Vec<i64>, i32)> {
    let scale = positive(scale);
    let code = |value: f32, k: i32| rhe(&(integer(value) << k), &scale);
    // Rounding is monotonic and odd: the largest value decides.
    let largest = values.iter().fold(0.0, |largest: f32, value| largest.max(value.abs()));
    let k = (0..=40).rev().find(|&k| code(largest, k) < BigInt::from(1i64 << 31))?;
    Some((values.iter().map(|&value| code(value, k).try_into().unwrap()).collect(), k))
}

/// `a` of the scales of the input and of the residual.
pub fn residual_multiplier(s_x: f32, s_r: f32) -> Option<i64> {
    let a = rhe(&(integer(s_x) << 16), &positive(s_r));
    i64::try_from(a).ok().filter(|&a| a <= 1 << 20)
}

/// A scale in units of 2⁻¹⁴⁹.
fn positive(scale: f32) -> BigUint {
    assert!(scale > 0.0, "scale {scale}");
    integer(scale).magnitude().clone()
}
