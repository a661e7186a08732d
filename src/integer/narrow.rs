//! A row in lanes of 32 bits, for outputs of 8 and 16 bits.
//!
//! ```text
//! u = code·a + rest                       x̂·2ᶠ, up to 2³⁰, of numbers modulo 2³²; a has 16 bits behind the point
//! y = u·g·2ˢ / 2³² + b·2^(w−m)            w bits behind the point
//! ```
//!
//! 1. `rest` is far larger than x̂ where the mean is, and is made of all bits of the root: its last ones count.
//! 2. No product but that with a g of 32 bits needs 64: two of 32, for the high part of `a` and the low one, and as
//!    many for `u`, are less than vectors take to widen one.
//! 3. Elements near a rounding boundary, 4/2ʷ of all, are done again by [`Row::y`]; where code is to be small, and there is one
//!    lane, they are decided by [`Row::between`] at once.

use super::lane::Scalar;
#[cfg(layernorm_dsp)]
use super::lane::dsp::Line;
use super::wide::{Word, shifted};
use super::{Code, Feature, Mac, Row, Rows};
use core::ops::Range;

/// What `y` gets so that it is not too low: `u` is less than 1.5 too low or too high, the product halves that at least, gives it
/// the sign of g and rounds down, as `b` may be. Together at most 2.75 too low and 0.75 too high.
const TOO_LOW: i32 = 3;
/// With that it is not too high by as much.
const NEAR: i32 = 4;
/// With fewer bits behind the point too many elements would be done again.
const FEWEST: i32 = 5;
const MOST: i32 = 24;
/// With so few every element is near, so nothing depends on what `y` is.
const NONE: i32 = 2;
/// With so many there is a loop of which the compiler knows it.
const POINT: i32 = 12;
/// Whether there is.
const USUAL: bool = !cfg!(layernorm_small);
const MOST_LANES: usize = 8;

/// Whether elements near a boundary are decided at once: without the way in 64 bits.
const fn at_once<M: Mac>() -> bool {
    cfg!(layernorm_small) && M::LANES == 1
}

/// One row, and how its numbers are shifted.
pub(super) struct Narrow<'a, F> {
    row: &'a Row<'a>,
    gamma: F,
    beta: F,
    w: u32,
    /// See [`times`].
    gamma_scale: i32,
    /// Of `a`: what is above its last 16 bits.
    high: i32,
    /// Of `a`: those.
    low: i32,
    rest: i32,
    /// Of a code that is a sum: its numerator is multiplied by `2^up`, and by the first half of the root.
    up: i32,
    /// A half, the zero point and [`TOO_LOW`].
    half: i32,
    /// b goes left or right.
    left: u32,
    right: u32,
}

impl<'a, F: Feature> Narrow<'a, F> {
    /// `None` where 32 bits are too few for the formats.
    pub(super) fn new<M: Mac, R: Rows>(row: &'a Row, gamma: F, beta: F) -> Option<Self> {
        let norm = row.norm;
        // P·2ˡ is up to four times u, and has 32 bits.
        let whole = if R::FITS { 30 } else { 29 } - row.bits;
        // b·2^(w−m) stays below 2³⁰, and the zero point below 2²⁸.
        let zero = 32 - norm.zero_point.unsigned_abs().leading_zeros() as i32;
        let point =
            |gamma: i32, beta: i32| (whole + norm.k - gamma).min(MOST).min(31 - beta + norm.m).min(28 - zero);
        let mut bits = gamma.bits();
        let mut w = point(bits, beta.bits());
        if at_once::<M>() && w < FEWEST {
            // For the types. But for these codes?
            bits = gamma.used_bits(norm.width);
            w = point(bits, beta.used_bits(norm.width));
        }
        if M::LANES == 1 && !F::WIDE {
            w = w.min(POINT);
        }
        let most = whole + norm.k - bits;
        #[cfg(layernorm_dsp)]
        if !at_once::<M>() && R::SIXTEEN && !gamma.as_i16().is_empty() && !beta.as_i16().is_empty() {
            // Of `a` 31 bits: x̂·2ᶠ of one code is below 2¹⁵.
            let of_a = 15 - row.root.bits_of_product(norm.width as u64) - whole + most;
            w = Line::point(w.min(of_a)).unwrap_or(w);
        }
        let mut f = whole - (most - w);
        if w < FEWEST || f <= 0 {
            if !at_once::<M>() {
                return None;
            }
            (w, f) = (NONE, whole);
        }
        let up = f + 64 - row.root.exponent;
        let (a, rest) = if R::FITS { row.line(up) } else { (0, 0) };
        Some(Self {
            row,
            gamma,
            beta,
            w: w as u32,
            gamma_scale: 1 << (F::SIZE - bits),
            high: (a >> 16) as i32,
            low: (a & 0xffff) as i32,
            rest,
            up,
            half: (1 << (w - 1)) + (norm.zero_point << w) + TOO_LOW,
            left: (w - norm.m).clamp(0, 31) as u32,
            right: (norm.m - w).clamp(0, 31) as u32,
        })
    }

    pub(super) fn row<M: Mac, R: Rows>(&self, mac: M, rows: &mut R) {
        let width = self.row.norm.width;
        let whole = if M::LANES > 1 { width - width % M::LANES } else { 0 };
        if whole > 0 {
            // 32 bits of b always go to the right: w < m.
            if F::WIDE || self.right > 0 {
                self.elements::<M, R, true>(mac, rows, 0..whole);
            } else {
                self.elements::<M, R, false>(mac, rows, 0..whole);
            }
        }
        let mut at = whole;
        while at < width {
            let next = at..width;
            #[cfg(layernorm_dsp)]
            let next = self.pairs(rows, next);
            if next.is_empty() {
                return;
            }
            let near = if USUAL && self.w == POINT as u32 && self.right == 0 {
                self.one_by_one::<R, USUAL>(rows, next.clone())
            } else {
                self.one_by_one::<R, false>(rows, next.clone())
            };
            at = match near {
                None => next.end,
                Some((after, y)) => {
                    let at = next.start + after;
                    let y = self.again::<M, R>(rows.code(at), self.gamma.get(at), self.beta.get(at), y);
                    rows.store(Scalar, at, y);
                    at + 1
                }
            }
        }
    }

    /// An element near a boundary, of which `y` came out.
    fn again<M: Mac, R: Rows>(&self, code: i64, g: i32, b: i32, y: i32) -> i32 {
        if !at_once::<M>() {
            return self.row.y::<i64>(g, b, code);
        }
        // Far outside it does not matter which of the two.
        let [first, last] = i64::RANGE;
        let y = y.clamp(first, last);
        let all = [R::Y::LOWEST as i32, R::Y::HIGHEST as i32];
        let candidates = if self.w == NONE as u32 { all } else { [y - 1, y] };
        self.row.between::<i64>(candidates, g, b, code)
    }

    #[inline(never)]
    fn elements<M: Mac, R: Rows, const RIGHT: bool>(&self, mac: M, rows: &mut R, elements: Range<usize>) {
        let Self { gamma, beta, .. } = *self;
        let constants = &Constants {
            high: mac.splat(self.high),
            low: mac.splat(self.low),
            rest: mac.splat(self.rest),
            root: mac.splat((self.row.root.mantissa >> 32) as i32),
            half: mac.splat(self.half),
            mask: mac.splat((1 << self.w) - 1),
            gamma_scale: mac.splat(self.gamma_scale),
            beta_scale: mac.splat(1 << self.left),
        };
        for i in elements.step_by(M::LANES) {
            let u = if R::FITS {
                line(mac, rows.lanes(mac, i), constants.high, constants.low, constants.rest)
            } else {
                mac.mul_high(mac.each(|lane| self.numerator(rows.code(i + lane))), constants.root)
            };
            let v = times::<F, M>(mac, u, gamma.lanes(mac, i), constants.gamma_scale);
            let b = beta.lanes(mac, i);
            // A vector is multiplied as fast as it is shifted, in V8 faster: that takes a count from a register.
            let b = if RIGHT { mac.shr(b, self.right) } else { mac.mul(b, constants.beta_scale) };
            let y = mac.add(mac.add(v, b), constants.half);
            let fraction = mac.and(y, constants.mask);
            let mut rounded = mac.shr(y, self.w);
            if mac.any_below(fraction, NEAR) {
                rounded = self.lanes_again(mac, rows, i, rounded, fraction);
            }
            rows.store(mac, i, rounded);
        }
    }

    /// The same in one lane, for an iterator needs no bounds, up to the first near a boundary: its place among these elements,
    /// and what came out. In the usual case `w` is [`POINT`], and b goes left.
    #[cfg_attr(not(layernorm_small), inline(never))]
    fn one_by_one<R: Rows, const USUAL: bool>(
        &self,
        rows: &mut R,
        elements: Range<usize>,
    ) -> Option<(usize, i32)> {
        let (gamma, beta) = (self.gamma.each(elements.clone()), self.beta.each(elements.clone()));
        let Self { high, low, rest, half, left, right, gamma_scale, .. } = *self;
        let w = if USUAL { POINT as u32 } else { self.w };
        let root = (self.row.root.mantissa >> 32) as i32;
        let beta_scale = 1i32.wrapping_shl(left);
        rows.each(elements, gamma, beta, |code, g, b| {
            let u = if R::FITS {
                line(Scalar, code as i32, high, low, rest)
            } else {
                Scalar.mul_high(self.numerator(code), root)
            };
            let v = times::<F, _>(Scalar, u, g, gamma_scale);
            let bias = b.wrapping_mul(beta_scale);
            let bias = if USUAL { bias } else { bias >> right };
            let y = v.wrapping_add(bias).wrapping_add(half);
            let rounded = y >> w;
            if y - (rounded << w) >= NEAR { Ok(rounded) } else { Err(rounded) }
        })
    }

    /// The same of codes, γ and β that have 16 bits all, if they have; what of `elements` to do next otherwise, for it is
    /// near a boundary, or in the same step, or no whole step.
    #[cfg(layernorm_dsp)]
    #[inline(never)]
    fn pairs<R: Rows>(&self, rows: &mut R, elements: Range<usize>) -> Range<usize> {
        let Self { high, low, rest, half, left, right, .. } = *self;
        let (gamma, beta) = (self.gamma.as_i16(), self.beta.as_i16());
        let point = self.w as i32;
        if cfg!(layernorm_small) || !R::SIXTEEN || gamma.is_empty() || beta.is_empty() {
            return elements;
        }
        if Line::point(point) != Some(point) || right > 0 || left > 14 || high >= 1 << 15 {
            return elements;
        }
        let Some(mut places) = rows.places() else { return elements };
        let line = Line { a: high << 16 | low, rest, scale: 1 << left, half, near: NEAR as u32 };
        let start = line.row(self.w, &mut places, gamma, beta, elements.start);
        start..elements.end.min(start + Line::STEP)
    }

    /// `P·2ˡ`, of which `u` is the product with the root.
    #[inline(always)]
    fn numerator(&self, code: i64) -> i32 {
        shifted(self.row.numerator(code), self.up) as i32
    }

    /// Those of some results again whose `fraction` says so.
    #[cold]
    #[inline(never)]
    fn lanes_again<M: Mac, R: Rows>(&self, mac: M, rows: &R, i: usize, y: M::V, fraction: M::V) -> M::V {
        let Self { gamma, beta, .. } = *self;
        let (mut codes, mut fractions) = ([0; MOST_LANES], [0; MOST_LANES]);
        mac.store_i32(y, &mut codes, 0);
        mac.store_i32(fraction, &mut fractions, 0);
        for (i, (code, fraction)) in (i..i + M::LANES).zip(codes.iter_mut().zip(fractions)) {
            if fraction < NEAR {
                *code = self.row.y::<i64>(gamma.get(i), beta.get(i), rows.code(i));
            }
        }
        mac.load_i32(&codes, 0)
    }
}

/// What is the same for all elements, from memory: LLVM would make it anew at every step.
struct Constants<V> {
    high: V,
    low: V,
    rest: V,
    root: V,
    half: V,
    mask: V,
    gamma_scale: V,
    beta_scale: V,
}

/// `code·a + rest`
#[inline(always)]
fn line<M: Mac>(mac: M, code: M::V, high: M::V, low: M::V, rest: M::V) -> M::V {
    mac.add(mac.add(mac.mul(code, high), rest), mac.shr(mac.mul(code, low), 16))
}

/// `u` times parameters, over `2^bits`; `scale` is `2^(SIZE − bits)`.
#[inline(always)]
fn times<F: Feature, M: Mac>(mac: M, u: M::V, parameters: M::V, scale: M::V) -> M::V {
    let parameters = if F::ANY || at_once::<M>() { mac.mul(parameters, scale) } else { parameters };
    if F::SIZE == 32 { mac.mul_high(u, parameters) } else { mac.mul_high_16(u, parameters) }
}

impl Row<'_> {
    /// `u` as a function of the code, of `P` times `2^up`: `a`, within half a unit of its last place, and `rest`, at most one
    /// too high.
    fn line(&self, up: i32) -> (i64, i32) {
        let (offset, mantissa) = (self.offset as i32, self.root.mantissa);
        let a = (shifted(self.norm.width as i64 * (mantissa >> 16) as i64, up - 31) + 1) >> 1;
        let high = i64::from(-offset) * i64::from((mantissa >> 32) as i32);
        let low = (i64::from(-offset) * i64::from(mantissa as u32)) >> 32;
        (a, (shifted(high + low, up - 32) as i32).wrapping_add(1))
    }
}
