//! `cargo xtask model`: trains the network of `model/`, and measures what its README tells of it.

use crate::cargo::DEFAULT;
use crate::process::run;
use crate::{Result, next, no_arguments, text, unknown};
use lexopt::Arg::Value;
use lexopt::Parser;
use std::process::Command;

pub fn command(mut arguments: Parser) -> Result<()> {
    const TAKES: &str = "one of train, check, tune, table";
    let verb = match next(&mut arguments)? {
        Some(Value(verb)) if ["check", "train", "tune", "table"].iter().any(|known| verb == **known) => {
            text(Ok(verb))?
        }
        Some(other) => return Err(unknown(other, TAKES)),
        None => return Err(format!("this command takes {TAKES}")),
    };
    no_arguments(arguments)?;
    if verb == "check" {
        return check();
    }
    let status = trainer(&[&verb]).status().map_err(|e| format!("cannot start cargo: {e}"))?;
    // What was wrong has been said.
    if status.success() { Ok(()) } else { Err(format!("cannot {verb}")) }
}

/// Training gives the bits that are in the tree.
pub fn check() -> Result<()> {
    run("training", &mut trainer(&["train", "--check"])).map(drop)
}

fn trainer(arguments: &[&str]) -> Command {
    let mut cargo = DEFAULT.cargo();
    cargo.args(["run", "--quiet", "--release", "--package", "layernorm-model", "--"]).args(arguments);
    cargo
}
