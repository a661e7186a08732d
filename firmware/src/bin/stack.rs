//! The deepest that the stack of a verb goes: `stack, KIND, VERB, TYPE, BYTES`.
#![no_std]
#![no_main]

use core::hint::black_box;
use layernorm::Error;
use layernorm::sequence::Gru;
use layernorm::sequence::fixed::Classifier;
use layernorm_firmware::rows::{self, Kind};
use layernorm_firmware::{entry, host, line, stack};

/// More than a block of sums; beyond that it does not matter.
const WIDTH: usize = 300;
const UNITS: usize = 32;

#[entry]
fn main() -> ! {
    for kind in [Kind::Normal, Kind::Hard] {
        let mut print = |verb: &str, of: &str, row: Row| print(kind, verb, of, row);
        assert_eq!(rows::visit::<WIDTH>(kind, WIDTH, &mut print), Ok(()));
    }
    assert_eq!(recurrent(), Ok(()));
    host::exit(true)
}

type Row<'a> = &'a mut dyn FnMut() -> Result<(), Error>;

fn print(kind: Kind, verb: &str, of: &str, row: Row) {
    let mut result = Ok(());
    let bytes = stack::depth(|| result = row());
    assert_eq!(result, Ok(()));
    line!("stack, {}, {verb}, {of}, {bytes}", kind.name());
}

fn recurrent() -> Result<(), Error> {
    type Speaker<'a> = Classifier<'a, Gru, i8>;
    let classifier = Speaker::from_bytes(include_bytes!("../../../model/speaker.i8.bin"))?;
    let (mut words, mut codes) = ([0; Speaker::words_len(UNITS)], [0; Speaker::codes_len(UNITS)]);
    let mut session = classifier.start(&mut words, &mut codes)?;
    let frame: &[i16] = black_box(&[1000; 12]);
    print(Kind::Normal, "push", "i16 GRU", &mut || session.push(frame));
    Ok(())
}
