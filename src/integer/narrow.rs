//! A row in lanes of 32 bits, for outputs of 8 and 16 bits.
//!
//! ```text
//! u = code·a + rest                       x̂·2ᶠ, below 2³⁰, of numbers modulo 2³²; a has 16 bits behind the point
//! y = u·g·2ˢ / 2³² + b·2^(w−m)            w bits behind the point
//! ```
//!
//! 1. `rest` is made about an integer near the mean: as small as x̂, and exact to the last bits.
//! 2. No product but that with a g of 32 bits needs 64: two of 32, for the high part of `a` and the low one, and as
//!    many for `u`, are less than vectors take to widen one.
//! 3. Elements near a rounding boundary, 6/2ʷ of all, are done again by [`Wide`].

use super::lane::Scalar;
use super::wide::{Wide, shifted};
use super::{Feature, Mac, Row, Rows};
use core::ops::Range;

/// How far `y` may be too low and too high, in its units. `u` is at most 3.8 too low and 0.8 too high: `a` is rounded to
/// half a unit, of which the difference of two codes makes a half, and the shift and two parts of `rest` are rounded down. The product
/// halves that at least, gives it the sign of g, and rounds down itself, as `b` may be.
const TOO_LOW: i32 = 4;
const TOO_HIGH: i32 = 2;
/// With fewer bits behind the point too many elements would be done again.
const FEWEST: i32 = 5;
const MOST: i32 = 24;
/// With so many there is a loop of which the compiler knows it.
const POINT: i32 = 11;
const MOST_LANES: usize = 8;

/// One row, and how its numbers are shifted.
pub(super) struct Narrow<'a, F> {
    wide: &'a Wide<'a>,
    gamma: F,
    beta: F,
    f: i32,
    w: i32,
    /// `w` is [`POINT`], b goes to the left, and `a` has 32 bits.
    usual: bool,
}

impl<'a, F: Feature> Narrow<'a, F> {
    /// `None` where 32 bits are too few for the formats.
    pub(super) fn new<M: Mac, R: Rows>(wide: &'a Wide, gamma: F, beta: F) -> Option<Self> {
        let Wide { norm, row, .. } = wide;
        let f = 29 - row.bits;
        let w = f + norm.k - gamma.bits();
        // b·2^(w−m) stays below 2³⁰, and the zero point below 2²⁸.
        let zero = 32 - norm.zero_point.unsigned_abs().leading_zeros() as i32;
        let wanted = w.min(MOST).min(31 - beta.bits() + norm.m).min(28 - zero);
        let f_of = |wanted: i32| f - (w - wanted);
        let usual = M::LANES == 1
            && F::TYPED
            && !F::WIDE
            && R::FITS
            && (POINT..POINT + 3).contains(&wanted)
            && norm.m <= POINT
            && row.slope(f_of(POINT)) < 1 << 15;
        let wanted = if usual { POINT } else { wanted };
        let f = f_of(wanted);
        (wanted >= FEWEST && f > 0).then_some(Self { wide, gamma, beta, f, w: wanted, usual })
    }

    pub(super) fn row<M: Mac, R: Rows>(&self, mac: M, rows: &mut R) {
        let width = self.wide.norm.width;
        let whole = if M::LANES == 1 && F::TYPED { 0 } else { width - width % M::LANES };
        let right = F::WIDE || self.w < self.wide.norm.m;
        if whole > 0 {
            let constants = &self.constants::<M, R>(mac);
            // 32 bits of b always go to the right: w < m.
            if right {
                self.elements::<M, R, true>(mac, rows, 0..whole, constants);
            } else {
                self.elements::<M, R, false>(mac, rows, 0..whole, constants);
            }
        }
        if whole < width {
            let constants = &self.constants::<Scalar, R>(Scalar);
            let rest = whole..width;
            if self.usual {
                self.usual::<R>(rows, rest, constants);
            } else if right {
                self.one_by_one::<R, true>(rows, rest, constants);
            } else {
                self.one_by_one::<R, false>(rows, rest, constants);
            }
        }
    }

    #[inline(always)]
    fn constants<M: Mac, R: Rows>(&self, mac: M) -> Constants<M::V> {
        let Self { wide: Wide { norm, row, .. }, f, w, .. } = *self;
        let Line { a, rest } = if R::FITS { Line::new(row, f) } else { Line { a: 0, rest: 0 } };
        Constants {
            high: mac.splat((a >> 16) as i32),
            low: mac.splat((a & 0xffff) as i32),
            rest: mac.splat(rest as i32),
            root: mac.splat((row.root.mantissa >> 32) as i32),
            half: mac.splat((1 << (w - 1)) + (norm.zero_point << w)),
            too_low: mac.splat(TOO_LOW),
            mask: mac.splat((1 << w) - 1),
            gamma_scale: mac.splat(1 << (32 - self.gamma.bits())),
            beta_scale: mac.splat(1 << (w - norm.m).clamp(0, 31)),
            right: (norm.m - w).clamp(0, 31) as u32,
        }
    }

    #[inline(never)]
    fn elements<M: Mac, R: Rows, const RIGHT: bool>(
        &self,
        mac: M,
        rows: &mut R,
        elements: Range<usize>,
        constants: &Constants<M::V>,
    ) {
        let Self { gamma, beta, .. } = *self;
        for i in elements.step_by(M::LANES) {
            let u = if R::FITS {
                constants.u(mac, rows.lanes(mac, i))
            } else {
                mac.mul_high(mac.each(|lane| self.numerator(rows.code(i + lane))), constants.root)
            };
            let y =
                self.before_rounding::<M, RIGHT>(mac, u, gamma.lanes(mac, i), beta.lanes(mac, i), constants);
            let fraction = mac.and(mac.add(y, constants.too_low), constants.mask);
            let mut y = mac.shr(y, self.w as u32);
            if mac.any_below(fraction, TOO_LOW + TOO_HIGH) {
                y = self.again(mac, rows, i, y, fraction);
            }
            rows.store(mac, i, y);
        }
    }

    /// The same in one lane, for an iterator needs no bounds.
    #[inline(never)]
    fn one_by_one<R: Rows, const RIGHT: bool>(
        &self,
        rows: &mut R,
        elements: Range<usize>,
        constants: &Constants<i32>,
    ) {
        let (gamma, beta) = (self.gamma.each(elements.clone()), self.beta.each(elements.clone()));
        let constants = *constants;
        let w = self.w as u32;
        rows.each(elements, gamma, beta, |code, g, b| {
            let u = if R::FITS {
                constants.u(Scalar, code as i32)
            } else {
                Scalar.mul_high(self.numerator(code), constants.root)
            };
            let y = self.before_rounding::<Scalar, RIGHT>(Scalar, u, g, b, &constants);
            let near = y.wrapping_add(TOO_LOW);
            if is_near(near, w) { self.wide.y(g, b, code) as i32 } else { near >> w }
        });
    }

    /// The same in the usual case.
    #[inline(never)]
    fn usual<R: Rows>(&self, rows: &mut R, elements: Range<usize>, constants: &Constants<i32>) {
        let (gamma, beta) = (self.gamma.each(elements.clone()), self.beta.each(elements.clone()));
        let a = constants.high << 16 | constants.low;
        let constants = Constants { half: constants.half.wrapping_add(TOO_LOW), ..*constants };
        rows.each(elements, gamma, beta, |code, g, b| {
            let u = Scalar.mul_high_16(a, code as i32).wrapping_add(constants.rest);
            let y = self.before_rounding::<Scalar, false>(Scalar, u, g, b, &constants);
            if is_near(y, POINT as u32) { self.wide.y(g, b, code) as i32 } else { y >> POINT }
        });
    }

    /// `P·2ˡ`, of which `u` is the product with the root.
    #[inline(always)]
    fn numerator(&self, code: i64) -> i32 {
        let row = self.wide.row;
        shifted(row.numerator(code), self.f + 64 - row.root.exponent) as i32
    }

    /// `y`, a half and the zero point.
    #[inline(always)]
    fn before_rounding<M: Mac, const RIGHT: bool>(
        &self,
        mac: M,
        u: M::V,
        g: M::V,
        b: M::V,
        constants: &Constants<M::V>,
    ) -> M::V {
        let v = F::times(mac, u, g, constants.gamma_scale);
        // A vector is multiplied as fast as it is shifted, in V8 faster: that takes a count from a register.
        let b = if RIGHT { mac.shr(b, constants.right) } else { mac.mul(b, constants.beta_scale) };
        mac.add(mac.add(v, b), constants.half)
    }

    /// `y` from element `i` on, with those done again whose `fraction` says so.
    #[cold]
    #[inline(never)]
    fn again<M: Mac, R: Rows>(&self, mac: M, rows: &R, i: usize, y: M::V, fraction: M::V) -> M::V {
        let Self { wide, gamma, beta, .. } = *self;
        let (mut codes, mut fractions) = ([0; MOST_LANES], [0; MOST_LANES]);
        mac.store_i32(y, &mut codes, 0);
        mac.store_i32(fraction, &mut fractions, 0);
        for (i, (code, fraction)) in (i..i + M::LANES).zip(codes.iter_mut().zip(fractions)) {
            if fraction < TOO_LOW + TOO_HIGH {
                *code = wide.y(gamma.get(i), beta.get(i), rows.code(i)) as i32;
            }
        }
        mac.load_i32(&codes, 0)
    }
}

/// Whether `y`, with its half and [`TOO_LOW`], is so near a rounding boundary that its error may matter. Above its fraction
/// it is the result if not.
#[inline(always)]
fn is_near(y: i32, w: u32) -> bool {
    (y as u32) << (32 - w) < ((TOO_LOW + TOO_HIGH) as u32) << (32 - w)
}

/// What is the same for all elements, from memory: LLVM would make it anew at every step.
#[derive(Clone, Copy)]
struct Constants<V> {
    high: V,
    low: V,
    rest: V,
    root: V,
    /// And the zero point.
    half: V,
    too_low: V,
    mask: V,
    gamma_scale: V,
    beta_scale: V,
    right: u32,
}

impl<V: Copy> Constants<V> {
    #[inline(always)]
    fn u<M: Mac<V = V>>(&self, mac: M, code: V) -> V {
        mac.add(mac.add(mac.mul(code, self.high), self.rest), mac.shr(mac.mul(code, self.low), 16))
    }
}

/// `u` as a function of the code: `code·a/2¹⁶ + rest`.
struct Line {
    a: i64,
    rest: i64,
}

impl Row {
    /// The whole part of `a`, with the point of `u` there.
    fn slope(&self, f: i32) -> i64 {
        shifted(self.n * (self.root.mantissa >> 16) as i64, f + 16 - self.root.exponent)
    }
}

impl Line {
    fn new(row: &Row, f: i32) -> Self {
        // P·2ˡ·mantissa/2⁶⁴ with P = N·code − offset, about the code c: |c − offset/N| < 1.
        let l = f + 64 - row.root.exponent;
        let c = i64::from((row.offset as i32).wrapping_div((row.n as i32).max(1)));
        let a = shifted(row.n * (row.root.mantissa >> 16) as i64, l - 31);
        let a = (a + 1) >> 1;
        let rest = shifted((row.n * c - row.offset) * (row.root.mantissa >> 32) as i64, l - 32);
        // Rounded up, for it is subtracted.
        Self { a, rest: rest + ((-c * a) >> 16) }
    }
}
