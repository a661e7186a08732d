//! A row whose sums are known.

use super::lane::Lanes;
use super::norm::Norm;
use super::rows::Rows;
use super::rsqrt::Root;
use super::sums::Sums;

/// A row that has been summed: each of its elements can now be computed alone.
pub(super) struct SummedRow<'a> {
    pub norm: &'a Norm,
    /// `P = N·code − offset`
    pub offset: i64,
    /// The integer under the root; not 0.
    pub v: u128,
}

impl<'a> SummedRow<'a> {
    /// The row of `codes` that have these `sums`, and its D.
    #[inline(always)]
    pub(super) fn new<R: Rows>(norm: &'a Norm, sums: &Sums, codes: &R) -> (Self, u128) {
        let n = norm.width as i64;
        let Sums { sum, squares, .. } = *sums;
        let offset = if norm.centred { sum } else { n * i64::from(codes.zero_point()) };
        // D is the same about any zero point. The terms have 63 bits for codes of 16 bits, and 110 for other codes.
        let twice = 2 * sum - offset;
        let d: u128 = if R::P_FITS_I32 {
            (n * squares as i64 - offset * twice).unsigned_abs().into()
        } else {
            (i128::from(n) * squares - i128::from(offset) * i128::from(twice)).unsigned_abs()
        };
        (Self::with_spread(norm, offset, d), d)
    }

    /// The row whose `P` is `N·code − offset`, and of this D.
    #[inline(always)]
    fn with_spread(norm: &'a Norm, offset: i64, d: u128) -> Self {
        // Where D is 0, every P is 0 and V does not matter, but exact.rs compares squares with it.
        let v = if d == 0 { 1 } else { (d << 16) + norm.epsilon };
        Self { norm, offset, v }
    }

    /// `P`
    #[inline(always)]
    pub(super) fn numerator(&self, code: i64) -> i64 {
        self.norm.width as i64 * code - self.offset
    }
}

/// A row with the root of its V.
pub(super) struct RootedRow<'a> {
    pub row: SummedRow<'a>,
    pub root: Root,
    /// `|x̂| ≤ 2^bits`
    pub bits: i32,
}

impl<'a> RootedRow<'a> {
    /// The row of `codes`.
    #[inline(never)]
    pub(super) fn new<L: Lanes, R: Rows>(norm: &'a Norm, lanes: L, codes: &R) -> Self {
        Self::with_sums(norm, &codes.sums(lanes), codes)
    }

    /// The row of which `codes` are a part, and whose sums are `sums`.
    #[inline(always)]
    pub(super) fn with_sums<R: Rows>(norm: &'a Norm, sums: &Sums, codes: &R) -> Self {
        let (row, d) = SummedRow::new(norm, sums, codes);
        let (n, offset, [first, last]) = (norm.width as i64, row.offset, sums.range);
        let root = if d == 0 { Root::ZERO } else { Root::new(row.v) };
        let magnitude = |code: i64| {
            if R::P_FITS_I32 {
                // Products of 32 bits cost half as much.
                let product = (n as i32).wrapping_mul(code as i32);
                product.wrapping_sub(offset as i32).unsigned_abs().into()
            } else {
                (n * code - offset).unsigned_abs()
            }
        };
        let largest = magnitude(first).max(magnitude(last));
        let mut bits = width_bits(norm.width);
        if !cfg!(layernorm_small) {
            // In most rows this is no fewer, so small code leaves it out.
            bits = root.product_bits(largest).min(bits).max(0);
        }
        Self { row, root, bits }
    }
}

impl<'a> RootedRow<'a> {
    /// The row of `norm.width` codes, up to 2³² of them, that have these sums.
    #[inline(never)]
    pub(super) fn of_sums(norm: &'a Norm, sum: i64, squares: u64, zero_point: i32) -> Self {
        let n = norm.width as i64;
        let offset = if norm.centred { sum } else { n * i64::from(zero_point) };
        let twice = 2 * sum - offset;
        let d = (i128::from(n) * i128::from(squares) - i128::from(offset) * i128::from(twice)).unsigned_abs();
        let row = SummedRow::with_spread(norm, offset, d);
        let root = if d == 0 { Root::ZERO } else { Root::new(row.v) };
        Self { row, root, bits: width_bits(norm.width) }
    }
}

/// Bits of the largest `|x̂|` that a row of `width` elements can have: `sqrt(N) ≤ 2^bits`.
fn width_bits(width: usize) -> i32 {
    let bits = usize::BITS - width.saturating_sub(1).leading_zeros();
    bits.div_ceil(2) as i32
}
