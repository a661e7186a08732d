//! The deepest that the stack of a verb goes: `stack, KIND, VERB, TYPE, BYTES`. For one verb, as a device has few: with
//! others there, what they share is no longer a part of each.
#![no_std]
#![no_main]

use core::hint::black_box;
use layernorm::sequence::{self, Gru};
use layernorm::{Error, FormatError};
#[cfg(target_abi = "eabihf")]
use layernorm_firmware::recording::SPEAKERS;
use layernorm_firmware::recording::{CODES, UNITS};
use layernorm_firmware::rows::{self, Kind};
use layernorm_firmware::{chosen, entry, host, line, stack};

/// More than a block of sums; beyond that it does not matter.
const WIDTH: usize = 300;
const INPUTS: usize = CODES.frames[0].len();

#[entry]
fn main() -> ! {
    for kind in [Kind::Normal, Kind::Hard] {
        let mut print = |verb: &str, of: &str, row: Row| print(kind, verb, of, row);
        assert_eq!(rows::visit::<WIDTH>(kind, WIDTH, &mut print), Ok(()));
        assert_eq!(rows::others::visit::<WIDTH>(kind, WIDTH, &mut print), Ok(()));
    }
    if const { chosen::verb("Classifier") && chosen::of("i8 GRU") } {
        assert_eq!(fixed(), Ok(()));
    }
    // Other boards have too little memory for its weights.
    #[cfg(target_abi = "eabihf")]
    if const { chosen::verb("Classifier") && chosen::of("f32 GRU") } {
        assert_eq!(float(), Ok(()));
    }
    host::exit(true)
}

type Row<'a> = &'a mut dyn FnMut() -> Result<(), Error>;

fn print(kind: Kind, verb: &str, of: &str, row: Row) {
    let mut result = Ok(());
    let bytes = stack::depth(|| result = row());
    assert_eq!(result, Ok(()));
    line!("stack, {}, {verb}, {of}, {bytes}", kind.name());
}

fn fixed() -> Result<(), FormatError> {
    type Speaker<'a> = sequence::fixed::Classifier<'a, Gru, i8>;
    let classifier = Speaker::from_bytes(include_bytes!("../../../model/speaker.i8.bin"))?;
    let (mut words, mut codes) = ([0; Speaker::words_len(UNITS)], [0; Speaker::codes_len(UNITS)]);
    let mut session = classifier.start(&mut words, &mut codes)?;
    let frame: &[i16] = black_box(&[1000; INPUTS]);
    print(Kind::Normal, "Classifier", "i8 GRU", &mut || session.push(frame));
    Ok(())
}

#[cfg(target_abi = "eabihf")]
fn float() -> Result<(), FormatError> {
    type Speaker<'a> = sequence::Classifier<'a, Gru, sequence::Layer>;
    let mut weights = [0.0; Speaker::weights_len(INPUTS, UNITS, SPEAKERS)];
    let classifier = Speaker::from_bytes(include_bytes!("../../../model/speaker.f32.bin"), &mut weights)?;
    let mut memory = [0.0; Speaker::memory_len(UNITS)];
    let mut session = classifier.start(&mut memory)?;
    let frame: &[f32] = black_box(&[0.5; INPUTS]);
    print(Kind::Normal, "Classifier", "f32 GRU", &mut || session.push(frame));
    Ok(())
}
