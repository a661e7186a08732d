//! The norms of a cell: what happens to the sums of its gates.

use super::gates::Gates;
use super::header::NormKind;
use super::slices::{Group, groups, groups_mut};
use crate::float::{Backward, Forward, Parameters, Unscaled};
use crate::layout::Layout;
use crate::rows::Rows;
use crate::{Averaging, Layer, ParamGrads, Rms, RowStats, dispatch};
use core::ops::Range;

/// What a cell does with the sums of its gates: [`Layer`], [`Rms`] or [`Plain`].
///
/// ```
/// use layernorm::sequence::{Cell, Gru, Layer, Normaliser, Plain};
///
/// /// Every norm has weights of the same length.
/// fn weights_len<N: Normaliser>() -> usize {
///     Cell::<Gru, N>::weights_len(12, 32)
/// }
/// assert_eq!(weights_len::<Plain>(), weights_len::<Layer>());
/// ```
///
/// ```
/// use layernorm::sequence::{Cell, Layer, Normaliser, Rms, Rnn};
///
/// /// h of the first of two units whose sums are equal, with γ = β = 0.5.
/// fn first<N: Normaliser>() -> Result<f32, layernorm::Error> {
///     let rnn = Cell::<Rnn, N>::new(1, 2, &[0.5; 10])?;
///     let (mut state, mut scratch) = ([0.0; 2], [0.0; 6]);
///     rnn.step(&[1.0], &mut state, &mut scratch)?;
///     Ok(state[0])
/// }
/// // LayerNorm makes 0 of equal sums: h' = tanh(β). RMSNorm makes 1 of them: h' = tanh(γ + β).
/// assert!((first::<Layer>()? - 0.5f32.tanh()).abs() < 1e-6);
/// assert!((first::<Rms>()? - 1f32.tanh()).abs() < 1e-4);
/// # Ok::<(), layernorm::Error>(())
/// ```
pub trait Normaliser: Sealed + Copy + core::fmt::Debug {
    #[doc(hidden)]
    const NORM: NormKind;
}

/// No norm: only β is added. γ is not used.
///
/// ```
/// use layernorm::sequence::{Cell, Plain, Rnn};
///
/// // w, u, γ and β: h' = tanh(x + 0.5).
/// let rnn = Cell::<Rnn, Plain>::new(1, 1, &[1.0, 0.0, 1.0, 0.5])?;
/// let (mut state, mut scratch) = ([0.0], [0.0; Cell::<Rnn, Plain>::scratch_len(1)]);
/// rnn.step(&[0.5], &mut state, &mut scratch)?;
/// assert!((state[0] - 1f32.tanh()).abs() < 1e-6);
/// # Ok::<(), layernorm::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl Normaliser for Layer {
    const NORM: NormKind = NormKind::Layer;
}
impl Normaliser for Rms {
    const NORM: NormKind = NormKind::Rms;
}
impl Normaliser for Plain {
    const NORM: NormKind = NormKind::Plain;
}

/// A norm of one row, forward and back.
pub trait Sealed: Sized {
    #[doc(hidden)]
    fn forward(norm: RowNorm, x: &[f32], y: &mut [f32]);
    /// Replaces the gradient of the output in `dy` by that of the input, and adds to `gradients`.
    #[doc(hidden)]
    fn backward(norm: RowNorm, x: &[f32], dy: &mut [f32], gradients: ParamGrads);
}

/// γ, β and ε of one row.
#[derive(Clone, Copy)]
pub struct RowNorm<'a> {
    gamma: &'a [f32],
    beta: &'a [f32],
    epsilon: f32,
}

impl<'a> RowNorm<'a> {
    fn parameters(&self) -> Parameters<'a> {
        Parameters { gamma: Some(self.gamma), beta: Some(self.beta), unit_offset: false }
    }

    fn forward(&self, centred: bool, rows: Rows, stats: &mut [RowStats]) {
        let (parameters, epsilon) = (self.parameters(), self.epsilon);
        dispatch::run(Forward {
            centred,
            scale: Unscaled,
            rows,
            parameters,
            epsilon,
            residual_bias: None,
            stats,
        });
    }

    fn backward(&self, centred: bool, x: &[f32], dy: &mut [f32], grads: ParamGrads) {
        let layout = Layout::packed(1, x.len());
        let stats = &mut [RowStats::default()];
        self.forward(centred, Rows::read(x, layout), stats);
        let grads = [grads.gamma, grads.beta];
        let (parameters, epsilon, rows) = (self.parameters(), self.epsilon, Rows::in_place(dy, layout));
        dispatch::run(Backward { centred, divisor: x.len(), parameters, epsilon, x, stats, rows, grads });
    }
}

impl<K: Averaging> Sealed for K {
    fn forward(norm: RowNorm, x: &[f32], y: &mut [f32]) {
        norm.forward(K::CENTRED, Rows::apart(x, y, Layout::packed(1, x.len())), &mut []);
    }
    fn backward(norm: RowNorm, x: &[f32], dy: &mut [f32], gradients: ParamGrads) {
        norm.backward(K::CENTRED, x, dy, gradients);
    }
}

impl Sealed for Plain {
    fn forward(norm: RowNorm, x: &[f32], y: &mut [f32]) {
        for ((y, x), beta) in y.iter_mut().zip(x).zip(norm.beta) {
            *y = *x + *beta;
        }
    }
    fn backward(_: RowNorm, _: &[f32], dy: &mut [f32], gradients: ParamGrads) {
        for (sum, dy) in gradients.beta.into_iter().flatten().zip(dy) {
            *sum += *dy;
        }
    }
}

/// The parameters of all rows of a cell.
#[derive(Clone, Copy, Debug)]
pub struct Norms<'a> {
    pub units: usize,
    pub gamma: &'a [f32],
    pub beta: &'a [f32],
    pub epsilon: f32,
}

impl<'a> Norms<'a> {
    fn row(&self, group: Group) -> RowNorm<'a> {
        let Self { units, gamma, beta, epsilon } = *self;
        RowNorm { gamma: groups(gamma, units, group), beta: groups(beta, units, group), epsilon }
    }

    /// Normalises `rows` of `sums` into the same place in `y`.
    pub(super) fn forward<K: Gates, N: Normaliser>(&self, rows: Range<usize>, sums: &[f32], y: &mut [f32]) {
        debug_assert!(rows.end <= K::ROWS.len());
        for &group in K::ROWS.get(rows).unwrap_or_default() {
            N::forward(self.row(group), groups(sums, self.units, group), groups_mut(y, self.units, group));
        }
    }

    /// Replaces the gradients of the outputs of `rows` in `d` by those of the sums, and adds to the gradients of γ and β.
    pub(super) fn backward<K: Gates, N: Normaliser>(
        &self,
        rows: Range<usize>,
        sums: &[f32],
        d: &mut [f32],
        [gamma, beta]: &mut [&mut [f32]; 2],
    ) {
        debug_assert!(rows.end <= K::ROWS.len());
        for &group in K::ROWS.get(rows).unwrap_or_default() {
            let (gamma, beta) = (groups_mut(gamma, self.units, group), groups_mut(beta, self.units, group));
            let gradients = ParamGrads { gamma: Some(gamma), beta: Some(beta) };
            let (sums, d) = (groups(sums, self.units, group), groups_mut(d, self.units, group));
            N::backward(self.row(group), sums, d, gradients);
        }
    }
}
