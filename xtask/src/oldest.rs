//! The core compiles with the oldest Rust that its manifest states.

use crate::cargo::{ALL, DEFAULT, clean_environment};
use crate::process::{attempt, run};
use crate::{Result, metadata, paths};
use std::process::Command;
use std::time::Duration;

pub fn check() -> Result<()> {
    let version = metadata::package("layernorm")?.rust_version.ok_or("Cargo.toml states no rust-version")?;
    // As it is stated there, which is rustup's name for the newest patch.
    let version = &format!("{}.{}", version.major, version.minor);
    if !rustup_has(version)? {
        println!("  Rust {version} cannot be had here: clippy's incompatible_msrv stands in for it");
        let mut clippy = DEFAULT.cargo();
        clippy.args(["clippy", "--package", "layernorm"]).args(ALL);
        return run("cargo clippy", clippy.args(["--", "--deny", "clippy::incompatible_msrv"])).map(drop);
    }
    let mut check = Command::new("rustup");
    clean_environment(&mut check);
    check.current_dir(paths::root()).env("CARGO_TARGET_DIR", paths::target().join("oldest-rust"));
    check.args(["run", version, "cargo", "check", "--package", "layernorm"]).args(ALL);
    run(&format!("cargo check with Rust {version}"), &mut check).map(drop)
}

fn rustup_has(version: &str) -> Result<bool> {
    if paths::which("rustup").is_none() {
        return Ok(false);
    }
    let works = || {
        attempt("rustup", Command::new("rustup").args(["run", version, "cargo", "--version"]), None)
            .map(|done| done.success)
    };
    if works()? {
        return Ok(true);
    }
    let mut install = Command::new("rustup");
    install.args(["toolchain", "install", version, "--profile", "minimal", "--no-self-update"]);
    let limit = Some(Duration::from_secs(300));
    Ok(attempt(&format!("rustup toolchain install {version}"), &mut install, limit)?.success && works()?)
}
