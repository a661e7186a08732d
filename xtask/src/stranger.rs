//! The published crate as a stranger gets it: packed, unpacked, built, its examples run, documented, and its page read.

use crate::cargo::{DEFAULT, Flavour};
use crate::process::run;
use crate::{Result, links, metadata, paths};
use std::path::PathBuf;
use std::process::Command;

/// The workspace has one version.
const NAME: &str = concat!("layernorm-", env!("CARGO_PKG_VERSION"));
/// A folder of its own: the workspace's documentation has private items too.
const DOCUMENTED: Flavour = Flavour::apart("stranger", "");

pub fn check() -> Result<()> {
    let unpacked = unpack()?;
    let cargo = |flavour: Flavour, words: &[&str]| {
        let mut cargo = flavour.cargo();
        cargo.current_dir(&unpacked).env("RUSTDOCFLAGS", "--deny warnings").args(words);
        run(&format!("cargo {} of the packed crate", words[0]), &mut cargo).map(drop)
    };
    cargo(DEFAULT, &["build"])?;
    cargo(DEFAULT, &["test", "--doc", "--all-features"])?;
    let documentation = DOCUMENTED.target_dir().join("doc/layernorm");
    // Or pages of items that are gone would stay.
    paths::remove_dir(&documentation)?;
    cargo(DOCUMENTED, &["doc", "--no-deps", "--all-features"])?;
    let page = metadata::package_of(&unpacked, "layernorm")?.readme.ok_or("the packed crate has no page")?;
    links::published(&unpacked.join(page), Some(&documentation))
}

/// The folder with what `cargo publish` would upload.
fn unpack() -> Result<PathBuf> {
    let words = ["package", "--package", "layernorm", "--no-verify", "--allow-dirty"];
    run("cargo package", DEFAULT.cargo().args(words))?;
    let folder = paths::target().join("package");
    paths::remove_dir(&folder.join(NAME))?;
    let mut tar = Command::new("tar");
    // With `m` the files are new: packed ones have a date of long ago, so cargo would take the last build for theirs.
    run("tar", tar.current_dir(&folder).arg("-xmzf").arg(format!("{NAME}.crate")))?;
    Ok(folder.join(NAME))
}
