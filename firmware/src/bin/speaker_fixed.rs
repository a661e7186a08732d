//! The network of `model/` in integers hears the test.
#![no_std]
#![no_main]

use layernorm::sequence::Gru;
use layernorm::sequence::fixed::Classifier;
use layernorm_firmware::recording::{CODES, SPEAKERS, UNITS};
use layernorm_firmware::{entry, stream};

type Network<'a> = Classifier<'a, Gru, i8>;

#[entry]
fn main() -> ! {
    let file = include_bytes!("../../../model/speaker.i8.bin");
    let network = Network::from_bytes(file).expect("it is a file of such a network");
    let (mut words, mut codes) = ([0; Network::words_len(UNITS)], [0; Network::codes_len(UNITS)]);
    stream::run("i8", &CODES, i32::to_le_bytes, |listener| {
        let mut session = network.start(&mut words, &mut codes)?;
        listener.each(|frame| session.push(frame))?;
        let mut logits = [0; SPEAKERS];
        session.logits(&mut logits)?;
        Ok(logits)
    })
}
