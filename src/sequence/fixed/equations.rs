//! The equations of the cells, by the definition.

use super::activation::{sigmoid, tanh};
use super::normaliser::Norms;
use super::{NORMALISED, STATE};
use crate::integer::Code;
use crate::integer::rows::rounded;
use crate::sequence::slices::{split, split_mut, zip};
use crate::sequence::{self, Gru, Lstm, Rnn};

/// A kind of cell: [`Rnn`], [`Lstm`] or [`Gru`].
pub trait Kind: sequence::Kind + Step {}

/// One step of a kind of cell.
pub trait Step {
    /// With the kernels' sums in `sums`. `y` is as long; `state` is the old one and becomes the new one.
    #[doc(hidden)]
    fn step(norms: &Norms, sums: &mut [i32], y: &mut [i16], state: &mut [i16]);
}

impl Kind for Rnn {}
impl Kind for Lstm {}
impl Kind for Gru {}

/// The sum of what two norms give.
fn sum(a: i16, b: i16) -> i32 {
    i32::from(a) + i32::from(b)
}

/// Of two numbers with 15 fraction bits, or one with 15 and another: that of the other.
fn product(a: i16, b: i32) -> i64 {
    rounded((i32::from(a) * b).into(), STATE)
}

impl Step for Rnn {
    fn step(norms: &Norms, sums: &mut [i32], y: &mut [i16], state: &mut [i16]) {
        norms.forward::<Self>(0..1, sums, y);
        for (h, &y) in state.iter_mut().zip(&*y) {
            *h = tanh(y.into());
        }
    }
}

impl Step for Lstm {
    fn step(norms: &Norms, sums: &mut [i32], y: &mut [i16], state: &mut [i16]) {
        norms.forward::<Self>(0..2, sums, y);
        let [h, c] = split_mut(state, norms.units);
        let [f, i, _, g, hf, hi, _, hg] = split(y, norms.units);
        let [.., memory]: [_; 9] = split_mut(sums, norms.units);
        for (f, i, g, hf, hi, hg, c, memory) in zip!(f, i, g, hf, hi, hg, c, memory) {
            let (f, i, g) = (sigmoid(sum(*f, *hf)), sigmoid(sum(*i, *hi)), tanh(sum(*g, *hg)));
            let (kept, new) = (i32::from(f) * i32::from(*c), i32::from(i) * i32::from(g));
            *c = i16::saturated(rounded((kept + (new >> (STATE - NORMALISED))).into(), STATE));
            *memory = (*c).into();
        }
        norms.forward::<Self>(2..3, sums, y);
        let [_, _, o, _, _, _, ho, _, c] = split(y, norms.units);
        for (o, ho, c, h) in zip!(o, ho, c, h) {
            *h = i16::saturated(product(sigmoid(sum(*o, *ho)), tanh((*c).into()).into()));
        }
    }
}

impl Step for Gru {
    fn step(norms: &Norms, sums: &mut [i32], y: &mut [i16], state: &mut [i16]) {
        norms.forward::<Self>(0..4, sums, y);
        let [z, r, n, hz, hr, hn] = split(y, norms.units);
        for (z, r, n, hz, hr, hn, h) in zip!(z, r, n, hz, hr, hn, state) {
            let (z, r) = (sigmoid(sum(*z, *hz)), sigmoid(sum(*r, *hr)));
            let n = tanh(i32::from(*n) + product(r, (*hn).into()) as i32);
            *h = i16::saturated(i64::from(*h) + product(z, i32::from(n) - i32::from(*h)));
        }
    }
}
