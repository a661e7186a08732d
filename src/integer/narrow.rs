//! A row in lanes of 32 bits, for outputs of 8 and 16 bits.
//!
//! ```text
//! u = (code − c)·a + rest                 x̂·2ᶠ, below 2³⁰; a in 15 bits behind the point
//! y = u·g·2ˢ / 2³² + b·2^(w−m)            w bits behind the point
//! ```
//!
//! 1. `c` is an integer near the mean: what it is off goes to `rest`, and the products stay as small as x̂.
//! 2. No product but that with a g of 32 bits needs 64: two of 32, for the high part of `a` and the low one, and as
//!    many for `u`, are less than vectors take to widen one.
//! 3. Elements near a rounding boundary, 6/2ʷ of all, are done again by [`Wide`].

use super::lane::Scalar;
use super::wide::{Wide, shifted};
use super::{Feature, Mac, Row, Rows};
use core::ops::Range;

/// How far `y` may be too low and too high, in its units. `u` is at most 3.3 too low and 1.3 too high: `a` is rounded to
/// half a unit, which a code below 2¹⁶ makes one, and the shift and `rest` are rounded down. The product halves that
/// at least, gives it the sign of g, and rounds down itself, as `b` may be.
const TOO_LOW: i32 = 4;
const TOO_HIGH: i32 = 2;
/// With fewer bits behind the point too many elements would be done again.
const FEWEST: i32 = 5;
const MOST: i32 = 24;
const MOST_LANES: usize = 8;

/// One row, and how its numbers are shifted.
pub(super) struct Narrow<'a, F> {
    wide: &'a Wide<'a>,
    gamma: F,
    beta: F,
    f: i32,
    w: i32,
}

impl<'a, F: Feature> Narrow<'a, F> {
    /// `None` where 32 bits are too few for the formats.
    pub(super) fn new(wide: &'a Wide, gamma: F, beta: F) -> Option<Self> {
        let Wide { norm, row, .. } = wide;
        let f = 29 - row.bits;
        let w = f + norm.k - gamma.bits();
        // b·2^(w−m) stays below 2³⁰.
        let wanted = w.min(MOST).min(31 - beta.bits() + norm.m);
        let f = f - (w - wanted);
        (wanted >= FEWEST && f > 0).then_some(Self { wide, gamma, beta, f, w: wanted })
    }

    pub(super) fn row<M: Mac, R: Rows>(&self, mac: M, rows: &mut R) {
        let whole = self.wide.norm.width - self.wide.norm.width % M::LANES;
        self.part(mac, rows, 0..whole);
        if whole < self.wide.norm.width {
            self.part(Scalar, rows, whole..self.wide.norm.width);
        }
    }

    #[inline(always)]
    fn part<M: Mac, R: Rows>(&self, mac: M, rows: &mut R, elements: Range<usize>) {
        let Self { wide: Wide { norm, row, .. }, f, w, .. } = *self;
        let Line { c, a, rest } = if R::FITS { Line::new(row, f) } else { Line { c: 0, a: 0, rest: 0 } };
        let constants = &Constants {
            c: mac.splat(c as i32),
            high: mac.splat((a >> 15) as i32),
            low: mac.splat((a & 0x7fff) as i32),
            rest: mac.splat(rest as i32),
            root: mac.splat((row.root.mantissa >> 32) as i32),
            half: mac.splat(1 << (w - 1)),
            too_low: mac.splat(TOO_LOW),
            mask: mac.splat((1 << w) - 1),
            zero: mac.splat(norm.zero_point),
            gamma_scale: mac.splat(1 << (32 - self.gamma.bits())),
            beta_scale: mac.splat(1 << (w - norm.m).clamp(0, 31)),
        };
        // 32 bits of b always go to the right: w < m.
        if F::WIDE || w < norm.m {
            self.elements::<M, R, true>(mac, rows, elements, constants);
        } else {
            self.elements::<M, R, false>(mac, rows, elements, constants);
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
        let Self { wide, gamma, beta, f, w } = *self;
        let Wide { norm, row, .. } = wide;
        let Constants { c, high, low, rest, root, half, too_low, mask, zero, gamma_scale, beta_scale } =
            *constants;
        let right = (norm.m - w).clamp(0, 31) as u32;
        for i in elements.step_by(M::LANES) {
            let u = if R::FITS {
                let code = mac.sub(rows.lanes(mac, i), c);
                mac.add(mac.add(mac.mul(code, high), rest), mac.shr(mac.mul(code, low), 15))
            } else {
                let p = |lane| shifted(row.numerator(rows.code(i + lane)), f + 64 - row.root.exponent);
                mac.mul_high(mac.each(|lane| p(lane) as i32), root)
            };
            let v = gamma.times(mac, u, i, gamma_scale);
            let b = beta.lanes(mac, i);
            // A vector is multiplied as fast as it is shifted, in V8 faster: that takes a count from a register.
            let b = if RIGHT { mac.shr(b, right) } else { mac.mul(b, beta_scale) };
            let y = mac.add(mac.add(v, b), half);
            let fraction = mac.and(mac.add(y, too_low), mask);
            let mut y = mac.add(mac.shr(y, w as u32), zero);
            if mac.any_below(fraction, TOO_LOW + TOO_HIGH) {
                y = self.again(mac, rows, i, y, fraction);
            }
            rows.store(mac, i, y);
        }
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

/// What is the same for all elements, from memory: LLVM would make it anew at every step.
struct Constants<V> {
    c: V,
    high: V,
    low: V,
    rest: V,
    root: V,
    half: V,
    too_low: V,
    mask: V,
    zero: V,
    gamma_scale: V,
    beta_scale: V,
}

/// `u` as a function of the code: `(code − c)·a/2¹⁵ + rest`.
struct Line {
    c: i64,
    a: i64,
    rest: i64,
}

impl Line {
    fn new(row: &Row, f: i32) -> Self {
        // P·2ˡ·mantissa/2⁶⁴ with P = N·code − offset; |c − offset/N| < 1.
        let l = f + 64 - row.root.exponent;
        let c = i64::from((row.offset as i32).wrapping_div((row.n as i32).max(1)));
        let a = shifted(row.n * (row.root.mantissa >> 16) as i64, l - 32);
        let rest = shifted((row.n * c - row.offset) * (row.root.mantissa >> 32) as i64, l - 32);
        Self { c, a: (a + 1) >> 1, rest }
    }
}
