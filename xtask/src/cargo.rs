//! How cargo is called: from the root, with flags that come from here and not from the caller's shell.

use crate::paths;
use std::path::{Path, PathBuf};
use std::process::Command;

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

/// A set of compiler flags with a build folder of its own, so that changing between sets rebuilds nothing.
#[derive(Clone, Copy)]
pub struct Flavour {
    /// The build folder's name; empty for the default one.
    pub folder: &'static str,
    pub rustflags: &'static str,
}

pub const DEFAULT: Flavour = Flavour { folder: "", rustflags: "" };
pub const SCALAR: Flavour = Flavour { folder: "scalar", rustflags: "--cfg layernorm_isa=\"scalar\"" };
pub const SMALL: Flavour = Flavour { folder: "small", ..SCALAR };
pub const WASM_SCALAR: Flavour = Flavour { folder: "wasm-scalar", rustflags: "" };
pub const WASM_SIMD128: Flavour = Flavour { folder: "wasm-simd128", rustflags: "-C target-feature=+simd128" };
pub const THUMB: Flavour = Flavour { folder: "thumb", rustflags: "" };

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
