//! Images for a Cortex-M0 and a Cortex-M4F, of which the linker shows what the verbs need.
//!
//! The panic probe, for both, calls every verb and must link, though its panic handler needs a symbol that does not exist. So no
//! path to a panic is left in it; nor may any code of `core::fmt` be. The float probe, for the M0, calls the verbs of integers
//! only, and besides has no routine for floating point, of which it has no instruction.

use crate::cargo::THUMB;
use crate::process::{Finished, attempt};
use crate::toolchain;
use crate::{Result, image};
use object::{Object, ObjectSection};

pub const LEVELS: [&str; 2] = ["s", "3"];
const MISSING_SYMBOL: &str = "a_panic_path_is_linked";
/// `core::fmt` in both of rustc's manglings.
const FORMATTING: &[u8] = b"4core3fmt";
/// The entry point: proof that the image's symbols are there to be searched.
const ENTRY: &str = "_start";
const INTEGERS_ONLY: &str = "integers_only";

const M0: &str = toolchain::THUMB;
/// It has lanes of its own.
const M4F: &str = toolchain::THUMBV7EM;

/// The images with every verb link and are clean.
pub fn no_panic(level: &str) -> Result<()> {
    for target in [M0, M4F] {
        clean(target, level, &[])?;
    }
    Ok(())
}

/// So is that with the verbs of integers, and there is nothing in it for floating point.
pub fn no_float(level: &str) -> Result<()> {
    let image = clean(M0, level, &["--features", INTEGERS_ONLY])?;
    let floats = floats(&image)?;
    if floats.is_empty() { Ok(()) } else { Err(format!("floating point is linked: {}", floats.join(", "))) }
}

fn clean(target: &str, level: &str, features: &[&str]) -> Result<Vec<u8>> {
    let (finished, image) = build(target, level, features)?;
    if !finished.success {
        let why =
            if finished.output.contains(MISSING_SYMBOL) { "a verb can panic" } else { "it does not build" };
        return Err(format!("{why}\n{}", finished.output.trim_end()));
    }
    if contains(&image, FORMATTING) {
        return Err("code of core::fmt is linked".into());
    }
    let text = image::parse(&image)?.section_by_name(".text").ok_or("the image has no .text")?.size();
    println!("  {target}: {text} bytes of .text");
    Ok(image)
}

/// The routines for floating point among the symbols.
fn floats(image: &[u8]) -> Result<Vec<&str>> {
    Ok(image::symbols(&image::parse(image)?).into_iter().filter(|name| is_float(name)).collect())
}

/// By the names of Arm's run-time ABI (`__aeabi_fadd`, `__aeabi_i2f`), of libgcc (`__addsf3`, `__floatsidf`) and of C, and
/// by the places of their Rust sources.
fn is_float(name: &str) -> bool {
    const ARM: [&str; 8] = ["f", "d", "cf", "cd", "i2", "ui2", "l2", "ul2"];
    const LIBGCC: [&str; 4] = ["hf", "sf", "df", "tf"];
    const C: [&str; 10] = ["sqrt", "fma", "fmin", "fmax", "fmod", "floor", "ceil", "trunc", "rint", "round"];
    const RUST: [&str; 3] = ["17compiler_builtins5float", "17compiler_builtins4math", "4libm"];
    match name.strip_prefix("__") {
        Some(name) => match name.strip_prefix("aeabi_") {
            Some(name) => ARM.iter().any(|start| name.starts_with(start)),
            None => LIBGCC.iter().any(|part| name.contains(part)),
        },
        None => {
            C.contains(&name.strip_suffix('f').unwrap_or(name)) || RUST.iter().any(|part| name.contains(part))
        }
    }
}

/// The probes notice a panic, formatting and floating point, where there is one.
pub fn can_fail() -> Result<()> {
    let (finished, _) = build(M0, LEVELS[0], &["--features", "must_panic"])?;
    if finished.success || !finished.output.contains(MISSING_SYMBOL) {
        return Err(format!("the panic probe does not notice an index out of bounds\n{}", finished.output));
    }
    let (finished, image) = build(M0, LEVELS[0], &["--features", "must_format"])?;
    if !finished.success || !contains(&image, FORMATTING) {
        return Err(format!("the panic probe does not notice formatting\n{}", finished.output));
    }
    let (finished, image) = build(M0, LEVELS[0], &["--features", INTEGERS_ONLY, "--features", "must_float"])?;
    if !finished.success || floats(&image)?.is_empty() {
        return Err(format!("the float probe does not notice a product\n{}", finished.output));
    }
    Ok(())
}

fn build(target: &str, level: &str, features: &[&str]) -> Result<(Finished, Vec<u8>)> {
    toolchain::add(target)?;
    let image = THUMB.artifact(target, "layernorm-probe");
    // A build that fails would leave the previous image behind.
    if let Err(e) = std::fs::remove_file(&image)
        && e.kind() != std::io::ErrorKind::NotFound
    {
        return Err(format!("{}: {e}", image.display()));
    }
    let mut cargo = THUMB.cargo();
    cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", level);
    cargo.args(["build", "--release", "--package", "layernorm-probe", "--target", target]).args(features);
    let finished = attempt("probe", &mut cargo, None)?;
    let bytes = if finished.success {
        std::fs::read(&image).map_err(|e| format!("{}: {e}", image.display()))?
    } else {
        Vec::new()
    };
    if finished.success && !image::symbols(&image::parse(&bytes)?).contains(&ENTRY) {
        return Err("the image has no symbols to search".into());
    }
    Ok((finished, bytes))
}

fn contains(image: &[u8], name: &[u8]) -> bool {
    image.windows(name.len()).any(|window| window == name)
}
