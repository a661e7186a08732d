//! The vectors the float kernels are written over.
//!
//! A kernel sees sixteen virtual lanes: element `i` of a block belongs to lane `i mod 16`. A machine holds
//! [`Isa::LANES`] of them in one vector, so a group of sixteen elements is `16 / LANES` *columns*. Every
//! operation is one IEEE 754 operation per lane, never fused and never reordered, so that the bits do not
//! depend on how many lanes a vector has.
//!
//! An implementation is a zero-sized token: having one proves that its instructions may be used. That is
//! why kernels need no `unsafe`; all of it is in this folder.

mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(layernorm_isa = "scalar")))]
mod simd128;
#[cfg(all(target_arch = "x86_64", not(layernorm_isa = "scalar")))]
mod x86;

use crate::float::two::Two;
pub(crate) use scalar::Scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(layernorm_isa = "scalar")))]
pub(crate) use simd128::Simd128;
#[cfg(all(target_arch = "x86_64", feature = "std", not(layernorm_isa = "scalar")))]
pub(crate) use x86::Avx2;
#[cfg(all(target_arch = "x86_64", not(layernorm_isa = "scalar")))]
pub(crate) use x86::Sse2;

/// Number of virtual lanes: the width of a group of elements.
pub(crate) const GROUP: usize = 16;

/// Something to compute, written once and compiled for each instruction set.
pub(crate) trait Op {
    type Output;
    fn eval<I: Isa>(self, isa: I) -> Self::Output;
}

/// Two quantities in sixteen lanes, to be summed by [`Isa::add_lanes`].
pub(crate) trait Lanes<I: Isa> {
    /// Both summed over the lanes from `c · LANES` and those from `d · LANES`, which are eight lanes further.
    fn columns(&self, isa: I, c: usize, d: usize) -> (I::V, I::V);
}

pub(crate) trait Isa: Copy {
    /// Lanes in one vector: 1, 4 or 8.
    const LANES: usize;
    /// One vector.
    type V: Copy;
    /// Two quantities, each in two floats.
    type Totals: Copy;
    /// `[f32; LANES]`.
    type Array: Copy + AsRef<[f32]> + AsMut<[f32]>;

    /// Runs `op` in a function of its own, compiled for this instruction set.
    ///
    /// Not only the whole call but each hot loop is one: a function that holds all of them has more live values than
    /// a compiler, above all one that runs in a browser, can keep in registers.
    fn run<O: Op>(self, op: O) -> O::Output;

    fn array(self, value: f32) -> Self::Array;
    fn splat(self, value: f32) -> Self::V;
    /// The first `LANES` elements of `from`; zeros where it has fewer.
    ///
    /// Callers have as many. To say what happens otherwise costs nothing where the compiler sees that, and it keeps
    /// the panic of an index out of the image where it does not.
    fn load(self, from: &[f32]) -> Self::V;
    /// Writes the first `LANES` elements of `to`; nothing where it has fewer.
    fn store(self, v: Self::V, to: &mut [f32]);
    /// Keeps the first `count` lanes, +0 in the others.
    fn keep(self, v: Self::V, count: usize) -> Self::V;

    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    fn div(self, a: Self::V, b: Self::V) -> Self::V;
    fn sqrt(self, v: Self::V) -> Self::V;
    /// One bit per lane: `a ≤ b` (false for NaN).
    fn le(self, a: Self::V, b: Self::V) -> u32;

    /// Adds up two quantities over the sixteen lanes, onto `totals`.
    ///
    /// The tree is the same everywhere: lane `l` and `l + 8`, then `l + 4`, `l + 2`, `l + 1`. The last two levels
    /// keep the roundings of their additions: there are three, and they weigh most.
    fn add_lanes(self, totals: Self::Totals, lanes: impl Lanes<Self>) -> Self::Totals;
    /// The same tree over one group for `x` and `x²`, and no roundings kept: good enough to choose a pivot.
    fn head(self, x: &[f32; GROUP]) -> [f32; 2];
    fn join_totals(self, totals: [Two<f32>; 2]) -> Self::Totals;
    fn split_totals(self, totals: Self::Totals) -> [Two<f32>; 2];
}
