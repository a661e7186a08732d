use super::CellKind;
use super::activation::tanh;
use super::cell::{Equations, Kind, Step};
use super::normaliser::{Normaliser, Norms};
use super::slices::{Group, zip};

/// `h' = tanh(LN(x·W + h·U))`
#[derive(Clone, Copy, Debug)]
pub struct Rnn;

impl Kind for Rnn {
    const KIND: CellKind = CellKind::Rnn;
    const GATES: usize = 1;
    const STATES: usize = 1;
    const GAINS: usize = 1;
}

impl Equations for Rnn {
    const RECURRENT: usize = 0;
    const ROWS: &'static [Group] = &[(0, 1)];

    fn forward<N: Normaliser>(norms: &Norms, Step { sums, y, .. }: Step<&mut [f32]>, state: &mut [f32]) {
        norms.forward::<Self, N>(0..1, sums, y);
        for (y, h) in y.iter_mut().zip(state) {
            *y = tanh(*y);
            *h = *y;
        }
    }

    fn backward<N: Normaliser>(
        norms: &Norms,
        Step { sums, y, .. }: Step<&[f32]>,
        dstate: &mut [f32],
        d: &mut [f32],
        gradients: &mut [&mut [f32]; 2],
    ) {
        for (y, dh, d) in zip!(y, dstate, &mut *d) {
            *d = *dh * (1.0 - *y * *y);
            *dh = 0.0;
        }
        norms.backward::<Self, N>(0..1, sums, d, gradients);
    }
}
