//! A cell in integers: the lengths of all that it is called with, and one step.

use super::linear;
use super::normaliser::Norms;
use super::{Kind, Weight};
use crate::sequence::slices::{first, groups_mut};
use crate::{Error, shape};
use core::marker::PhantomData;

/// A recurrent cell of kind `K` in integers, with weights `W`; its [definition](super).
///
/// A value is a few words and borrows its bytes.
///
/// ```
/// use layernorm::sequence::{self, fixed};
///
/// // All weights are equal, so are the sums of both units, and their norm is β: h = tanh(0.5).
/// let weights = [0.5; sequence::LnRnn::weights_len(1, 2)];
/// let float = sequence::LnRnn::new(1, 2, &weights)?;
/// let mut bytes = [0; fixed::LnRnn::<i8>::bytes_len(1, 2)];
/// fixed::LnRnn::<i8>::fold(&float, 12, &mut bytes)?;
///
/// let rnn = fixed::LnRnn::<i8>::from_bytes(&bytes)?;
/// let (mut state, mut sums, mut gates) = ([0; 2], [0; 2], [0; 2]);
/// rnn.step(&[0x0800], &mut state, &mut sums, &mut gates)?;
/// assert!((f32::from(state[0]) / 32768.0 - 0.5f32.tanh()).abs() < 1.0 / 32768.0);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[must_use = "a cell does nothing until it is stepped"]
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a, K, W> {
    pub(super) inputs: usize,
    /// Fraction bits of the input.
    pub(super) fraction: u32,
    pub(super) kernel: &'a [u8],
    pub(super) recurrent: &'a [u8],
    pub(super) norms: Norms<'a>,
    pub(super) types: PhantomData<fn() -> (K, W)>,
}

impl<K: Kind, W: Weight> Cell<'_, K, W> {
    /// Length of a state: h, then, for an LSTM, c.
    ///
    /// ```
    /// use layernorm::sequence::fixed::{LnGru, LnLstm};
    ///
    /// assert_eq!((LnGru::<i8>::state_len(5), LnLstm::<i8>::state_len(5)), (5, 10));
    /// ```
    pub const fn state_len(units: usize) -> usize {
        units.saturating_mul(K::STATES)
    }

    /// Length of `sums` and of `gates`, the scratch memory of a step.
    ///
    /// ```
    /// // The P = 6 vectors that are normalised.
    /// assert_eq!(layernorm::sequence::fixed::LnGru::<i8>::scratch_len(5), 30);
    /// ```
    pub const fn scratch_len(units: usize) -> usize {
        units.saturating_mul(K::GAINS)
    }

    /// Coefficients of a frame.
    ///
    /// ```
    /// # use layernorm::sequence::{self, fixed};
    /// # let weights = [0.5; sequence::LnRnn::weights_len(1, 2)];
    /// # let float = sequence::LnRnn::new(1, 2, &weights)?;
    /// # let mut bytes = [0; fixed::LnRnn::<i8>::bytes_len(1, 2)];
    /// # fixed::LnRnn::<i8>::fold(&float, 12, &mut bytes)?;
    /// let rnn = fixed::LnRnn::<i8>::from_bytes(&bytes)?;
    /// assert_eq!(rnn.inputs(), 1);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Elements of h.
    ///
    /// ```
    /// # use layernorm::sequence::{self, fixed};
    /// # let weights = [0.5; sequence::LnRnn::weights_len(1, 2)];
    /// # let float = sequence::LnRnn::new(1, 2, &weights)?;
    /// # let mut bytes = [0; fixed::LnRnn::<i8>::bytes_len(1, 2)];
    /// # fixed::LnRnn::<i8>::fold(&float, 12, &mut bytes)?;
    /// let rnn = fixed::LnRnn::<i8>::from_bytes(&bytes)?;
    /// assert_eq!(rnn.units(), 2);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn units(&self) -> usize {
        self.norms.units
    }

    /// Fraction bits of a frame's coefficients.
    ///
    /// ```
    /// # use layernorm::sequence::{self, fixed};
    /// # let weights = [0.5; sequence::LnRnn::weights_len(1, 2)];
    /// # let float = sequence::LnRnn::new(1, 2, &weights)?;
    /// # let mut bytes = [0; fixed::LnRnn::<i8>::bytes_len(1, 2)];
    /// # fixed::LnRnn::<i8>::fold(&float, 12, &mut bytes)?;
    /// let rnn = fixed::LnRnn::<i8>::from_bytes(&bytes)?;
    /// assert_eq!(rnn.fraction(), 12);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn fraction(&self) -> u32 {
        self.fraction
    }

    /// Computes one step for the frame `x` of `inputs` numbers with [`fraction`](Self::fraction) bits. Its output is the first
    /// `units` elements of `state`, with 15 fraction bits; c of an LSTM has 11. What `sums` and `gates` hold is overwritten.
    ///
    /// # Errors
    /// [`Error::Length`] for `x`, `state`, `sums` or `gates`; nothing is written then.
    ///
    /// ```
    /// # use layernorm::sequence::{self, fixed};
    /// # let weights = [0.5; sequence::LnRnn::weights_len(1, 2)];
    /// # let float = sequence::LnRnn::new(1, 2, &weights)?;
    /// # let mut bytes = [0; fixed::LnRnn::<i8>::bytes_len(1, 2)];
    /// # fixed::LnRnn::<i8>::fold(&float, 12, &mut bytes)?;
    /// let rnn = fixed::LnRnn::<i8>::from_bytes(&bytes)?;
    /// let (mut state, mut sums, mut gates) = ([0; 2], [0; 2], [0; 2]);
    /// // 0.5 with 12 fraction bits.
    /// rnn.step(&[0x0800], &mut state, &mut sums, &mut gates)?;
    /// assert_eq!(state[0], state[1]);
    /// let error = rnn.step(&[0x0800], &mut state, &mut sums, &mut []).unwrap_err();
    /// assert_eq!(error, layernorm::Error::Length { parameter: "gates", expected: 2, actual: 0 });
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
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
        self.forward_frame(x, state, sums, gates);
        Ok(())
    }

    pub(super) fn forward_frame(&self, x: &[i16], state: &mut [i16], sums: &mut [i32], gates: &mut [i16]) {
        let units = self.units();
        sums.fill(0);
        linear::add::<W>(self.kernel, x, groups_mut(sums, units, (0, K::GATES)));
        let h = first(state, units);
        linear::add::<W>(self.recurrent, h, groups_mut(sums, units, (K::RECURRENT, K::GATES)));
        K::forward_fixed(&self.norms, sums, gates, state);
    }
}
