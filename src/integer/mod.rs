//! The exact integer algorithm; [`definition.md`](definition.md) says what it computes.
//!
//! ```text
//! sums    S, Q of a row, exact
//! root    2⁸/sqrt(V), fifty bits of it, once a row                             rsqrt
//! y       P · 2⁸/sqrt(V) · g + b in 32 bits, with a bound on its error         narrow
//!         where a rounding boundary is within that bound: in 64 and 128 bits   wide
//!         where it still is: compare squares of integers of 384 bits           exact
//! ```
//!
//! 1. The result is defined by mathematics, so a faster way may be taken wherever its error bound shows that it rounds to
//!    the same code. Lanes ([`Mac`]) may differ in how they get there.
//! 2. No result hangs on a division, neither by N nor by a root.

pub(crate) mod code;
mod exact;
pub(crate) mod lane;
mod narrow;
pub(crate) mod ratio;
pub(crate) mod rows;
mod rsqrt;
mod wide;
#[cfg(feature = "fixed")]
pub(crate) mod wrapper;

pub(crate) use code::{Code, Feature, Sums};
pub(crate) use lane::Mac;
pub(crate) use rows::Rows;

use exact::Exact;
use lane::Scalar;
use narrow::Narrow;
use rsqrt::Root;
use wide::Wide;

/// The largest width.
pub(crate) const WIDEST: usize = 1 << 15;

/// What a norm is made of, in the terms of the definition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Norm {
    /// LayerNorm; else RMSNorm.
    pub centred: bool,
    pub width: usize,
    pub k: i32,
    pub m: i32,
    /// Zero point of the output.
    pub zero_point: i32,
    pub epsilon: u128,
}

/// What is known of a row once it has been summed.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    n: i64,
    /// `P = N·code − offset`
    offset: i64,
    /// The integer under the root.
    v: u128,
    root: Root,
    /// `|x̂| ≤ 2^bits`
    bits: i32,
}

impl Norm {
    /// Normalises every row; their lengths have been checked.
    #[inline(never)] // Once for all binary points.
    pub(crate) fn forward<M: Mac, R: Rows, F: Feature>(&self, mac: M, mut rows: R, gamma: F, beta: F) {
        for start in (0..rows.len()).step_by(self.width.max(1)) {
            let mut rows = rows.part(start, self.width);
            let range = [R::Y::LOWEST, R::Y::HIGHEST];
            let wide = Wide { norm: self, row: self.row(mac, &rows), range };
            if R::Y::BITS <= 16
                && let Some(narrow) = Narrow::new::<M, R>(&wide, gamma, beta)
            {
                narrow.row(mac, &mut rows);
                continue;
            }
            for i in 0..self.width {
                let y = wide.y(gamma.get(i), beta.get(i), rows.code(i));
                rows.store(Scalar, i, y as i32);
            }
        }
    }

    fn row<M: Mac, R: Rows>(&self, mac: M, rows: &R) -> Row {
        let n = self.width as i64;
        let Sums { sum, squares, range } = rows.sums(mac);
        let zero = i64::from(rows.zero_point());
        let offset = if self.centred { sum } else { n * zero };
        // N·Σ(X − zero)² or N·ΣX² − S². Terms of codes of 16 bits have 63, others 110.
        let d = if R::FITS {
            let squares = squares as i64;
            let d = if self.centred {
                n * squares - sum * sum
            } else {
                n * (squares - 2 * zero * sum + offset * zero)
            };
            d.unsigned_abs().into()
        } else {
            let sum = if self.centred { i128::from(sum) } else { 0 };
            (i128::from(n) * squares - sum * sum).unsigned_abs()
        };
        let v = (d << 16) + self.epsilon;
        let root = if d == 0 { Root::ZERO } else { Root::new(v) };
        let largest = range.map(|code| (n * code - offset).unsigned_abs()).into_iter().fold(0, u64::max);
        // Not `clamp`: it panics where the limits are the wrong way round, and the compiler may not know.
        let bits = root.bits_of_product(largest).min(bits_of_root(self.width)).max(0);
        Row { n, offset, v: v.max(1), root, bits }
    }
}

impl Row {
    /// `P`
    fn numerator(&self, code: i64) -> i64 {
        self.n * code - self.offset
    }
}

/// `sqrt(N) ≤ 2^bits`: the largest `|x̂|`.
fn bits_of_root(width: usize) -> i32 {
    let bits = usize::BITS - width.saturating_sub(1).leading_zeros();
    bits.div_ceil(2) as i32
}
