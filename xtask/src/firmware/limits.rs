//! Limits of what is measured on boards, in `firmware/limits`: a line is a core, an opt-level, a line of a program, and the
//! most that its number may be.

use super::measured::Measured;
use crate::{Result, paths};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const FILE: &str = "firmware/limits";
const HEADER: &str = "\
# At most: core, opt-level, what a program measures, limit.
# Checked by `cargo xtask test firmware`; lowered, never raised, by `cargo xtask firmware --tighten`.
";
/// What another release of the compiler may make of the same source.
const MARGIN: f64 = 1.01;

/// From a line's beginning to the limit.
pub struct Limits(BTreeMap<String, u64>);

impl Limits {
    pub fn read() -> Result<Self> {
        let text = std::fs::read_to_string(paths::root().join(FILE)).map_err(|e| format!("{FILE}: {e}"))?;
        let entry = |line: &str| {
            Some((line.rsplit_once(", ")?.0.to_owned(), line.rsplit_once(", ")?.1.parse().ok()?))
        };
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let entries = lines.map(|line| entry(line).ok_or_else(|| format!("{FILE}: not a limit: {line}")));
        entries.collect::<Result<_>>().map(Self)
    }

    /// Whether there is one for the flash or the stack of that verb.
    pub fn of_verb(&self, core: &str, level: &str, verb: &str) -> bool {
        let of = |what: &str| self.0.contains_key(&format!("{core}, {level}, {what}, {verb}"));
        of("flash") || of("stack, normal") || of("stack, hard")
    }

    pub fn check(&self, measured: &[Measured]) -> Result<()> {
        let found = numbers(measured);
        let problem = |(what, limit): (&String, &u64)| match found.get(what) {
            None => Some(format!("{what}: a limit for what is not measured, in {FILE}")),
            Some(number) if number > limit => Some(format!("{what}: {number}, {limit} allowed")),
            Some(_) => None,
        };
        let problems: Vec<_> = self.0.iter().filter_map(problem).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
    }

    pub fn tighten(self, measured: &[Measured]) -> Result<()> {
        let found = numbers(measured);
        let mut text = HEADER.to_owned();
        for (what, limit) in &self.0 {
            let number = found.get(what).map(|number| (*number as f64 * MARGIN).ceil() as u64);
            let _ = writeln!(text, "{what}, {}", number.map_or(*limit, |number| number.min(*limit)));
        }
        std::fs::write(paths::root().join(FILE), text).map_err(|e| format!("{FILE}: {e}"))?;
        Self::read()?.check(measured)
    }
}

fn numbers(measured: &[Measured]) -> BTreeMap<String, u64> {
    let of = |one: &Measured| {
        let (core, level) = (one.board.core, one.level);
        let number = move |line: &Vec<String>| {
            let (number, what) = line.split_last()?;
            Some((format!("{core}, {level}, {}", what.join(", ")), number.parse().ok()?))
        };
        one.lines.iter().filter_map(number).collect::<Vec<_>>()
    };
    measured.iter().flat_map(of).collect()
}
