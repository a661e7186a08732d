//! The utterances as samples, and the splits of those for training by which settings are chosen.

use crate::network::SPEAKERS;
use crate::random::Random;
use crate::utterances::{self, Split};

/// Utterances of each speaker that a split keeps for validation; there are 30.
const VALIDATION: usize = 10;

/// What is said, and by whom (from 0).
#[derive(Clone)]
pub struct Sample {
    pub speaker: usize,
    /// One after another.
    pub frames: Vec<f32>,
}

pub fn load(split: Split) -> Vec<Sample> {
    let these = utterances::all().filter(|utterance| utterance.split == split);
    these.map(|this| Sample { speaker: this.speaker, frames: this.frames().flatten().collect() }).collect()
}

/// The samples for training, divided at random: those that remain for it, and those for validation.
pub fn divide(number: u64) -> (Vec<Sample>, Vec<Sample>) {
    let mut random = Random::new(number, Random::SPLIT);
    let (mut training, mut validation) = (Vec::new(), Vec::new());
    let samples = load(Split::Train);
    for speaker in 0..SPEAKERS {
        let mut own: Vec<_> = samples.iter().filter(|sample| sample.speaker == speaker).cloned().collect();
        random.shuffle(&mut own);
        validation.extend(own.drain(..VALIDATION));
        training.extend(own);
    }
    (training, validation)
}
