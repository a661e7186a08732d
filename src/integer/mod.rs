//! The exact integer algorithm; `definition.md`, shown in [`quantized`](crate::quantized), says what it computes.
//!
//! ```text
//! sums    S, Q of a row, exact
//! root    2⁸/sqrt(V), fifty bits of it, once a row                             rsqrt
//! y       P · 2⁸/sqrt(V) · g + b in 32 bits, with a bound on its error         narrow
//!         where 32 bits are too few: in 64, for outputs of 32 bits in 128      wide
//!         where a rounding boundary is within that bound: compare squares      exact
//!         small code has no way in 64 bits: it compares at once
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

use narrow::Narrow;
use rsqrt::Root;

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

/// A row that has been summed: its elements may be computed one by one.
struct Row<'a> {
    norm: &'a Norm,
    /// `P = N·code − offset`
    offset: i64,
    /// The integer under the root; not 0.
    v: u128,
    root: Root,
    /// `|x̂| ≤ 2^bits`
    bits: i32,
}

impl Norm {
    /// Normalises every row; their lengths have been checked.
    #[inline(never)] // Once for all binary points.
    pub(crate) fn forward<M: Mac, R: Rows, F: Feature>(&self, mac: M, mut rows: R, gamma: F, beta: F) {
        let mut start = 0;
        // Not `step_by`, which divides.
        while start < rows.len() {
            let mut rows = rows.part(start, self.width);
            start += self.width.max(1);
            let row = &self.row(mac, &rows);
            if R::Y::BITS > 16 {
                row.elements::<i128, _, F>(&mut rows, gamma, beta);
            } else if let Some(narrow) = Narrow::new::<M, R>(row, gamma, beta) {
                narrow.row(mac, &mut rows);
            } else {
                row.elements::<i64, _, F>(&mut rows, gamma, beta);
            }
        }
    }

    #[inline(never)]
    fn row<M: Mac, R: Rows>(&self, mac: M, rows: &R) -> Row<'_> {
        let n = self.width as i64;
        let Sums { sum, squares, range: [first, last] } = rows.sums(mac);
        let offset = if self.centred { sum } else { n * i64::from(rows.zero_point()) };
        // Of codes less the zero point, where there is one. Terms of codes of 16 bits have 63, others 110.
        let twice = 2 * sum - offset;
        let d: u128 = if R::FITS {
            (n * squares as i64 - offset * twice).unsigned_abs().into()
        } else {
            (i128::from(n) * squares - i128::from(offset) * i128::from(twice)).unsigned_abs()
        };
        // Where all P are 0, V does not matter, but squares are compared with it.
        let v = if d == 0 { 1 } else { (d << 16) + self.epsilon };
        let root = if d == 0 { Root::ZERO } else { Root::new(v) };
        let magnitude = |code: i64| {
            if R::FITS {
                // In half as many bits.
                let product = (n as i32).wrapping_mul(code as i32);
                product.wrapping_sub(offset as i32).unsigned_abs().into()
            } else {
                (n * code - offset).unsigned_abs()
            }
        };
        let largest = magnitude(first).max(magnitude(last));
        let mut bits = bits_of_root(self.width);
        if !cfg!(layernorm_small) {
            // Mostly no fewer.
            bits = root.bits_of_product(largest).min(bits).max(0);
        }
        Row { norm: self, offset, v, root, bits }
    }
}

impl Row<'_> {
    /// `P`
    fn numerator(&self, code: i64) -> i64 {
        self.norm.width as i64 * code - self.offset
    }
}

/// `sqrt(N) ≤ 2^bits`: the largest `|x̂|`.
fn bits_of_root(width: usize) -> i32 {
    let bits = usize::BITS - width.saturating_sub(1).leading_zeros();
    bits.div_ceil(2) as i32
}
