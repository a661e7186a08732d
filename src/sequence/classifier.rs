use super::cell::{Cell, Gradients, Kind};
use super::linear;
use super::normaliser::Normaliser;
use super::slices::{chunks, chunks_mut, copy, take, take_mut};
use crate::float::canonicalise_nans;
use crate::{Error, shape};

/// Names the class of a sequence: a [`Cell`], the mean of its outputs over the frames, and a dense layer.
///
/// Its weights are one slice, and gradients alike: those of the cell, then the layer's kernel, units × classes, and its bias,
/// one for each class.
#[derive(Clone, Copy, Debug)]
pub struct Classifier<'a, K, N> {
    pub(super) cell: Cell<'a, K, N>,
    pub(super) kernel: &'a [f32],
    pub(super) bias: &'a [f32],
    pub(super) weights: &'a [f32],
}

/// A sequence that a [`Classifier`] is listening to.
#[derive(Debug)]
pub struct Session<'m, K, N> {
    classifier: Classifier<'m, K, N>,
    state: &'m mut [f32],
    /// Of the outputs so far.
    sum: &'m mut [f32],
    scratch: &'m mut [f32],
    frames: usize,
}

impl<'a, K: Kind, N: Normaliser> Classifier<'a, K, N> {
    /// Length of the weights and of their gradients.
    pub const fn weights_len(inputs: usize, units: usize, classes: usize) -> usize {
        let layer = units.saturating_add(1).saturating_mul(classes);
        Cell::<K, N>::weights_len(inputs, units).saturating_add(layer)
    }

    /// Length of the memory of a [`Session`].
    pub const fn memory_len(units: usize) -> usize {
        Cell::<K, N>::scratch_len(units).saturating_add(units.saturating_mul(K::STATES + 1))
    }

    /// Length of the tape of so many frames.
    pub const fn tape_len(units: usize, frames: usize) -> usize {
        // The last state, the mean, and the output of each frame.
        let vectors = frames.saturating_add(K::STATES + 1);
        Cell::<K, N>::tape_len(units, frames).saturating_add(units.saturating_mul(vectors))
    }

    /// Length of the scratch memory of [`backward`](Self::backward).
    pub const fn scratch_len(units: usize, frames: usize) -> usize {
        Cell::<K, N>::scratch_len(units)
            .saturating_add(units.saturating_mul(frames.saturating_add(K::STATES + 1)))
    }

    /// With ε = 1e-5.
    ///
    /// # Errors
    /// [`Error::Zero`] for `inputs`, `units` or `classes`; [`Error::Length`], [`Error::NotFinite`] for `weights`.
    pub fn new(inputs: usize, units: usize, classes: usize, weights: &'a [f32]) -> Result<Self, Error> {
        shape::at_least_one("inputs", inputs)?;
        shape::at_least_one("units", units)?;
        shape::at_least_one("classes", classes)?;
        shape::feature_vector("weights", weights, Self::weights_len(inputs, units, classes))?;
        let mut rest = weights;
        let cell = Cell::of(inputs, units, take(&mut rest, Cell::<K, N>::weights_len(inputs, units)));
        let kernel = take(&mut rest, units * classes);
        Ok(Self { cell, kernel, bias: rest, weights })
    }

    /// What the norms add to the variance; finite, ≥ 0.
    ///
    /// # Errors
    /// [`Error::Epsilon`].
    pub fn with_epsilon(self, epsilon: f32) -> Result<Self, Error> {
        Ok(Self { cell: self.cell.with_epsilon(epsilon)?, ..self })
    }

    /// Coefficients of a frame.
    pub fn inputs(&self) -> usize {
        self.cell.inputs()
    }

    /// Outputs of the cell.
    pub fn units(&self) -> usize {
        self.cell.units()
    }

    /// Classes there are.
    pub fn classes(&self) -> usize {
        self.bias.len()
    }

    /// Begins a sequence. `memory` is in use as long as the session.
    ///
    /// # Errors
    /// [`Error::Length`] for `memory`; nothing is written then.
    pub fn start<'m>(&self, memory: &'m mut [f32]) -> Result<Session<'m, K, N>, Error>
    where
        'a: 'm,
    {
        let units = self.units();
        shape::length("memory", memory.len(), Self::memory_len(units))?;
        memory.fill(0.0);
        let mut rest = memory;
        let [state, sum] = [K::STATES, 1].map(|vectors| take_mut(&mut rest, vectors * units));
        Ok(Session { classifier: *self, state, sum, scratch: rest, frames: 0 })
    }

    /// `logits`, one for each class, of the sequence `x`, frames × inputs; `tape` is for [`backward`](Self::backward). The
    /// bits are those of a [`Session`].
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`; [`Error::Length`] for `tape` or `logits`; nothing is written then.
    pub fn forward(&self, x: &[f32], tape: &mut [f32], logits: &mut [f32]) -> Result<(), Error> {
        let frames = shape::rows("x", x.len(), self.inputs())?;
        shape::length("tape", tape.len(), Self::tape_len(self.units(), frames))?;
        shape::length("logits", logits.len(), self.classes())?;
        let mut tape = tape;
        let units = self.units();
        let [state, mean, y] = [K::STATES, 1, frames].map(|vectors| take_mut(&mut tape, vectors * units));
        state.fill(0.0);
        self.cell.forward_frames(x, state, y, tape);
        mean.fill(0.0);
        for y in chunks(y, units) {
            add(mean, y);
        }
        self.head(mean, frames, logits);
        Ok(())
    }

    /// Back through the sequence `x` that left `tape`: from `dlogits` to the gradients of the weights, which are added to.
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`; [`Error::Length`] for `tape`, `dlogits`, `gradients` or `scratch`; nothing is
    /// written then.
    pub fn backward(
        &self,
        x: &[f32],
        tape: &[f32],
        dlogits: &[f32],
        gradients: &mut [f32],
        scratch: &mut [f32],
    ) -> Result<(), Error> {
        let frames = shape::rows("x", x.len(), self.inputs())?;
        let units = self.units();
        shape::length("tape", tape.len(), Self::tape_len(units, frames))?;
        shape::length("dlogits", dlogits.len(), self.classes())?;
        shape::length("gradients", gradients.len(), self.weights.len())?;
        shape::length("scratch", scratch.len(), Self::scratch_len(units, frames))?;
        let (mut tape, mut scratch) = (tape, scratch);
        let [_, mean, _] = [K::STATES, 1, frames].map(|vectors| take(&mut tape, vectors * units));
        let [dstate, dmean, dy] =
            [K::STATES, 1, frames].map(|vectors| take_mut(&mut scratch, vectors * units));
        let mut rest = gradients;
        let weights = take_mut(&mut rest, self.weights.len() - self.kernel.len() - self.bias.len());
        let dkernel = take_mut(&mut rest, self.kernel.len());
        linear::add_outer(mean, dlogits, dkernel);
        add(rest, dlogits);
        canonicalise_nans(dkernel);
        canonicalise_nans(rest);
        dmean.fill(0.0);
        linear::add_transposed(self.kernel, dlogits, dmean);
        dmean.iter_mut().for_each(|d| *d /= frames.max(1) as f32);
        canonicalise_nans(dmean);
        chunks_mut(dy, units).for_each(|dy| copy(dy, dmean));
        dstate.fill(0.0);
        self.cell.backward_frames(x, tape, dy, dstate, Gradients { weights, x: None }, scratch);
        Ok(())
    }

    /// `logits`; `mean` is the sum over the frames and becomes the mean.
    fn head(&self, mean: &mut [f32], frames: usize, logits: &mut [f32]) {
        mean.iter_mut().for_each(|h| *h /= frames.max(1) as f32);
        canonicalise_nans(mean);
        copy(logits, self.bias);
        linear::add(mean, self.kernel, logits);
        canonicalise_nans(logits);
    }
}

impl<K: Kind, N: Normaliser> Session<'_, K, N> {
    /// The next frame: `inputs` numbers.
    ///
    /// # Errors
    /// [`Error::Length`] for `x`, [`Error::TooLarge`] from `usize::MAX` frames on; the session is as it was then.
    pub fn push(&mut self, x: &[f32]) -> Result<(), Error> {
        let cell = &self.classifier.cell;
        shape::length("x", x.len(), cell.inputs())?;
        let (limit, actual) = (usize::MAX - 1, self.frames.saturating_add(1));
        if actual > limit {
            return Err(Error::TooLarge { parameter: "frames", limit, actual });
        }
        self.frames = actual;
        cell.forward_frame(x, self.state, self.scratch);
        add(self.sum, self.state);
        // Of a NaN in a sum some machines change the sign.
        canonicalise_nans(self.sum);
        Ok(())
    }

    /// `logits`, one for each class, of the frames so far; without any those of a mean of 0.
    ///
    /// # Errors
    /// [`Error::Length`]; nothing is written then.
    pub fn logits(&mut self, logits: &mut [f32]) -> Result<(), Error> {
        shape::length("logits", logits.len(), self.classifier.classes())?;
        let mean = self.scratch.get_mut(..self.sum.len()).unwrap_or_default();
        copy(mean, self.sum);
        self.classifier.head(mean, self.frames, logits);
        Ok(())
    }

    /// How many frames it has heard.
    pub fn frames(&self) -> usize {
        self.frames
    }
}

fn add(to: &mut [f32], from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += *from);
}

#[cfg(test)]
mod tests {
    use super::Classifier;
    use crate::Error;
    use crate::sequence::{Plain, Rnn};

    type Small<'a> = Classifier<'a, Rnn, Plain>;

    #[test]
    fn a_session_counts_up_to_the_last_number_but_one_and_is_as_before() {
        let weights = [0.5; Small::weights_len(1, 1, 1)];
        let classifier = Small::new(1, 1, 1, &weights).unwrap();
        let mut memory = [0.0; Small::memory_len(1)];
        let mut session = classifier.start(&mut memory).unwrap();
        session.frames = usize::MAX - 2;
        assert_eq!(session.push(&[1.0]), Ok(()));
        let (state, sum) = (session.state[0], session.sum[0]);
        let limit = usize::MAX - 1;
        let error = Error::TooLarge { parameter: "frames", limit, actual: usize::MAX };
        for _ in 0..2 {
            assert_eq!(session.push(&[1.0]), Err(error));
            assert_eq!((session.frames(), session.state[0], session.sum[0]), (limit, state, sum));
        }
    }
}
