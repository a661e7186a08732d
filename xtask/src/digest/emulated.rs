//! The corpus for other processors, as their Linux runs it: on this one, or on an emulator of their instructions.

use super::program::{Build, Linux, RELEASE, compile};
use super::{Compute, Target};
use crate::process::run;
use crate::{Result, apt, paths, toolchain};
use std::process::Command;

/// Runs where there is no C library of the target, and no loader for it.
const STATIC: Build = Build { rustflags: "-C target-feature=+crt-static", ..RELEASE };

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
struct Processor {
    name: &'static str,
    triple: &'static str,
    linker: &'static str,
    /// From apt.
    packages: &'static [&'static str],
    /// `None` where this processor runs it.
    emulator: Option<&'static str>,
}

const PROCESSORS: &[Processor] = &[
    Processor {
        name: "i686-sse2",
        triple: "i686-unknown-linux-gnu",
        linker: "i686-linux-gnu-gcc",
        packages: &["gcc-i686-linux-gnu", "libc6-dev-i386-cross"],
        emulator: None,
    },
    Processor {
        name: "aarch64",
        triple: "aarch64-unknown-linux-gnu",
        linker: "aarch64-linux-gnu-gcc",
        packages: &["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"],
        emulator: Some("qemu-aarch64"),
    },
    Processor {
        name: "armv7",
        triple: "armv7-unknown-linux-gnueabihf",
        linker: "arm-linux-gnueabihf-gcc",
        packages: &["gcc-arm-linux-gnueabihf", "libc6-dev-armhf-cross"],
        emulator: Some("qemu-arm"),
    },
    Processor {
        name: "riscv64gc",
        triple: "riscv64gc-unknown-linux-gnu",
        linker: "riscv64-linux-gnu-gcc",
        packages: &["gcc-riscv64-linux-gnu", "libc6-dev-riscv64-cross"],
        emulator: Some("qemu-riscv64"),
    },
];

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
    let program = compile(processor.name, STATIC, Some(other))?;
    Ok(Box::new(move || {
        let mut command = match processor.emulator {
            Some(emulator) => Command::new(emulator),
            None => Command::new("env"),
        };
        run("digest", command.arg(&program))
    }))
}
