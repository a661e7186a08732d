//! What the fuzzers do with their bytes: plain functions, so that the kept corpora are replayed by any compiler.
//!
//! Each takes any bytes, makes a call of them, and panics where a promise of the README does not hold.

// Formats, oracles and rows are those of the tests.
#[path = "../../common/mod.rs"]
mod common;

mod bounds;
mod files;
mod gradients;
mod input;
mod integers;
mod parameters;
mod streaming;
mod verbs;

pub use files::files;
pub use gradients::gradients;
pub use integers::integers;
pub use streaming::streaming;
pub use verbs::verbs;

/// A fuzz target: its name and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 5] = [
    ("verbs", verbs),
    ("gradients", gradients),
    ("integers", integers),
    ("streaming", streaming),
    ("files", files),
];
