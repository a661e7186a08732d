//! The logits of the network of `model/` for every utterance, in `f32` and in integers.

#[path = "../../../model/data/utterances.rs"]
mod utterances;

use crate::memory::{self, Memory};
use crate::{Failed, Sink};
use layernorm::sequence::fixed::{self, Weight};
use layernorm::sequence::{Classifier, Gru, Layer};
use utterances::{Split, Utterance};

const F32: &[u8] = include_bytes!("../../../model/speaker.f32.bin");
const I8: &[u8] = include_bytes!("../../../model/speaker.i8.bin");
const I16: &[u8] = include_bytes!("../../../model/speaker.i16.bin");
const UNITS: usize = 32;
const SPEAKERS: usize = 9;

pub(crate) fn every_utterance(memory: &mut Memory, sink: &mut Sink) {
    let results = [
        float(F32, every(memory), memory, sink),
        integer::<i8>(I8, every(memory), memory, sink),
        integer::<i16>(I16, every(memory), memory, sink),
    ];
    results.iter().filter(|result| result.is_err()).for_each(|_| sink.error());
}

/// What a board computes.
pub(crate) fn test_f32(memory: &mut Memory, sink: &mut Sink) {
    if float(F32, test(memory), memory, sink).is_err() {
        sink.error();
    }
}

pub(crate) fn test_i8(memory: &mut Memory, sink: &mut Sink) {
    if integer::<i8>(I8, test(memory), memory, sink).is_err() {
        sink.error();
    }
}

fn every(memory: &Memory) -> impl Iterator<Item = Utterance> + use<> {
    utterances::all().take(few(memory))
}

fn test(memory: &Memory) -> impl Iterator<Item = Utterance> + use<> {
    utterances::all().filter(|utterance| utterance.split == Split::Test).take(few(memory))
}

/// Utterances, and frames of each.
fn few(memory: &Memory) -> usize {
    memory.choose(&[usize::MAX], &[1])[0]
}

fn float(
    file: &[u8],
    utterances: impl Iterator<Item = Utterance>,
    memory: &mut Memory,
    sink: &mut Sink,
) -> Result<(), Failed> {
    type Float<'a> = Classifier<'a, Gru, Layer>;
    let frames = few(memory);
    let weights = &mut memory.x[..Float::weights_len(utterances::WIDTH, UNITS, SPEAKERS)];
    let classifier = Float::from_bytes(file, weights)?;
    let mut logits = [0.0; SPEAKERS];
    for utterance in utterances {
        let mut session = classifier.start(&mut memory.y[..Float::memory_len(UNITS)])?;
        utterance.frames().take(frames).try_for_each(|frame| session.push(&frame))?;
        session.logits(&mut logits)?;
        sink.floats(&logits);
    }
    Ok(())
}

fn integer<W: Weight>(
    file: &[u8],
    utterances: impl Iterator<Item = Utterance>,
    memory: &mut Memory,
    sink: &mut Sink,
) -> Result<(), Failed> {
    let frames = few(memory);
    let classifier = fixed::Classifier::<Gru, W>::from_bytes(file)?;
    let fraction = classifier.cell().fraction();
    let words = memory::codes(memory.x, fixed::Classifier::<Gru, W>::words_len(UNITS));
    let codes = memory::codes(memory.y, fixed::Classifier::<Gru, W>::codes_len(UNITS));
    let mut logits = [0i32; SPEAKERS];
    for utterance in utterances {
        let mut session = classifier.start(words, codes)?;
        utterance
            .frames()
            .take(frames)
            .try_for_each(|frame| session.push(&utterances::codes(frame, fraction)))?;
        session.logits(&mut logits)?;
        sink.codes(&logits);
    }
    Ok(())
}
