//! What an instruction set offers, and how many lanes it does it in.
//!
//! A kernel sees sixteen virtual lanes: element `i` of a row belongs to lane `i mod 16`. A machine holds
//! [`Isa::LANES`] of them in one vector. Every operation is one IEEE 754 operation per lane, never fused and
//! never reordered, so that the bits do not depend on how many lanes a vector has.

/// Number of virtual lanes: the width of a group of elements.
pub(crate) const GROUP: usize = 16;
pub(crate) type Group = [f32; GROUP];

/// The most lanes of a vector.
pub(crate) const MOST_LANES: usize = 8;

/// The target has no vectors that the kernels know, so that every call is computed by [`Scalar`](super::Scalar).
pub(crate) const ONE_LANE: bool = cfg!(any(
    layernorm_isa = "scalar",
    not(any(
        all(target_arch = "x86_64", target_feature = "sse2"),
        all(target_arch = "wasm32", target_feature = "simd128")
    ))
));

/// One lane takes one form for all rows, which is compiled once, instead of a faster one for most: `build.rs`.
pub(crate) const SMALL: bool = ONE_LANE && cfg!(layernorm_small);

/// The sign, the exponent and the first twelve significant bits of a number.
pub(super) const HEAD: u32 = !0xfff;

/// Something to compute, written once and compiled for each instruction set.
pub(crate) trait Op {
    type Output;
    fn eval<I: Isa>(self, isa: I) -> Self::Output;
}

pub(crate) trait Isa: Copy {
    /// Lanes in one vector: 1, 4 or 8.
    const LANES: usize;
    /// One vector: lanes of a row, or a row in each lane.
    type V: Copy;
    /// The same instructions in at most four lanes, for the last levels of a sum.
    type Quad: Isa;
    const QUAD: Self::Quad;
    /// Lanes in one vector of `f64`: 1, 2 or 4.
    const WIDE: usize;
    /// One vector of `f64`.
    type Wide: Copy;

    /// Runs `op` in a function of its own, compiled for this instruction set.
    ///
    /// Not only the whole call but each hot loop is one: a function that holds all of them has more live values than
    /// a compiler, above all one that runs in a browser, can keep in registers.
    fn run<O: Op>(self, op: O) -> O::Output;

    /// Lane `l` plus lane `l + 4` where there are eight lanes, else the vector as it is.
    fn narrow(self, v: Self::V) -> QuadV<Self>;
    /// From four numbers of each row to vectors with a row in each lane: the first number of all rows, the second, and
    /// so on.
    fn transpose<'a>(self, row: impl Fn(usize) -> &'a [f32; 4]) -> [Self::V; 4];

    fn splat(self, value: f32) -> Self::V;
    /// The first `LANES` elements of `from`, which has as many. A release build reads zeros where it has not: that
    /// costs nothing where the compiler sees the length, and links no panic where it does not.
    fn load(self, from: &[f32]) -> Self::V;
    /// Writes the first `LANES` elements of `to`, which has as many. A release build writes nothing where it has not.
    fn store(self, v: Self::V, to: &mut [f32]);

    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    fn div(self, a: Self::V, b: Self::V) -> Self::V;
    fn sqrt(self, v: Self::V) -> Self::V;
    fn abs(self, v: Self::V) -> Self::V;
    /// The first twelve significant bits, towards 0.
    fn head(self, v: Self::V) -> Self::V;
    /// One bit per lane: `a ≤ b` (false for NaN).
    fn le(self, a: Self::V, b: Self::V) -> u32;

    /// The first `WIDE` elements of `from`, converted.
    fn widen(self, from: &[f32]) -> Self::Wide;
    /// The same with `addend` added before, in `f32`.
    fn widen_sum(self, from: &[f32], addend: f32) -> Self::Wide;
    /// The first `WIDE` elements of `from`.
    fn wide_load(self, from: &[f64]) -> Self::Wide;
    fn wide_splat(self, value: f64) -> Self::Wide;
    fn wide_add(self, a: Self::Wide, b: Self::Wide) -> Self::Wide;
    fn wide_sub(self, a: Self::Wide, b: Self::Wide) -> Self::Wide;
    fn wide_mul(self, a: Self::Wide, b: Self::Wide) -> Self::Wide;
    /// Writes the first `WIDE` elements of `to`.
    fn wide_store(self, v: Self::Wide, to: &mut [f64]);
}

/// A vector of [`Isa::Quad`].
pub(crate) type QuadV<I> = <<I as Isa>::Quad as Isa>::V;

/// The elements from `start` on; there are at least `start`.
#[inline(always)]
pub(crate) fn elements_from<T>(values: &[T], start: usize) -> &[T] {
    debug_assert!(start <= values.len(), "elements from {start} on, of {}", values.len());
    values.get(start..).unwrap_or(&[])
}

/// [`elements_from`], to be written.
#[inline(always)]
pub(crate) fn elements_from_mut<T>(values: &mut [T], start: usize) -> &mut [T] {
    debug_assert!(start <= values.len(), "elements from {start} on, of {}", values.len());
    values.get_mut(start..).unwrap_or(&mut [])
}
