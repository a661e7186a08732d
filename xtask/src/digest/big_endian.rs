//! The corpus where the highest byte comes first: the interpreter Miri, which needs no emulator. QEMU 7.2 multiplies short
//! floats of an s390x wrongly (`mdebr`).

use super::target::{Compute, Target};
use crate::process::run;
use crate::{Result, nightly};

/// Of what it builds.
const FOLDER: &str = "miri/digest";
const TRIPLE: &str = "s390x-unknown-linux-gnu";

/// An interpreter takes a thousand times as long, so the corpus is the reduced one.
pub fn target() -> Target {
    Target::new("s390x-miri-reduced", prepare).reduced()
}

/// What it needs.
pub fn install() -> Result<()> {
    nightly::cargo(FOLDER).map(drop)
}

fn prepare() -> Result<Compute> {
    let mut cargo = nightly::cargo(FOLDER)?;
    // Only bits are looked at. Those of a NaN are any that IEEE 754 allows, other ones each time.
    cargo.env("MIRIFLAGS", "-Zmiri-disable-validation -Zmiri-disable-stacked-borrows -Zmir-opt-level=3");
    cargo.args([
        "miri",
        "run",
        "--release",
        "--package",
        "layernorm-digest",
        "--target",
        TRIPLE,
        "--",
        "--reduced",
    ]);
    Ok(Box::new(move || run("digest by Miri", &mut cargo)))
}
