//! Programs that are not compilers: wasm-bindgen, Node with npm packages, browsers.

use crate::cargo::cargo;
use crate::firmware::boards::Emulator;
use crate::paths::which;
use crate::process::{announced, run};
use crate::{Result, apt, metadata, paths};
use std::path::{Path, PathBuf};
use std::process::Command;

const NODE_AT_LEAST: u32 = 20;

/// The folder with `wasm-bindgen` and `wasm-bindgen-test-runner`, of the version that the digest takes of the crate:
/// they refuse each other otherwise.
pub fn wasm_bindgen() -> Result<PathBuf> {
    let version = metadata::pinned(&metadata::package("layernorm-digest")?, "wasm-bindgen")?;
    let dir = paths::cache()?.join(format!("wasm-bindgen-{version}"));
    let bin = dir.join("bin");
    if bin.join("wasm-bindgen").is_file() && bin.join("wasm-bindgen-test-runner").is_file() {
        return Ok(bin);
    }
    let staging = paths::staging(&dir)?;
    // A folder that the next run finds again: an interrupted install goes on where it stopped.
    let build = paths::target().join("wasm-bindgen-cli");
    let label = format!("cargo install wasm-bindgen-cli {version} (3-5 min, once)");
    let install = |locked: &[&str]| {
        let mut cargo = cargo();
        cargo.args(["install", "wasm-bindgen-cli", "--version", &format!("={version}")]).args(locked);
        announced(&label, cargo.arg("--root").arg(&staging).arg("--target-dir").arg(&build))
    };
    install(&["--locked"])
        .or_else(|e| match e {
            // A mirror of the registry may lack the very versions its lock file names; near ones do as well.
            e if e.contains("failed to select a version") => install(&[]),
            e => Err(e),
        })
        .map_err(|e| {
            let root = dir.display();
            format!("{e}\n  try: cargo install wasm-bindgen-cli --version ={version} --locked --root {root}")
        })?;
    paths::publish(&staging, &dir)?;
    paths::remove_dir(&build)?;
    Ok(bin)
}

/// Node is the one thing a user has to bring, beside rustup: every system has its own way to it.
pub fn node() -> Result<()> {
    let by_hand = "get it with: sudo apt-get install -y nodejs npm (or from nodejs.org)";
    let missing = |what: &str| format!("{what} is missing, at least {NODE_AT_LEAST} is needed; {by_hand}");
    if which("npm").is_none() {
        return Err(missing("npm (with Node)"));
    }
    let version =
        run("node --version", Command::new("node").arg("--version")).map_err(|_| missing("Node"))?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|n| n.parse::<u32>().ok());
    match major {
        Some(major) if major >= NODE_AT_LEAST => Ok(()),
        _ => Err(format!("Node is {}, at least {NODE_AT_LEAST} is needed; {by_hand}", version.trim())),
    }
}

/// Installs the npm packages that `folder`'s lock file names, unless they are there already.
pub fn npm_packages(folder: &str) -> Result<()> {
    node()?;
    let dir = paths::root().join(folder);
    let modified = |path: PathBuf| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    let wanted = modified(dir.join("package-lock.json"))
        .ok_or_else(|| format!("{folder}/package-lock.json is missing"))?;
    // npm writes this file last, so an interrupted install is not taken for a finished one.
    if modified(dir.join("node_modules/.package-lock.json")).is_some_and(|installed| installed >= wanted) {
        return Ok(());
    }
    announced(&format!("npm ci in {folder}/"), npm(&dir).args(["ci", "--no-audit", "--no-fund"])).map(drop)
}

pub fn npm(dir: &Path) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(dir);
    command
}

/// The emulator of boards.
pub fn qemu(emulator: Emulator) -> Result<PathBuf> {
    let (program, package) = match emulator {
        Emulator::Arm => ("qemu-system-arm", "qemu-system-arm"),
        Emulator::RiscV => ("qemu-system-riscv32", "qemu-system-misc"),
    };
    if which(program).is_none() {
        apt::install(program, &[package])?;
    }
    which(program).ok_or_else(|| format!("{package} is installed, yet {program} is not on PATH"))
}

/// A Chromium, whatever it is called here.
pub fn chromium() -> Result<PathBuf> {
    const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    browser("CHROMIUM", NAMES, &["chromium", "chromium-driver"])
}

pub fn firefox() -> Result<PathBuf> {
    browser("FIREFOX", &["firefox-esr", "firefox"], &["firefox-esr"])
}

/// WebKit's driver, and the display that its browser needs.
pub fn webkit() -> Result<()> {
    for (program, package) in [("WebKitWebDriver", "webkit2gtk-driver"), ("Xvfb", "xvfb")] {
        if which(program).is_none() {
            apt::install(program, &[package])?;
        }
    }
    Ok(())
}

/// The one that `variable` names, else the first of `names`, else from apt.
fn browser(variable: &str, names: &[&str], packages: &[&str]) -> Result<PathBuf> {
    let found = || names.iter().find_map(|name| which(name));
    if let Some(path) = std::env::var_os(variable).map(PathBuf::from).or_else(found) {
        return Ok(path);
    }
    apt::install(names[0], packages)?;
    found().ok_or_else(|| format!("{} is installed, yet not on PATH", packages[0]))
}
