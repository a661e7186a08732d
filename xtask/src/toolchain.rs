//! The standard library for targets that are not this machine, which rustup brings.

use crate::process::{attempt, run};
use crate::{Result, paths};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

pub const WASM: &str = "wasm32-unknown-unknown";
pub const THUMB: &str = "thumbv6m-none-eabi";
pub const THUMBV7M: &str = "thumbv7m-none-eabi";
pub const THUMBV7EM: &str = "thumbv7em-none-eabihf";
pub const THUMBV8M: &str = "thumbv8m.main-none-eabihf";
pub const I586: &str = "i586-unknown-linux-gnu";
pub const X86_64_NONE: &str = "x86_64-unknown-none";
pub const RISCV32IMC: &str = "riscv32imc-unknown-none-elf";

const LIMIT: Duration = Duration::from_secs(300);

/// Installs the library for `triple`, unless it is there.
pub fn add(triple: &str) -> Result<()> {
    if is_there(triple)? {
        return Ok(());
    }
    if paths::which("rustup").is_none() {
        return Err(format!("Rust's library for {triple} is missing, and rustup, which would bring it"));
    }
    let by_hand = format!("rustup target add {triple}");
    eprintln!("  {by_hand} ...");
    let added = attempt(&by_hand, Command::new("rustup").args(["target", "add", triple]), Some(LIMIT))?;
    if added.success && is_there(triple)? {
        return Ok(());
    }
    Err(format!("Rust's library for {triple} is missing; try: {by_hand}\n{}", added.output.trim_end()))
}

/// The target that is this machine.
pub fn host() -> Result<String> {
    run("rustc", Command::new("rustc").args(["--print", "host-tuple"])).map(|triple| triple.trim().to_owned())
}

/// The compiler's name and version.
pub fn version() -> Result<String> {
    run("rustc", Command::new("rustc").arg("--version").current_dir(paths::root()))
        .map(|version| version.trim().to_owned())
}

fn is_there(triple: &str) -> Result<bool> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", triple]).current_dir(paths::root());
    let libdir = run("rustc", &mut rustc)?;
    Ok(Path::new(libdir.trim()).is_dir())
}
