//! `cargo xtask fuzz`: the targets of `tests/fuzz` under libFuzzer and AddressSanitizer, from the kept corpora on.

use crate::cargo::DEFAULT;
use crate::process::run;
use crate::{Result, next, nightly, paths, text, unknown};
use lexopt::Arg::{Long, Value};
use lexopt::Parser;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub const TARGETS: [&str; 5] = ["verbs", "gradients", "integers", "streaming", "files"];

const FOLDER: &str = "tests/fuzz/libfuzzer";
/// Of each target, by `cargo xtask fuzz` and by `test --full`.
const MINUTES: f64 = 5.0;
pub const MINUTES_OF_FULL: f64 = 2.0;
/// Longer inputs show nothing new: the shapes of wide rows take few bytes.
const LARGEST: u32 = 1200;
/// Inputs of a target that are kept.
const KEPT: usize = 400;

pub fn command(mut arguments: Parser) -> Result<()> {
    let (mut target, mut minutes, mut minimise) = (None, MINUTES, false);
    while let Some(argument) = next(&mut arguments)? {
        match argument {
            Long("minutes") => {
                let number = text(arguments.value())?.parse().ok();
                minutes = number.filter(|m| *m > 0.0).ok_or("--minutes wants a number above 0")?;
            }
            Long("minimise") => minimise = true,
            Value(name) if TARGETS.iter().any(|target| name == **target) => target = Some(text(Ok(name))?),
            other => {
                let allowed = format!("{}, --minutes M, --minimise", TARGETS.join("|"));
                return Err(unknown(other, &allowed));
            }
        }
    }
    for name in TARGETS.into_iter().filter(|name| target.as_deref().is_none_or(|only| only == *name)) {
        match minimise {
            true => keep(name)?,
            false => fuzz(name, minutes)?,
        }
    }
    Ok(())
}

/// Where a run leaves what it finds; the kept corpus is only read.
fn found(name: &str) -> Result<PathBuf> {
    let dir = paths::target().join("fuzz-found").join(name);
    paths::create_dir(&dir)?;
    Ok(dir)
}

fn kept(name: &str) -> PathBuf {
    paths::root().join("tests/fuzz/corpus").join(name)
}

/// One target for so many minutes; fails with the input if it fails.
pub fn fuzz(name: &str, minutes: f64) -> Result<()> {
    let seconds = (minutes * 60.0).ceil() as u64;
    let mut arguments: Vec<OsString> =
        vec!["run".into(), name.into(), found(name)?.into(), kept(name).into()];
    arguments.push("--".into());
    let options = [
        format!("-max_total_time={seconds}"),
        format!("-max_len={LARGEST}"),
        "-timeout=120".into(),
        "-print_final_stats=1".into(),
    ];
    arguments.extend(options.map(OsString::from));
    let output = libfuzzer(&format!("fuzz {name}"), &arguments)?;
    println!("  {name}: {}", last_words(&output));
    Ok(())
}

/// What is new among the finds joins the kept corpus: the inputs that reach as many places in the code, and of those, which
/// for generic code may be thousands, as many as shall be kept.
fn keep(name: &str) -> Result<()> {
    let merged = paths::staging(&paths::target().join("fuzz-merged"))?;
    let arguments = ["run", name].map(OsString::from).into_iter();
    let folders = [merged.clone(), found(name)?, kept(name)].map(OsString::from);
    let length = format!("-max_len={LARGEST}");
    let options =
        ["--", "-set_cover_merge=1", "-use_counters=0", "-timeout=120", &length].map(OsString::from);
    libfuzzer(&format!("merge {name}"), &arguments.chain(folders).chain(options).collect::<Vec<_>>())?;
    paths::remove_dir(&kept(name))?;
    copy_all(&merged, &kept(name))?;
    paths::remove_dir(&merged)
}

/// As many as are kept, in the order of their names, which are hashes.
fn copy_all(from: &Path, to: &Path) -> Result<()> {
    paths::create_dir(to)?;
    let read = |e: std::io::Error| format!("{}: {e}", from.display());
    let entries = std::fs::read_dir(from).map_err(read)?;
    let mut inputs =
        entries.map(|entry| entry.map(|e| e.path())).collect::<std::io::Result<Vec<_>>>().map_err(read)?;
    inputs.sort();
    for path in inputs.into_iter().take(KEPT) {
        let name = path.file_name().unwrap_or_default();
        std::fs::copy(&path, to.join(name)).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(())
}

/// Everything is printed to standard error by libFuzzer.
fn libfuzzer(label: &str, arguments: &[OsString]) -> Result<String> {
    let bin = nightly::cargo_fuzz()?;
    let mut cargo = nightly::cargo("fuzz")?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&path)));
    cargo.env("PATH", path.map_err(|e| e.to_string())?);
    let (verb, rest) = arguments.split_first().ok_or("no verb for cargo fuzz")?;
    cargo.arg("fuzz").arg(verb).args(["--fuzz-dir", FOLDER, "--target-dir"]).arg(nightly::target_dir("fuzz"));
    cargo.args(rest);
    let done = crate::process::attempt(label, &mut cargo, None)?;
    match done.success {
        true => Ok(done.output),
        false => Err(format!("{label} failed\n{}", tail(&done.output))),
    }
}

/// Executions and features of a run.
fn last_words(output: &str) -> String {
    let done = output.lines().rev().find(|line| line.contains("DONE")).unwrap_or_default();
    let units = output.lines().find(|line| line.contains("number_of_executed_units"));
    format!("{} {}", done.trim(), units.unwrap_or_default().trim())
}

fn tail(output: &str) -> String {
    let lines: Vec<&str> = output.lines().collect();
    lines[lines.len().saturating_sub(80)..].join("\n")
}

/// The kept corpora and some random inputs, by the usual compiler, with checks of overflow and assertions.
pub fn replay(full: bool) -> Result<()> {
    let mut cargo = DEFAULT.cargo();
    cargo.args(["test", "--package", "layernorm-fuzz"]);
    if full {
        cargo.env("LAYERNORM_FULL", "1");
    }
    run("cargo test", &mut cargo).map(drop)
}

/// What only `cargo fuzz` compiles is formatted too.
pub const MANIFEST: &str = "tests/fuzz/libfuzzer/Cargo.toml";
