use super::linear;
use super::normaliser::Norms;
use super::{Kind, Weight};
use crate::sequence::slices::groups_mut;
use crate::{Error, shape};
use core::marker::PhantomData;

/// A recurrent cell of kind `K` in integers, with weights `W`; its [definition](super).
///
/// A value is a few words and borrows its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a, K, W> {
    pub(super) inputs: usize,
    /// Of the input.
    pub(super) fraction: u32,
    pub(super) kernel: &'a [u8],
    pub(super) recurrent: &'a [u8],
    pub(super) norms: Norms<'a>,
    pub(super) types: PhantomData<fn() -> (K, W)>,
}

impl<K: Kind, W: Weight> Cell<'_, K, W> {
    /// Length of a state: h, then, for the LSTM, c.
    pub const fn state_len(units: usize) -> usize {
        units.saturating_mul(K::STATES)
    }

    /// Length of `sums` and of `gates`, the scratch memory of a step.
    pub const fn scratch_len(units: usize) -> usize {
        units.saturating_mul(K::GAINS)
    }

    /// Coefficients of a frame.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Elements of h.
    pub fn units(&self) -> usize {
        self.norms.units
    }

    /// Fraction bits of a frame's coefficients.
    pub fn fraction(&self) -> u32 {
        self.fraction
    }

    /// One frame `x`: `inputs` numbers with [`fraction`](Self::fraction) bits. Its output is the first `units` of `state`.
    ///
    /// # Errors
    /// [`Error::Length`] for `x`, `state`, `sums` or `gates`; nothing is written then.
    pub fn step(
        &self,
        x: &[i16],
        state: &mut [i16],
        sums: &mut [i32],
        gates: &mut [i16],
    ) -> Result<(), Error> {
        shape::length("x", x.len(), self.inputs)?;
        shape::length("state", state.len(), Self::state_len(self.units()))?;
        shape::length("sums", sums.len(), Self::scratch_len(self.units()))?;
        shape::length("gates", gates.len(), Self::scratch_len(self.units()))?;
        self.frame(x, state, sums, gates);
        Ok(())
    }

    pub(super) fn frame(&self, x: &[i16], state: &mut [i16], sums: &mut [i32], gates: &mut [i16]) {
        let units = self.units();
        sums.fill(0);
        let h = state.get(..units).unwrap_or_default();
        linear::add::<W>(self.kernel, x, groups_mut(sums, units, (0, K::GATES)));
        linear::add::<W>(self.recurrent, h, groups_mut(sums, units, (K::RECURRENT, K::GATES)));
        K::step(&self.norms, sums, gates, state);
    }
}
