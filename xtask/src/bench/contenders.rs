//! The programs of `benches/contenders`, a workspace of its own.

use crate::cargo::Flavour;
use crate::process::{announced, run};
use crate::{Result, paths, toolchain};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The contenders that use the crate in `tree`.
pub fn folder(tree: &Path) -> PathBuf {
    tree.join("benches/contenders")
}

pub fn module(flavour: Flavour, folder: &Path, options: &[&str]) -> Result<PathBuf> {
    build(flavour, folder, &[&["--lib", "--target", toolchain::WASM], options].concat())?;
    Ok(flavour.artifact(toolchain::WASM, "layernorm_contenders.wasm"))
}

pub fn serve(flavour: Flavour, folder: &Path, options: &[&str]) -> Result<PathBuf> {
    build(flavour, folder, &[&["--bin", "serve"], options].concat())?;
    Ok(flavour.artifact("", "serve"))
}

fn build(flavour: Flavour, folder: &Path, options: &[&str]) -> Result<()> {
    let mut cargo = flavour.cargo();
    cargo.current_dir(folder).args(["build", "--release"]).args(options);
    announced(&format!("cargo build contenders ({})", flavour.name), &mut cargo).map(drop)
}

/// Today's contenders, beside the crate as it was at `commit`.
pub fn of_commit(commit: &str) -> Result<PathBuf> {
    let tree = paths::target().join("bench-earlier");
    paths::remove_dir(&tree)?;
    paths::create_dir(&tree)?;
    let archive = tree.join("tree.tar");
    let mut git = Command::new("git");
    git.current_dir(paths::root()).args(["archive", "--output"]).arg(&archive).arg(commit);
    run("git archive", &mut git)?;
    // `m`: files are as new as they are here, or cargo would not compile them anew for another commit.
    run("tar", Command::new("tar").arg("-xmf").arg(&archive).arg("-C").arg(&tree))?;
    let (from, to) = (folder(&paths::root()), folder(&tree));
    paths::remove_dir(&to)?;
    copy(&from, &to)?;
    Ok(to)
}

/// Without build output.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let failed = |e: std::io::Error| format!("cannot copy {}: {e}", from.display());
    paths::create_dir(to)?;
    for entry in std::fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name() == "target" {
            continue;
        }
        let to = to.join(entry.file_name());
        if entry.file_type().map_err(failed)?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            std::fs::copy(entry.path(), to).map_err(failed)?;
        }
    }
    Ok(())
}
