use super::activation::tanh;
use super::gates::Gates;
use super::header::CellKind;
use super::kind::{Kind, Record};
use super::normaliser::{Normaliser, Norms};
use super::slices::{Group, zip};

/// `h' = tanh(LN(x·W + h·U))`
///
/// ```
/// use layernorm::sequence::{Cell, Rnn, Plain};
///
/// // One gate: I · G·H + H · G·H + 2 · P·H.
/// assert_eq!(Cell::<Rnn, Plain>::weights_len(2, 5), 2 * 5 + 5 * 5 + 2 * 5);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rnn;

impl Gates for Rnn {
    const KIND: CellKind = CellKind::Rnn;
    const GATES: usize = 1;
    const STATES: usize = 1;
    const GAINS: usize = 1;
    const RECURRENT: usize = 0;
    const ROWS: &'static [Group] = &[(0, 1)];
}

impl Kind for Rnn {
    fn forward<N: Normaliser>(norms: &Norms, record: Record<&mut [f32]>, state: &mut [f32]) {
        let Record { sums, gates, .. } = record;
        norms.forward::<Self, N>(0..1, sums, gates);
        for (h, new) in zip!(state, gates) {
            *new = tanh(*new);
            *h = *new;
        }
    }

    fn backward<N: Normaliser>(
        norms: &Norms,
        record: Record<&[f32]>,
        dstate: &mut [f32],
        dsums: &mut [f32],
        gradients: &mut [&mut [f32]; 2],
    ) {
        let Record { sums, gates, .. } = record;
        for (new, dh, d) in zip!(gates, dstate, &mut *dsums) {
            *d = *dh * (1.0 - *new * *new);
            *dh = 0.0;
        }
        norms.backward::<Self, N>(0..1, sums, dsums, gradients);
    }
}
