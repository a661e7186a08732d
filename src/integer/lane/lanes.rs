//! What an instruction set does with codes.

use crate::integer::sums::Sums;
use crate::isa::{Isa, Op};

/// What an instruction set does with codes. A vector of floats also holds integers of 32 bits, as its bits.
pub(crate) trait Lanes: Isa {
    /// [`mul_add`](Lanes::mul_add) rounds once.
    const FUSED: bool = false;
    /// `a·b + c`; the product is rounded or not.
    #[inline(always)]
    fn mul_add(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        self.add(self.mul(a, b), c)
    }
    /// The greater of each two floats.
    #[inline(always)]
    fn max(self, a: Self::V, b: Self::V) -> Self::V {
        self.if_le(a, b, b, a)
    }

    /// Integers as floats, rounded to the nearest.
    fn to_floats(self, v: Self::V) -> Self::V;
    /// The sum of integers, modulo 2³².
    fn add_integers(self, a: Self::V, b: Self::V) -> Self::V;

    // Loads give the first `LANES` codes of `from`, which has as many, as integers.
    fn load_i8(self, from: &[i8]) -> Self::V;
    fn load_u8(self, from: &[u8]) -> Self::V;
    fn load_i16(self, from: &[i16]) -> Self::V;
    fn load_i32(self, from: &[i32]) -> Self::V;

    // Stores write integers to the first `LANES` codes of `to`, which has as many, saturated.
    fn store_i8(self, v: Self::V, to: &mut [i8]);
    fn store_u8(self, v: Self::V, to: &mut [u8]);
    fn store_i16(self, v: Self::V, to: &mut [i16]);
    fn store_i32(self, v: Self::V, to: &mut [i32]);

    // The sums of at most 2¹⁵ codes.
    fn sums_i8(self, codes: &[i8]) -> Sums;
    fn sums_u8(self, codes: &[u8]) -> Sums;
    fn sums_i16(self, codes: &[i16]) -> Sums;

    /// Computes `op` in a function of its own, as [`Isa::run`] does.
    #[inline(always)]
    fn run_on_codes<O: CodeOp>(self, op: O) {
        self.run(OnCodes { op, lanes: self });
    }
}

/// Something to do with codes, written once and compiled for each instruction set.
pub(crate) trait CodeOp {
    fn eval<L: Lanes>(self, lanes: L);
}

/// An operation on codes as one of floats, with the token of the instruction set that runs it.
struct OnCodes<O, L> {
    op: O,
    lanes: L,
}

impl<O: CodeOp, L: Lanes> Op for OnCodes<O, L> {
    type Output = ();
    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        self.op.eval(self.lanes);
    }
}
