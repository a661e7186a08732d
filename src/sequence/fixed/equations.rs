//! The equations of each kind of cell in integers, by [the definition](super).

use super::activation::{sigmoid, tanh};
use super::format::{NORM_FRACTION, STATE_FRACTION};
use super::normaliser::Norms;
use crate::integer::code::Code;
use crate::integer::rows::rounded;
use crate::sequence::gates::Gates;
use crate::sequence::slices::{copy, split, split_mut, zip};
use crate::sequence::{self, Gru, Lstm, Rnn, StateNormLstm};

/// A kind of cell: [`Rnn`], [`Lstm`], [`Gru`] or [`StateNormLstm`].
///
/// ```
/// use layernorm::sequence::fixed::{Cell, Kind};
/// use layernorm::sequence::{Gru, Lstm};
///
/// fn state_len<K: Kind>() -> usize {
///     Cell::<K, i8>::state_len(32)
/// }
/// assert_eq!((state_len::<Gru>(), state_len::<Lstm>()), (32, 64));
/// ```
pub trait Kind: sequence::Kind {
    /// Fraction bits of the c that an LSTM normalises.
    #[doc(hidden)]
    const MEMORY_FRACTION: u32 = NORM_FRACTION;
    /// Computes one step from the kernels' `sums`. Overwrites `sums` and `gates`, which are as long, and replaces the old state
    /// in `state` by the new one.
    #[doc(hidden)]
    fn forward_fixed(norms: &Norms, sums: &mut [i32], gates: &mut [i16], state: &mut [i16]);
}

/// The sum of the outputs of two norms.
fn sum(a: i16, b: i16) -> i32 {
    i32::from(a) + i32::from(b)
}

/// `a · b`, rounded, where `a` has 15 fraction bits: the product has as many as `b`.
fn product(a: i16, b: i32) -> i64 {
    rounded((i32::from(a) * b).into(), STATE_FRACTION)
}

impl Kind for Rnn {
    fn forward_fixed(norms: &Norms, sums: &mut [i32], gates: &mut [i16], state: &mut [i16]) {
        norms.forward::<Self>(0..1, sums, gates);
        for (h, &normalised) in zip!(state, &*gates) {
            *h = tanh(normalised.into());
        }
    }
}

impl Kind for Lstm {
    fn forward_fixed(norms: &Norms, sums: &mut [i32], gates: &mut [i16], state: &mut [i16]) {
        lstm::<Self, false>(norms, sums, gates, state);
    }
}

impl Kind for StateNormLstm {
    /// c is not rounded before its norm, for only the norm of it is kept.
    const MEMORY_FRACTION: u32 = STATE_FRACTION + NORM_FRACTION;

    fn forward_fixed(norms: &Norms, sums: &mut [i32], gates: &mut [i16], state: &mut [i16]) {
        lstm::<Self, true>(norms, sums, gates, state);
    }
}

/// A step of an LSTM. The next step gets LN(c') where `CARRIES_NORM`, otherwise c'.
fn lstm<K: Gates, const CARRIES_NORM: bool>(
    norms: &Norms,
    sums: &mut [i32],
    gates: &mut [i16],
    state: &mut [i16],
) {
    norms.forward::<K>(0..2, sums, gates);
    let [h, c] = split_mut(state, norms.units);
    let [f, i, _, g, hf, hi, _, hg] = split(gates, norms.units);
    let [.., memory]: [_; 9] = split_mut(sums, norms.units);
    for (f, i, g, hf, hi, hg, c, memory) in zip!(f, i, g, hf, hi, hg, &mut *c, memory) {
        let (f, i, g) = (sigmoid(sum(*f, *hf)), sigmoid(sum(*i, *hi)), tanh(sum(*g, *hg)));
        let (kept, new) = (i32::from(f) * i32::from(*c), i32::from(i) * i32::from(g));
        let next = kept + (new >> (STATE_FRACTION - NORM_FRACTION));
        *memory = if CARRIES_NORM {
            next
        } else {
            *c = i16::saturated(rounded(next.into(), STATE_FRACTION));
            (*c).into()
        };
    }
    norms.forward::<K>(2..3, sums, gates);
    let [_, _, o, _, _, _, ho, _, normalised] = split(gates, norms.units);
    if CARRIES_NORM {
        copy(c, normalised);
    }
    for (o, ho, normalised, h) in zip!(o, ho, normalised, h) {
        *h = i16::saturated(product(sigmoid(sum(*o, *ho)), tanh((*normalised).into()).into()));
    }
}

impl Kind for Gru {
    fn forward_fixed(norms: &Norms, sums: &mut [i32], gates: &mut [i16], state: &mut [i16]) {
        norms.forward::<Self>(0..4, sums, gates);
        let [z, r, n, hz, hr, hn] = split(gates, norms.units);
        for (z, r, n, hz, hr, hn, h) in zip!(z, r, n, hz, hr, hn, state) {
            let (z, r) = (sigmoid(sum(*z, *hz)), sigmoid(sum(*r, *hr)));
            let n = tanh(i32::from(*n) + product(r, (*hn).into()) as i32);
            *h = i16::saturated(i64::from(*h) + product(z, i32::from(n) - i32::from(*h)));
        }
    }
}
