//! A row in lanes of 32 bits, for outputs of 8 and 16 bits.
//!
//! ```text
//! u = P·2ˡ · (mantissa / 2³²) / 2³²     x̂·2ᶠ, below 2²⁹
//! y = u · g·2ˢ / 2³² + b·2^(w−m)        w bits behind the point
//! ```
//!
//! Most rows have their extremes far below sqrt(N), the bound that `f` allows for; what it costs are bits of `w`, and
//! so elements that [`Wide`] has to do again: in the mean 8/2ʷ of all.

use super::lane::{Mac, Scalar};
use super::wide::{Wide, shifted};
use super::{Norm, Rows, bits_of_largest};

/// Of `y`, in its units: 2½ of `u`, halved at least by the product, and one for each product and shift.
const ERROR: i32 = 4;
/// With fewer bits behind the point too many elements would be done again.
const FEWEST: i32 = 5;
const MOST: i32 = 24;

/// The shifts of a call.
#[derive(Clone, Copy)]
pub(super) struct Narrow {
    f: i32,
    s: i32,
    w: i32,
}

impl Narrow {
    /// `None` where 32 bits are too few for the formats.
    pub(super) fn new(norm: &Norm, bits: u32) -> Option<Self> {
        let f = 29 - bits_of_largest(norm.width);
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

    #[inline(never)]
    pub(super) fn row<M: Mac, R: Rows>(&self, mac: M, wide: &Wide, rows: &mut R, start: usize) {
        let width = wide.norm.width;
        let whole = width - width % M::LANES;
        self.part(mac, wide, rows, start, 0..whole);
        self.part(Scalar, wide, rows, start, whole..width);
    }

    #[inline(always)]
    fn part<M: Mac, R: Rows>(
        &self,
        mac: M,
        wide: &Wide,
        rows: &mut R,
        start: usize,
        elements: core::ops::Range<usize>,
    ) {
        let Self { f, s, w } = *self;
        let Wide { norm, row } = wide;
        let l = f + 64 - row.root.exponent;
        let left = l.clamp(0, 31) as u32;
        // Where products may wrap, what is to be shifted to the right is taken from the root: P has 31 bits.
        let down = if R::FITS { (-l).clamp(0, 31) } else { 0 };
        let root = mac.splat((row.root.mantissa >> 32 >> down) as i32);
        let (n, offset) =
            (mac.splat((row.n as i32) << left), mac.splat((row.offset as i32).wrapping_shl(left)));
        let half = mac.splat(1 << (w - 1));
        let error = mac.splat(ERROR);
        let mask = mac.splat((1 << w) - 1);
        let zero = mac.splat(norm.zero_point);
        let mut i = elements.start;
        while i < elements.end {
            let at = start + i;
            let p = if R::FITS {
                mac.sub(mac.mul(rows.lanes(mac, at), n), offset)
            } else {
                mac.each(|lane| shifted(row.numerator(rows.code(at + lane)), l) as i32)
            };
            let u = mac.mul_high(p, root);
            let v = mac.mul_high(u, mac.shl(norm.gamma.lanes(mac, i), s as u32));
            let b = norm.beta.lanes(mac, i);
            let b =
                if w >= norm.m { mac.shl(b, (w - norm.m) as u32) } else { mac.shr(b, (norm.m - w) as u32) };
            let y = mac.add(mac.add(v, b), half);
            if mac.any_below(mac.and(mac.add(y, error), mask), 2 * ERROR) {
                for lane in 0..M::LANES {
                    rows.put(at + lane, wide.y(i + lane, rows.code(at + lane)));
                }
            } else {
                rows.store(mac, at, mac.add(mac.shr(y, w as u32), zero));
            }
            i += M::LANES;
        }
    }
}
