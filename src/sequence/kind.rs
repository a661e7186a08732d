//! The interface between a [`Cell`](super::Cell), which is the same for all kinds, and the equations of one kind.

use super::gates::Gates;
use super::normaliser::{Normaliser, Norms};

/// A kind of cell: [`Rnn`](super::Rnn), [`Lstm`](super::Lstm), [`Gru`](super::Gru) or
/// [`StateNormLstm`](super::StateNormLstm).
///
/// ```
/// use layernorm::sequence::{Cell, Gru, Kind, Lstm, Plain};
///
/// fn state_len<K: Kind>() -> usize {
///     Cell::<K, Plain>::state_len(32)
/// }
/// assert_eq!((state_len::<Gru>(), state_len::<Lstm>()), (32, 64));
/// ```
pub trait Kind: Gates {
    /// Computes one step from the kernels' sums in the record. Fills in the record's gates, which
    /// [`backward`](Self::backward) reads, and replaces the old state in `state` by the new one.
    #[doc(hidden)]
    fn forward<N: Normaliser>(norms: &Norms, record: Record<&mut [f32]>, state: &mut [f32]);

    /// Turns the gradient of the new state in `dstate` into the gradient of the old one, without the part that comes through
    /// the recurrent kernel, and writes the gradients of the sums to `dsums`. Adds to `gradients`, which are those of γ and β.
    #[doc(hidden)]
    fn backward<N: Normaliser>(
        norms: &Norms,
        record: Record<&[f32]>,
        dstate: &mut [f32],
        dsums: &mut [f32],
        gradients: &mut [&mut [f32]; 2],
    );
}

/// What a step leaves for the way back.
pub struct Record<S> {
    /// The state before the step.
    pub state: S,
    /// The vectors that are normalised.
    pub sums: S,
    /// Their normalised values, or what the activation of a gate made of them.
    pub gates: S,
}
