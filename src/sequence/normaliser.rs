use super::NormKind;
use super::cell::Equations;
use super::slices::{Group, groups, groups_mut};
use crate::float::{Backward, Forward, Parameters};
use crate::rows::{Layout, Rows};
use crate::{ParamGrads, RowStats, dispatch};
use core::ops::Range;

/// What a cell does with the sums of its gates: [`Layer`], [`Rms`] or [`Plain`].
pub trait Normaliser: Sealed + Copy + core::fmt::Debug {
    #[doc(hidden)]
    const NORM: NormKind;
}

/// LayerNorm.
#[derive(Clone, Copy, Debug)]
pub struct Layer;

/// RMSNorm, with a bias.
#[derive(Clone, Copy, Debug)]
pub struct Rms;

/// Nothing but the bias: the cell without normalisation. γ is not used.
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

/// Of a row; β is added.
pub trait Sealed: Sized {
    #[doc(hidden)]
    fn forward(row: Row, x: &[f32], y: &mut [f32]);
    /// From dy to dx in place.
    #[doc(hidden)]
    fn backward(row: Row, x: &[f32], dy: &mut [f32], gradients: ParamGrads);
}

/// The parameters of a row.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    gamma: &'a [f32],
    beta: &'a [f32],
    epsilon: f32,
}

impl<'a> Row<'a> {
    /// The second pass of RMSNorm has no β.
    fn parameters(&self, centred: bool) -> Parameters<'a> {
        Parameters { gamma: Some(self.gamma), beta: centred.then_some(self.beta), unit_offset: false }
    }

    fn forward(&self, centred: bool, rows: Rows, stats: &mut [RowStats]) {
        let (parameters, epsilon, elements) = (self.parameters(centred), self.epsilon, rows.elements());
        dispatch::run(Forward { centred, rows, parameters, epsilon, stats }, elements);
    }

    fn backward(&self, centred: bool, x: &[f32], dy: &mut [f32], grads: ParamGrads) {
        let layout = Layout::packed(1, x.len());
        let stats = &mut [RowStats::default()];
        self.forward(centred, Rows::read(x, layout), stats);
        let grads = [grads.gamma, grads.beta];
        let (parameters, epsilon, rows) =
            (self.parameters(centred), self.epsilon, Rows::in_place(dy, layout));
        dispatch::run(Backward { centred, parameters, epsilon, x, stats, rows, grads }, x.len());
    }
}

macro_rules! norm {
    ($norm:ident, $centred:literal) => {
        impl Sealed for $norm {
            fn forward(row: Row, x: &[f32], y: &mut [f32]) {
                row.forward($centred, Rows::apart(x, y, Layout::packed(1, x.len())), &mut []);
                if !$centred {
                    y.iter_mut().zip(row.beta).for_each(|(y, beta)| *y += *beta);
                }
            }
            fn backward(row: Row, x: &[f32], dy: &mut [f32], gradients: ParamGrads) {
                row.backward($centred, x, dy, gradients);
            }
        }
    };
}
norm!(Layer, true);
norm!(Rms, false);

impl Sealed for Plain {
    fn forward(row: Row, x: &[f32], y: &mut [f32]) {
        for ((y, x), beta) in y.iter_mut().zip(x).zip(row.beta) {
            *y = *x + *beta;
        }
    }
    fn backward(_: Row, _: &[f32], dy: &mut [f32], gradients: ParamGrads) {
        for (sum, dy) in gradients.beta.into_iter().flatten().zip(dy) {
            *sum += *dy;
        }
    }
}

/// γ and β of every row of a cell.
#[derive(Clone, Copy, Debug)]
pub struct Norms<'a> {
    pub units: usize,
    pub gamma: &'a [f32],
    pub beta: &'a [f32],
    pub epsilon: f32,
}

impl<'a> Norms<'a> {
    fn row(&self, group: Group) -> Row<'a> {
        let of = |from| groups(from, self.units, group);
        Row { gamma: of(self.gamma), beta: of(self.beta), epsilon: self.epsilon }
    }

    /// Normalises some of a cell's rows of `sums` to the same place in `y`.
    pub(super) fn forward<K: Equations, N: Normaliser>(
        &self,
        rows: Range<usize>,
        sums: &[f32],
        y: &mut [f32],
    ) {
        for &group in K::ROWS.get(rows).unwrap_or_default() {
            N::forward(self.row(group), groups(sums, self.units, group), groups_mut(y, self.units, group));
        }
    }

    /// Turns gradients of outputs into those of sums; what those of γ and β hold is added to.
    pub(super) fn backward<K: Equations, N: Normaliser>(
        &self,
        rows: Range<usize>,
        sums: &[f32],
        d: &mut [f32],
        [gamma, beta]: &mut [&mut [f32]; 2],
    ) {
        for &group in K::ROWS.get(rows).unwrap_or_default() {
            let (gamma, beta) = (groups_mut(gamma, self.units, group), groups_mut(beta, self.units, group));
            let gradients = ParamGrads { gamma: Some(gamma), beta: Some(beta) };
            let (sums, d) = (groups(sums, self.units, group), groups_mut(d, self.units, group));
            N::backward(self.row(group), sums, d, gradients);
        }
    }
}
