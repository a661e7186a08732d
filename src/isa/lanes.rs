//! What an instruction set offers, and how many lanes it does it in.
//!
//! A kernel sees sixteen virtual lanes: element `i` of a row belongs to lane `i mod 16`. A machine holds
//! [`Isa::LANES`] of them in one vector. Every operation is one IEEE 754 operation per lane, never reordered, so that the
//! bits do not depend on how many lanes a vector has. A product and a sum are one instruction only where that changes no bit:
//! where the product is exact ([`Isa::wide_add_exact_product`]), and where integers decide (`Lanes::mul_add`).

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
        all(target_arch = "aarch64", target_feature = "neon", target_endian = "little"),
        all(target_arch = "wasm32", target_feature = "simd128")
    ))
));

/// One lane takes few forms, each compiled once, instead of faster ones: `build.rs`.
pub(crate) const SMALL: bool = ONE_LANE && cfg!(layernorm_small);

/// Elements of a call above which memory sets the pace: 32 MB of input and output.
pub(crate) const OUT_OF_CACHE: usize = 1 << 22;

/// The sign, the exponent and the first twelve significant bits of a number.
pub(super) const HEAD: u32 = !0xfff;

/// Something to compute, written once and compiled for each instruction set.
pub(crate) trait Op {
    type Output;
    fn eval<I: Isa>(self, isa: I) -> Self::Output;
}

/// What sums need.
pub(crate) trait Adder: Copy {
    /// One vector: lanes of a row, or a row in each lane.
    type V: Copy;
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
}

/// A vector of A and a vector of B.
#[derive(Clone, Copy)]
pub(crate) struct VectorPair<A>(pub A);

impl<A: Adder> Adder for VectorPair<A> {
    type V = (A::V, A::V);
    #[inline(always)]
    fn add(self, (a, b): Self::V, (other_a, other_b): Self::V) -> Self::V {
        (self.0.add(a, other_a), self.0.add(b, other_b))
    }
    #[inline(always)]
    fn sub(self, (a, b): Self::V, (other_a, other_b): Self::V) -> Self::V {
        (self.0.sub(a, other_a), self.0.sub(b, other_b))
    }
}

/// A and B of a row in memory, four lanes each.
pub(crate) type FourPairs = [f32; 8];

/// How vectors hold A and B of a row: one vector of eight lanes, four each; or two vectors of four lanes, or of one.
pub(crate) trait Paired<I: Isa>: Adder {
    fn new(isa: I) -> Self;
    /// A and B side by side; lane `l` is added to lane `l + 4` where there are eight.
    fn pair(self, a: I::V, b: I::V) -> Self::V;
    /// From memory; one lane reads lane `lane` of each.
    fn load_pair(self, from: &FourPairs, lane: usize) -> Self::V;
    fn store_pair(self, v: Self::V, to: &mut FourPairs, lane: usize);
}

impl<I: Isa> Paired<I> for VectorPair<I> {
    #[inline(always)]
    fn new(isa: I) -> Self {
        Self(isa)
    }
    #[inline(always)]
    fn pair(self, a: I::V, b: I::V) -> Self::V {
        (a, b)
    }
    #[inline(always)]
    fn load_pair(self, from: &FourPairs, lane: usize) -> Self::V {
        (self.0.load(elements_from(from, lane)), self.0.load(elements_from(from, lane + 4)))
    }
    #[inline(always)]
    fn store_pair(self, (a, b): Self::V, to: &mut FourPairs, lane: usize) {
        self.0.store(a, elements_from_mut(to, lane));
        self.0.store(b, elements_from_mut(to, lane + 4));
    }
}

/// Methods that are one instruction each, of the types that are named. A target of one lane has none.
#[allow(unused_macros)]
macro_rules! instructions {
    ($($name:ident($($argument:ident: $type:ty),+) -> $result:ty = $instruction:path;)+) => {$(
        #[inline(always)]
        #[allow(unused_unsafe)]
        fn $name(self, $($argument: $type),+) -> $result {
            // SAFETY: the token proves that the processor has the instruction, which touches registers alone.
            unsafe { $instruction($($argument),+) }
        }
    )+};
}
#[allow(unused_imports)]
pub(super) use instructions;

pub(crate) trait Isa: Adder {
    /// Lanes in one vector: 1, 4 or 8.
    const LANES: usize;
    /// A and B of a row in four lanes each; in one lane, one of the four.
    type Pair: Paired<Self>;
    /// It has stores past the caches.
    const STREAMS: bool = false;
    /// Rows that are no batch have their statistics computed in scalars. In a browser that is a tenth faster for one row of
    /// 64, but a module would be 0.9 kB larger.
    const ROW_BY_ROW: bool = true;
    /// Lanes in one vector of `f64`: 1, 2 or 4.
    const WIDE: usize;
    /// One vector of `f64`.
    type Wide: Copy;

    /// Runs `op` in a function of its own, compiled for this instruction set.
    ///
    /// Not only the whole call but each hot loop is one: a function that holds all of them has more live values than
    /// a compiler, above all one that runs in a browser, can keep in registers.
    #[inline(never)]
    fn run<O: Op>(self, op: O) -> O::Output {
        op.eval(self)
    }

    /// What adds, loads and stores pairs.
    #[inline(always)]
    fn pairs(self) -> Self::Pair {
        Paired::new(self)
    }
    /// From four numbers of each row to vectors with a row in each lane: the first number of all rows, the second, and
    /// so on.
    fn transpose<'a>(self, row: impl Fn(usize) -> &'a [f32; 4]) -> [Self::V; 4];

    fn splat(self, value: f32) -> Self::V;
    /// The first `LANES` elements of `from`, which has as many. A release build reads zeros where it has not: that
    /// costs nothing where the compiler sees the length, and links no panic where it does not.
    fn load(self, from: &[f32]) -> Self::V;
    /// Writes the first `LANES` elements of `to`, which has as many. A release build writes nothing where it has not.
    fn store(self, v: Self::V, to: &mut [f32]);
    /// The same past the caches, where the set [`STREAMS`](Self::STREAMS) and the address suits it.
    ///
    /// # Safety
    /// The elements are not read or written again before [`Self::end_streams`] is called.
    #[inline(always)]
    #[allow(unsafe_code)]
    unsafe fn stream(self, v: Self::V, to: &mut [f32]) {
        self.store(v, to);
    }
    /// Brings what is there to the caches, where the set has such an instruction. It need not be a valid address.
    #[inline(always)]
    fn prefetch(self, _: *const f32) {}
    /// Puts streamed elements before whatever follows.
    #[inline(always)]
    fn end_streams(self) {}

    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    fn div(self, a: Self::V, b: Self::V) -> Self::V;
    fn sqrt(self, v: Self::V) -> Self::V;
    fn abs(self, v: Self::V) -> Self::V;
    /// The first twelve significant bits, towards 0.
    fn head(self, v: Self::V) -> Self::V;
    /// One bit per lane: `a ≤ b` (false for NaN).
    fn le(self, a: Self::V, b: Self::V) -> u32;
    /// `yes` in lanes where `a ≤ b`, else `no`.
    fn if_le(self, a: Self::V, b: Self::V, yes: Self::V, no: Self::V) -> Self::V;

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
    /// `a + b · c` where the product is exact: one instruction that rounds once has the same bits.
    #[inline(always)]
    fn wide_add_exact_product(self, a: Self::Wide, b: Self::Wide, c: Self::Wide) -> Self::Wide {
        self.wide_add(a, self.wide_mul(b, c))
    }
    /// Writes the first `WIDE` elements of `to`.
    fn wide_store(self, v: Self::Wide, to: &mut [f64]);
}

/// What holds [`Isa::Pair`].
pub(crate) type PairV<I> = <<I as Isa>::Pair as Adder>::V;

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
