//! `cargo xtask firmware`: programs for boards, on an emulator that gives every instruction the same time.

pub mod boards;
mod tables;

use crate::process::{attempt, run};
use crate::{Result, cargo, digest, paths, toolchain, tools, unknown_argument};
use boards::{BOARDS, Board};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Those of `firmware/src/bin`.
const PROGRAMS: [&str; 5] = ["cost", "stack", "digest_float", "digest_integer", "digest_recurrent"];
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

/// Everything runs, twice alike, and computes what it does here; and it compiles for real boards.
pub fn check() -> Result<()> {
    measure(&BOARDS.each_ref())?;
    let board = BOARDS.iter().find(|board| board.core == "M4F").ok_or("there is no M4F")?;
    let mut cargo = cargo(board, LEVELS[0])?;
    run("cargo check", cargo.args(["check", "--no-default-features", "--features", "defmt"])).map(drop)
}

/// What the programs for a board said, compiled at a level: a line is words.
struct Measured {
    board: &'static Board,
    level: &'static str,
    lines: Vec<Vec<String>>,
}

fn measure(boards: &[&'static Board]) -> Result<Vec<Measured>> {
    let golden = digest::golden()?;
    let mut all = Vec::new();
    for board in boards {
        for level in LEVELS {
            let mut lines = Vec::new();
            let folder = build(board, level)?;
            for program in PROGRAMS {
                let said = say(board, &folder.join(program))?;
                lines.extend(said.lines().map(|line| line.split(", ").map(str::to_owned).collect()));
            }
            let measured = Measured { board, level, lines };
            digests_agree(&measured, &golden)?;
            println!("  {} ({}), opt-level {level}: done", board.name, board.core);
            all.push(measured);
        }
    }
    Ok(all)
}

/// The folder with the programs, until the next build.
fn build(board: &Board, level: &str) -> Result<PathBuf> {
    let label = format!("build for {}, opt-level {level}", board.name);
    run(&label, cargo(board, level)?.args(["build", "--release", "--bins"]))?;
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

fn digests_agree(measured: &Measured, golden: &digest::Report) -> Result<()> {
    let Measured { board, level, lines } = measured;
    let mut count = 0;
    for line in lines {
        if let [kind, group, hash] = &line[..]
            && kind == "digest"
        {
            count += 1;
            if !golden.groups.iter().any(|(name, wanted)| name == group && wanted == hash) {
                return Err(format!(
                    "{} computes other bits at opt-level {level}: {group} {hash}",
                    board.name
                ));
            }
        }
    }
    let wanted = PROGRAMS.iter().filter(|program| program.starts_with("digest")).count();
    if count == wanted { Ok(()) } else { Err(format!("{} prints {count} of {wanted} digests", board.name)) }
}
