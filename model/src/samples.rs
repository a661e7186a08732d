//! The utterances as samples, and the splits of those for training by which settings are chosen.

use crate::random::Random;
use crate::utterances::{self, Split, Utterance};

pub const SPEAKERS: usize = 9;
/// Utterances of each speaker that a split keeps for validation; there are 30.
const VALIDATION: usize = 10;

/// An utterance, and its speaker, counted from 0.
#[derive(Clone)]
pub struct Sample {
    pub speaker: usize,
    /// The coefficients of the frames, one frame after another.
    pub frames: Vec<f32>,
}

pub fn load(split: Split) -> Vec<Sample> {
    let utterances = utterances::all().filter(|utterance| utterance.split == split);
    let sample = |utterance: Utterance| Sample {
        speaker: utterance.speaker,
        frames: utterance.frames().flatten().collect(),
    };
    utterances.map(sample).collect()
}

/// Divides the samples for training at random into those that are trained with and those for validation.
pub fn divide(number: u64) -> (Vec<Sample>, Vec<Sample>) {
    let mut random = Random::new(number, Random::SPLIT);
    let (mut training, mut validation) = (Vec::new(), Vec::new());
    let samples = load(Split::Train);
    for speaker in 0..SPEAKERS {
        let mut utterances: Vec<_> =
            samples.iter().filter(|sample| sample.speaker == speaker).cloned().collect();
        random.shuffle(&mut utterances);
        validation.extend(utterances.drain(..VALIDATION));
        training.extend(utterances);
    }
    (training, validation)
}
