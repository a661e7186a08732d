//! `cargo xtask bench`: builds the contenders in `benches/`, and lets a script time them and write the report.

pub mod budget;
mod contenders;
mod python;

use crate::cargo::Flavour;
use crate::{Result, next, no_arguments, package, paths, text, toolchain, tools, unknown};
use lexopt::Arg::Long;
use lexopt::Parser;
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// `getrandom` is reached by two peers, and wants to know where wasm gets random numbers from.
const WASM: Flavour =
    Flavour::apart("bench-wasm", "-C target-feature=+simd128 --cfg getrandom_backend=\"wasm_js\"");
const NATIVE: Flavour = Flavour::apart("bench-native", "");
const EARLIER_WASM: Flavour = Flavour::apart("bench-earlier-wasm", "-C target-feature=+simd128");
const EARLIER_NATIVE: Flavour = Flavour::apart("bench-earlier-native", "");

pub fn command(mut arguments: Parser) -> Result<()> {
    let (mut peers, mut against, mut only, mut others) = (false, None, Vec::new(), 0);
    while let Some(argument) = next(&mut arguments)? {
        match argument {
            Long("budget") if others == 0 => return no_arguments(arguments).and_then(|()| budget::check()),
            Long("tighten") if others == 0 => {
                return no_arguments(arguments).and_then(|()| budget::tighten());
            }
            Long("peers") => peers = true,
            Long("against") => against = Some(text(arguments.value())?),
            Long("only") => {
                let words = text(arguments.value()).map_err(|_| ONLY)?;
                only.extend(words.split(',').map(str::to_owned));
            }
            other => {
                return Err(unknown(other, "--peers, --against and --only, or one of --budget, --tighten"));
            }
        }
        others += 1;
    }
    bench(peers, against.as_deref(), &only)
}

const ONLY: &str =
    "--only wants words, as in --only node,512x768,rten: engines, shapes, verbs, parts of contenders";

/// With words in `only` the tables are printed instead of written.
fn bench(peers: bool, against: Option<&str>, only: &[String]) -> Result<()> {
    package::package()?;
    tools::npm_packages("benches/js")?;
    toolchain::add(toolchain::WASM)?;
    let here = contenders::folder(&paths::root());
    let features: &[&str] = if peers { &["--features", "peers"] } else { &[] };
    let module = contenders::module(WASM, &here, features)?;
    let serve = contenders::serve(NATIVE, &here, features)?;
    let path = |path: PathBuf| Value::from(path.to_string_lossy());
    let mut settings = vec![
        ("module", path(module)),
        ("serve", path(serve)),
        ("chromium", path(tools::chromium()?)),
        ("pkg", path(paths::root().join("wasm/pkg"))),
        ("peers", peers.into()),
        ("only", only.into()),
    ];
    if let Some(commit) = against {
        let folder = contenders::of_commit(commit)?;
        let build = |features| {
            let module = contenders::module(EARLIER_WASM, &folder, features)?;
            Ok((module, contenders::serve(EARLIER_NATIVE, &folder, features)?))
        };
        // The crate may have had no gradients.
        let built: Result<_> = build(&[]).or_else(|_| build(&["--features", "without-gradients"]));
        let (module, serve) = built.map_err(|e| format!("today's contenders do not fit {commit}: {e}"))?;
        let earlier = [("commit", commit.into()), ("module", path(module)), ("serve", path(serve))];
        settings.push(("against", Value::from_iter(earlier)));
    }
    if peers {
        settings.push(("python", path(python::program()?)));
    }
    let settings = Value::from_iter(settings).to_string();
    let mut script = Command::new("node");
    script.current_dir(paths::root().join("benches/js")).arg("run.mjs").arg(settings);
    let status = script.stdin(Stdio::null()).status().map_err(|e| format!("cannot start Node: {e}"))?;
    if !status.success() {
        return Err("benches/js/run.mjs failed".into());
    }
    if only.is_empty() {
        println!("written: benches/RESULTS.md");
    }
    Ok(())
}
