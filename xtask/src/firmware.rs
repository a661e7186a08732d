//! `cargo xtask firmware`: programs for boards, on an emulator that gives every instruction the same time.

mod alone;
pub mod boards;
mod limits;
mod measured;
mod programs;
mod tables;

pub use programs::{Line, digests_agree, lines, say};

use crate::process::{processors, run};
use crate::{Result, digest, next, no_arguments, paths, text, toolchain, unknown};
use boards::{BOARDS, Board, Emulator};
use lexopt::Arg::Long;
use lexopt::Parser;
use limits::Limits;
use measured::{LEVELS, Measured};
use std::collections::VecDeque;
use std::thread::{self, ScopedJoinHandle};

const README: &str = "firmware/README.md";

pub fn command(mut arguments: Parser) -> Result<()> {
    match next(&mut arguments)? {
        None => {
            let measured = measure(&BOARDS.each_ref(), |_, _, _| true)?;
            tables::write(&paths::root().join(README), &measured)?;
            println!("written: {README}");
            Ok(())
        }
        Some(Long("tighten")) => {
            no_arguments(arguments)?;
            let limits = Limits::read()?;
            let measured = measure_limited(&limits)?;
            limits.tighten(&measured)
        }
        Some(Long("board")) => {
            let name = text(arguments.value())?;
            no_arguments(arguments)?;
            let board = BOARDS.iter().find(|board| board.name == name).ok_or_else(|| {
                let names: Vec<_> = BOARDS.iter().map(|board| board.name).collect();
                format!("there is no board `{name}`, but {}", names.join(", "))
            })?;
            println!("{}", tables::all(&measure(&[board], |_, _, _| true)?));
            Ok(())
        }
        Some(other) => Err(unknown(other, "--tighten, or --board and a name")),
    }
}

/// Everything runs, twice alike, computes what it does here, and keeps to the limits; and it links as for a real board.
pub fn check() -> Result<()> {
    let limits = Limits::read()?;
    limits.check(&measure_limited(&limits)?)?;
    let mut cargo = programs::cargo(&BOARDS[0], LEVELS[0])?;
    cargo.args(["build", "--release", "--no-default-features", "--features", "defmt", "--bin", "cost"]);
    run("cargo build with defmt", &mut cargo).map(drop)
}

/// One board of each architecture: what is compiled for one of them only is for all boards of it.
pub fn clippy() -> Result<()> {
    for emulator in [Emulator::Arm, Emulator::RiscV] {
        let boards = BOARDS.iter().filter(|board| board.emulator == emulator);
        let board = boards.max_by_key(|board| board.fpu).ok_or("there is a board for every emulator")?;
        let mut cargo = programs::cargo(board, LEVELS[0])?;
        cargo.args(["clippy", "--release", "--", "--deny", "warnings"]);
        run(&format!("cargo clippy for {}", board.target), &mut cargo)?;
    }
    Ok(())
}

/// Of flash and stack only what has a limit.
fn measure_limited(limits: &Limits) -> Result<Vec<Measured>> {
    measure(&BOARDS.each_ref(), |core, level, verb| limits.of_verb(core, level, verb))
}

/// Flash and stack of a verb are measured if core, level and verb are `alone`.
fn measure(boards: &[&'static Board], alone: impl Fn(&str, &str, &str) -> bool) -> Result<Vec<Measured>> {
    let golden = &digest::golden()?;
    let at_once = processors();
    let mut all = Vec::new();
    thread::scope(|scope| {
        let mut end = |one: ScopedJoinHandle<Result<Measured>>| {
            all.push(one.join().map_err(|_| "a thread has panicked")??);
            Result::Ok(())
        };
        // They run while cargo, of which there can be only one, builds the next.
        let mut running = VecDeque::new();
        for &board in boards {
            let compiler = toolchain::version()?;
            for level in LEVELS {
                let built = programs::build(board, level)?;
                let of_verbs = alone::measure(board, level, |verb| alone(board.core, level, verb))?;
                let compiler = compiler.clone();
                running.push_back(scope.spawn(move || {
                    let mut lines = built.run(golden)?;
                    lines.extend(of_verbs);
                    let groups = lines.iter().filter(|line| line[0] == "digest").count();
                    let Board { name, core, .. } = board;
                    println!("  {name} ({core}), opt-level {level}: {groups} groups of the digest agree");
                    Ok(Measured { board, compiler, level, lines })
                }));
                if running.len() > at_once {
                    running.pop_front().map_or(Ok(()), &mut end)?;
                }
            }
        }
        running.into_iter().try_for_each(end)
    })?;
    Ok(all)
}
