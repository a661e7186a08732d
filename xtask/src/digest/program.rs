//! The corpus as a program, compiled in one of many ways.

use crate::cargo::Flavour;
use crate::process::run;
use crate::{Result, paths, toolchain};
use std::env::consts::EXE_SUFFIX;
use std::path::PathBuf;

/// All of them share what is compiled for this machine.
const FOLDER: &str = "digest";

/// A way to compile it.
#[derive(Clone, Copy)]
pub struct Build {
    pub rustflags: &'static str,
    /// cargo's words.
    pub words: &'static [&'static str],
    pub environment: &'static [(&'static str, &'static str)],
}

pub const RELEASE: Build = Build { rustflags: "", words: &["--release"], environment: &[] };

/// Who it is for.
pub struct Linux {
    pub triple: &'static str,
    pub linker: &'static str,
}

/// Builds it and puts it where the next build puts no other.
pub fn compile(name: &str, build: Build, other: Option<Linux>) -> Result<PathBuf> {
    let flavour = Flavour { name: FOLDER, folder: FOLDER, rustflags: build.rustflags };
    let mut cargo = flavour.cargo();
    cargo.args(["build", "--package", "layernorm-digest"]).args(build.words);
    cargo.envs(build.environment.iter().copied());
    let triple = match &other {
        Some(linux) => linux.triple.to_owned(),
        None => toolchain::host()?,
    };
    if let Some(linux) = other {
        let variable = triple.to_uppercase().replace('-', "_");
        cargo.env(format!("CARGO_TARGET_{variable}_LINKER"), linux.linker);
    }
    run(&format!("build of {name}"), cargo.args(["--target", &triple]))?;
    let profile = if build.words.contains(&"--release") { "release" } else { "debug" };
    let built = flavour.target_dir().join(triple).join(profile).join(format!("layernorm-digest{EXE_SUFFIX}"));
    let folder = flavour.target_dir().join("programs");
    paths::create_dir(&folder)?;
    let program = folder.join(format!("{name}{EXE_SUFFIX}"));
    std::fs::copy(&built, &program).map_err(|e| format!("{}: {e}", built.display()))?;
    Ok(program)
}
