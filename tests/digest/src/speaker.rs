//! The logits of the network of `model/` for every utterance, in `f32` and in integers.

#[path = "../../../model/data/utterances.rs"]
mod utterances;

use crate::Sink;
use crate::memory::{self, Memory};
use layernorm::Error;
use layernorm::sequence::fixed::{self, Weight};
use layernorm::sequence::{Classifier, Gru, Layer};

const UNITS: usize = 32;
const SPEAKERS: usize = 9;

pub(crate) fn every_utterance(memory: &mut Memory, sink: &mut Sink) {
    let run = |memory: &mut Memory, sink: &mut Sink| -> Result<(), Error> {
        float(include_bytes!("../../../model/speaker.f32.bin"), memory, sink)?;
        integer::<i8>(include_bytes!("../../../model/speaker.i8.bin"), memory, sink)?;
        integer::<i16>(include_bytes!("../../../model/speaker.i16.bin"), memory, sink)
    };
    if run(memory, sink).is_err() {
        sink.error();
    }
}

fn float(file: &[u8], memory: &mut Memory, sink: &mut Sink) -> Result<(), Error> {
    type Float<'a> = Classifier<'a, Gru, Layer>;
    let weights = &mut memory.x[..Float::weights_len(utterances::WIDTH, UNITS, SPEAKERS)];
    let classifier = Float::from_bytes(file, weights)?;
    let mut logits = [0.0; SPEAKERS];
    for utterance in utterances::all() {
        let mut session = classifier.start(&mut memory.y[..Float::memory_len(UNITS)])?;
        utterance.frames().try_for_each(|frame| session.push(&frame))?;
        session.logits(&mut logits)?;
        sink.floats(&logits);
    }
    Ok(())
}

fn integer<W: Weight>(file: &[u8], memory: &mut Memory, sink: &mut Sink) -> Result<(), Error> {
    let classifier = fixed::Classifier::<Gru, W>::from_bytes(file)?;
    let fraction = classifier.cell().fraction();
    let words = memory::codes(&mut memory.x, fixed::Classifier::<Gru, W>::words_len(UNITS));
    let codes = memory::codes(&mut memory.y, fixed::Classifier::<Gru, W>::codes_len(UNITS));
    let mut logits = [0i32; SPEAKERS];
    for utterance in utterances::all() {
        let mut session = classifier.start(words, codes)?;
        utterance.frames().try_for_each(|frame| session.push(&utterances::codes(frame, fraction)))?;
        session.logits(&mut logits)?;
        sink.codes(&logits);
    }
    Ok(())
}
