//! What the network of `model/` hears in one utterance of `model/data`, frame by frame: its logits in `f32`, as bits, and in integers.
//! The page has to agree with them. Arguments: the utterance, and the power of two that it is louder by; `test-0` and 0 without them.

#[path = "../model/data/utterances.rs"]
mod utterances;

use layernorm::sequence::fixed::{self, Weight};
use layernorm::sequence::{Classifier, Gru, Layer};
use std::error::Error;
use utterances::{Frame, WIDTH};

const F32: &[u8] = include_bytes!("../model/speaker.f32.bin");
const I16: &[u8] = include_bytes!("../model/speaker.i16.bin");
const I8: &[u8] = include_bytes!("../model/speaker.i8.bin");
const UNITS: usize = 32;
const SPEAKERS: usize = 9;

/// Of each frame, the logits as text.
type Lines = Result<Vec<String>, Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().map_or("test-0", String::as_str);
    let power: i32 = arguments.get(1).map_or(Ok(0), |text| text.parse())?;
    let utterance = utterances::named(name).ok_or_else(|| format!("no utterance is called {name}"))?;
    let frames: Vec<Frame> = utterance.frames().map(|frame| frame.map(|x| x * 2f32.powi(power))).collect();
    let (float, words, bytes) = (float(&frames)?, integer::<i16>(I16, &frames)?, integer::<i8>(I8, &frames)?);
    for (frame, ((float, words), bytes)) in float.iter().zip(&words).zip(&bytes).enumerate() {
        println!("utterance {name} louder {power} frame {frame} f32 {float} i16 {words} i8 {bytes}");
    }
    Ok(())
}

fn float(frames: &[Frame]) -> Lines {
    type Float<'a> = Classifier<'a, Gru, Layer>;
    let mut weights = vec![0.0; Float::weights_len(WIDTH, UNITS, SPEAKERS)];
    let classifier = Float::from_bytes(F32, &mut weights)?;
    let mut memory = vec![0.0; Float::memory_len(UNITS)];
    let mut session = classifier.start(&mut memory)?;
    let mut lines = Vec::new();
    for frame in frames {
        session.push(frame)?;
        let mut logits = [0.0f32; SPEAKERS];
        session.logits(&mut logits)?;
        lines.push(logits.map(|logit| format!("{:08x}", logit.to_bits())).join(","));
    }
    Ok(lines)
}

fn integer<W: Weight>(file: &[u8], frames: &[Frame]) -> Lines {
    type Integer<'a, W> = fixed::Classifier<'a, Gru, W>;
    let classifier = Integer::<W>::from_bytes(file)?;
    let fraction = classifier.cell().fraction();
    let mut words = vec![0; Integer::<W>::words_len(UNITS)];
    let mut codes = vec![0; Integer::<W>::codes_len(UNITS)];
    let mut session = classifier.start(&mut words, &mut codes)?;
    let mut lines = Vec::new();
    for &frame in frames {
        session.push(&utterances::codes(frame, fraction))?;
        let mut logits = [0; SPEAKERS];
        session.logits(&mut logits)?;
        lines.push(logits.map(|logit| logit.to_string()).join(","));
    }
    Ok(lines)
}
