use super::CellKind;
use super::activation::{sigmoid, tanh};
use super::cell::{Equations, Kind, Step};
use super::normaliser::{Normaliser, Norms};
use super::slices::{Group, split, split_mut, zip};

/// `h' = (1 − σ(z)) h + σ(z) n`
///
/// The reset gate r acts on what the recurrent kernel gives, behind its norm.
#[derive(Clone, Copy, Debug)]
pub struct Gru;

impl Kind for Gru {
    const KIND: CellKind = CellKind::Gru;
    const GATES: usize = 3;
    const STATES: usize = 1;
    const GAINS: usize = 6;
}

impl Equations for Gru {
    const RECURRENT: usize = 3;
    /// z and r, then n, from x; the same from h.
    const ROWS: &'static [Group] = &[(0, 2), (2, 1), (3, 2), (5, 1)];

    fn forward<N: Normaliser>(norms: &Norms, Step { sums, y, .. }: Step<&mut [f32]>, state: &mut [f32]) {
        norms.forward::<Self, N>(0..4, sums, y);
        let [z, r, n, hz, hr, hn] = split_mut(y, norms.units);
        for (z, r, n, hz, hr, hn, h) in zip!(z, r, n, hz, hr, hn, state) {
            *z = sigmoid(*z + *hz);
            *r = sigmoid(*r + *hr);
            *n = tanh(*n + *r * *hn);
            *h += *z * (*n - *h);
        }
    }

    fn backward<N: Normaliser>(
        norms: &Norms,
        Step { before, sums, y }: Step<&[f32]>,
        dstate: &mut [f32],
        d: &mut [f32],
        gradients: &mut [&mut [f32]; 2],
    ) {
        let [z, r, n, _, _, hn] = split(y, norms.units);
        let [dz, dr, dn, dhz, dhr, dhn] = split_mut(d, norms.units);
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
        norms.backward::<Self, N>(0..4, sums, d, gradients);
    }
}
