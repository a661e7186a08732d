//! Puts the memory of the board that `LAYERNORM_BOARD` names where the linker script of the run time looks for it, and the
//! utterances of the test into Rust.

#[path = "../model/data/utterances.rs"]
mod utterances;

use std::fmt::Debug;
use std::path::Path;
use std::{env, fs};
use utterances::{Split, Utterance};

fn main() {
    let out = env::var("OUT_DIR").expect("cargo sets it");
    linker(Path::new(&out));
    println!("cargo:rerun-if-changed=../model");
    fs::write(Path::new(&out).join("recording.rs"), recording()).expect("cargo has made the folder");
}

fn linker(out: &Path) {
    println!("cargo:rerun-if-env-changed=LAYERNORM_BOARD");
    let board = env::var("LAYERNORM_BOARD").expect("LAYERNORM_BOARD names a file of boards/, without .x");
    let memory = format!("boards/{board}.x");
    println!("cargo:rerun-if-changed={memory}");
    fs::copy(&memory, out.join("memory.x")).unwrap_or_else(|e| panic!("{memory}: {e}"));
    println!("cargo:rustc-link-search={}", out.display());
    if env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "riscv32") {
        println!("cargo:rustc-link-arg-bins=-Tmemory.x");
    }
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
    if env::var_os("CARGO_FEATURE_DEFMT").is_some() {
        println!("cargo:rustc-link-arg-bins=-Tdefmt.x");
    }
}

fn recording() -> String {
    // In the header of the file.
    let file = include_bytes!("../model/speaker.i8.bin");
    let fraction = u16::from_le_bytes([file[14], file[15]]).into();
    let test: Vec<Utterance> = utterances::all().filter(|one| one.split == Split::Test).collect();
    let utterances = test.iter().map(|one| (one.speaker, one.frames().count()));
    let frames = || test.iter().flat_map(Utterance::frames);
    array("UTTERANCES", "(u8, u8)", utterances)
        + &array("FRAMES_I16", "[i16; WIDTH]", frames().map(|frame| utterances::codes(frame, fraction)))
        + &array("FRAMES_F32", "[f32; WIDTH]", frames())
}

fn array(name: &str, of: &str, values: impl Iterator<Item = impl Debug>) -> String {
    let values: Vec<_> = values.collect();
    format!("pub static {name}: [{of}; {}] = {values:?};\n", values.len())
}
