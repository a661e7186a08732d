//! `cargo xtask digest`: the same corpus on every target, one digest.

mod big_endian;
mod emulated;
mod native;
mod program;
mod report;
mod target;
mod wasm;

pub use emulated::{AARCH64, for_aarch64, install as install_emulated};
pub use report::{Report, golden};

use crate::process::processors;
use crate::{Result, next, no_arguments, text, tools, unknown};
use lexopt::Arg::{Long, Value};
use lexopt::Parser;
use std::sync::mpsc::channel;
use std::thread;
use target::{Corpus, Target};

const TAKES: &str =
    "--only WORD, for targets with that in their name; --bless, and the groups that may change";

pub fn command(mut arguments: Parser) -> Result<()> {
    match next(&mut arguments)? {
        None => digest(""),
        Some(Long("only")) => {
            let word = text(arguments.value())?;
            no_arguments(arguments)?;
            digest(&word)
        }
        Some(Long("bless")) => {
            let mut groups = Vec::new();
            while let Some(argument) = next(&mut arguments)? {
                match argument {
                    Value(group) => groups.push(text(Ok(group))?),
                    other => return Err(unknown(other, TAKES)),
                }
            }
            report::bless(&agreed("")?.ok_or("nothing to bless")?, &groups)
        }
        Some(other) => Err(unknown(other, TAKES)),
    }
}

/// Installs what its targets need beside what other commands do.
pub fn install() -> Result<()> {
    emulated::install()?;
    big_endian::install()?;
    tools::npm_packages(wasm::RUNTIMES)
}

/// Targets with `part` in their name compute the golden results.
pub fn digest(part: &str) -> Result<()> {
    agreed(part)?.as_ref().map_or(Ok(()), report::compare)
}

/// What all targets with `part` in their name compute alike; `None` if that is the reduced corpus only.
fn agreed(part: &str) -> Result<Option<Report>> {
    // The slowest first: others are built meanwhile.
    let mut targets = vec![big_endian::target()];
    targets.extend(native::targets());
    targets.extend(emulated::targets());
    targets.extend(wasm::targets());
    targets.retain(|target| target.name.contains(part));
    if targets.is_empty() {
        return Err(format!("no target has `{part}` in its name"));
    }
    if targets.iter().any(|target| target.corpus == Corpus::Reduced) {
        targets.insert(1, native::reduced());
    }
    let (mut whole, mut reduced) = (Vec::new(), Vec::new());
    let mut problems = Vec::new();
    compute(&targets, |target, computed| {
        match computed.and_then(|text| Report::parse(&target.name, &text)) {
            Ok(report) => {
                println!("{} {}", target.name, report.total());
                if target.corpus == Corpus::Whole { whole.push(report) } else { reduced.push(report) }
            }
            Err(e) => {
                println!("{} missing", target.name);
                problems.push(format!("{} is missing: {e}", target.name));
            }
        }
    });
    problems.extend(report::differences(&whole));
    problems.extend(report::differences(&reduced));
    if !problems.is_empty() {
        return Err(problems.join("\n"));
    }
    Ok(whole.into_iter().next())
}

/// Runs as many as there are processors, while the next is built.
fn compute(targets: &[Target], mut each: impl FnMut(&Target, Result<String>)) {
    let at_once = processors();
    thread::scope(|scope| {
        let (sender, done) = channel();
        let mut running = 0;
        for target in targets {
            let run = match (target.prepare)() {
                Ok(run) => run,
                Err(e) => {
                    each(target, Err(e));
                    continue;
                }
            };
            while let Some((target, computed)) =
                if running == at_once { done.recv().ok() } else { done.try_recv().ok() }
            {
                each(target, computed);
                running -= 1;
            }
            let sender = sender.clone();
            scope.spawn(move || sender.send((target, run())));
            running += 1;
        }
        drop(sender);
        done.into_iter().for_each(|(target, computed)| each(target, computed));
    });
}
