//! The network in integers: folded here, and run as a device runs it.

use crate::Result;
use crate::network::UNITS;
use crate::samples::{SPEAKERS, Sample};
use crate::utterances::{self, WIDTH, largest};
use layernorm::sequence::fixed::{Classifier, Weight};
use layernorm::sequence::{self, Gru, Layer};

/// Fraction bits of the frames. Codes reach to ±4; all coefficients of the set are below 2 in magnitude.
const FRACTION: u32 = 13;

/// The bytes of a file with weights of type `W`.
pub fn fold<W: Weight>(float: &sequence::Classifier<Gru, Layer>) -> Result<Vec<u8>> {
    let mut bytes = vec![0; Classifier::<Gru, W>::bytes_len(WIDTH, UNITS, SPEAKERS)];
    Classifier::<Gru, W>::fold(float, FRACTION, &mut bytes)?;
    Ok(bytes)
}

/// The speaker that the network of a file names for each sample.
pub fn decisions<W: Weight>(file: &[u8], samples: &[Sample]) -> Result<Vec<usize>> {
    let classifier = Classifier::<Gru, W>::from_bytes(file)?;
    let mut words = vec![0; Classifier::<Gru, W>::words_len(UNITS)];
    let mut codes = vec![0; Classifier::<Gru, W>::codes_len(UNITS)];
    let mut decisions = Vec::new();
    for sample in samples {
        let mut session = classifier.start(&mut words, &mut codes)?;
        for frame in sample.frames.as_chunks().0 {
            session.push(&utterances::codes(*frame, FRACTION))?;
        }
        let mut logits = [0; SPEAKERS];
        session.logits(&mut logits)?;
        decisions.push(largest(&logits));
    }
    Ok(decisions)
}
