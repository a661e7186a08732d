//! An instruction set whose numbers are not numbers: each is how many roundings an element went through on its way there.
//! The kernel's own tree, run on it, counts them.

use crate::float::term::Raw;
use crate::float::tree::{BLOCK, block_sums};
use crate::isa::{Adder, Isa, VectorPair};
use std::vec;

#[derive(Clone, Copy)]
struct Counter;

/// To which a number is added exactly.
const ZERO: f32 = -1.0;

/// The most roundings of an element in the sums of d and of d² of a row, those left out that two floats keep.
pub(super) fn roundings(width: usize) -> [usize; 2] {
    let row = vec![1.0; width];
    let mut most = (0.0, 0.0);
    for block in row.chunks(BLOCK) {
        for lane in 0..4 {
            let (a, b) = block_sums::<_, _, true>(Counter, Raw, block, lane);
            most = (f32::max(most.0, a), f32::max(most.1, b));
        }
    }
    [most.0 as usize, most.1 as usize]
}

impl Adder for Counter {
    type V = f32;
    fn add(self, a: f32, b: f32) -> f32 {
        if a == ZERO || b == ZERO { a.max(b) } else { a.max(b) + 1.0 }
    }
    fn sub(self, _: f32, _: f32) -> f32 {
        unreachable!()
    }
}

impl Isa for Counter {
    const LANES: usize = 1;
    type Pair = VectorPair<Self>;
    const WIDE: usize = 1;
    type Wide = f64;
    fn if_le(self, _: f32, _: f32, _: f32, _: f32) -> f32 {
        unreachable!()
    }
    fn splat(self, value: f32) -> f32 {
        if value == 0.0 { ZERO } else { 0.0 }
    }
    fn load(self, from: &[f32]) -> f32 {
        self.splat(from[0])
    }
    fn mul(self, a: f32, b: f32) -> f32 {
        if a == ZERO { ZERO } else { a + b + 1.0 }
    }

    // The sums of blocks need no more.
    fn store(self, _: f32, _: &mut [f32]) {
        unreachable!()
    }
    fn div(self, _: f32, _: f32) -> f32 {
        unreachable!()
    }
    fn sqrt(self, _: f32) -> f32 {
        unreachable!()
    }
    fn abs(self, _: f32) -> f32 {
        unreachable!()
    }
    fn head(self, _: f32) -> f32 {
        unreachable!()
    }
    fn le(self, _: f32, _: f32) -> u32 {
        unreachable!()
    }
    fn transpose<'a>(self, _: impl Fn(usize) -> &'a [f32; 4]) -> [f32; 4] {
        unreachable!()
    }
    fn widen(self, _: &[f32]) -> f64 {
        unreachable!()
    }
    fn wide_load(self, _: &[f64]) -> f64 {
        unreachable!()
    }
    fn widen_sum(self, _: &[f32], _: f32) -> f64 {
        unreachable!()
    }
    fn wide_splat(self, _: f64) -> f64 {
        unreachable!()
    }
    fn wide_add(self, _: f64, _: f64) -> f64 {
        unreachable!()
    }
    fn wide_sub(self, _: f64, _: f64) -> f64 {
        unreachable!()
    }
    fn wide_mul(self, _: f64, _: f64) -> f64 {
        unreachable!()
    }
    fn wide_store(self, _: f64, _: &mut [f64]) {
        unreachable!()
    }
}
