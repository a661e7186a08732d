//! `cargo xtask package`: the wasm crate in both variants, then npm's part of the work.

use crate::cargo::{Flavour, PACKAGE_SCALAR, PACKAGE_SIMD128};
use crate::process::{announced, run};
use crate::{Result, links, no_arguments, paths, toolchain, tools};
use lexopt::Parser;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

pub fn command(arguments: Parser) -> Result<()> {
    no_arguments(arguments)?;
    package()?;
    println!("wasm/pkg is ready for `npm publish`");
    Ok(())
}

/// Once a run: the tests, and the page after them, use the same package.
pub fn package() -> Result<()> {
    static BUILT: OnceLock<Result<()>> = OnceLock::new();
    BUILT.get_or_init(build_package).clone()
}

fn build_package() -> Result<()> {
    tools::npm_packages("wasm")?;
    toolchain::add(toolchain::WASM)?;
    let scalar = modules(PACKAGE_SCALAR)?;
    let simd = modules(PACKAGE_SIMD128)?;
    let mut npm = tools::npm(&paths::root().join("wasm"));
    npm.env("LAYERNORM_SCALAR_DIR", scalar).env("LAYERNORM_SIMD_DIR", simd).args(["run", "build"]);
    announced("npm run build in wasm/", &mut npm)?;
    links::published(&paths::root().join("wasm/pkg/README.md"), None)
}

/// A folder with the modules of norms, of sequences, and of codes.
fn modules(flavour: Flavour) -> Result<PathBuf> {
    let out = flavour.target_dir().join("modules").join(flavour.name);
    paths::create_dir(&out)?;
    for feature in [None, Some("sequence"), Some("quantized")] {
        let features = feature.map(|feature| format!("--features={feature}"));
        let selection = ["--package", "layernorm-wasm", "--lib"].into_iter().chain(features.as_deref());
        build(flavour, &selection.collect::<Vec<_>>())?;
        let module = flavour.artifact(toolchain::WASM, "layernorm_wasm.wasm");
        let to = out.join(format!("{}.wasm", feature.unwrap_or("norms")));
        std::fs::copy(&module, &to).map_err(|e| format!("{}: {e}", to.display()))?;
    }
    Ok(out)
}

/// A release build for wasm of what `selection` (cargo's words) names.
pub fn build(flavour: Flavour, selection: &[&str]) -> Result<()> {
    let mut cargo = flavour.cargo();
    cargo.args(["build", "--release", "--target", toolchain::WASM]).args(selection);
    announced(&format!("cargo build {} ({})", selection[1], flavour.name), &mut cargo).map(drop)
}

/// The JavaScript side of `module`, as ES modules that are told where their bytes are.
pub fn bind(bindgen: &Path, module: &Path, out: &Path) -> Result<()> {
    paths::remove_dir(out)?;
    let mut command = Command::new(bindgen.join("wasm-bindgen"));
    command.args(["--target", "web", "--omit-default-module-path", "--out-dir"]).arg(out).arg(module);
    run("wasm-bindgen", &mut command).map(drop)
}
