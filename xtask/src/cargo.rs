//! How cargo is called: from the root, with flags that come from here and not from the caller's shell.

use crate::paths;
use std::path::{Path, PathBuf};
use std::process::Command;

/// All features of the core.
pub const ALL: &[&str] = &["--features", "std,fixed,half,heapless,serde,defmt"];

/// Small modules: loops that matter are written out in `src/float`, and what the compiler unrolls and vectorises beyond
/// those makes nothing faster. An eighth after brotli. Nor does an address for each array in a loop, instead of one index
/// for all: another 3 to 12 %.
macro_rules! small {
    () => {
        "-C opt-level=2 -C codegen-units=1 -C no-vectorize-loops -C no-vectorize-slp \
         -C llvm-args=-unroll-runtime=false -C llvm-args=-unroll-allow-partial=false -C llvm-args=-disable-lsr"
    };
}

pub fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(paths::root());
    clean_environment(&mut command);
    command
}

/// Flags set in a shell would change results or rebuild everything.
pub fn clean_environment(command: &mut Command) {
    for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTDOCFLAGS", "CARGO_BUILD_TARGET", "RUSTC"] {
        command.env_remove(name);
    }
    // `cargo run` describes xtask's own package to its child; a build script further down must not see it.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR" {
            command.env_remove(name);
        }
    }
}

/// A set of compiler flags. Changing between sets rebuilds nothing: a build folder holds what each makes side by side, but for the
/// last artifact, of which the next has the name. Those for a target share what is compiled for this machine (macros).
#[derive(Clone, Copy)]
pub struct Flavour {
    pub name: &'static str,
    /// The build folder; empty for the default one.
    pub folder: &'static str,
    pub rustflags: &'static str,
}

impl Flavour {
    /// With a build folder of its own.
    pub const fn apart(name: &'static str, rustflags: &'static str) -> Self {
        Self { name, folder: name, rustflags }
    }

    const fn wasm(name: &'static str, rustflags: &'static str) -> Self {
        Self { name, folder: "wasm", rustflags }
    }
}

pub const DEFAULT: Flavour = Flavour { name: "default", folder: "", rustflags: "" };
pub const SCALAR: Flavour = Flavour::apart("scalar", "--cfg layernorm_isa=\"scalar\"");
pub const SMALL: Flavour = Flavour { name: "small", folder: "small", ..SCALAR };
pub const WASM_SCALAR: Flavour = Flavour::wasm("wasm-scalar", "");
pub const WASM_SIMD128: Flavour = Flavour::wasm("wasm-simd128", "-C target-feature=+simd128");
/// Its folder is the one of wasm, whose tests need the same macros.
pub const AARCH64: Flavour = Flavour { name: "aarch64", folder: "wasm", rustflags: "" };
/// For engines of before 2021 (Safari, 2023), with one form for all rows: a fifth smaller, and takes 1.6 times as long.
pub const PACKAGE_SCALAR: Flavour =
    Flavour::wasm("package-scalar", concat!(small!(), " --cfg layernorm_small"));
pub const PACKAGE_SIMD128: Flavour =
    Flavour::wasm("package-simd128", concat!(small!(), " -C target-feature=+simd128"));
pub const THUMB: Flavour = Flavour::apart("thumb", "");

impl Flavour {
    pub fn target_dir(self) -> PathBuf {
        if self.folder.is_empty() { paths::target() } else { paths::target().join(self.folder) }
    }

    pub fn cargo(self) -> Command {
        let mut command = cargo();
        command.env("CARGO_TARGET_DIR", self.target_dir());
        if !self.rustflags.is_empty() {
            command.env("RUSTFLAGS", self.rustflags);
        }
        command
    }

    /// `release/NAME` of a build for `triple`.
    pub fn artifact(self, triple: &str, name: impl AsRef<Path>) -> PathBuf {
        self.target_dir().join(triple).join("release").join(name)
    }
}
