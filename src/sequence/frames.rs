//! The way of a [`Cell`] through a sequence and back, frame by frame. Lengths have been checked.
//!
//! A step leaves a [`Record`]: the state before it, the sums of the kernels, and the gates. A tape is the records of a
//! sequence; scratch memory is room for one.

use super::cell::{Cell, Gradients};
use super::kind::{Kind, Record};
use super::linear;
use super::normaliser::Normaliser;
use super::slices::{
    Group, add, chunks, chunks_mut, copy, first, first_mut, groups, groups_mut, take, take_mut,
};
use crate::float::canonicalise_nans;

impl<K: Kind, N: Normaliser> Cell<'_, K, N> {
    /// Lengths of the parts of a record: state, sums, gates.
    fn record_lens(&self) -> [usize; 3] {
        [K::STATES, K::GAINS, K::GAINS].map(|vectors| vectors * self.units())
    }

    /// Computes one step: `x` and the old state give the new one and the record.
    pub(super) fn forward_frame(&self, x: &[f32], state: &mut [f32], record: &mut [f32]) {
        let units = self.units();
        let mut rest = &mut *record;
        let [before, sums, gates] = self.record_lens().map(|len| take_mut(&mut rest, len));
        copy(before, state);
        sums.fill(0.0);
        linear::add(x, self.kernel, groups_mut(sums, units, kernel_outputs::<K>()));
        linear::add(first(state, units), self.recurrent, groups_mut(sums, units, recurrent_outputs::<K>()));
        K::forward::<N>(&self.norms, Record { state: before, sums, gates }, state);
        // No equation loses a NaN: one in the record has made one in the state.
        if state.iter().any(|h| h.is_nan()) {
            canonicalise_nans(state);
            canonicalise_nans(record);
        }
    }

    /// Computes a step for each frame of `x`: writes its output to `y` and its record to `tape`.
    pub(super) fn forward_frames(&self, x: &[f32], state: &mut [f32], y: &mut [f32], tape: &mut [f32]) {
        let units = self.units();
        let records = chunks_mut(tape, Self::scratch_len(units));
        let frames = chunks(x, self.inputs).zip(chunks_mut(y, units));
        for ((x, y), record) in frames.zip(records) {
            self.forward_frame(x, state, record);
            copy(y, first(state, units));
        }
    }

    /// Goes from the last frame to the first: adds to the gradients of the weights, writes those of `x`.
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
        let mut rest = &mut *weights;
        let dkernel = take_mut(&mut rest, self.kernel.len());
        let drecurrent = take_mut(&mut rest, self.recurrent.len());
        let mut dnorms = [(); 2].map(|()| take_mut(&mut rest, K::GAINS * units));
        let dsums = groups_mut(scratch, units, (0, K::GAINS));
        let frames = dy.len().checked_div(units).unwrap_or(0);
        for t in (0..frames).rev() {
            let (x, dy) = (groups(x, self.inputs, (t, 1)), groups(dy, units, (t, 1)));
            let mut record = groups(tape, Self::scratch_len(units), (t, 1));
            add(first_mut(dstate, units), dy);
            let [before, sums, gates] = self.record_lens().map(|len| take(&mut record, len));
            let record = Record { state: before, sums, gates };
            K::backward::<N>(&self.norms, record, dstate, dsums, &mut dnorms);
            let from_x = groups(dsums, units, kernel_outputs::<K>());
            let from_h = groups(dsums, units, recurrent_outputs::<K>());
            linear::add_outer(x, from_x, dkernel);
            linear::add_outer(first(before, units), from_h, drecurrent);
            linear::add_transposed(self.recurrent, from_h, first_mut(dstate, units));
            if let Some(dx) = &mut dx {
                let dx = groups_mut(dx, self.inputs, (t, 1));
                dx.fill(0.0);
                linear::add_transposed(self.kernel, from_x, dx);
            }
        }
        canonicalise_nans(dsums);
        canonicalise_nans(weights);
        canonicalise_nans(dstate);
        canonicalise_nans(dx.unwrap_or_default());
    }
}

/// The sums of the kernel, of all vectors that are normalised.
fn kernel_outputs<K: Kind>() -> Group {
    (0, K::GATES)
}

/// The sums of the recurrent kernel.
fn recurrent_outputs<K: Kind>() -> Group {
    (K::RECURRENT, K::GATES)
}
