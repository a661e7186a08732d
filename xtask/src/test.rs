//! `cargo xtask test`: everything that must hold, one step after the other, up to the first that fails.

mod steps;

use crate::process::{elapsed, processor_time};
use crate::{Result, next, paths, text, unknown};
use lexopt::Arg::{Long, Value};
use lexopt::Parser;
use std::time::Instant;
use steps::{Step, one_file, steps};

pub fn command(mut arguments: Parser) -> Result<()> {
    let mut full = false;
    let mut only = Vec::new();
    while let Some(argument) = next(&mut arguments)? {
        match argument {
            Long("full") => full = true,
            Value(part) => only.push(text(Ok(part))?),
            other => return Err(unknown(other, "--full, parts of steps' names, and files of tests/")),
        }
    }
    let only: Vec<&str> = only.iter().map(String::as_str).collect();
    let steps = if only.is_empty() { steps(full) } else { chosen(steps(full), &only, full)? };
    let start = Instant::now();
    let count = steps.len();
    let mut passed = 0;
    for (name, step) in steps {
        println!("[{}/{count}] {name}", passed + 1);
        let (step_start, before) = (Instant::now(), processor_time());
        if let Err(message) = step() {
            println!("{message}\n[{}/{count}] {name}: FAILED after {}", passed + 1, elapsed(step_start));
            println!("{passed} passed, 1 failed");
            std::process::exit(1);
        }
        passed += 1;
        let busy = (processor_time() - before).as_secs_f64();
        println!(
            "[{passed}/{count}] {name}: ok, {}, {busy:.0} s of processors (total {})",
            elapsed(step_start),
            elapsed(start)
        );
    }
    println!("{passed} passed, 0 failed");
    Ok(())
}

/// The steps with one of `words` in their name. A word that is in none may be a module of the conformance tests.
fn chosen(mut steps: Vec<Step>, words: &[&str], full: bool) -> Result<Vec<Step>> {
    let mut files: Vec<Step> = Vec::new();
    let main = paths::root().join("tests/main.rs");
    let modules = std::fs::read_to_string(&main).map_err(|e| format!("{}: {e}", main.display()))?;
    for &word in words.iter().filter(|&word| !steps.iter().any(|(name, _)| name.contains(word))) {
        if !modules
            .lines()
            .any(|line| line.strip_prefix("mod ").and_then(|line| line.strip_suffix(';')) == Some(word))
        {
            return Err(format!(
                "no step has `{word}` in its name, and tests/main.rs no module of that name"
            ));
        }
        let module = format!("{word}::");
        files.push((
            format!("core tests: tests/{word}.rs, native avx2"),
            Box::new(move || one_file(&module, full)),
        ));
    }
    steps.retain(|(name, _)| words.iter().any(|&word| name.contains(word)));
    steps.extend(files);
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(words: &[&str]) -> Result<Vec<String>> {
        chosen(steps(false), words, false).map(|steps| steps.into_iter().map(|(name, _)| name).collect())
    }

    #[test]
    fn a_word_chooses_steps_or_a_file_of_tests_or_is_an_error() {
        assert_eq!(names(&["demo"]), Ok(vec!["demo --once".into()]));
        assert_eq!(names(&["contracts"]), Ok(vec!["core tests: tests/contracts.rs, native avx2".into()]));
        assert!(names(&["demo", "contract"]).is_err_and(|e| e.contains("`contract`")));
        assert!(["main", "readme", "../build"].iter().all(|word| names(&[word]).is_err()));
    }

    #[test]
    fn the_examples_of_contributing_choose_something() {
        let page = include_str!("../../CONTRIBUTING.md");
        let examples = page.lines().filter_map(|line| line.trim().strip_prefix("cargo xtask test "));
        let words =
            examples.map(|line| line.split('#').next().unwrap_or_default().split_whitespace().collect());
        let examples: Vec<Vec<&str>> = words.filter(|words: &Vec<&str>| !words.is_empty()).collect();
        assert!(examples.len() >= 2, "{examples:?}");
        for words in examples {
            assert!(names(&words).is_ok_and(|names| !names.is_empty()), "{words:?}");
        }
    }
}
