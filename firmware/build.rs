//! Puts the memory of the board that `LAYERNORM_BOARD` names where the linker script of the run time looks for it.

use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-env-changed=LAYERNORM_BOARD");
    let board = env::var("LAYERNORM_BOARD").expect("LAYERNORM_BOARD names a file of boards/, without .x");
    let memory = format!("boards/{board}.x");
    println!("cargo:rerun-if-changed={memory}");
    let out = env::var("OUT_DIR").expect("cargo sets it");
    fs::copy(&memory, Path::new(&out).join("memory.x")).unwrap_or_else(|e| panic!("{memory}: {e}"));
    println!("cargo:rustc-link-search={out}");
    if env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "riscv32") {
        println!("cargo:rustc-link-arg-bins=-Tmemory.x");
    }
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
    if env::var_os("CARGO_FEATURE_DEFMT").is_some() {
        println!("cargo:rustc-link-arg-bins=-Tdefmt.x");
    }
}
