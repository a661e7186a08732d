//! The compiler of the night, for what only it has.

use crate::cargo::clean_environment;
use crate::process::{announced, attempt};
use crate::{Result, paths};
use std::process::Command;

/// Its cargo, in the work tree, with `components`.
pub fn cargo(components: &[&str]) -> Result<Command> {
    let by_hand =
        format!("rustup toolchain install nightly --profile minimal --component {}", components.join(","));
    if paths::which("rustup").is_none() {
        return Err(format!("a nightly Rust is missing, and rustup, which would bring it; then: {by_hand}"));
    }
    if !has(components)? {
        let mut rustup = Command::new("rustup");
        rustup.args(["toolchain", "install", "nightly", "--profile", "minimal", "--no-self-update"]);
        rustup.args(components.iter().flat_map(|component| ["--component", component]));
        announced("rustup toolchain install nightly", &mut rustup)
            .map_err(|e| format!("{e}\n  try again with: {by_hand}"))?;
    }
    let mut cargo = Command::new("rustup");
    clean_environment(&mut cargo);
    cargo.current_dir(paths::root()).args(["run", "nightly", "cargo"]);
    Ok(cargo)
}

fn has(components: &[&str]) -> Result<bool> {
    let mut list = Command::new("rustup");
    list.args(["component", "list", "--toolchain", "nightly", "--installed"]);
    let listed = attempt("rustup", &mut list, None)?;
    let installed = |component: &&str| listed.stdout.lines().any(|line| line.starts_with(*component));
    Ok(listed.success && components.iter().all(installed))
}
