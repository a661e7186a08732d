use super::activation::{sigmoid, tanh};
use super::gates::Gates;
use super::header::CellKind;
use super::kind::{Kind, Record};
use super::normaliser::{Normaliser, Norms};
use super::slices::{Group, add, copy, split, split_mut, zip};

/// `c' = σ(f) c + σ(i) tanh(g) ;  h' = σ(o) tanh(LN(c'))`
///
/// ```
/// use layernorm::sequence::{Cell, Lstm, Plain};
///
/// // Four gates: I · G·H + H · G·H + 2 · P·H.
/// assert_eq!(Cell::<Lstm, Plain>::weights_len(2, 5), 2 * 20 + 5 * 20 + 2 * 45);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Lstm;

impl Gates for Lstm {
    const KIND: CellKind = CellKind::Lstm;
    const GATES: usize = 4;
    const STATES: usize = 2;
    const GAINS: usize = 9;
    const RECURRENT: usize = 4;
    /// (f, i, o, g) from x; (f, i, o, g) from h; c'.
    const ROWS: &'static [Group] = &[(0, 4), (4, 4), (8, 1)];
}

impl Kind for Lstm {
    fn forward<N: Normaliser>(norms: &Norms, record: Record<&mut [f32]>, state: &mut [f32]) {
        forward::<Self, N, false>(norms, record, state);
    }

    fn backward<N: Normaliser>(
        norms: &Norms,
        record: Record<&[f32]>,
        dstate: &mut [f32],
        dsums: &mut [f32],
        gradients: &mut [&mut [f32]; 2],
    ) {
        backward::<Self, N, false>(norms, record, dstate, dsums, gradients);
    }
}

/// A step of an LSTM. The next step gets LN(c') where `CARRIES_NORM`, otherwise c'.
pub(super) fn forward<K: Gates, N: Normaliser, const CARRIES_NORM: bool>(
    norms: &Norms,
    record: Record<&mut [f32]>,
    state: &mut [f32],
) {
    let Record { sums, gates, .. } = record;
    norms.forward::<K, N>(0..2, sums, gates);
    let [h, c] = split_mut(state, norms.units);
    let [f, i, o, g, hf, hi, ho, hg] = split_mut(gates, norms.units);
    for (f, i, g, hf, hi, hg, c) in zip!(f, i, g, hf, hi, hg, &mut *c) {
        *f = sigmoid(*f + *hf);
        *i = sigmoid(*i + *hi);
        *g = tanh(*g + *hg);
        *c = *f * *c + *i * *g;
    }
    for (o, ho) in o.iter_mut().zip(ho) {
        *o = sigmoid(*o + *ho);
    }
    let [.., memory]: [_; 9] = split_mut(sums, norms.units);
    copy(memory, c);
    norms.forward::<K, N>(2..3, sums, gates);
    let [_, _, o, _, _, _, _, _, t] = split_mut(gates, norms.units);
    if CARRIES_NORM {
        copy(c, t);
    }
    for (o, t, h) in zip!(o, t, h) {
        *t = tanh(*t);
        *h = *o * *t;
    }
}

/// The way back through [`forward`].
pub(super) fn backward<K: Gates, N: Normaliser, const CARRIES_NORM: bool>(
    norms: &Norms,
    record: Record<&[f32]>,
    dstate: &mut [f32],
    dsums: &mut [f32],
    gradients: &mut [&mut [f32]; 2],
) {
    let Record { state: before, sums, gates } = record;
    let [f, i, o, g, _, _, _, _, t] = split(gates, norms.units);
    let [dh, dc] = split_mut(dstate, norms.units);
    let [_, _, d_o, _, _, _, _, _, dt] = split_mut(dsums, norms.units);
    for (o, t, dh, d_o, dt) in zip!(o, t, dh, d_o, &mut *dt) {
        *dt = *dh * *o * (1.0 - *t * *t);
        *d_o = *dh * *t * *o * (1.0 - *o);
        *dh = 0.0;
    }
    if CARRIES_NORM {
        // The next step has read LN(c') too, and not c'.
        add(dt, dc);
        dc.fill(0.0);
    }
    norms.backward::<K, N>(2..3, sums, dsums, gradients);
    let [_, c] = split(before, norms.units);
    let [df, di, _, dg, _, _, _, _, dt] = split_mut(dsums, norms.units);
    for (f, i, g, c, df, di, dg, dt, dc) in zip!(f, i, g, c, df, di, dg, dt, dc) {
        let total = *dc + *dt;
        *df = total * *c * *f * (1.0 - *f);
        *di = total * *g * *i * (1.0 - *i);
        *dg = total * *i * (1.0 - *g * *g);
        *dc = total * *f;
    }
    let [from_x, from_h] = split_mut(dsums, 4 * norms.units);
    copy(from_h, from_x);
    norms.backward::<K, N>(0..2, sums, dsums, gradients);
}
