//! All of the set-up at once, for those who want to have it behind them (before going offline, say).

use crate::{Result, c, digest, no_arguments, toolchain, tools};
use lexopt::Parser;

type Part = fn() -> Result<()>;

pub const PARTS: [(&str, Part); 7] = [
    ("Node", tools::node),
    ("Rust targets", || {
        toolchain::add(toolchain::WASM)?;
        toolchain::add(toolchain::THUMB)
    }),
    ("wasm-bindgen", || tools::wasm_bindgen().map(drop)),
    ("browsers", || tools::chromium().and_then(|_| tools::firefox()).map(drop)),
    ("npm packages", || ["wasm", "web"].into_iter().try_for_each(tools::npm_packages)),
    ("targets of the digest", digest::install),
    ("compilers of C", c::install),
];

pub fn command(arguments: Parser) -> Result<()> {
    no_arguments(arguments)?;
    PARTS.iter().try_for_each(|(_, part)| part())
}
