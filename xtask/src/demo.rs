//! `cargo xtask demo`: the page, built and served; with `--once`, loaded in a headless browser and compared
//! with what the same code computes natively.

use crate::cargo::DEFAULT;
use crate::process::{announced, run};
use crate::server::{Server, serve};
use crate::{Result, next, package, paths, text, tools, unknown};
use lexopt::Arg::Long;
use lexopt::Parser;
use std::path::PathBuf;
use std::process::Command;

const PORT: u16 = 4173;

pub fn command(mut arguments: Parser) -> Result<()> {
    let mut port = PORT;
    let mut only_once = false;
    while let Some(argument) = next(&mut arguments)? {
        match argument {
            Long("once") => only_once = true,
            Long("port") => {
                let number = text(arguments.value())?;
                port = number.parse().map_err(|_| format!("--port: `{number}` is not a port number"))?;
            }
            other => return Err(unknown(other, "--once, --port N")),
        }
    }
    if only_once {
        return once();
    }
    let dist = build()?;
    let server = serve(dist, port)?;
    println!("the demo is at {} (Ctrl-C ends it)", server.address);
    // The page has nothing to report; this waits until the process is ended.
    for _ in server.reports {}
    Ok(())
}

/// Builds the page, has a headless browser load it, and fails unless its bits are the native ones.
pub fn once() -> Result<()> {
    let chromium = tools::chromium()?;
    let dist = build()?;
    let Server { address, reports: _reports } = serve(dist, 0)?;
    let mut node = Command::new("node");
    node.current_dir(paths::root().join("web")).arg("once.mjs");
    let page = run("the page", node.env("DEMO_URL", address).env("CHROMIUM", chromium))?;
    let mut cargo = DEFAULT.cargo();
    cargo.args(["run", "--quiet", "--release", "--features", "std,sequence", "--example", "utterance"]);
    let native = run("the native example", &mut cargo)?;
    compare(&page, &native)
}

fn compare(page: &str, native: &str) -> Result<()> {
    let mut different = 0;
    let (mut page_lines, mut native_lines) = (page.lines(), native.lines());
    loop {
        match (page_lines.next(), native_lines.next()) {
            (None, None) => break,
            (Some(one), Some(other)) if one == other => println!("page and native: {one}"),
            (one, other) => {
                different += 1;
                println!("page:   {}\nnative: {}", one.unwrap_or("(nothing)"), other.unwrap_or("(nothing)"));
            }
        }
    }
    match different {
        _ if page.trim().is_empty() => Err("the page computed nothing".into()),
        0 => Ok(()),
        _ => Err(format!("page and native differ in {different} lines")),
    }
}

/// The folder with the built page.
fn build() -> Result<PathBuf> {
    package::package()?;
    tools::npm_packages("web")?;
    let web = paths::root().join("web");
    announced("npm run build in web/", tools::npm(&web).args(["run", "build"]))?;
    Ok(web.join("dist"))
}
