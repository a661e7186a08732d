//! `cargo xtask firmware`: programs for boards, on an emulator that gives every instruction the same time.

pub mod boards;
mod tables;

use crate::process::{attempt, run};
use crate::{Result, cargo, digest, paths, toolchain, tools, unknown_argument};
use boards::{BOARDS, Board};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Of `firmware/src/bin`: they count.
const MEASURE: [&str; 2] = ["cost", "stack"];
/// They print a digest that is the golden one.
const COMPARE: [&str; 4] = ["digest_float", "digest_integer", "digest_recurrent", "speaker_fixed"];
/// The same, with an FPU; other boards have too little flash besides.
const COMPARE_WITH_FPU: [&str; 1] = ["speaker_float"];
pub const LEVELS: [&str; 2] = ["3", "s"];
const README: &str = "firmware/README.md";
const LIMIT: Duration = Duration::from_secs(120);

pub fn command(arguments: &[String]) -> Result<()> {
    match arguments {
        [] => {
            let measured = measure(&BOARDS.each_ref())?;
            tables::write(&paths::root().join(README), &measured)?;
            println!("written: {README}");
            Ok(())
        }
        [option, name] if option == "--board" => {
            let board = BOARDS.iter().find(|board| board.name == name).ok_or_else(|| {
                let names: Vec<_> = BOARDS.iter().map(|board| board.name).collect();
                format!("there is no board `{name}`, but {}", names.join(", "))
            })?;
            println!("{}", tables::all(&measure(&[board])?));
            Ok(())
        }
        [argument, ..] => Err(unknown_argument(argument, "--board and a name")),
    }
}

/// Everything runs, twice alike, and computes what it does here; and it links as for a real board.
pub fn check() -> Result<()> {
    measure(&BOARDS.each_ref())?;
    let mut cargo = cargo(&BOARDS[0], LEVELS[0])?;
    cargo.args(["build", "--release", "--no-default-features", "--features", "defmt", "--bin", "cost"]);
    run("cargo build with defmt", &mut cargo).map(drop)
}

/// What the programs for a board said, compiled at a level: a line is words.
struct Measured {
    board: &'static Board,
    compiler: String,
    level: &'static str,
    lines: Vec<Vec<String>>,
}

fn measure(boards: &[&'static Board]) -> Result<Vec<Measured>> {
    let golden = digest::golden()?;
    let mut all = Vec::new();
    for board in boards {
        let compiler = toolchain::toolchain(&board.target)?.version()?;
        for level in LEVELS {
            let mut lines = Vec::new();
            let folder = build(board, level)?;
            for program in programs(board) {
                let said = say(board, &folder.join(program))?;
                let said: Vec<_> =
                    said.lines().map(|line| line.split(", ").map(str::to_owned).collect()).collect();
                if !MEASURE.contains(&program) {
                    digests_agree(&said, &golden).map_err(|e| {
                        format!("{program} on {}, compiled at opt-level {level}, {e}", board.name)
                    })?;
                }
                lines.extend(said);
            }
            println!("  {} ({}), opt-level {level}: done", board.name, board.core);
            all.push(Measured { board, compiler: compiler.clone(), level, lines });
        }
    }
    Ok(all)
}

fn programs(board: &Board) -> impl Iterator<Item = &'static str> {
    let with_fpu = if board.fpu { &COMPARE_WITH_FPU[..] } else { &[] };
    MEASURE.iter().chain(&COMPARE).chain(with_fpu).copied()
}

/// The folder with the programs, until the next build.
fn build(board: &Board, level: &str) -> Result<PathBuf> {
    let mut cargo = cargo(board, level)?;
    cargo.args(["build", "--release"]).args(programs(board).flat_map(|program| ["--bin", program]));
    run(&format!("build for {}, opt-level {level}", board.name), &mut cargo)?;
    Ok(target_dir().join(board.target.triple).join("release"))
}

fn cargo(board: &Board, level: &str) -> Result<Command> {
    let mut cargo = cargo::cargo();
    toolchain::toolchain(&board.target)?.apply(&mut cargo);
    cargo
        .current_dir(paths::root().join("firmware"))
        .env("CARGO_TARGET_DIR", target_dir())
        .env("CARGO_BUILD_TARGET", board.target.triple)
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", level)
        .env("RUSTFLAGS", board.rustflags())
        .env("LAYERNORM_BOARD", board.name)
        .env("LAYERNORM_TICKS", board.ticks().to_string());
    Ok(cargo)
}

fn target_dir() -> PathBuf {
    paths::target().join("firmware")
}

/// What a program prints, which is the same if it runs again.
fn say(board: &Board, program: &Path) -> Result<String> {
    let qemu = tools::qemu(board.emulator)?;
    let once = || {
        let mut command = Command::new(&qemu);
        let done = attempt(board.name, command.args(board.arguments()).arg(program), Some(LIMIT))?;
        let name = program.display();
        if done.success {
            Ok(done.stdout)
        } else {
            Err(format!("{name} on {}:\n{}", board.name, done.output))
        }
    };
    let (first, second) = (once()?, once()?);
    if first != second {
        let name = program.display();
        return Err(format!("two runs of {name} on {} differ:\n{first}\n{second}", board.name));
    }
    Ok(first)
}

fn digests_agree(lines: &[Vec<String>], golden: &digest::Report) -> Result<()> {
    let digests = || lines.iter().filter(|line| line[0] == "digest");
    if digests().count() == 0 {
        return Err("prints no digest".into());
    }
    let is_golden =
        |line: &Vec<String>| golden.groups.iter().any(|(name, hash)| line[1..].iter().eq([name, hash]));
    match digests().find(|line| !is_golden(line)) {
        None => Ok(()),
        Some(line) => Err(format!("computes other bits: {}", line.join(" "))),
    }
}
