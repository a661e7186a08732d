//! The vectors the float kernels are written over.
//!
//! A kernel sees sixteen virtual lanes: element `i` of a block belongs to lane `i mod 16`. A machine holds
//! [`Isa::LANES`] of them in one vector, so a group of sixteen elements is `16 / LANES` *columns*. Every
//! operation is one IEEE 754 operation per lane, never fused and never reordered, so that the bits do not
//! depend on how many lanes a vector has.
//!
//! An implementation is a zero-sized token: having one proves that its instructions may be used. That is
//! why kernels need no `unsafe`; all of it is in this folder.

#[cfg(all(target_arch = "x86_64", feature = "std", not(layernorm_isa = "scalar")))]
mod avx2;
mod list;
mod rows;
mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(layernorm_isa = "scalar")))]
mod simd128;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(layernorm_isa = "scalar")))]
mod sse2;

use crate::float::two::{Two, split_product};
#[cfg(all(target_arch = "x86_64", feature = "std", not(layernorm_isa = "scalar")))]
pub(crate) use avx2::Avx2;
pub(crate) use list::List;
pub(crate) use rows::{Feature, Layout, RowOf, Rows};
pub(crate) use scalar::Scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(layernorm_isa = "scalar")))]
pub(crate) use simd128::Simd128;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(layernorm_isa = "scalar")))]
pub(crate) use sse2::Sse2;

/// Number of virtual lanes: the width of a group of elements.
pub(crate) const GROUP: usize = 16;
pub(crate) type Group = [f32; GROUP];

/// The sign, the exponent and the first twelve significant bits of a number.
const HEAD: u32 = !0xfff;

/// The most rows that are measured together: where there are vectors, a few vectors with a row in each lane.
pub(crate) const ROWS: usize =
    if cfg!(any(all(target_arch = "x86_64", target_feature = "sse2"), target_feature = "simd128")) {
        16
    } else {
        1
    };

/// One lane takes one form for all rows, which is compiled once, instead of a faster one for most: `build.rs`.
pub(crate) const SMALL: bool = cfg!(layernorm_small);

/// Something to compute, written once and compiled for each instruction set.
pub(crate) trait Op {
    type Output;
    fn eval<I: Isa>(self, isa: I) -> Self::Output;
}

/// An [`Op`], or what one instruction set computes and leaves in its own vectors.
pub(crate) trait Run<I: Isa> {
    type Output;
    fn eval(self, isa: I) -> Self::Output;
}

impl<I: Isa, O: Op> Run<I> for O {
    type Output = O::Output;

    #[inline(always)]
    fn eval(self, isa: I) -> O::Output {
        Op::eval(self, isa)
    }
}

/// Two quantities in sixteen lanes, to be summed by [`Isa::fold`].
pub(crate) trait Lanes<I: Isa> {
    /// Both in the lanes from `c · LANES` on.
    fn column(&self, isa: I, c: usize) -> (I::V, I::V);
}

pub(crate) trait Isa: Copy {
    /// Lanes in one vector: 1, 4 or 8.
    const LANES: usize;
    /// One vector: lanes of a row, or a row in each lane.
    type V: Copy;
    /// Four numbers of one row.
    type Four: Copy;
    /// Lanes in one vector of `f64`: 1, 2 or 4.
    const WIDE: usize;
    /// One vector of `f64`.
    type Wide: Copy;

    /// Runs `op` in a function of its own, compiled for this instruction set.
    ///
    /// Not only the whole call but each hot loop is one: a function that holds all of them has more live values than
    /// a compiler, above all one that runs in a browser, can keep in registers.
    fn run<R: Run<Self>>(self, op: R) -> R::Output;

    fn splat(self, value: f32) -> Self::V;
    /// The first `LANES` elements of `from`; zeros where it has fewer.
    ///
    /// Callers have as many. To say what happens otherwise costs nothing where the compiler sees that, and it keeps
    /// the panic of an index out of the image where it does not.
    fn load(self, from: &[f32]) -> Self::V;
    /// Writes the first `LANES` elements of `to`; nothing where it has fewer.
    fn store(self, v: Self::V, to: &mut [f32]);

    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    fn div(self, a: Self::V, b: Self::V) -> Self::V;
    fn sqrt(self, v: Self::V) -> Self::V;
    fn abs(self, v: Self::V) -> Self::V;
    /// Its first twelve significant bits, towards 0.
    fn head(self, v: Self::V) -> Self::V;
    /// One bit per lane: `a ≤ b` (false for NaN).
    fn le(self, a: Self::V, b: Self::V) -> u32;

    /// `a · b`, and what its rounding leaves out: some twenty operations, which are a function where code is to be small.
    #[inline(always)]
    fn two_product(self, a: Self::V, b: Self::V) -> Two<Self::V> {
        split_product(self, a, b)
    }

    /// Sixteen lanes of two quantities to four: lane `l` and `l + 8`, then `l + 4`. The tree is the same everywhere.
    fn fold(self, lanes: impl Lanes<Self>) -> [Self::Four; 2];
    /// From four numbers of each row to vectors with a row in each lane: the first number of all rows, the second, and
    /// so on.
    fn turn(self, of_row: impl Fn(usize) -> Self::Four) -> [Self::V; 4];
    /// `total + four`, what the additions round off included.
    fn plus(self, total: Two<Self::Four>, four: Self::Four) -> Two<Self::Four>;
    fn join(self, a: [Self::Four; 2], b: [Self::Four; 2]) -> [Self::Four; 2];
    fn no_two(self) -> Two<Self::Four>;
    fn four(self, values: [f32; 4]) -> Self::Four;
    fn values(self, four: Self::Four) -> [f32; 4];

    /// The first `WIDE` elements of `from`; zeros where it has fewer.
    fn wide(self, from: &[f32]) -> Self::Wide;
    /// The same with `addend` added before, in `f32`.
    fn wide_sum(self, from: &[f32], addend: f32) -> Self::Wide;
    /// The first `WIDE` elements of `from`, as they are; zeros where it has fewer.
    fn wide_load(self, from: &[f64]) -> Self::Wide;
    fn wide_splat(self, value: f64) -> Self::Wide;
    fn wide_add(self, a: Self::Wide, b: Self::Wide) -> Self::Wide;
    fn wide_sub(self, a: Self::Wide, b: Self::Wide) -> Self::Wide;
    fn wide_mul(self, a: Self::Wide, b: Self::Wide) -> Self::Wide;
    /// Writes the first `WIDE` elements of `to`; nothing where it has fewer.
    fn wide_store(self, v: Self::Wide, to: &mut [f64]);
}
