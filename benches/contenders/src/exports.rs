//! The wasm module's interface: a case behind a pointer. Strings are numbers here, by their place in the lists.

use crate::{CONTENDERS, Case, Verb, Work, names};

/// Bytes of the name at place `index`, as (length << 32 | address); 0 past the last.
#[unsafe(no_mangle)]
extern "C" fn name(index: usize) -> u64 {
    names().nth(index).map_or(0, |name| (name.len() as u64) << 32 | name.as_ptr() as u64)
}

/// `None` where the contender has no such operation.
#[unsafe(no_mangle)]
extern "C" fn open(contender: usize, verb: usize, rows: usize, width: usize) -> Option<Box<Case>> {
    let (_, verb) = Verb::NAMES[verb];
    Case::open(CONTENDERS[contender].0, Work { verb, rows, width }).map(Box::new)
}

#[unsafe(no_mangle)]
extern "C" fn error(case: &Case) -> f64 {
    case.error
}

#[unsafe(no_mangle)]
extern "C" fn run(case: &mut Case, times: usize) {
    case.run(times);
}
