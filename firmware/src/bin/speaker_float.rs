//! The network of `model/` in `f32` hears the test.
#![no_std]
#![no_main]

use layernorm::sequence::{Classifier, Gru, Layer};
use layernorm_firmware::recording::{NUMBERS, SPEAKERS, UNITS};
use layernorm_firmware::{entry, stream};

type Network<'a> = Classifier<'a, Gru, Layer>;

const WEIGHTS: usize = Network::weights_len(NUMBERS.frames[0].len(), UNITS, SPEAKERS);

#[entry]
fn main() -> ! {
    let file = include_bytes!("../../../model/speaker.f32.bin");
    let mut weights = [0.0; WEIGHTS];
    let network = Network::from_bytes(file, &mut weights).expect("it is a file of such a network");
    let mut memory = [0.0; Network::memory_len(UNITS)];
    stream::run("f32", &NUMBERS, f32::to_le_bytes, |listener| {
        let mut session = network.start(&mut memory)?;
        listener.each(|frame| session.push(frame))?;
        let mut logits = [0.0; SPEAKERS];
        session.logits(&mut logits)?;
        Ok(logits)
    })
}
