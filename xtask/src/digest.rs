//! `cargo xtask digest`: the same corpus on every target, one digest.

use crate::cargo::{DEFAULT, Flavour, SCALAR, SMALL, WASM_SCALAR, WASM_SIMD128};
use crate::process::run;
use crate::{Result, browser, package, paths, toolchain, tools, unknown_argument};
use std::path::PathBuf;
use std::process::Command;

const GOLDEN: &str = "tests/golden/digest";

pub fn command(arguments: &[String]) -> Result<()> {
    match arguments {
        [] => digest(false),
        [argument] if argument == "--bless" => digest(true),
        [argument, ..] => Err(unknown_argument(argument, "--bless")),
    }
}

/// What a target computed: the digest of each group, the last one that of the whole.
pub struct Report {
    target: &'static str,
    pub groups: Vec<(String, String)>,
}

impl Report {
    fn total(&self) -> &str {
        self.groups.last().map_or("", |(_, sha)| sha)
    }
}

/// Compares with the golden digest; where `bless`, writes it if no group that it has would change.
pub fn digest(bless: bool) -> Result<()> {
    let mut reports: Vec<Report> = Vec::new();
    let mut problems = Vec::new();
    for (target, compute) in targets()? {
        match compute().and_then(|text| parse(target, &text)) {
            Ok(report) => {
                println!("{target} {}", report.total());
                reports.push(report);
            }
            Err(e) => {
                println!("{target} missing");
                problems.push(format!("{target} is missing: {e}"));
            }
        }
    }
    if let Some((first, rest)) = reports.split_first() {
        for other in rest.iter().filter(|other| other.total() != first.total()) {
            let groups = different_groups(first, other);
            problems.push(format!("{} and {} differ in: {groups}", first.target, other.target));
        }
    }
    let wanted = golden()?;
    if let Some(computed) = reports.first() {
        let changed = different_groups(&wanted, computed);
        if !changed.is_empty() {
            problems.push(format!("{GOLDEN} holds other results, which are frozen, for: {changed}"));
        } else if bless && problems.is_empty() {
            let lines = computed.groups.iter().map(|(name, sha)| format!("{name} {sha}\n"));
            return std::fs::write(paths::root().join(GOLDEN), lines.collect::<String>())
                .map_err(|e| format!("{GOLDEN}: {e}"));
        } else if computed.total() != wanted.total() {
            problems.push(format!("{GOLDEN} lacks a new group: cargo xtask digest --bless"));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

/// What every target must compute.
pub fn golden() -> Result<Report> {
    let text = std::fs::read_to_string(paths::root().join(GOLDEN)).map_err(|e| format!("{GOLDEN}: {e}"))?;
    parse("golden", text.trim()).map_err(|e| format!("{GOLDEN}: {e}"))
}

/// Groups of `one` that `other` has not, or with another digest.
fn different_groups(one: &Report, other: &Report) -> String {
    let names =
        one.groups.iter().filter(|group| !other.groups.contains(group)).map(|(name, _)| name.as_str());
    names.filter(|name| *name != "total").collect::<Vec<_>>().join(", ")
}

fn parse(target: &'static str, text: &str) -> Result<Report> {
    let groups: Option<Vec<_>> = text
        .lines()
        .map(|line| line.split_once(' ').map(|(name, sha)| (name.to_owned(), sha.to_owned())))
        .collect();
    match groups {
        Some(groups) if groups.last().is_some_and(|(name, sha)| name == "total" && sha.len() == 64) => {
            Ok(Report { target, groups })
        }
        _ => Err(format!("not a digest: {text}")),
    }
}

type Compute = Box<dyn Fn() -> Result<String>>;

fn targets() -> Result<Vec<(&'static str, Compute)>> {
    let mut targets: Vec<(&'static str, Compute)> = Vec::new();
    if cfg!(target_arch = "x86_64") {
        targets.push(("native-avx2", Box::new(native_avx2)));
        targets.push(("native-sse2", Box::new(|| native(DEFAULT, &[]))));
    } else {
        targets.push(("native", Box::new(|| native(DEFAULT, &["--features", "std"]))));
    }
    targets.push(("native-scalar", Box::new(|| native(SCALAR, &[]))));
    targets.push(("native-small", Box::new(native_small)));
    // Built before anything is printed, so that the lines come together.
    let scalar = bindings(WASM_SCALAR)?;
    let simd = bindings(WASM_SIMD128)?;
    let chromium = tools::chromium()?;
    let chrome = chromium.clone();
    let (scalar_page, simd_page) = (scalar.clone(), simd.clone());
    targets.push(("wasm-scalar-node", Box::new(move || node(&scalar))));
    targets.push(("wasm-simd128-node", Box::new(move || node(&simd))));
    targets
        .push(("wasm-scalar-chromium", Box::new(move || browser::report_of(&chromium, scalar_page.clone()))));
    targets.push(("wasm-simd128-chromium", Box::new(move || browser::report_of(&chrome, simd_page.clone()))));
    Ok(targets)
}

fn native(flavour: Flavour, features: &[&str]) -> Result<String> {
    digest_by(&mut flavour.cargo(), features)
}

/// The one form for all rows that one lane takes where code is to be small.
fn native_small() -> Result<String> {
    digest_by(SMALL.cargo().env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s"), &[])
}

fn digest_by(cargo: &mut Command, features: &[&str]) -> Result<String> {
    run("digest", cargo.args(["run", "--quiet", "--release", "--package", "layernorm-digest"]).args(features))
}

#[cfg(target_arch = "x86_64")]
fn native_avx2() -> Result<String> {
    // Without it the crate would quietly take the SSE2 path.
    if !std::is_x86_feature_detected!("avx2") {
        return Err("this processor has no AVX2".into());
    }
    native(DEFAULT, &["--features", "std"])
}

#[cfg(not(target_arch = "x86_64"))]
fn native_avx2() -> Result<String> {
    Err("this processor is no x86-64".into())
}

/// A folder with the corpus built for wasm, and the page and the script that run it.
fn bindings(flavour: Flavour) -> Result<PathBuf> {
    let wasm = toolchain::toolchain(&toolchain::WASM)?;
    package::build(&wasm, flavour, &["--package", "layernorm-digest", "--bin", "layernorm-digest"])?;
    let out = flavour.target_dir().join("digest");
    package::bind(&tools::wasm_bindgen()?, &flavour.artifact(wasm.triple, "layernorm-digest.wasm"), &out)?;
    let page = paths::root().join("tests/digest/web/index.html");
    std::fs::copy(&page, out.join("index.html")).map_err(|e| format!("{}: {e}", page.display()))?;
    Ok(out)
}

fn node(folder: &PathBuf) -> Result<String> {
    tools::node()?;
    let script = paths::root().join("tests/digest/web/node.mjs");
    run("digest in Node", Command::new("node").arg(script).arg(folder))
}
