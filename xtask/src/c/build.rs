//! The static library, and programs in C.

use crate::cargo::Flavour;
use crate::process::{announced, run};
use crate::{Result, paths, toolchain};
use std::path::{Path, PathBuf};
use std::process::Command;

/// All warnings, each an error.
const STRICT: [&str; 5] = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-O2"];
pub const C99: &str = "-std=c99";
const LIBRARY: Flavour = Flavour::apart("c", "");

/// The folder of all that is built here.
pub fn folder() -> PathBuf {
    LIBRARY.target_dir()
}

/// For whom a library is built.
pub struct Library<'a> {
    pub name: &'a str,
    pub triple: &'a str,
    pub rustflags: &'a str,
    /// Its system has a standard library; else it is as small as it can be, as most firmware is.
    pub hosted: bool,
}

/// The static library, all of the crate's code in one of its objects.
pub fn library(of: &Library) -> Result<PathBuf> {
    toolchain::add(of.triple)?;
    let mut cargo = LIBRARY.cargo();
    cargo.env("CARGO_PROFILE_RELEASE_LTO", "fat").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1");
    cargo.env("CARGO_PROFILE_RELEASE_PANIC", "abort").env("RUSTFLAGS", of.rustflags);
    if !of.hosted {
        cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s");
    }
    let features = if of.hosted { "std" } else { "panic-handler" };
    cargo.args(["rustc", "--release", "--package", "layernorm-capi", "--features", features]);
    cargo.args(["--target", of.triple, "--crate-type", "staticlib"]);
    announced(&format!("C library for {}", of.name), &mut cargo)?;
    let (built, folder) =
        (LIBRARY.artifact(of.triple, "liblayernorm_c.a"), folder().join("lib").join(of.name));
    paths::create_dir(&folder)?;
    let library = folder.join("liblayernorm.a");
    std::fs::copy(&built, &library).map_err(|e| format!("{}: {e}", built.display()))?;
    Ok(library)
}

/// Compiles `sources` and links them with a library whose header is in `include`; `last` are words for the linker.
pub fn compile_with(
    include: &Path,
    compiler: &str,
    words: &[&str],
    sources: &[&str],
    library: &Path,
    last: &[&str],
) -> Result<PathBuf> {
    let (root, folder) = (paths::root(), folder().join("programs"));
    paths::create_dir(&folder)?;
    let program = folder.join(format!("{compiler}-{}", sources[0].replace('/', "-")));
    let mut command = Command::new(compiler);
    command.args(STRICT).args(words).arg("-I").arg(include);
    command.args(sources.iter().map(|source| root.join(source)));
    // A library is no source, whatever language a word before it has named.
    command.args(["-x", "none"]).arg(library).args(last).arg("-o").arg(&program);
    run(&format!("{compiler} {}", sources.join(" ")), &mut command)?;
    Ok(program)
}

/// The same with the header of the tree.
pub fn compile(
    compiler: &str,
    words: &[&str],
    sources: &[&str],
    library: &Path,
    last: &[&str],
) -> Result<PathBuf> {
    compile_with(&paths::root().join("capi/include"), compiler, words, sources, library, last)
}
