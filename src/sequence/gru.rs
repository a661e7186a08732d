use super::activation::{sigmoid, tanh};
use super::gates::Gates;
use super::header::CellKind;
use super::kind::{Kind, Record};
use super::normaliser::{Normaliser, Norms};
use super::slices::{Group, split, split_mut, zip};

/// `h' = (1 − σ(z)) h + σ(z) n`
///
/// The reset gate r multiplies the normalised sums of the recurrent kernel.
///
/// ```
/// use layernorm::sequence::{Cell, Gru, Plain};
///
/// // Three gates: I · G·H + H · G·H + 2 · P·H.
/// assert_eq!(Cell::<Gru, Plain>::weights_len(2, 5), 2 * 15 + 5 * 15 + 2 * 30);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Gru;

impl Gates for Gru {
    const KIND: CellKind = CellKind::Gru;
    const GATES: usize = 3;
    const STATES: usize = 1;
    const GAINS: usize = 6;
    const RECURRENT: usize = 3;
    /// (z, r) and n from x; (z, r) and n from h.
    const ROWS: &'static [Group] = &[(0, 2), (2, 1), (3, 2), (5, 1)];
}

impl Kind for Gru {
    fn forward<N: Normaliser>(norms: &Norms, record: Record<&mut [f32]>, state: &mut [f32]) {
        let Record { sums, gates, .. } = record;
        norms.forward::<Self, N>(0..4, sums, gates);
        let [z, r, n, hz, hr, hn] = split_mut(gates, norms.units);
        for (z, r, n, hz, hr, hn, h) in zip!(z, r, n, hz, hr, hn, state) {
            *z = sigmoid(*z + *hz);
            *r = sigmoid(*r + *hr);
            *n = tanh(*n + *r * *hn);
            *h += *z * (*n - *h);
        }
    }

    fn backward<N: Normaliser>(
        norms: &Norms,
        record: Record<&[f32]>,
        dstate: &mut [f32],
        dsums: &mut [f32],
        gradients: &mut [&mut [f32]; 2],
    ) {
        let Record { state: before, sums, gates } = record;
        let [z, r, n, _, _, hn] = split(gates, norms.units);
        let [dz, dr, dn, dhz, dhr, dhn] = split_mut(dsums, norms.units);
        for (z, r, n, hn, h, dh, dz, dr, dn) in
            zip!(z, r, n, hn, before, dstate, &mut *dz, &mut *dr, &mut *dn)
        {
            *dn = *dh * *z * (1.0 - *n * *n);
            *dr = *dn * *hn * *r * (1.0 - *r);
            *dz = *dh * (*n - *h) * *z * (1.0 - *z);
            *dh *= 1.0 - *z;
        }
        for (dz, dr, dn, r, dhz, dhr, dhn) in zip!(dz, dr, dn, r, dhz, dhr, dhn) {
            (*dhz, *dhr, *dhn) = (*dz, *dr, *dn * *r);
        }
        norms.backward::<Self, N>(0..4, sums, dsums, gradients);
    }
}
