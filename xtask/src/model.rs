//! `cargo xtask model`: trains the network of `model/`, and measures what its README tells of it.

use crate::cargo::DEFAULT;
use crate::process::run;
use crate::{Result, unknown_argument};
use std::process::Command;

pub fn command(arguments: &[String]) -> Result<()> {
    match arguments {
        [argument] if argument == "check" => check(),
        [argument] if ["train", "tune", "table"].contains(&argument.as_str()) => {
            let status = trainer(&[argument]).status().map_err(|e| format!("cannot start cargo: {e}"))?;
            // What was wrong has been said.
            if status.success() { Ok(()) } else { Err(format!("cannot {argument}")) }
        }
        [argument, ..] => Err(unknown_argument(argument, "one of train, check, tune, table")),
        [] => Err("this command takes one of train, check, tune, table".into()),
    }
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
