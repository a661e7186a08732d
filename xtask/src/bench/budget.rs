//! `cargo xtask bench --budget`: instructions per element on a fixed corpus, against `benches/budget`.
//!
//! A count depends little on the compiler and hardly on the machine, so it can guard what a time cannot:
//! natively by single steps of the processor (`benches/contenders/src/steps.rs`), for wasm by an interpreter
//! (`benches/count`). The file holds counts, and a check allows each a margin: limits without one failed on another
//! machine. A count may only go down: `--tighten` writes the ones that can.

use super::contenders::{folder, module, serve};
use crate::cargo::Flavour;
use crate::process::{announced, at_once};
use crate::{Result, paths, toolchain};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const FILE: &str = "benches/budget";
const HEADER: &str = "\
# Instructions per element, as counted: target, verb, rows x width, count.
# `cargo xtask bench --budget` allows 2 % more; `cargo xtask bench --tighten` lowers what can be lowered, and raises nothing.
";
/// What another release of the compiler, or a function of another machine's libc, may add.
const MARGIN: f64 = 1.02;
/// Largest error of a result whose instructions count, in units of max(1, |y|).
const TOLERANCE: f64 = 1e-6;

/// Verb, form ("" writes elsewhere), rows, width: one short call; many narrow rows; the usual width; a tail in every
/// row; a row of many blocks. Few rows, since a single step takes microseconds.
const CORPUS: [(&str, &str, u32, u32); 26] = [
    ("layer", "", 1, 64),
    ("layer", "", 64, 64),
    ("layer", "", 8, 768),
    ("layer", "", 8, 997),
    ("layer", "", 1, 16384),
    ("layer", "-in-place", 8, 768),
    ("layer", "-statistics", 64, 64),
    ("layer", "-statistics", 8, 768),
    ("residual", "", 64, 64),
    ("residual", "", 8, 768),
    ("residual", "", 8, 997),
    ("rms", "", 64, 64),
    ("rms", "", 8, 768),
    ("rms", "", 8, 997),
    ("rms", "-in-place", 8, 768),
    ("layer", "-backward", 1, 64),
    ("layer", "-backward", 64, 64),
    ("layer", "-backward", 8, 768),
    ("layer", "-backward", 8, 997),
    ("rms", "-backward", 8, 768),
    ("layer", "-codes", 1, 64),
    ("layer", "-codes", 64, 64),
    ("layer", "-codes", 8, 768),
    ("layer", "-codes", 8, 997),
    ("residual", "-codes", 8, 768),
    ("rms", "-codes", 8, 768),
];
/// Of x, in standard deviations.
const MEAN: f64 = 0.5;

const AVX2: Flavour = Flavour::apart("count-avx2", "");
const SSE2: Flavour = Flavour::apart("count-sse2", "--cfg layernorm_isa=\"sse2\"");
const SIMD128: Flavour = Flavour::apart("count-simd128", "-C target-feature=+simd128");
const SCALAR: Flavour = Flavour::apart("count-scalar", "");
const INTERPRETER: Flavour = Flavour::apart("count", "");

/// Without what is only timed.
const UNTIMED: &[&str] = &["--no-default-features"];

/// From a line's beginning ("target verb rows x width") to instructions per element.
type Counts = BTreeMap<String, f64>;

pub fn check() -> Result<()> {
    let ((counts, left_out), budget) = (count()?, read()?);
    let mut problems = Vec::new();
    for (what, count) in &counts {
        match budget.get(what) {
            None => problems.push(format!("{what} has no count yet: cargo xtask bench --tighten")),
            Some(budgeted) => {
                let limit = budgeted * MARGIN;
                println!("  {what:32}{count:8.2} of {limit:.2}");
                if *count > limit {
                    problems.push(format!("{what}: {count:.2} instructions per element, {limit:.2} allowed"));
                }
            }
        }
    }
    for what in budget.keys().filter(|what| !counts.contains_key(*what)) {
        if !left_out.iter().any(|target| what.starts_with(target)) {
            problems.push(format!("{what}: a count of what is not counted here, in {FILE}"));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

pub fn tighten() -> Result<()> {
    let mut budget = read()?;
    for (what, count) in count()?.0 {
        budget.entry(what).and_modify(|old| *old = old.min(count)).or_insert(count);
    }
    let mut text = HEADER.to_owned();
    for (what, count) in &budget {
        let _ = writeln!(text, "{what} {count:.2}");
    }
    std::fs::write(paths::root().join(FILE), text).map_err(|e| format!("{FILE}: {e}"))?;
    check()
}

fn read() -> Result<Counts> {
    let text = match std::fs::read_to_string(paths::root().join(FILE)) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Counts::new()),
        Err(e) => return Err(format!("{FILE}: {e}")),
    };
    let entry =
        |line: &str| Some((line.rsplit_once(' ')?.0.to_owned(), line.rsplit_once(' ')?.1.parse().ok()?));
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| entry(line).ok_or_else(|| format!("{FILE}: not a count: {line}")))
        .collect()
}

/// What was counted, and the targets that cannot be counted here.
fn count() -> Result<(Counts, Vec<&'static str>)> {
    let (mut counts, mut left_out) = (Counts::new(), Vec::new());
    let mut add = |target: &str, instructions: [u64; CORPUS.len()]| {
        for ((verb, form, rows, width), instructions) in CORPUS.into_iter().zip(instructions) {
            let what = format!("{target} {verb}{form} {rows}x{width}");
            counts.insert(what, instructions as f64 / f64::from(rows * width));
        }
    };
    toolchain::add(toolchain::WASM)?;
    let (interpreter, here) = (interpreter()?, folder(&paths::root()));
    // Two at once: what counts has one thread.
    let modules = [("wasm-simd128", SIMD128), ("wasm-scalar", SCALAR)];
    let counted =
        at_once(&modules, |&(_, flavour)| interpreted(&interpreter, &module(flavour, &here, UNTIMED)?))?;
    modules.iter().zip(counted).for_each(|((target, _), instructions)| add(target, instructions));
    let counted = at_once(&natives(), |&(_, flavour, there)| match there {
        true => stepped(&serve(flavour, &here, UNTIMED)?),
        false => Ok(None),
    })?;
    for ((target, ..), steps) in natives().into_iter().zip(counted) {
        if let Some(steps) = steps {
            add(target, steps);
        } else {
            println!(
                "  {target}: not counted, it takes Linux and a processor that has such instructions and single steps"
            );
            left_out.push(target);
        }
    }
    Ok((counts, left_out))
}

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn natives() -> [(&'static str, Flavour, bool); 2] {
    [("native-avx2", AVX2, std::is_x86_feature_detected!("avx2")), ("native-sse2", SSE2, true)]
}

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
fn natives() -> [(&'static str, Flavour, bool); 2] {
    [("native-avx2", AVX2, false), ("native-sse2", SSE2, false)]
}

fn interpreter() -> Result<PathBuf> {
    let mut cargo = INTERPRETER.cargo();
    cargo.current_dir(paths::root().join("benches/count")).args(["build", "--release"]);
    announced("cargo build count", &mut cargo)?;
    Ok(INTERPRETER.artifact("", "layernorm-count"))
}

fn interpreted(interpreter: &Path, module: &Path) -> Result<[u64; CORPUS.len()]> {
    let corpus =
        CORPUS.map(|(verb, form, rows, width)| format!("{verb}{form} {rows} {width} {MEAN}\n")).concat();
    let (stdout, stderr) = told(Command::new(interpreter).arg(module), &corpus)?;
    let counts: Vec<u64> = stdout.lines().filter_map(|line| line.parse().ok()).collect();
    counts.try_into().map_err(|_| format!("the interpreter has counted nothing: {stdout}{stderr}"))
}

/// `None` where the results are right, but single steps cannot be counted.
fn stepped(serve: &Path) -> Result<Option<[u64; CORPUS.len()]>> {
    let commands = CORPUS.map(|(verb, form, rows, width)| {
        format!("open case {verb}{form} {rows} {width} {MEAN} layernorm\ncount case\nclose case\n")
    });
    let (stdout, stderr) = told(&mut Command::new(serve), &commands.concat())?;
    let answers: Vec<&str> = stdout.lines().collect();
    let right = |answers: &[&str]| answers.first()?.parse::<f64>().ok().filter(|error| *error <= TOLERANCE);
    let uncounted = |answers: &[&str]| right(answers).is_some() && answers.get(1) == Some(&"none");
    if answers.chunks(3).len() == CORPUS.len() && answers.chunks(3).all(uncounted) {
        return Ok(None);
    }
    let count = |answers: &[&str]| right(answers).and(answers.get(1)?.parse().ok());
    let counts: Option<Vec<u64>> = answers.chunks(3).map(count).collect();
    let counts = counts.and_then(|counts| counts.try_into().ok());
    counts.map(Some).ok_or_else(|| format!("wrong results, or not counted:\n{stdout}{stderr}"))
}

/// Runs a short program that reads `input`; what it wrote to standard output and error.
fn told(command: &mut Command, input: &str) -> Result<(String, String)> {
    let program = command.get_program().to_string_lossy().into_owned();
    let failed = |e: std::io::Error| format!("{program}: {e}");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes()).map_err(failed)?;
    }
    let output = child.wait_with_output().map_err(failed)?;
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    Ok((text(&output.stdout), text(&output.stderr)))
}
