//! The panic probe: an image for a Cortex-M0 that calls every verb must link, though its panic handler needs a
//! symbol that does not exist. So no path to a panic is left in it; nor may any code of `core::fmt` be.

use crate::Result;
use crate::cargo::THUMB;
use crate::process::{Finished, attempt};
use crate::toolchain;

pub const LEVELS: [&str; 2] = ["s", "3"];
const MISSING_SYMBOL: &str = "a_panic_path_is_linked";
/// `core::fmt` in both of rustc's manglings.
const FORMATTING: &[u8] = b"4core3fmt";
/// The entry point: proof that the image's symbols are there to be searched.
const ENTRY: &[u8] = b"_start";

/// The image with every verb links and is clean.
pub fn clean(level: &str) -> Result<()> {
    let (finished, image) = build(level, &[])?;
    if !finished.success {
        let why =
            if finished.output.contains(MISSING_SYMBOL) { "a verb can panic" } else { "it does not build" };
        return Err(format!("panic probe at opt-level {level}: {why}\n{}", finished.output.trim_end()));
    }
    if contains(&image, FORMATTING) {
        return Err(format!("panic probe at opt-level {level}: code of core::fmt is linked"));
    }
    println!("  {} bytes of image at opt-level {level}", image.len());
    Ok(())
}

/// The probe notices a panic, and formatting, where there is one.
pub fn can_fail() -> Result<()> {
    let (finished, _) = build(LEVELS[0], &["--features", "must_panic"])?;
    if finished.success || !finished.output.contains(MISSING_SYMBOL) {
        return Err(format!("the panic probe does not notice an index out of bounds\n{}", finished.output));
    }
    let (finished, image) = build(LEVELS[0], &["--features", "must_format"])?;
    if !finished.success || !contains(&image, FORMATTING) {
        return Err(format!("the panic probe does not notice formatting\n{}", finished.output));
    }
    Ok(())
}

fn build(level: &str, features: &[&str]) -> Result<(Finished, Vec<u8>)> {
    let thumb = toolchain::toolchain(&toolchain::THUMB)?;
    let image = THUMB.artifact(thumb.triple, "layernorm-probe");
    // A build that fails would leave the previous image behind.
    if let Err(e) = std::fs::remove_file(&image)
        && e.kind() != std::io::ErrorKind::NotFound
    {
        return Err(format!("{}: {e}", image.display()));
    }
    let mut cargo = THUMB.cargo();
    thumb.apply(&mut cargo);
    cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", level);
    cargo
        .args(["build", "--release", "--package", "layernorm-probe", "--target", thumb.triple])
        .args(features);
    let finished = attempt("panic probe", &mut cargo, None)?;
    let bytes = if finished.success {
        std::fs::read(&image).map_err(|e| format!("{}: {e}", image.display()))?
    } else {
        Vec::new()
    };
    if finished.success && !contains(&bytes, ENTRY) {
        return Err("the panic probe's image has no symbols to search".into());
    }
    Ok((finished, bytes))
}

fn contains(image: &[u8], name: &[u8]) -> bool {
    image.windows(name.len()).any(|window| window == name)
}
