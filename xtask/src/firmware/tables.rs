//! What the programs said, as tables: a column for each board.

use super::measured::{LEVELS, Measured};
use crate::Result;
use std::path::Path;

const MARKS: [&str; 2] = ["<!-- measured -->\n", "<!-- end of measured -->"];

/// Replaces what is between the marks of the file.
pub fn write(path: &Path, measured: &[Measured]) -> Result<()> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let unmarked = || format!("{} lacks {}", path.display(), MARKS[0].trim());
    let (before, rest) = text.split_once(MARKS[0]).ok_or_else(unmarked)?;
    let (_, after) = rest.split_once(MARKS[1]).ok_or_else(unmarked)?;
    let text = format!("{before}{}{}{}{after}", MARKS[0], all(measured), MARKS[1]);
    std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
}

pub fn all(measured: &[Measured]) -> String {
    let mut text = boards(measured);
    for level in LEVELS {
        let of_level: Vec<_> = measured.iter().filter(|one| one.level == level).collect();
        text += &format!("Instructions of a row, and of an element of it, opt-level {level}:\n\n");
        text += &table("cost", &["rows", "N", "norm", "type"], &of_level, |key, values| {
            let width = key.get(1).and_then(|width| width.parse::<f64>().ok());
            let row = values.first().and_then(|row| row.parse::<f64>().ok());
            row.zip(width).map_or(String::new(), |(row, width)| format!("{row}, {:.1}", row / width))
        });
    }
    let of_both: Vec<_> = measured.iter().collect();
    let levels = LEVELS.join(" and ");
    text += &format!("Bytes of flash, opt-level {levels}:\n\n");
    text += &table("flash", &["verb", "type"], &of_both, |_, values| distinct(values));
    text += "Bytes of RAM:\n\n";
    text += &ram(&of_both);
    text += &format!("Bytes of stack, opt-level {levels}:\n\n");
    text += &table("stack", &["rows", "verb", "type"], &of_both, |_, values| distinct(values));
    text += &format!("The network that names the speaker, opt-level {levels}:\n\n");
    text + &table("speaker", &["weights", ""], &of_both, |_, values| distinct(values))
}

fn boards(measured: &[Measured]) -> String {
    let mut text = row(["board", "core", "target", "cpu", "compiler", "ticks in 1000 instructions"]);
    text += &row(["---", "---", "---", "---", "---", "---:"]);
    for Measured { board, compiler, .. } in measured.iter().filter(|one| one.level == LEVELS[0]) {
        let ticks = board.ticks().to_string();
        text += &row([board.name, board.core, board.target, board.cpu, compiler, &ticks]);
    }
    text + "\n"
}

/// A cell shows the values of a board, one for each level. Boards that do not run the program have no column.
fn table(
    program: &str,
    heads: &[&str],
    measured: &[&Measured],
    cell: impl Fn(&[String], &[&str]) -> String,
) -> String {
    let mut cores: Vec<&str> = Vec::new();
    for one in measured {
        if !cores.contains(&one.board.core) && lines(program, one).next().is_some() {
            cores.push(one.board.core);
        }
    }
    let mut text = row(heads.iter().chain(&cores));
    text += &row(heads.iter().map(|_| "---").chain(cores.iter().map(|_| "---:")));
    for key in keys(program, measured) {
        let cells = cores.iter().map(|core| {
            let of_core = measured.iter().filter(|one| one.board.core == *core);
            cell(key, &values(program, key, of_core))
        });
        text += &row(key.iter().cloned().chain(cells));
    }
    text + "\n"
}

/// The size of a value is that of its parts, on every board.
fn ram(measured: &[&Measured]) -> String {
    let mut text = row(["what", "type", "bytes"]) + &row(["---", "---", "---:"]);
    for key in keys("ram", measured) {
        let bytes = distinct(&values("ram", key, measured.iter()));
        text += &row(key.iter().chain([&bytes]));
    }
    text + "\n"
}

/// The lines of a program: key and value.
fn lines<'a>(program: &str, one: &'a Measured) -> impl Iterator<Item = (&'a [String], &'a str)> {
    let of_program = one.lines.iter().filter(move |line| line[0] == program);
    of_program.filter_map(|line| {
        let (value, words) = line.split_last()?;
        Some((words.get(1..)?, value.as_str()))
    })
}

/// Those of any board, in their order.
fn keys<'a>(program: &str, measured: &[&'a Measured]) -> Vec<&'a [String]> {
    let mut keys = Vec::new();
    for (key, _) in measured.iter().flat_map(|one| lines(program, one)) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

fn values<'a>(
    program: &str,
    key: &[String],
    measured: impl Iterator<Item = &'a &'a Measured>,
) -> Vec<&'a str> {
    measured.flat_map(|one| lines(program, one)).filter(|line| line.0 == key).map(|line| line.1).collect()
}

fn row(cells: impl IntoIterator<Item = impl std::fmt::Display>) -> String {
    let cells: Vec<_> = cells.into_iter().map(|cell| cell.to_string()).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// Values that are the same at every level once.
fn distinct(values: &[&str]) -> String {
    let mut distinct = values.to_vec();
    distinct.dedup();
    distinct.join(", ")
}
