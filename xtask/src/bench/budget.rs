//! `cargo xtask bench --budget`: instructions per element on a fixed corpus, against `benches/budget`.
//!
//! A count depends on the compiler a little and on the machine not at all, so it can guard what a time cannot:
//! natively by callgrind, for wasm by an interpreter (`benches/count`). A limit may only go down: `--tighten`
//! writes the ones that can.

use super::build;
use crate::cargo::Flavour;
use crate::process::announced;
use crate::{Result, apt, paths, toolchain};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const FILE: &str = "benches/budget";
const HEADER: &str = "\
# Instructions per element, at most: target, verb, rows x width, limit.
# Checked by `cargo xtask bench --budget`; lowered, never raised, by `cargo xtask bench --tighten`.
";
/// What another release of the compiler may make of the same source.
const MARGIN: f64 = 1.02;

/// One short call; many narrow rows; the usual width; a tail in every row; rows of many blocks.
const CORPUS: [(&str, u32, u32); 8] = [
    ("layer", 1, 64),
    ("layer", 64, 64),
    ("layer", 64, 768),
    ("layer", 8, 997),
    ("layer", 4, 16384),
    ("residual", 64, 768),
    ("rms", 64, 64),
    ("rms", 64, 768),
];

const AVX2: Flavour = Flavour { folder: "count-avx2", rustflags: "" };
const SSE2: Flavour = Flavour { folder: "count-sse2", rustflags: "--cfg layernorm_isa=\"sse2\"" };
const SIMD128: Flavour = Flavour { folder: "count-simd128", rustflags: "-C target-feature=+simd128" };
const SCALAR: Flavour = Flavour { folder: "count-scalar", rustflags: "" };
const INTERPRETER: Flavour = Flavour { folder: "count", rustflags: "" };

/// From a line's beginning ("target verb rows x width") to instructions per element.
type Counts = BTreeMap<String, f64>;

pub fn check() -> Result<()> {
    let (counts, budget) = (count()?, read()?);
    let mut problems = Vec::new();
    for (what, count) in &counts {
        match budget.get(what) {
            None => problems.push(format!("{what} has no limit yet: cargo xtask bench --tighten")),
            Some(limit) => {
                println!("  {what:32}{count:8.2} of {limit:.2}");
                if count > limit {
                    problems.push(format!("{what}: {count:.2} instructions per element, {limit:.2} allowed"));
                }
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

pub fn tighten() -> Result<()> {
    let mut budget = read()?;
    for (what, count) in count()? {
        let limit = (count * MARGIN * 100.0).ceil() / 100.0;
        budget.entry(what).and_modify(|old| *old = old.min(limit)).or_insert(limit);
    }
    let mut text = HEADER.to_owned();
    for (what, limit) in &budget {
        let _ = writeln!(text, "{what} {limit:.2}");
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
        .map(|line| entry(line).ok_or_else(|| format!("{FILE}: not a limit: {line}")))
        .collect()
}

fn count() -> Result<Counts> {
    let mut counts = Counts::new();
    let mut add = |target: &str, instructions: [u64; CORPUS.len()]| {
        for ((verb, rows, width), instructions) in CORPUS.into_iter().zip(instructions) {
            let what = format!("{target} {verb} {rows}x{width}");
            counts.insert(what, instructions as f64 / f64::from(rows * width));
        }
    };
    let wasm = toolchain::toolchain(&toolchain::WASM)?;
    let interpreter = interpreter()?;
    for (target, flavour) in [("wasm-simd128", SIMD128), ("wasm-scalar", SCALAR)] {
        let module = build(flavour, Some(&wasm), false, &["--lib"], "layernorm_contenders.wasm")?;
        add(target, interpreted(&interpreter, &module)?);
    }
    for (target, flavour, there) in natives() {
        if there {
            let serve = build(flavour, None, false, &["--bin", "serve"], "serve")?;
            add(target, simulated(&serve)?);
        } else {
            println!("  {target}: not counted, this processor has no such instructions");
        }
    }
    Ok(counts)
}

#[cfg(target_arch = "x86_64")]
fn natives() -> Vec<(&'static str, Flavour, bool)> {
    vec![("native-avx2", AVX2, std::is_x86_feature_detected!("avx2")), ("native-sse2", SSE2, true)]
}

#[cfg(not(target_arch = "x86_64"))]
fn natives() -> Vec<(&'static str, Flavour, bool)> {
    vec![("native-avx2", AVX2, false), ("native-sse2", SSE2, false)]
}

fn interpreter() -> Result<PathBuf> {
    let mut cargo = INTERPRETER.cargo();
    cargo.current_dir(paths::root().join("benches/count")).args(["build", "--release"]);
    announced("cargo build count", &mut cargo)?;
    Ok(INTERPRETER.artifact("", "layernorm-count"))
}

fn interpreted(interpreter: &Path, module: &Path) -> Result<[u64; CORPUS.len()]> {
    let corpus = CORPUS.map(|(verb, rows, width)| format!("{verb} {rows} {width}\n")).concat();
    let (stdout, stderr) = told(Command::new(interpreter).arg(module), &corpus)?;
    let counts: Vec<u64> = stdout.lines().filter_map(|line| line.parse().ok()).collect();
    counts.try_into().map_err(|_| format!("the interpreter has counted nothing: {stdout}{stderr}"))
}

/// One run for each piece of work: callgrind has one counter.
fn simulated(serve: &Path) -> Result<[u64; CORPUS.len()]> {
    if paths::which("valgrind").is_none() {
        apt::install("valgrind", &["valgrind"])?;
    }
    let mut counts = [0; CORPUS.len()];
    for (count, (verb, rows, width)) in counts.iter_mut().zip(CORPUS) {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*Case::run*"]);
        // `time … 1` makes two calls: one that it would not time, one that it would.
        let work = format!("open layernorm {verb} {rows} {width}\ntime layernorm {verb} 1\n");
        let (_, stderr) = told(valgrind.arg(serve), &work)?;
        let collected = stderr.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
        *count = match collected {
            None | Some(0) => return Err(format!("callgrind has counted nothing:\n{stderr}")),
            Some(both) => both / 2,
        };
    }
    Ok(counts)
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
