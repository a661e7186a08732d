//! Trains the network that names the speaker of an utterance, and its twins: `cargo xtask model COMMAND`, from the root.

mod adamw;
mod batch_norm;
mod curve;
mod fixed;
mod network;
mod outputs;
mod random;
mod readme;
mod result;
mod runs;
mod samples;
mod table;
mod training;
mod tune;
#[path = "../data/utterances.rs"]
mod utterances;

use result::Result;
use std::process::ExitCode;

const USAGE: &str = "usage: layernorm-model train [--check] | tune | table";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["train"] => outputs::outputs().and_then(|outputs| outputs::write(&outputs)),
        ["train", "--check"] => outputs::outputs().and_then(|outputs| outputs::check(&outputs)),
        ["tune"] => tune::tune(),
        ["table"] => table::table(),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
