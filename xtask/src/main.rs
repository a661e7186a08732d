//! The project's commands: `cargo xtask COMMAND`. Each does its own set-up and skips what is there.

mod apt;
mod arguments;
mod bench;
mod browser;
mod c;
mod cargo;
mod demo;
mod digest;
mod elsewhere;
mod firmware;
mod fuzz;
mod image;
mod links;
mod metadata;
mod model;
mod nightly;
mod oldest;
mod package;
mod paths;
mod probe;
mod process;
mod result;
mod sanitise;
mod server;
mod setup;
#[cfg(test)]
mod statements;
mod stranger;
mod test;
mod toolchain;
mod tools;

use arguments::{next, no_arguments, text, unknown};
use lexopt::{Arg, Parser};
use result::Result;
use std::process::ExitCode;

struct Command {
    name: &'static str,
    options: &'static str,
    does: &'static str,
    run: fn(Parser) -> Result<()>,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "demo",
        options: "[--once] [--port N]",
        does: "builds the page and serves it; --once: loads it in a headless browser and compares with native",
        run: demo::command,
    },
    Command {
        name: "test",
        options: "[--full] [STEP...]",
        does: "everything that must hold, or steps by a part of their name, or a file of tests/; --full adds the slow tier",
        run: test::command,
    },
    Command {
        name: "package",
        options: "",
        does: "builds the npm package into wasm/pkg",
        run: package::command,
    },
    Command {
        name: "c",
        options: "",
        does: "writes the header of the C API, builds its library, and tries both with programs in C",
        run: c::command,
    },
    Command {
        name: "c",
        options: "--archive",
        does: "builds what is released for C: the header, a library for each of ten ABIs, files for CMake and pkg-config",
        run: c::command,
    },
    Command {
        name: "digest",
        options: "[--only WORD]",
        does: "prints the digest of the canonical results on every target, compares with the golden one",
        run: digest::command,
    },
    Command {
        name: "digest",
        options: "--bless [GROUP...]",
        does: "makes the results golden: new groups, and of the old ones those that are named; say why in the commit",
        run: digest::command,
    },
    Command {
        name: "model",
        options: "train|check|tune|table",
        does: "trains the network that names a speaker; trains and compares; measures the tables of model/README.md",
        run: model::command,
    },
    Command {
        name: "firmware",
        options: "[--board NAME]",
        does: "counts instructions and memory on emulated boards, compares their digests, writes firmware/README.md",
        run: firmware::command,
    },
    Command {
        name: "firmware",
        options: "--tighten",
        does: "lowers the limits of firmware/limits to what is counted",
        run: firmware::command,
    },
    Command {
        name: "bench",
        options: "[--peers] [--against COMMIT] [--only WORDS]",
        does: "times the kernels (beside other libraries', and earlier ones), writes benches/RESULTS.md; --only: prints some of it",
        run: bench::command,
    },
    Command {
        name: "bench",
        options: "--budget|--tighten",
        does: "counts instructions per element, compares with benches/budget; --tighten: lowers its limits",
        run: bench::command,
    },
    Command {
        name: "fuzz",
        options: "[TARGET] [--minutes M]",
        does: "runs the fuzz targets of tests/fuzz, 5 minutes each; --minimise: keeps what a run has found",
        run: fuzz::command,
    },
    Command {
        name: "setup",
        options: "",
        does: "installs what the other commands need (they do it themselves)",
        run: setup::command,
    },
];

fn main() -> ExitCode {
    let mut arguments = Parser::from_env();
    let name = match arguments.next() {
        Ok(Some(Arg::Value(name))) => name.to_string_lossy().into_owned(),
        Ok(None | Some(Arg::Long("help") | Arg::Short('h'))) => String::new(),
        Ok(Some(Arg::Long(option))) => format!("--{option}"),
        Ok(Some(Arg::Short(option))) => format!("-{option}"),
        Err(e) => e.to_string(),
    };
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        if !matches!(name.as_str(), "" | "help") {
            eprintln!("error: there is no command `{name}`\n");
        }
        eprintln!("{}", usage());
        return ExitCode::from(2);
    };
    match (command.run)(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let mut text = String::from("usage: cargo xtask COMMAND\n");
    for Command { name, options, does, .. } in COMMANDS {
        text += &format!("\n  {:30}{does}", format!("{name} {options}"));
    }
    text
}
