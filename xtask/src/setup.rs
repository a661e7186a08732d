//! All of the set-up at once, for those who want to have it behind them (before going offline, say).

use crate::{Result, no_arguments, toolchain, tools};

pub fn command(arguments: &[String]) -> Result<()> {
    no_arguments(arguments)?;
    tools::node()?;
    toolchain::toolchain(&toolchain::WASM)?;
    toolchain::toolchain(&toolchain::THUMB)?;
    tools::wasm_bindgen()?;
    tools::chromium()?;
    for folder in ["wasm", "web"] {
        tools::npm_packages(folder)?;
    }
    Ok(())
}
