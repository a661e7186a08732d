//! What a verb takes of flash and stack, in images that call no other: the flash of one, less that of the same without a call;
//! the stack that another one measures as it runs.

use super::boards::Board;
use super::programs::{self, Line};
use crate::process::run;
use crate::{Result, image};

/// Cores that differ in what they have no instructions for.
const CORES: [&str; 3] = ["M0", "M4F", "RV32IMC"];
/// The names that `firmware/src/bin/flash.rs` gives them.
const VERBS: [&str; 23] = [
    "LayerNorm, f32",
    "RmsNorm, f32",
    "forward_residual, f32",
    "Moments, f32",
    "backward, f32",
    "forward_cumulative, f32",
    "L2Norm, f32",
    "forward_qk_in_place, f32",
    "DynamicTanh, f32",
    "LayerNorm, i16 fixed",
    "RmsNorm, i16 fixed",
    "LayerNorm, i8 fixed",
    "LayerNorm, i32 fixed",
    "LayerNorm, i16 quantised",
    "LayerNorm, i8 quantised",
    "forward_residual, i8 quantised",
    "Moments, i8 quantised",
    "forward_cumulative, i8 quantised",
    "GroupNorm, i8 quantised",
    "DynamicTanh, i8 quantised",
    "Params::from_bytes, i8 quantised",
    "Classifier, i8 GRU",
    "Classifier, f32 GRU",
];

/// Those whose stack is not measured.
const UNMEASURED: [&str; 2] = ["LayerNorm, i32 fixed", "Params::from_bytes, i8 quantised"];

/// Lines `flash, VERB, TYPE, BYTES` and `stack, ROWS, VERB, TYPE, BYTES` of the verbs that are `wanted`.
///
/// # Errors
/// If a verb brings a variable that is static.
pub fn measure(board: &Board, level: &str, wanted: impl Fn(&str) -> bool) -> Result<Vec<Line>> {
    let verbs: Vec<_> =
        VERBS.into_iter().filter(|verb| CORES.contains(&board.core) && wanted(verb)).collect();
    if verbs.is_empty() {
        return Ok(Vec::new());
    }
    let without = size(board, level, "")?;
    let lines = |verb: &str| {
        let with = size(board, level, verb)?;
        if with.ram != without.ram {
            return Err(format!("{verb} makes {} bytes of static memory of {}", with.ram, without.ram));
        }
        let bytes = with.flash.checked_sub(without.flash).filter(|bytes| *bytes > 0);
        let bytes = bytes.ok_or_else(|| format!("{verb} is not in its image"))?.to_string();
        let words = ["flash"].into_iter().chain(verb.split(", ")).map(str::to_owned);
        let mut lines = vec![words.chain([bytes]).collect()];
        if !UNMEASURED.contains(&verb) {
            build(board, level, verb, "stack")?;
            lines.extend(programs::say(board, &programs::image(board, "stack"))?);
        }
        Ok(lines)
    };
    let lines: Result<Vec<_>> = verbs.into_iter().map(lines).collect();
    let lines = lines.map_err(|e| format!("{}, compiled at opt-level {level}: {e}", board.name))?;
    Ok(lines.concat())
}

fn size(board: &Board, level: &str, verb: &str) -> Result<image::Size> {
    build(board, level, verb, "flash")?;
    let path = programs::image(board, "flash");
    let bytes = std::fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(image::size(&image::parse(&bytes)?))
}

fn build(board: &Board, level: &str, verb: &str, program: &str) -> Result<()> {
    let mut cargo = programs::cargo(board, level)?;
    cargo
        .args(["build", "--release", "--bin", program])
        .env("LAYERNORM_VERB", verb)
        .env("CARGO_PROFILE_RELEASE_LTO", "fat")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1");
    run(&format!("{program} for {}, opt-level {level}", board.name), &mut cargo).map(drop)
}
