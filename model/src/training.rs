//! Training: settings in, network out, the same bits on every machine.
//!
//! A training uses + − × ÷ and sqrt, which round the same way everywhere, in an order that the code fixes, and exp, ln and cos
//! of the crate `libm`. It runs in one thread; trainings in several threads share nothing.

use crate::adamw::AdamW;
use crate::network::{self, LEN, Network, Norm, Parts};
use crate::random::Random;
use crate::samples::Sample;
use crate::utterances::WIDTH;
use layernorm::Error;

/// The settings of a training; README.md tells how they were chosen.
#[derive(Clone, Copy)]
pub struct Settings {
    pub norm: Norm,
    /// Learning rate at the start; it falls to 0 along half a cosine.
    pub rate: f32,
    /// Standard deviation of what is added to each coefficient of each frame, anew in each epoch, in standard deviations of the
    /// coefficient.
    pub noise: f32,
    /// The same for what is added to all frames of an utterance alike, as if it had been said on another day.
    pub offset: f32,
    /// Utterances of a minibatch.
    pub batch: usize,
    /// Factor of the kernels of the cell at the start.
    pub scale: f32,
    pub seed: u64,
}

impl Settings {
    pub const CHOSEN: Self =
        Self { norm: Norm::Layer, rate: 0.03, noise: 0.5, offset: 0.25, batch: 16, scale: 1.0, seed: 1 };
}

const EPOCHS: usize = 150;
/// Weight decay of the matrices; γ, β and the bias have none.
const DECAY: f32 = 0.05;

/// Trains a network. After each epoch it calls `after` with the number of the epoch, from 1, the mean loss, whose frames have
/// noise, and the network.
pub fn train(
    settings: &Settings,
    samples: &[Sample],
    mut after: impl FnMut(usize, f32, &Network) -> Result<(), Error>,
) -> Result<Network, Error> {
    let mut random = Random::new(settings.seed, Random::TRAINING);
    let mut network = Network::new(settings.norm, settings.scale, &mut random);
    let mut adamw = AdamW::new(LEN);
    let decay = decay();
    let deviations = deviations(samples);
    let mut gradient = vec![0.0; LEN];
    let mut order: Vec<&Sample> = samples.iter().collect();
    let steps = samples.len().div_ceil(settings.batch);
    for epoch in 0..EPOCHS {
        random.shuffle(&mut order);
        let mut loss = 0.0;
        for (step, minibatch) in order.chunks(settings.batch).enumerate() {
            let batch: Vec<Sample> =
                minibatch.iter().map(|sample| noisy(sample, settings, &deviations, &mut random)).collect();
            loss += network.gradient(&batch, &mut gradient)? / steps as f32;
            let progress = (epoch * steps + step) as f32 / (EPOCHS * steps) as f32;
            let rate = settings.rate * 0.5 * (1.0 + libm::cosf(core::f32::consts::PI * progress));
            adamw.step(rate, &decay, &gradient, &mut network.weights);
        }
        after(epoch + 1, loss, &network)?;
    }
    Ok(network)
}

/// The decay of each weight.
fn decay() -> Vec<f32> {
    let mut decay = vec![0.0; LEN];
    let Parts { kernel, recurrent, dense, .. } = Parts::new(&mut decay);
    [kernel, recurrent, dense].into_iter().for_each(|matrix| matrix.fill(DECAY));
    decay
}

/// The standard deviation of each coefficient over all frames.
fn deviations(samples: &[Sample]) -> [f32; WIDTH] {
    let covariance = network::moments(samples).covariance;
    std::array::from_fn(|i| covariance[i * (WIDTH + 1)].sqrt())
}

fn noisy(sample: &Sample, settings: &Settings, deviations: &[f32; WIDTH], random: &mut Random) -> Sample {
    let offsets = deviations.map(|deviation| settings.offset * deviation * random.normal());
    let places = offsets.iter().zip(deviations).cycle();
    let frames = sample
        .frames
        .iter()
        .zip(places)
        .map(|(x, (offset, deviation))| x + offset + settings.noise * deviation * random.normal());
    Sample { speaker: sample.speaker, frames: frames.collect() }
}
