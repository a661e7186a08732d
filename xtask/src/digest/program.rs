//! The corpus as a program, compiled in one of many ways.

use crate::cargo::{DEFAULT, Flavour};
use crate::process::run;
use crate::{Result, paths};
use std::env::consts::EXE_SUFFIX;
use std::path::PathBuf;

/// A way to compile it.
#[derive(Clone, Copy)]
pub struct Build {
    pub flavour: Flavour,
    /// cargo's words.
    pub words: &'static [&'static str],
    pub environment: &'static [(&'static str, &'static str)],
}

pub const RELEASE: Build = Build { flavour: DEFAULT, words: &["--release"], environment: &[] };

/// For another target than this machine.
#[derive(Clone, Copy)]
pub struct Other {
    pub triple: &'static str,
    pub linker: &'static str,
}

/// Builds it and puts it where the next build puts no other.
pub fn compile(name: &str, build: Build, other: Option<Other>) -> Result<PathBuf> {
    let mut cargo = build.flavour.cargo();
    cargo.args(["build", "--package", "layernorm-digest"]).args(build.words);
    cargo.envs(build.environment.iter().copied());
    let mut built = build.flavour.target_dir();
    if let Some(Other { triple, linker }) = other {
        let variable = triple.to_uppercase().replace('-', "_");
        cargo.args(["--target", triple]).env(format!("CARGO_TARGET_{variable}_LINKER"), linker);
        built.push(triple);
    }
    run(&format!("build of {name}"), &mut cargo)?;
    built.push(if build.words.contains(&"--release") { "release" } else { "debug" });
    built.push(format!("layernorm-digest{EXE_SUFFIX}"));
    let folder = paths::target().join("digest");
    paths::create_dir(&folder)?;
    let program = folder.join(format!("{name}{EXE_SUFFIX}"));
    std::fs::copy(&built, &program).map_err(|e| format!("{}: {e}", built.display()))?;
    Ok(program)
}
