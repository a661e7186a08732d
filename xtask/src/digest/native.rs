//! The corpus on this machine, compiled in every way in which somebody may compile the crate.

use super::program::{Build, RELEASE, compile};
use super::target::{Compute, Target};
use crate::Result;
use crate::cargo::SCALAR;
use crate::process::run;
use std::process::Command;

const STD: Build = Build { words: &["--release", "--features", "std"], ..RELEASE };
const SCALAR_LANES: Build = Build { rustflags: SCALAR.rustflags, ..RELEASE };
const LTO: Build = Build {
    environment: &[("CARGO_PROFILE_RELEASE_LTO", "fat"), ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1")],
    ..STD
};
/// The one form for all rows that one lane takes where code is to be small.
const SMALL_CODE: Build = Build { environment: &[("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s")], ..SCALAR_LANES };
/// As `cargo build` makes it, with checks of overflow. Hashing is not what is looked at.
const UNOPTIMISED: Build = Build { words: &["--config", "profile.dev.package.sha2.opt-level=3"], ..RELEASE };

pub fn targets() -> Vec<Target> {
    let builds: &[(&'static str, Build)] = if cfg!(target_arch = "x86_64") {
        &[
            ("native-avx2", STD),
            ("native-sse2", RELEASE),
            ("native-scalar", SCALAR_LANES),
            ("native-small", SMALL_CODE),
            ("native-opt-level-0", UNOPTIMISED),
            ("native-lto", LTO),
        ]
    } else {
        &[
            ("native", STD),
            ("native-scalar", SCALAR_LANES),
            ("native-small", SMALL_CODE),
            ("native-opt-level-0", UNOPTIMISED),
            ("native-lto", LTO),
        ]
    };
    builds.iter().map(|&(name, build)| Target::new(name, move || native(name, build))).collect()
}

/// For comparison with a target that takes its time.
pub fn reduced() -> Target {
    let prepare = || -> Result<Compute> {
        let program = compile("native-reduced", STD, None)?;
        Ok(Box::new(move || run("digest", Command::new(&program).arg("--reduced"))))
    };
    Target::new("native-reduced", prepare).reduced()
}

fn native(name: &str, build: Build) -> Result<Compute> {
    // Without it the crate would quietly take the SSE2 path.
    if name == "native-avx2" && !has_avx2() {
        return Err("this processor has no AVX2, or no FMA".into());
    }
    let program = compile(name, build, None)?;
    Ok(Box::new(move || run("digest", &mut Command::new(&program))))
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma")
}

#[cfg(not(target_arch = "x86_64"))]
fn has_avx2() -> bool {
    false
}
