//! The README's two commands in a folder such as people have: its path is long, with a space and an umlaut.
//!
//! Steps that compile the same with other flags are left out: what a path can break is broken by those that are run.

use crate::cargo::cargo;
use crate::process::{announced, run};
use crate::{Result, paths};
use std::path::Path;
use std::process::Command;

const FOLDER: &str =
    "Übungen und eigene Versuche/Normalisierung über Zeilen, für die Vorlesung im nächsten Sommer/layernorm";
const COMMANDS: [&[&str]; 5] = [
    &["demo", "--once"],
    &["digest", "--only", "wasm"],
    &["digest", "--only", "aarch64"],
    &["digest", "--only", "s390x"],
    &[
        "test",
        "format",
        "documentation",
        "oldest",
        "simd128",
        "probe",
        "firmware",
        "package",
        "npm",
        "budget",
    ],
];

pub fn check() -> Result<()> {
    let folder = paths::temporary()?;
    let clone = folder.path().join(FOLDER);
    copy(&clone)?;
    println!("  in {}", clone.display());
    for words in COMMANDS {
        let mut xtask = cargo();
        // Build output of its own, there.
        xtask.current_dir(&clone).env_remove("CARGO_TARGET_DIR").arg("xtask").args(words);
        announced(&format!("cargo xtask {} there", words.join(" ")), &mut xtask)?;
    }
    Ok(())
}

/// What a clone would hold if everything were committed.
fn copy(clone: &Path) -> Result<()> {
    let root = paths::root();
    let mut git = Command::new("git");
    git.current_dir(&root).args([
        "-c",
        "core.quotePath=false",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    for name in run("git ls-files", &mut git)?.lines() {
        let (from, to) = (root.join(name), clone.join(name));
        // A file that was removed and not yet committed so.
        if !from.exists() {
            continue;
        }
        to.parent().map_or(Ok(()), paths::create_dir)?;
        std::fs::copy(&from, &to).map_err(|e| format!("{}: {e}", to.display()))?;
    }
    Ok(())
}
