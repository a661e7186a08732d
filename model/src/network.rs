//! The network and its twins, which differ by the norm alone: their loss, its gradient, their decisions.

use crate::batch_norm::{self, Moments};
use crate::random::Random;
use crate::samples::{SPEAKERS, Sample};
use crate::utterances::{WIDTH, largest};
use layernorm::Error;
use layernorm::sequence::{Classifier, Gru, Layer, Normaliser, Plain, Rms};

pub const UNITS: usize = 32;
pub const LEN: usize = Classifier::<Gru, Layer>::weights_len(WIDTH, UNITS, SPEAKERS);
/// Columns of a kernel: three gates.
const COLUMNS: usize = 3 * UNITS;
/// Share of the newest minibatch in the running averages of batch norm.
const MOMENTUM: f32 = 0.1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Norm {
    Layer,
    Rms,
    None,
    Batch,
}

impl Norm {
    pub const ALL: [Self; 4] = [Self::Layer, Self::None, Self::Batch, Self::Rms];

    pub fn name(self) -> &'static str {
        match self {
            Self::Layer => "layer norm",
            Self::Rms => "RMSNorm",
            Self::None => "no norm",
            Self::Batch => "batch norm",
        }
    }
}

pub struct Network {
    norm: Norm,
    /// In the order of [`Classifier`]. With batch norm, γ and β of the input sums belong to the batch norm.
    pub weights: Vec<f32>,
    /// Running averages over minibatches: of batch norm only, and after the first minibatch.
    moments: Option<Moments>,
}

impl Network {
    /// Draws the kernels from uniform distributions with the variance of Glorot and Bengio (2010), and multiplies those of the
    /// cell by `scale`. γ is 1, all other weights are 0.
    pub fn new(norm: Norm, scale: f32, random: &mut Random) -> Self {
        let mut weights = vec![0.0; LEN];
        let Parts { kernel, recurrent, gamma, dense, .. } = Parts::new(&mut weights);
        let matrices =
            [(kernel, WIDTH, UNITS, scale), (recurrent, UNITS, UNITS, scale), (dense, UNITS, SPEAKERS, 1.0)];
        for (matrix, inputs, outputs, scale) in matrices {
            let limit = scale * (6.0 / (inputs + outputs) as f32).sqrt();
            matrix.iter_mut().for_each(|weight| *weight = limit * (2.0 * random.uniform() - 1.0));
        }
        gamma.fill(1.0);
        Self { norm, weights, moments: None }
    }

    /// Returns the mean loss of a minibatch and writes its gradient to `gradient`.
    pub fn gradient(&mut self, batch: &[Sample], gradient: &mut [f32]) -> Result<f32, Error> {
        gradient.fill(0.0);
        match self.norm {
            Norm::Layer => add_gradient::<Layer>(&self.weights, batch, gradient),
            Norm::Rms => add_gradient::<Rms>(&self.weights, batch, gradient),
            Norm::None => add_gradient::<Plain>(&self.weights, batch, gradient),
            Norm::Batch => {
                let moments = moments(batch);
                let loss = add_gradient::<Plain>(&fold(&self.weights, &moments), batch, gradient)?;
                let Parts { kernel, gamma, .. } = Parts::new(&mut self.weights);
                batch_norm::unfold(&moments, kernel, &gamma[..COLUMNS], Parts::new(gradient).batch_normed());
                match &mut self.moments {
                    Some(averages) => averages.move_towards(&moments, MOMENTUM),
                    None => self.moments = Some(moments),
                }
                Ok(loss)
            }
        }
    }

    /// The speaker it names for each sample.
    pub fn decisions(&self, samples: &[Sample]) -> Result<Vec<usize>, Error> {
        match (self.norm, &self.moments) {
            (Norm::Layer, _) => decisions::<Layer>(&self.weights, samples),
            (Norm::Rms, _) => decisions::<Rms>(&self.weights, samples),
            (Norm::Batch, Some(moments)) => decisions::<Plain>(&fold(&self.weights, moments), samples),
            (Norm::None | Norm::Batch, _) => decisions::<Plain>(&self.weights, samples),
        }
    }
}

/// The parts of the weights, or of their gradients.
pub struct Parts<'a> {
    pub kernel: &'a mut [f32],
    pub recurrent: &'a mut [f32],
    pub gamma: &'a mut [f32],
    pub beta: &'a mut [f32],
    pub dense: &'a mut [f32],
}

impl<'a> Parts<'a> {
    pub fn new(weights: &'a mut [f32]) -> Self {
        let mut rest = weights;
        let [kernel, recurrent, gamma, beta, dense] =
            [WIDTH * COLUMNS, UNITS * COLUMNS, 2 * COLUMNS, 2 * COLUMNS, UNITS * SPEAKERS]
                .map(|len| rest.split_off_mut(..len).expect("a network's weights"));
        Self { kernel, recurrent, gamma, beta, dense }
    }

    /// The weights that batch norm is applied to.
    fn batch_normed(self) -> batch_norm::Weights<'a> {
        let (gamma, beta) = (&mut self.gamma[..COLUMNS], &mut self.beta[..COLUMNS]);
        batch_norm::Weights { kernel: self.kernel, gamma, beta }
    }
}

/// The moments of all frames of the samples.
pub fn moments(samples: &[Sample]) -> Moments {
    let frames: Vec<f32> = samples.iter().flat_map(|sample| &sample.frames).copied().collect();
    Moments::new(WIDTH, &frames)
}

/// The weights of a network without a norm that computes the same as the one with batch norm.
fn fold(weights: &[f32], moments: &Moments) -> Vec<f32> {
    let mut folded = weights.to_vec();
    batch_norm::fold(moments, Parts::new(&mut folded).batch_normed());
    folded
}

/// Returns the mean loss −ln p(speaker), where p is the softmax of the logits, and adds its gradient to `gradient`.
fn add_gradient<N: Normaliser>(
    weights: &[f32],
    batch: &[Sample],
    gradient: &mut [f32],
) -> Result<f32, Error> {
    let classifier = Classifier::<Gru, N>::new(WIDTH, UNITS, SPEAKERS, weights)?;
    let share = 1.0 / batch.len() as f32;
    let mut loss = 0.0;
    let (mut tape, mut scratch) = (Vec::new(), Vec::new());
    for Sample { speaker, frames } in batch {
        let logits = logits(&classifier, frames, &mut tape)?;
        let largest = logits.into_iter().fold(f32::MIN, f32::max);
        let exponentials = logits.map(|logit| libm::expf(logit - largest));
        let sum: f32 = exponentials.iter().sum();
        loss += share * (libm::logf(sum) + largest - logits[*speaker]);
        let mut dlogits = exponentials.map(|exponential| share * exponential / sum);
        dlogits[*speaker] -= share;
        scratch.resize(Classifier::<Gru, N>::scratch_len(UNITS, frames.len() / WIDTH), 0.0);
        classifier.backward(frames, &tape, &dlogits, gradient, &mut scratch)?;
    }
    Ok(loss)
}

fn decisions<N: Normaliser>(weights: &[f32], samples: &[Sample]) -> Result<Vec<usize>, Error> {
    let classifier = Classifier::<Gru, N>::new(WIDTH, UNITS, SPEAKERS, weights)?;
    let mut tape = Vec::new();
    samples.iter().map(|sample| Ok(largest(&logits(&classifier, &sample.frames, &mut tape)?))).collect()
}

fn logits<N: Normaliser>(
    classifier: &Classifier<Gru, N>,
    frames: &[f32],
    tape: &mut Vec<f32>,
) -> Result<[f32; SPEAKERS], Error> {
    let mut logits = [0.0; SPEAKERS];
    tape.resize(Classifier::<Gru, N>::tape_len(UNITS, frames.len() / WIDTH), 0.0);
    classifier.forward(frames, tape, &mut logits)?;
    Ok(logits)
}

/// The share of samples whose speaker is named.
pub fn accuracy(decisions: &[usize], samples: &[Sample]) -> f32 {
    let right = decisions.iter().zip(samples).filter(|(decision, sample)| **decision == sample.speaker);
    right.count() as f32 / samples.len() as f32
}

#[cfg(test)]
mod tests {
    use super::{LEN, Network, Norm};
    use crate::random::Random;
    use crate::samples::load;
    use crate::utterances::Split;

    /// A small step t along the gradient d raises the loss by t · d².
    #[test]
    fn the_gradient_of_each_network_is_that_of_its_loss() {
        let batch = &load(Split::Train)[..250][220..];
        for norm in Norm::ALL {
            let mut network = Network::new(norm, 1.0, &mut Random::new(1, 0));
            let (mut gradient, mut unused) = (vec![0.0; LEN], vec![0.0; LEN]);
            network.gradient(batch, &mut gradient).unwrap();
            let square: f32 = gradient.iter().map(|d| d * d).sum();
            let step = 0.005 / square;
            let start = network.weights.clone();
            let mut moved = |step: f32| {
                let moved = start.iter().zip(&gradient).map(|(weight, d)| weight + step * d);
                network.weights = moved.collect();
                network.gradient(batch, &mut unused).unwrap()
            };
            let rise = (moved(step) - moved(-step)) / (2.0 * step);
            assert!((rise / square - 1.0).abs() < 0.01, "{norm:?}: {rise}, not {square}");
        }
    }
}
