//! Compilers for the targets that are not this machine.
//!
//! On most machines `rustup target add` is all. Where rustup cannot download, Debian's `rustc-web` brings a
//! compiler together with the source of its standard library; that library is then built once per target
//! into a sysroot in the user's cache, keyed by the compiler's version.

use crate::cargo::clean_environment;
use crate::process::{Finished, announced, attempt, run};
use crate::{Result, apt, paths};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

pub const WASM: Target = Target {
    triple: "wasm32-unknown-unknown",
    // `test` because the tests run there too.
    build_std: "std,panic_abort,test",
    linker: "wasm-ld",
};
pub const THUMB: Target = bare("thumbv6m-none-eabi");
pub const THUMBV7M: Target = bare("thumbv7m-none-eabi");
pub const THUMBV7EM: Target = bare("thumbv7em-none-eabihf");
pub const THUMBV8M: Target = bare("thumbv8m.main-none-eabihf");
pub const I586: Target = bare("i586-unknown-linux-gnu");
pub const X86_64_NONE: Target = bare("x86_64-unknown-none");
pub const RISCV32IMC: Target = bare("riscv32imc-unknown-none-elf");

const fn bare(triple: &'static str) -> Target {
    Target { triple, build_std: "core,alloc,compiler_builtins", linker: "ld.lld" }
}

const PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
const LLD_SUFFIX: &str = "-22";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const RUSTUP_LIMIT: Duration = Duration::from_secs(300);

pub struct Target {
    pub triple: &'static str,
    build_std: &'static str,
    linker: &'static str,
}

/// What a `cargo build --target` needs in its environment.
pub struct Toolchain {
    pub triple: &'static str,
    environment: Vec<(String, PathBuf)>,
}

impl Toolchain {
    pub fn apply<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.envs(self.environment.iter().map(|(name, value)| (name, value)))
    }

    /// Whether it is rustup's, with all that comes with it.
    pub fn is_rustup(&self) -> bool {
        self.environment.is_empty()
    }

    /// The compiler's name and version.
    pub fn version(&self) -> Result<String> {
        let own = self.environment.iter().find(|(name, _)| name == "RUSTC").map(|(_, path)| path.as_path());
        let rustc = own.unwrap_or(Path::new("rustc"));
        run("rustc", Command::new(rustc).arg("--version").current_dir(paths::root()))
            .map(|version| version.trim().to_owned())
    }
}

/// Finds or makes a toolchain for `target`.
pub fn toolchain(target: &Target) -> Result<Toolchain> {
    if rustc_has(target.triple)? {
        return Ok(Toolchain { triple: target.triple, environment: Vec::new() });
    }
    // Before rustup: a sysroot in the cache means that rustup has failed before.
    if let Some(sysroot) = cached_sysroot()?
        && sysroot.has(target)
    {
        return Ok(sysroot.toolchain(target));
    }
    if paths::which("rustup").is_some() && rustup_add(target.triple)?.success && rustc_has(target.triple)? {
        return Ok(Toolchain { triple: target.triple, environment: Vec::new() });
    }
    eprintln!("  rustup has no {}: Debian's compiler instead", target.triple);
    let sysroot = match cached_sysroot()? {
        Some(sysroot) => sysroot,
        None => {
            let why = format!("a Rust toolchain for {}", target.triple);
            apt::install(&why, PACKAGES)
                .map_err(|e| format!("{e}\n  or, with a network: rustup target add {}", target.triple))?;
            cached_sysroot()?.ok_or("rustc-web is installed, yet /usr/bin/rustc has no library source")?
        }
    };
    sysroot.build(target)?;
    Ok(sysroot.toolchain(target))
}

/// A target with an operating system, which only rustup has.
pub fn add(triple: &str) -> Result<()> {
    if rustc_has(triple)? {
        return Ok(());
    }
    if paths::which("rustup").is_none() {
        return Err(format!("Rust's library for {triple} is missing, and rustup, which would bring it"));
    }
    let added = rustup_add(triple)?;
    if added.success && rustc_has(triple)? {
        return Ok(());
    }
    let by_hand = format!("rustup target add {triple}");
    Err(format!("Rust's library for {triple} is missing; try: {by_hand}\n{}", added.output.trim_end()))
}

fn rustup_add(triple: &str) -> Result<Finished> {
    let label = format!("rustup target add {triple}");
    eprintln!("  {label} ...");
    attempt(&label, Command::new("rustup").args(["target", "add", triple]), Some(RUSTUP_LIMIT))
}

fn rustc_has(triple: &str) -> Result<bool> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", triple]).current_dir(paths::root());
    let libdir = run("rustc", &mut rustc)?;
    Ok(Path::new(libdir.trim()).is_dir())
}

/// A sysroot in the cache; its folder may still be empty.
struct Sysroot {
    dir: PathBuf,
}

/// `None` where Debian's compiler is not (or not completely) installed.
fn cached_sysroot() -> Result<Option<Sysroot>> {
    let programs = [DEBIAN_RUSTC.into(), DEBIAN_CARGO.into(), lld(&WASM), lld(&THUMB)];
    if !programs.iter().all(|program: &PathBuf| program.is_file()) {
        return Ok(None);
    }
    let version = run("rustc -vV", Command::new(DEBIAN_RUSTC).arg("-vV"))?;
    let field = |name| version.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("unknown");
    let (release, commit) = (field("release: "), field("commit-hash: "));
    // Debian's older `rustc` has the same path but no source of `std`, and may be too old besides.
    let printed = run("rustc", Command::new(DEBIAN_RUSTC).args(["--print", "sysroot"]))?;
    if !Path::new(printed.trim()).join("lib/rustlib/src/rust/library/std").exists() {
        return Ok(None);
    }
    let key = format!("sysroot-{release}-{}", commit.get(..9).unwrap_or(commit));
    Ok(Some(Sysroot { dir: paths::cache()?.join(key) }))
}

fn lld(target: &Target) -> PathBuf {
    Path::new("/usr/bin").join(format!("{}{LLD_SUFFIX}", target.linker))
}

impl Sysroot {
    fn rustlib(&self, triple: &str) -> PathBuf {
        self.dir.join("lib/rustlib").join(triple)
    }

    fn rustc(&self) -> PathBuf {
        self.dir.join("bin/rustc")
    }

    fn has(&self, target: &Target) -> bool {
        self.rustc().is_file() && self.rustlib(target.triple).is_dir()
    }

    fn toolchain(&self, target: &Target) -> Toolchain {
        let variable = target.triple.to_uppercase().replace(['-', '.'], "_");
        Toolchain {
            triple: target.triple,
            environment: vec![
                ("RUSTC".into(), self.rustc()),
                (format!("CARGO_TARGET_{variable}_LINKER"), lld(target)),
            ],
        }
    }

    fn build(&self, target: &Target) -> Result<()> {
        self.host_part()?;
        let finished = self.rustlib(target.triple);
        let staging = paths::staging(&finished)?;
        let empty = staging.join("empty");
        paths::create_dir(&empty.join("src"))?;
        write(&empty.join("src/lib.rs"), "#![no_std]\n")?;
        write(
            &empty.join("Cargo.toml"),
            "[package]\nname = \"empty\"\nedition = \"2024\"\n[workspace]\n[profile.release]\npanic = \"abort\"\n",
        )?;
        let mut cargo = Command::new(DEBIAN_CARGO);
        clean_environment(&mut cargo);
        cargo
            .current_dir(&empty)
            .env("PATH", debian_first()?)
            .env("RUSTC", DEBIAN_RUSTC)
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_DIR", empty.join("target"))
            .arg(format!("-Zbuild-std={}", target.build_std))
            .args(["build", "--release", "--target", target.triple]);
        announced(&format!("standard library for {} (1-3 min, once)", target.triple), &mut cargo)?;

        let libraries = staging.join("lib");
        paths::create_dir(&libraries)?;
        let built = empty.join("target").join(target.triple).join("release/deps");
        for entry in std::fs::read_dir(&built).map_err(|e| format!("{}: {e}", built.display()))? {
            let path = entry.map_err(|e| e.to_string())?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.ends_with(".rlib") && !name.starts_with("libempty-") {
                std::fs::copy(&path, libraries.join(&name)).map_err(|e| format!("{name}: {e}"))?;
            }
        }
        paths::remove_dir(&empty)?;
        paths::publish(&staging, &finished)
    }

    /// The compiler under the sysroot's name, and the host's library for build scripts and macros.
    fn host_part(&self) -> Result<()> {
        let host = "x86_64-unknown-linux-gnu";
        paths::create_dir(&self.dir.join("lib/rustlib"))?;
        paths::create_dir(&self.dir.join("bin"))?;
        let printed = run("rustc", Command::new(DEBIAN_RUSTC).args(["--print", "sysroot"]))?;
        let library = Path::new(printed.trim()).join("lib/rustlib").join(host);
        link(&library, &self.rustlib(host))?;
        let script = format!("#!/bin/sh\nexec {DEBIAN_RUSTC} --sysroot '{}' \"$@\"\n", self.dir.display());
        let rustc = self.rustc();
        let staged = rustc.with_extension(std::process::id().to_string());
        write(&staged, &script)?;
        make_executable(&staged)?;
        std::fs::rename(&staged, &rustc).map_err(|e| format!("{}: {e}", rustc.display()))
    }
}

fn debian_first() -> Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(PathBuf::from("/usr/bin")).chain(std::env::split_paths(&path)))
        .map_err(|e| e.to_string())
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(|e| format!("cannot write {}: {e}", path.display()))
}

#[cfg(unix)]
fn link(original: &Path, link: &Path) -> Result<()> {
    match std::os::unix::fs::symlink(original, link) {
        Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => Err(format!("{}: {e}", link.display())),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(path, executable).map_err(|e| format!("{}: {e}", path.display()))
}

// Never reached there: Debian's paths do not exist. It only has to compile.
#[cfg(not(unix))]
fn link(_: &Path, link: &Path) -> Result<()> {
    Err(format!("cannot make the link {} on this system", link.display()))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<()> {
    Ok(())
}
