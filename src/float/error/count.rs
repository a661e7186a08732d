//! An instruction set whose numbers are not numbers: each is how many roundings an element went through on its way there.
//! The kernel's own tree, run on it, counts them.

use crate::float::BLOCK;
use crate::float::sums::blocks;
use crate::float::term::Raw;
use crate::float::two::Two;
use crate::isa::{Isa, Lanes, Run};
use std::vec;

#[derive(Clone, Copy)]
struct Counter;

/// To which a number is added exactly.
const ZERO: f32 = -1.0;

/// The most roundings of an element in the sums of d and of d² of a row, those left out that two floats keep.
pub(super) fn roundings(width: usize) -> [usize; 2] {
    let none = (Counter.no_two(), Counter.no_two());
    let row = vec![0.0; width];
    let (a, b) = blocks::<Counter, Raw, true>(Counter, Raw, &row, BLOCK, none, true);
    [a, b].map(|sum| sum.hi.into_iter().fold(0.0, f32::max) as usize)
}

impl Isa for Counter {
    const LANES: usize = 1;
    type V = f32;
    type Four = [f32; 4];
    const WIDE: usize = 1;
    type Wide = f64;

    fn run<R: Run<Self>>(self, op: R) -> R::Output {
        op.eval(self)
    }
    fn splat(self, value: f32) -> f32 {
        if value == 0.0 { ZERO } else { 0.0 }
    }
    fn load(self, from: &[f32]) -> f32 {
        from[0]
    }
    fn add(self, a: f32, b: f32) -> f32 {
        if a == ZERO || b == ZERO { a.max(b) } else { a.max(b) + 1.0 }
    }
    fn mul(self, a: f32, b: f32) -> f32 {
        a + b + 1.0
    }
    fn fold(self, lanes: impl Lanes<Self>) -> [[f32; 4]; 2] {
        let column = |l: usize| lanes.column(self, l);
        let lane = |l: usize| {
            let [(a0, b0), (a8, b8), (a4, b4), (a12, b12)] = [l, l + 8, l + 4, l + 12].map(column);
            (self.add(self.add(a0, a8), self.add(a4, a12)), self.add(self.add(b0, b8), self.add(b4, b12)))
        };
        let lanes = [0, 1, 2, 3].map(lane);
        [lanes.map(|(a, _)| a), lanes.map(|(_, b)| b)]
    }
    fn plus(self, total: Two<[f32; 4]>, four: [f32; 4]) -> Two<[f32; 4]> {
        Two { hi: core::array::from_fn(|l| total.hi[l].max(four[l])), ..total }
    }
    fn join(self, a: [[f32; 4]; 2], b: [[f32; 4]; 2]) -> [[f32; 4]; 2] {
        core::array::from_fn(|of| core::array::from_fn(|l| self.add(a[of][l], b[of][l])))
    }
    fn no_two(self) -> Two<[f32; 4]> {
        Two { hi: [0.0; 4], lo: [0.0; 4] }
    }

    // The sums of blocks need no more.
    fn store(self, _: f32, _: &mut [f32]) {
        unreachable!()
    }
    fn sub(self, _: f32, _: f32) -> f32 {
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
    fn turn(self, _: impl Fn(usize) -> [f32; 4]) -> [f32; 4] {
        unreachable!()
    }
    fn four(self, _: [f32; 4]) -> [f32; 4] {
        unreachable!()
    }
    fn values(self, _: [f32; 4]) -> [f32; 4] {
        unreachable!()
    }
    fn wide(self, _: &[f32]) -> f64 {
        unreachable!()
    }
    fn wide_load(self, _: &[f64]) -> f64 {
        unreachable!()
    }
    fn wide_sum(self, _: &[f32], _: f32) -> f64 {
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
