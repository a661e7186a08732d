//! The programs of `firmware/src/bin`: built for a board, and run on it.

use super::boards::Board;
use crate::process::{attempt, run};
use crate::{Result, cargo, digest, paths, toolchain, tools};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// They count.
const MEASURE: [&str; 2] = ["cost", "ram"];
/// They print a digest that is the golden one.
const COMPARE: [&str; 5] =
    ["digest_float", "digest_promises", "digest_integer", "digest_recurrent", "speaker_fixed"];
/// The same, with an FPU; other boards have too little flash besides.
const COMPARE_WITH_FPU: [&str; 1] = ["speaker_float"];
const LIMIT: Duration = Duration::from_secs(120);

/// A line that a program prints: words.
pub type Line = Vec<String>;

/// The programs for a board, compiled at a level.
pub struct Built {
    pub board: &'static Board,
    pub level: &'static str,
    folder: PathBuf,
}

pub fn build(board: &'static Board, level: &'static str) -> Result<Built> {
    let mut cargo = cargo(board, level)?;
    cargo.args(["build", "--release"]).args(names(board).flat_map(|program| ["--bin", program]));
    run(&format!("build for {}, opt-level {level}", board.name), &mut cargo)?;
    // The next build may put others in their place, while these run.
    let folder = target_dir().join("boards").join(format!("{}-{level}", board.name));
    paths::create_dir(&folder)?;
    for program in names(board) {
        let image = image(board, program);
        std::fs::copy(&image, folder.join(program)).map_err(|e| format!("{}: {e}", image.display()))?;
    }
    Ok(Built { board, level, folder })
}

impl Built {
    /// What they print, which is the same if they run again, and what they compute here.
    pub fn run(&self, golden: &digest::Report) -> Result<Vec<Line>> {
        let Self { board, level, .. } = self;
        let mut lines = Vec::new();
        for program in names(board) {
            let said = say(board, &self.folder.join(program))?;
            if !MEASURE.contains(&program) {
                digests_agree(&said, golden).map_err(|e| {
                    format!("{program} on {}, compiled at opt-level {level}, {e}", board.name)
                })?;
            }
            lines.extend(said);
        }
        Ok(lines)
    }
}

/// What a program prints, which is the same if it runs again.
pub fn say(board: &Board, program: &Path) -> Result<Vec<Line>> {
    let (emulator, name) = (tools::qemu(board.emulator)?, program.display());
    let once = || {
        let mut command = Command::new(&emulator);
        let done = attempt(board.name, command.args(board.arguments()).arg(program), Some(LIMIT))?;
        if done.success {
            Ok(done.stdout)
        } else {
            Err(format!("{name} on {}:\n{}", board.name, done.output))
        }
    };
    let (first, second) = (once()?, once()?);
    if first != second {
        return Err(format!("two runs of {name} on {} differ:\n{first}\n{second}", board.name));
    }
    Ok(lines(&first))
}

/// What a program has printed, in words.
pub fn lines(said: &str) -> Vec<Line> {
    said.lines().map(|line| line.split(", ").map(str::to_owned).collect()).collect()
}

fn names(board: &Board) -> impl Iterator<Item = &'static str> {
    let with_fpu = if board.fpu { &COMPARE_WITH_FPU[..] } else { &[] };
    MEASURE.iter().chain(&COMPARE).chain(with_fpu).copied()
}

/// For a build in `firmware/`.
pub fn cargo(board: &Board, level: &str) -> Result<Command> {
    let mut cargo = cargo::cargo();
    toolchain::add(board.target)?;
    cargo
        .current_dir(paths::root().join("firmware"))
        .env("CARGO_TARGET_DIR", target_dir())
        .env("CARGO_BUILD_TARGET", board.target)
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", level)
        .env("RUSTFLAGS", board.rustflags())
        .env("LAYERNORM_BOARD", board.name)
        .env("LAYERNORM_TICKS", board.ticks().to_string());
    Ok(cargo)
}

/// What the last build for the board's target has left.
pub fn image(board: &Board, program: &str) -> PathBuf {
    target_dir().join(board.target).join("release").join(program)
}

fn target_dir() -> PathBuf {
    paths::target().join("firmware")
}

/// All digests are golden ones, and there is one.
pub fn digests_agree(lines: &[Line], golden: &digest::Report) -> Result<()> {
    let digests = || lines.iter().filter(|line| line[0] == "digest");
    if digests().count() == 0 {
        return Err("prints no digest".into());
    }
    let is_golden = |line: &Line| golden.groups.iter().any(|(name, hash)| line[1..].iter().eq([name, hash]));
    match digests().find(|line| !is_golden(line)) {
        None => Ok(()),
        Some(line) => Err(format!("computes other bits: {}", line.join(" "))),
    }
}
