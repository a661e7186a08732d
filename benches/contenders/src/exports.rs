//! The wasm module's interface: a case behind a pointer. Strings are numbers here, by their place in the lists.

use crate::{Case, Work, names};

/// Bytes of a name, as (length << 32 | address); 0 for none.
fn bytes(name: Option<&&'static str>) -> u64 {
    name.map_or(0, |name| (name.len() as u64) << 32 | name.as_ptr() as u64)
}

#[unsafe(no_mangle)]
extern "C" fn contender(index: usize) -> u64 {
    bytes(names().get(index))
}

#[unsafe(no_mangle)]
extern "C" fn verb(index: usize) -> u64 {
    bytes(Work::NAMES.get(index).map(|(name, ..)| name))
}

/// `None` where the contender has no such operation.
#[unsafe(no_mangle)]
extern "C" fn open(contender: usize, verb: usize, rows: usize, width: usize, mean: f64) -> Option<Box<Case>> {
    let (_, verb, form) = Work::NAMES[verb];
    Case::open(names()[contender], Work { verb, form, rows, width, mean }).map(Box::new)
}

#[unsafe(no_mangle)]
extern "C" fn error(case: &Case) -> f64 {
    case.error
}

#[unsafe(no_mangle)]
extern "C" fn run(case: &mut Case, times: usize) {
    case.run(times);
}
