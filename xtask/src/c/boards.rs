//! Boards that programs in C run on.

use super::archive::{self, FOR_ARM, FOR_RISCV};
use super::build::{C99, compile_with};
use crate::firmware::boards::{BOARDS, Board};
use crate::{Result, paths};
use std::path::{Path, PathBuf};

/// A Cortex-M4F, for which sizes are measured.
pub const SIZED: &str = "mps2-an386";

/// Boards, and the flags for their cores. The compilers are those for Linux, which know these cores too.
pub const ON_BOARDS: [OnBoard; 5] = [
    OnBoard { name: "microbit", abi: "v6m", flags: &["-mcpu=cortex-m0", "-mfloat-abi=soft"], ..ARM },
    OnBoard { name: "mps2-an385", abi: "v7m", flags: &["-mcpu=cortex-m3", "-mfloat-abi=soft"], ..ARM },
    OnBoard {
        name: SIZED,
        abi: archive::V7EM_HARD.name,
        flags: &["-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"],
        ..ARM
    },
    OnBoard {
        name: "mps2-an505",
        abi: "v8m.main-hard",
        flags: &["-mcpu=cortex-m33", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"],
        ..ARM
    },
    OnBoard {
        name: "virt",
        abi: "riscv32imc",
        compiler: "riscv64-linux-gnu-gcc",
        bare: FOR_RISCV,
        all: &["-msmall-data-limit=0", "-mcmodel=medany"],
        flags: &["-march=rv32imc", "-mabi=ilp32"],
    },
];
/// Enums are as short as they can be, as with Arm's compiler for bare metal.
const ARM: OnBoard = OnBoard {
    name: "",
    abi: "",
    compiler: "arm-linux-gnueabihf-gcc",
    bare: FOR_ARM,
    all: &["-mthumb", "-fshort-enums"],
    flags: &[],
};

pub struct OnBoard {
    /// Of the board.
    pub name: &'static str,
    /// Of the archive.
    pub abi: &'static str,
    pub compiler: &'static str,
    /// The one that has a `libgcc` for the core.
    pub bare: &'static str,
    /// For all its cores.
    pub all: &'static [&'static str],
    pub flags: &'static [&'static str],
}

/// Tables of jumps would need the compiler's own library.
const BARE: [&str; 5] = [C99, "-ffreestanding", "-fno-pie", "-ffunction-sections", "-fno-jump-tables"];
const LINKER: &str = "-Wl,--gc-sections,--build-id=none,-z,noexecstack";

impl OnBoard {
    pub fn board(&self) -> Result<&'static Board> {
        BOARDS.iter().find(|board| board.name == self.name).ok_or_else(|| self.name.into())
    }

    /// A program for the board.
    pub fn link(&self, include: &Path, words: &[&str], sources: &[&str], library: &Path) -> Result<PathBuf> {
        let (script, memory) =
            (paths::root().join("capi/tests/c/board.ld"), paths::root().join("firmware/boards"));
        let (script, memory) = (script.to_string_lossy(), memory.join(format!("{}.x", self.name)));
        let memory = memory.to_string_lossy();
        let words = [self.all, self.flags, &BARE, words].concat();
        let last = ["-nostdlib", "-no-pie", LINKER, "-T", &memory, "-T", &script, "-lgcc"];
        // Of the compilers for Linux it is for other cores.
        let last = if self.compiler == self.bare { &last[..] } else { &last[..last.len() - 1] };
        compile_with(include, self.compiler, &words, sources, library, last)
    }
}
