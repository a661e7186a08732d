//! Miri and AddressSanitizer over `tests/memory`: every verb of slices that end with their allocation.

use crate::process::{announced, at_once, run};
use crate::{Result, nightly};
use std::process::Command;

/// The package that is small enough.
const SUITE: &str = "layernorm-memory";
const HOST: &str = "x86_64-unknown-linux-gnu";

/// A way through the code: its name, the target, flags of the compiler, features.
struct Way {
    name: &'static str,
    target: &'static str,
    rustflags: &'static str,
    features: &'static str,
}

const fn way(
    name: &'static str,
    target: &'static str,
    rustflags: &'static str,
    features: &'static str,
) -> Way {
    Way { name, target, rustflags, features }
}

const SCALAR: &str = "--cfg layernorm_isa=\"scalar\"";

/// Miri runs a program of any target; where the highest byte comes first, that of the digest. It finds no features by asking the processor; the flag is the answer.
const MIRI: [Way; 4] = [
    way("sse2", HOST, "", ""),
    way("avx2", HOST, "-C target-feature=+avx2,+fma", "std"),
    way("scalar", HOST, SCALAR, ""),
    way("i686", "i686-unknown-linux-gnu", "", ""),
];

/// No undefined behaviour, on any of the ways. Alignment is that of the type, not what the address happens to be.
pub fn miri() -> Result<()> {
    // An interpreter has one thread.
    let said = at_once(&MIRI, |way| {
        let mut cargo = nightly::cargo(&format!("miri/{}", way.name))?;
        cargo.env("MIRIFLAGS", "-Zmiri-symbolic-alignment-check").args(["miri", "test"]);
        suite(&mut cargo, way, way.rustflags);
        run(&format!("miri {}", way.name), &mut cargo)
    })?;
    for (way, output) in MIRI.iter().zip(said) {
        println!("  {}: {}", way.name, result(&output));
    }
    Ok(())
}

const ADDRESS: [Way; 3] =
    [way("avx2", HOST, "", "std"), way("sse2", HOST, "", ""), way("scalar", HOST, SCALAR, "")];

/// The modules of `tests` that take seconds and whose slices are vectors of just their length.
const MODULES: [&str; 6] = ["contracts", "variants", "streaming", "errors", "gradients", "properties"];

/// No access beyond a slice: the suite on each way, and some of the conformance tests on the fastest.
pub fn address() -> Result<()> {
    // Each compiles two crates, one after the other.
    let said = at_once(&ADDRESS, |way| {
        let mut cargo = address_cargo(way)?;
        suite(&mut cargo, way, &flags(way));
        run(&format!("address {}", way.name), &mut cargo)
    })?;
    for (way, output) in ADDRESS.iter().zip(said) {
        println!("  {}: {}", way.name, result(&output));
    }
    let way = &ADDRESS[0];
    let mut cargo = address_cargo(way)?;
    cargo.env("RUSTFLAGS", flags(way)).args(["--package", "layernorm", "--target", way.target]);
    cargo.args(["--features", "std"]);
    cargo.args(["--test=conformance", "--"]).args(MODULES.map(|module| format!("{module}::")));
    println!("  conformance tests: {}", result(&announced("address: conformance tests", &mut cargo)?));
    Ok(())
}

fn address_cargo(way: &Way) -> Result<Command> {
    let mut cargo = nightly::cargo(&format!("address/{}", way.name))?;
    cargo.arg("test");
    Ok(cargo)
}

fn flags(way: &Way) -> String {
    format!("-Zsanitizer=address {}", way.rustflags)
}

fn suite(cargo: &mut Command, way: &Way, rustflags: &str) {
    cargo.env("RUSTFLAGS", rustflags).args(["--package", SUITE, "--lib", "--target", way.target]);
    if !way.features.is_empty() {
        cargo.args(["--features", way.features]);
    }
}

/// How many tests passed.
fn result(output: &str) -> String {
    let lines = output.lines().filter_map(|line| line.strip_prefix("test result: ok. "));
    let passed: u32 = lines.filter_map(|line| line.split(' ').next()?.parse::<u32>().ok()).sum();
    format!("{passed} tests passed")
}
