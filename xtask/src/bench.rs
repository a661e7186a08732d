//! `cargo xtask bench`: builds the contenders in `benches/`, and lets a script time them and write the report.

pub mod budget;

use crate::cargo::Flavour;
use crate::process::{announced, run};
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

pub fn command(mut arguments: Parser) -> Result<()> {
    let (mut peers, mut only, mut others) = (false, Vec::new(), 0);
    while let Some(argument) = next(&mut arguments)? {
        match argument {
            Long("budget") if others == 0 => return no_arguments(arguments).and_then(|()| budget::check()),
            Long("tighten") if others == 0 => {
                return no_arguments(arguments).and_then(|()| budget::tighten());
            }
            Long("peers") => peers = true,
            Long("only") => {
                let words = text(arguments.value()).map_err(|_| ONLY)?;
                only.extend(words.split(',').map(str::to_owned));
            }
            other => return Err(unknown(other, "--peers and --only, or one of --budget, --tighten")),
        }
        others += 1;
    }
    bench(peers, &only)
}

const ONLY: &str =
    "--only wants words, as in --only node,512x768,rten: engines, shapes, verbs, parts of contenders";

/// With words in `only` the tables are printed instead of written.
fn bench(peers: bool, only: &[String]) -> Result<()> {
    package::package()?;
    tools::npm_packages("benches/js")?;
    toolchain::add(toolchain::WASM)?;
    let module = build(WASM, Some(toolchain::WASM), peers, &["--lib"], "layernorm_contenders.wasm")?;
    let serve = build(NATIVE, None, peers, &["--bin", "serve"], "serve")?;
    let path = |path: PathBuf| Value::from(path.to_string_lossy());
    let mut settings = vec![
        ("module", path(module)),
        ("serve", path(serve)),
        ("chromium", path(tools::chromium()?)),
        ("pkg", path(paths::root().join("wasm/pkg"))),
        ("peers", peers.into()),
        ("only", only.into()),
    ];
    if peers {
        settings.push(("python", path(python()?)));
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

/// The contenders are a workspace of their own; `artifact` is the file that comes out.
fn build(
    flavour: Flavour,
    target: Option<&str>,
    peers: bool,
    selection: &[&str],
    artifact: &str,
) -> Result<PathBuf> {
    let mut cargo = flavour.cargo();
    cargo.current_dir(paths::root().join("benches/contenders")).args(["build", "--release"]).args(selection);
    if let Some(triple) = target {
        cargo.args(["--target", triple]);
    }
    if peers {
        cargo.args(["--features", "peers"]);
    }
    announced(&format!("cargo build contenders ({})", flavour.name), &mut cargo)?;
    Ok(flavour.artifact(target.unwrap_or_default(), artifact))
}

/// A Python with the peers that come from there, in the user's cache.
fn python() -> Result<PathBuf> {
    let requirements = paths::root().join("benches/python/requirements.txt");
    let wanted =
        std::fs::read_to_string(&requirements).map_err(|e| format!("{}: {e}", requirements.display()))?;
    let venv = paths::cache()?.join("bench-python");
    let (program, installed) = (venv.join("bin/python"), venv.join("installed.txt"));
    if std::fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(program);
    }
    let by_hand = "get it with: sudo apt-get install -y python3 python3-venv";
    run("python3 -m venv", Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))
        .map_err(|e| format!("{e}\n  {by_hand}"))?;
    let mut pip = Command::new(&program);
    pip.args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(&requirements);
    announced("pip install of the Python peers", &mut pip)?;
    std::fs::write(&installed, wanted).map_err(|e| format!("{}: {e}", installed.display()))?;
    Ok(program)
}
