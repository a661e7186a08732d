//! The corpus for other processors, as their Linux runs it: on this one, or on an emulator of their instructions.

use super::program::{Build, Linux, RELEASE, compile};
use super::target::{Compute, Target};
use crate::process::run;
use crate::{Result, apt, paths, toolchain};
use std::path::Path;
use std::process::Command;

/// Runs where there is no C library of the target, and no loader for it. It takes longer to compile than to run, and without
/// optimisation across units of code a quarter less: 33 s of a processor, not 46 s.
const STATIC: Build = Build {
    rustflags: "-C target-feature=+crt-static",
    environment: &[("CARGO_PROFILE_RELEASE_LTO", "off")],
    ..RELEASE
};
/// The same without vectors.
const STATIC_SCALAR: Build =
    Build { rustflags: "-C target-feature=+crt-static --cfg layernorm_isa=\"scalar\"", ..STATIC };

/// Their linkers and the emulator are Debian's, on the usual machine.
pub fn targets() -> Vec<Target> {
    here().iter().map(|processor| Target::new(processor.name, move || cross(processor))).collect()
}

/// What all of them need.
pub fn install() -> Result<()> {
    here().iter().try_for_each(tools_for)
}

fn here() -> &'static [Processor] {
    if cfg!(all(target_arch = "x86_64", target_os = "linux")) { PROCESSORS } else { &[] }
}

/// Another processor's Linux.
pub struct Processor {
    name: &'static str,
    build: Build,
    pub triple: &'static str,
    /// A compiler of C too.
    pub linker: &'static str,
    /// From apt.
    packages: &'static [&'static str],
    /// `None` where this processor runs it.
    emulator: Option<&'static str>,
}

pub const AARCH64: Processor = Processor {
    name: "aarch64-neon",
    build: STATIC,
    triple: "aarch64-unknown-linux-gnu",
    linker: "aarch64-linux-gnu-gcc",
    packages: &["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"],
    emulator: Some("qemu-aarch64"),
};

const PROCESSORS: &[Processor] = &[
    Processor {
        name: "i686-sse2",
        build: STATIC,
        triple: "i686-unknown-linux-gnu",
        linker: "i686-linux-gnu-gcc",
        packages: &["gcc-i686-linux-gnu", "libc6-dev-i386-cross"],
        emulator: None,
    },
    AARCH64,
    Processor { name: "aarch64-scalar", build: STATIC_SCALAR, ..AARCH64 },
    Processor {
        name: "armv7",
        build: STATIC,
        triple: "armv7-unknown-linux-gnueabihf",
        linker: "arm-linux-gnueabihf-gcc",
        packages: &["gcc-arm-linux-gnueabihf", "libc6-dev-armhf-cross"],
        emulator: Some("qemu-arm"),
    },
    Processor {
        name: "riscv64gc",
        build: STATIC,
        triple: "riscv64gc-unknown-linux-gnu",
        linker: "riscv64-linux-gnu-gcc",
        packages: &["gcc-riscv64-linux-gnu", "libc6-dev-riscv64-cross"],
        emulator: Some("qemu-riscv64"),
    },
];

/// Lets `cargo` build a static program for 64-bit Arm and run it here; where that takes no emulator, nobody asks.
pub fn for_aarch64(cargo: &mut Command) -> Result<()> {
    tools_for(&AARCH64)?;
    cargo.args(["--target", AARCH64.triple]).env("RUSTFLAGS", AARCH64.build.rustflags);
    cargo.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", AARCH64.linker);
    cargo.envs(AARCH64.emulator.map(|emulator| ("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", emulator)));
    Ok(())
}

fn tools_for(processor: &Processor) -> Result<()> {
    if paths::which(processor.linker).is_none() {
        apt::install(processor.linker, processor.packages)?;
    }
    if let Some(emulator) = processor.emulator
        && paths::which(emulator).is_none()
    {
        apt::install(emulator, &["qemu-user"])?;
    }
    toolchain::add(processor.triple)
}

fn cross(processor: &'static Processor) -> Result<Compute> {
    tools_for(processor)?;
    let other = Linux { triple: processor.triple, linker: processor.linker };
    let program = compile(processor.name, processor.build, Some(other))?;
    Ok(Box::new(move || processor.run("digest", &program)))
}

impl Processor {
    /// What `program` prints.
    pub fn run(&self, label: &str, program: &Path) -> Result<String> {
        run(label, Command::new(self.emulator.unwrap_or("env")).arg(program))
    }
}
