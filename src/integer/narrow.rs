//! A row in lanes of 32 bits, for outputs of 8 and 16 bits.
//!
//! ```text
//! u = P·2ˡ · (mantissa / 2³²) / 2³²     x̂·2ᶠ, below 2²⁹
//! y = u · g·2ˢ / 2³² + b·2^(w−m)        w bits behind the point
//! ```
//!
//! Elements near a rounding boundary, 6/2ʷ of all, are done again by [`Wide`].

use super::lane::Scalar;
use super::wide::{Wide, shifted};
use super::{Codes, Feature, Mac, Rows};
use core::ops::Range;

/// How far `y` may be too low and too high, in its units. `u` is at most 2.1 too low: two shifts and the root, all
/// rounded down; the product halves that at least, gives it the sign of g, and rounds down itself, as `b` may be.
const TOO_LOW: i32 = 4;
const TOO_HIGH: i32 = 2;
/// With fewer bits behind the point too many elements would be done again.
const FEWEST: i32 = 5;
const MOST: i32 = 24;
const MOST_LANES: usize = 8;

/// The shifts of a row.
#[derive(Clone, Copy)]
pub(super) struct Narrow {
    f: i32,
    s: i32,
    w: i32,
}

impl Narrow {
    /// `None` where 32 bits are too few for the formats.
    pub(super) fn new(wide: &Wide, bits: u32) -> Option<Self> {
        let Wide { norm, row } = wide;
        let f = 29 - row.bits;
        let s = 32 - norm.gamma.bits();
        let w = f + s + norm.k - 32;
        // b·2^(w−m) stays below 2³⁰, u · g·2ˢ / 2³² below 2²⁸.
        let wanted = w.min(MOST).min(31 - norm.beta.bits() + norm.m);
        let from_s = (w - wanted).min(s);
        let from_f = w - wanted - from_s;
        (bits <= 16 && wanted >= FEWEST && from_f < f).then_some(Self {
            f: f - from_f,
            s: s - from_s,
            w: wanted,
        })
    }

    pub(super) fn row<M: Mac, R: Rows>(&self, mac: M, wide: &Wide, rows: &mut R) {
        let width = wide.norm.width;
        let whole = width - width % M::LANES;
        // To ask for the types at every step costs vectors a third of their speed.
        match (wide.norm.gamma, wide.norm.beta) {
            (Codes::I16(gamma), Codes::I16(beta)) if M::LANES > 1 => {
                self.part(mac, wide, rows, gamma, beta, 0..whole)
            }
            (Codes::I32(gamma), Codes::I32(beta)) if M::LANES > 1 => {
                self.part(mac, wide, rows, gamma, beta, 0..whole)
            }
            (gamma, beta) => self.part(mac, wide, rows, gamma, beta, 0..whole),
        }
        if whole < width {
            self.part(Scalar, wide, rows, wide.norm.gamma, wide.norm.beta, whole..width);
        }
    }

    #[inline(never)]
    fn part<M: Mac, R: Rows>(
        &self,
        mac: M,
        wide: &Wide,
        rows: &mut R,
        gamma: impl Feature,
        beta: impl Feature,
        elements: Range<usize>,
    ) {
        let Self { f, s, w } = *self;
        let Wide { norm, row } = wide;
        let l = f + 64 - row.root.exponent;
        let up = l.clamp(0, 31) as u32;
        // Where products may wrap, what is to be shifted to the right is taken from the root: P has 31 bits.
        let down = if R::FITS { (-l).clamp(0, 31) } else { 0 };
        let root = mac.factor((row.root.mantissa >> 32 >> down) as i32);
        let (n, offset) = (mac.splat((row.n as i32) << up), mac.splat((row.offset as i32).wrapping_shl(up)));
        let half = mac.splat(1 << (w - 1));
        let too_low = mac.splat(TOO_LOW);
        let mask = mac.splat((1 << w) - 1);
        let zero = mac.splat(norm.zero_point);
        // A vector is multiplied as fast as it is shifted, in V8 faster: that takes a count from a register.
        let gamma_scale = mac.splat(1 << s);
        let (left, right) = ((w - norm.m).clamp(0, 31), (norm.m - w).clamp(0, 31));
        let beta_scale = mac.splat(1 << left);
        let mut i = elements.start;
        while i < elements.end {
            let p = if R::FITS {
                mac.sub(mac.mul(rows.lanes(mac, i), n), offset)
            } else {
                mac.each(|lane| shifted(row.numerator(rows.code(i + lane)), l) as i32)
            };
            let u = mac.mul_high_by(p, &root);
            let v = mac.mul_high(u, mac.mul(gamma.lanes(mac, i), gamma_scale));
            let b = beta.lanes(mac, i);
            let b = if right == 0 { mac.mul(b, beta_scale) } else { mac.shr(b, right as u32) };
            let y = mac.add(mac.add(v, b), half);
            let fraction = mac.and(mac.add(y, too_low), mask);
            let mut y = mac.add(mac.shr(y, w as u32), zero);
            if mac.any_below(fraction, TOO_LOW + TOO_HIGH) {
                let (mut fractions, mut codes) = ([0; MOST_LANES], [0; MOST_LANES]);
                mac.store_i32(fraction, &mut fractions, 0);
                mac.store_i32(y, &mut codes, 0);
                for (lane, (code, fraction)) in codes.iter_mut().zip(fractions).enumerate().take(M::LANES) {
                    if fraction < TOO_LOW + TOO_HIGH {
                        *code = wide.y::<R::Y>(i + lane, rows.code(i + lane)) as i32;
                    }
                }
                y = mac.load_i32(&codes, 0);
            }
            rows.store(mac, i, y);
            i += M::LANES;
        }
    }
}
