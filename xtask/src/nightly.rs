//! A nightly compiler, for what a stable one has not: Miri, sanitizers and coverage for fuzzers.

use crate::cargo::clean_environment;
use crate::process::{announced, attempt, run};
use crate::{Result, paths};
use std::path::PathBuf;
use std::process::Command;

const COMPONENTS: &str = "miri,rust-src";
const BY_HAND: &str = "rustup toolchain install nightly --profile minimal --component miri,rust-src";
const CARGO_FUZZ: &str = "0.13";

/// `cargo` of the nightly toolchain, in the root and with a build folder of its own.
pub fn cargo(folder: &str) -> Result<Command> {
    installed()?;
    let mut command = Command::new("rustup");
    command.args(["run", "nightly", "cargo"]).current_dir(paths::root());
    clean_environment(&mut command);
    command.env("CARGO_TARGET_DIR", target_dir(folder));
    Ok(command)
}

pub fn target_dir(folder: &str) -> PathBuf {
    paths::target().join(folder)
}

/// Installs it unless it is there, with Miri and the library's source.
fn installed() -> Result<()> {
    let has = || -> Result<bool> {
        let mut miri = Command::new("rustup");
        clean_environment(&mut miri);
        miri.args(["run", "nightly", "cargo", "miri", "--version"]);
        Ok(attempt("cargo miri", &mut miri, None)?.success)
    };
    if paths::which("rustup").is_none() {
        return Err(format!("a nightly compiler is needed, and rustup to get it; then: {BY_HAND}"));
    }
    if has()? {
        return Ok(());
    }
    let mut install = Command::new("rustup");
    install.args(["toolchain", "install", "nightly", "--profile", "minimal", "--no-self-update"]);
    install.args(["--component", COMPONENTS]);
    announced("rustup toolchain install nightly", &mut install)
        .map_err(|e| format!("{e}\n  a nightly compiler with Miri cannot be had; by hand: {BY_HAND}"))?;
    match has()? {
        true => Ok(()),
        false => Err(format!("the nightly toolchain has no Miri; by hand: {BY_HAND}")),
    }
}

/// The folder with `cargo-fuzz`.
pub fn cargo_fuzz() -> Result<PathBuf> {
    if let Some(program) = paths::which("cargo-fuzz") {
        let version = run("cargo-fuzz", Command::new(&program).args(["fuzz", "--version"]))?;
        if version.contains(CARGO_FUZZ) {
            return Ok(program.parent().map(PathBuf::from).unwrap_or_default());
        }
    }
    let dir = paths::cache()?.join(format!("cargo-fuzz-{CARGO_FUZZ}"));
    let bin = dir.join("bin");
    if bin.join("cargo-fuzz").is_file() {
        return Ok(bin);
    }
    let staging = paths::staging(&dir)?;
    let mut install = crate::cargo::cargo();
    install.args(["install", "cargo-fuzz", "--version", &format!("^{CARGO_FUZZ}"), "--locked", "--root"]);
    install.arg(&staging).arg("--target-dir").arg(target_dir("cargo-fuzz-cli"));
    announced("cargo install cargo-fuzz (1-2 min, once)", &mut install)
        .map_err(|e| format!("{e}\n  try: cargo install cargo-fuzz --version ^{CARGO_FUZZ} --locked"))?;
    paths::publish(&staging, &dir)?;
    paths::remove_dir(&target_dir("cargo-fuzz-cli"))?;
    Ok(bin)
}
