//! What all cells share: weights, lengths, the way through a sequence and back.
//!
//! A step leaves a record of what it computed: the state before it, the sums that are normalised, and what became of them.
//! A tape is the records of a sequence; scratch memory is room for one.

use super::CellKind;
use super::linear;
use super::normaliser::{Normaliser, Norms};
use super::slices::{Group, chunks, chunks_mut, copy, groups, groups_mut, take, take_mut};
use crate::float::canonicalise_nans;
use crate::{Error, shape};
use core::marker::PhantomData;

/// A kind of cell: [`Rnn`](super::Rnn), [`Lstm`](super::Lstm) or [`Gru`](super::Gru).
pub trait Kind: Equations + Copy + core::fmt::Debug {
    #[doc(hidden)]
    const KIND: CellKind;
    /// Vectors of H that each kernel gives.
    #[doc(hidden)]
    const GATES: usize;
    /// Vectors of H in a state.
    #[doc(hidden)]
    const STATES: usize;
    /// Vectors of H that are normalised.
    #[doc(hidden)]
    const GAINS: usize;
}

/// One step of a kind of cell. What is normalised begins with the sums of the kernel's gates.
pub trait Equations {
    /// The vector at which the sums of the recurrent kernel begin.
    #[doc(hidden)]
    const RECURRENT: usize;
    /// What is normalised as one row each.
    #[doc(hidden)]
    const ROWS: &'static [Group];

    /// With the kernels' sums in the record. Leaves what [`backward`](Self::backward) needs in it and the new state in
    /// `state`, which is the old one.
    #[doc(hidden)]
    fn forward<N: Normaliser>(norms: &Norms, record: Step<&mut [f32]>, state: &mut [f32]);

    /// From the gradient of the new state to that of the old one, the kernels' part in it left out, and to those of the
    /// sums, in `d`. `gradients` are those of γ and β.
    #[doc(hidden)]
    fn backward<N: Normaliser>(
        norms: &Norms,
        record: Step<&[f32]>,
        dstate: &mut [f32],
        d: &mut [f32],
        gradients: &mut [&mut [f32]; 2],
    );
}

/// The record of a step.
pub struct Step<S> {
    /// The state.
    pub before: S,
    /// What is normalised.
    pub sums: S,
    /// That normalised, or what a gate made of it.
    pub y: S,
}

/// A recurrent cell of kind `K` that normalises by `N`; its [equations and weights](super).
///
/// A value is a few words and borrows its weights.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a, K, N> {
    inputs: usize,
    pub(super) kernel: &'a [f32],
    pub(super) recurrent: &'a [f32],
    pub(super) norms: Norms<'a>,
    types: PhantomData<fn() -> (K, N)>,
}

/// Where [`Cell::backward`] leaves gradients.
#[derive(Debug)]
pub struct Gradients<'a> {
    /// As long as the weights. They are added to.
    pub weights: &'a mut [f32],
    /// Frames × inputs, if they are wanted.
    pub x: Option<&'a mut [f32]>,
}

impl<'a, K: Kind, N: Normaliser> Cell<'a, K, N> {
    /// Length of the weights and of their gradients.
    pub const fn weights_len(inputs: usize, units: usize) -> usize {
        let rows = inputs.saturating_add(units);
        rows.saturating_mul(K::GATES).saturating_add(2 * K::GAINS).saturating_mul(units)
    }

    /// Length of a state: h, then, for the LSTM, c.
    pub const fn state_len(units: usize) -> usize {
        units.saturating_mul(K::STATES)
    }

    /// Length of the scratch memory of [`step`](Self::step) and [`backward`](Self::backward).
    pub const fn scratch_len(units: usize) -> usize {
        units.saturating_mul(K::STATES + 2 * K::GAINS)
    }

    /// Length of the tape of so many frames.
    pub const fn tape_len(units: usize, frames: usize) -> usize {
        Self::scratch_len(units).saturating_mul(frames)
    }

    /// With ε = 1e-5.
    ///
    /// # Errors
    /// [`Error::Zero`] for `inputs` or `units`; [`Error::Length`], [`Error::NotFinite`] for `weights`.
    pub fn new(inputs: usize, units: usize, weights: &'a [f32]) -> Result<Self, Error> {
        shape::at_least_one("inputs", inputs)?;
        shape::at_least_one("units", units)?;
        shape::feature_vector("weights", weights, Self::weights_len(inputs, units))?;
        Ok(Self::of(inputs, units, weights))
    }

    /// Of weights that have been checked.
    pub(super) fn of(inputs: usize, units: usize, mut weights: &'a [f32]) -> Self {
        let row = K::GATES * units;
        let [kernel, recurrent] = [inputs, units].map(|rows| take(&mut weights, rows * row));
        let [gamma, beta] = [(); 2].map(|()| take(&mut weights, K::GAINS * units));
        let norms = Norms { units, gamma, beta, epsilon: 1e-5 };
        Self { inputs, kernel, recurrent, norms, types: PhantomData }
    }

    /// What the norms add to the variance; finite, ≥ 0.
    ///
    /// # Errors
    /// [`Error::Epsilon`].
    pub fn with_epsilon(mut self, epsilon: f32) -> Result<Self, Error> {
        self.norms.epsilon = shape::epsilon(epsilon)?;
        Ok(self)
    }

    /// Coefficients of a frame.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Elements of h.
    pub fn units(&self) -> usize {
        self.norms.units
    }

    pub(super) fn epsilon(&self) -> f32 {
        self.norms.epsilon
    }

    /// One frame `x`: `inputs` numbers. Its output is the first `units` of `state`.
    ///
    /// # Errors
    /// [`Error::Length`] for `x`, `state` or `scratch`; nothing is written then.
    pub fn step(&self, x: &[f32], state: &mut [f32], scratch: &mut [f32]) -> Result<(), Error> {
        shape::length("x", x.len(), self.inputs)?;
        shape::length("state", state.len(), Self::state_len(self.units()))?;
        shape::length("scratch", scratch.len(), Self::scratch_len(self.units()))?;
        self.forward_frame(x, state, scratch);
        Ok(())
    }

    /// A sequence `x` of frames, from `state` on, which becomes that after the last; `y` is the output of each frame. The
    /// bits are those of [`step`](Self::step).
    ///
    /// `x` is frames × inputs, `y` frames × units. `tape` is for [`backward`](Self::backward).
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`; [`Error::Length`] for `state`, `y` or `tape`; nothing is written then.
    pub fn forward(
        &self,
        x: &[f32],
        state: &mut [f32],
        y: &mut [f32],
        tape: &mut [f32],
    ) -> Result<(), Error> {
        let frames = shape::rows("x", x.len(), self.inputs)?;
        shape::length("state", state.len(), Self::state_len(self.units()))?;
        shape::length("y", y.len(), frames.saturating_mul(self.units()))?;
        shape::length("tape", tape.len(), Self::tape_len(self.units(), frames))?;
        self.forward_frames(x, state, y, tape);
        Ok(())
    }

    /// Back through the sequence `x` that left `tape`: from `dy`, the gradient with respect to each output, to those of the
    /// weights and of `x`.
    ///
    /// `dy` is frames × units. `dstate` is the gradient with respect to the last state, beside what `dy` says of it (zeros,
    /// if nothing else follows), and becomes that with respect to the first.
    ///
    /// Against JAX in double precision each part of the gradients is within 1e-5 of its largest magnitude.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`; [`Error::Length`] for `tape`, `dy`, `dstate`, `gradients.weights`, `gradients.x` or
    /// `scratch`; nothing is written then.
    pub fn backward(
        &self,
        x: &[f32],
        tape: &[f32],
        dy: &[f32],
        dstate: &mut [f32],
        gradients: Gradients,
        scratch: &mut [f32],
    ) -> Result<(), Error> {
        let frames = shape::rows("x", x.len(), self.inputs)?;
        shape::length("tape", tape.len(), Self::tape_len(self.units(), frames))?;
        shape::length("dy", dy.len(), frames.saturating_mul(self.units()))?;
        shape::length("dstate", dstate.len(), Self::state_len(self.units()))?;
        let weights = Self::weights_len(self.inputs, self.units());
        shape::length("gradients.weights", gradients.weights.len(), weights)?;
        if let Some(dx) = &gradients.x {
            shape::length("gradients.x", dx.len(), x.len())?;
        }
        shape::length("scratch", scratch.len(), Self::scratch_len(self.units()))?;
        self.backward_frames(x, tape, dy, dstate, gradients, scratch);
        Ok(())
    }

    /// Parts of a record.
    fn lengths(&self) -> [usize; 3] {
        [K::STATES, K::GAINS, K::GAINS].map(|vectors| vectors * self.units())
    }

    /// The vectors that a kernel gives, from the first on.
    fn of_kernel(first: usize) -> Group {
        (first, K::GATES)
    }

    pub(super) fn forward_frame(&self, x: &[f32], state: &mut [f32], record: &mut [f32]) {
        let mut parts = &mut *record;
        let [before, sums, y] = self.lengths().map(|len| take_mut(&mut parts, len));
        copy(before, state);
        sums.fill(0.0);
        let units = self.units();
        let h = state.get(..units).unwrap_or_default();
        linear::add(x, self.kernel, groups_mut(sums, units, Self::of_kernel(0)));
        linear::add(h, self.recurrent, groups_mut(sums, units, Self::of_kernel(K::RECURRENT)));
        K::forward::<N>(&self.norms, Step { before, sums, y }, state);
        // No equation loses a NaN: one in the record has made one in the state.
        if state.iter().any(|h| h.is_nan()) {
            canonicalise_nans(state);
            canonicalise_nans(record);
        }
    }

    pub(super) fn forward_frames(&self, x: &[f32], state: &mut [f32], y: &mut [f32], tape: &mut [f32]) {
        let records = chunks_mut(tape, Self::scratch_len(self.units()));
        let frames = chunks(x, self.inputs).zip(chunks_mut(y, self.units()));
        for ((x, y), record) in frames.zip(records) {
            self.forward_frame(x, state, record);
            copy(y, state);
        }
    }

    pub(super) fn backward_frames(
        &self,
        x: &[f32],
        tape: &[f32],
        dy: &[f32],
        dstate: &mut [f32],
        gradients: Gradients,
        scratch: &mut [f32],
    ) {
        let units = self.units();
        let Gradients { weights, x: mut dx } = gradients;
        let mut parts = &mut *weights;
        let dkernel = take_mut(&mut parts, self.kernel.len());
        let drecurrent = take_mut(&mut parts, self.recurrent.len());
        let mut dnorms = [(); 2].map(|()| take_mut(&mut parts, K::GAINS * units));
        let d = groups_mut(scratch, units, (0, K::GAINS));
        let frames = dy.len().checked_div(units).unwrap_or(0);
        for t in (0..frames).rev() {
            let (x, dy) = (groups(x, self.inputs, (t, 1)), groups(dy, units, (t, 1)));
            let mut record = groups(tape, Self::scratch_len(units), (t, 1));
            for (dh, dy) in dstate.iter_mut().zip(dy) {
                *dh += *dy;
            }
            let [before, sums, y] = self.lengths().map(|len| take(&mut record, len));
            K::backward::<N>(&self.norms, Step { before, sums, y }, dstate, d, &mut dnorms);
            let from_x = groups(d, units, Self::of_kernel(0));
            let from_h = groups(d, units, Self::of_kernel(K::RECURRENT));
            linear::add_outer(x, from_x, dkernel);
            linear::add_outer(before.get(..units).unwrap_or_default(), from_h, drecurrent);
            linear::add_transposed(self.recurrent, from_h, dstate.get_mut(..units).unwrap_or_default());
            if let Some(dx) = &mut dx {
                let dx = groups_mut(dx, self.inputs, (t, 1));
                dx.fill(0.0);
                linear::add_transposed(self.kernel, from_x, dx);
            }
        }
        canonicalise_nans(d);
        canonicalise_nans(weights);
        canonicalise_nans(dstate);
        canonicalise_nans(dx.unwrap_or_default());
    }
}
