//! The boards, as QEMU has them.

use crate::toolchain;

pub struct Board {
    /// Of a file in `firmware/boards`, and of the machine.
    pub name: &'static str,
    pub core: &'static str,
    pub target: &'static str,
    /// For rustc; empty for what the target is.
    pub cpu: &'static str,
    /// For f32.
    pub fpu: bool,
    pub emulator: Emulator,
    /// For the emulator, beside the machine.
    options: &'static [&'static str],
    timer: Timer,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Emulator {
    Arm,
    RiscV,
}

/// What counts instructions.
enum Timer {
    /// With the clock of the processor.
    SysTick {
        megahertz: u32,
    },
    Minstret,
}

const ARM: Board = Board {
    name: "",
    core: "",
    target: toolchain::THUMB,
    cpu: "",
    fpu: false,
    emulator: Emulator::Arm,
    options: &[],
    timer: Timer::SysTick { megahertz: 25 },
};

pub const BOARDS: [Board; 7] = [
    Board { name: "microbit", core: "M0", timer: Timer::SysTick { megahertz: 16 }, ..ARM },
    Board { name: "mps2-an385", core: "M3", target: toolchain::THUMBV7M, ..ARM },
    Board {
        name: "mps2-an386",
        core: "M4F",
        target: toolchain::THUMBV7EM,
        cpu: "cortex-m4",
        fpu: true,
        ..ARM
    },
    Board {
        name: "mps2-an500",
        core: "M7",
        target: toolchain::THUMBV7EM,
        cpu: "cortex-m7",
        fpu: true,
        ..ARM
    },
    Board {
        name: "mps2-an505",
        core: "M33",
        target: toolchain::THUMBV8M,
        cpu: "cortex-m33",
        fpu: true,
        timer: Timer::SysTick { megahertz: 20 },
        ..ARM
    },
    // Not for `cortex-m55`: its vectors of f32, which LLVM would use, take subnormal numbers for zeros.
    Board {
        name: "mps3-an547",
        core: "M55",
        target: toolchain::THUMBV8M,
        cpu: "cortex-m33",
        fpu: true,
        timer: Timer::SysTick { megahertz: 32 },
        ..ARM
    },
    Board {
        name: "virt",
        core: "RV32IMC",
        target: toolchain::RISCV32IMC,
        emulator: Emulator::RiscV,
        options: &["-bios", "none", "-cpu", "rv32,a=false,f=false,d=false"],
        timer: Timer::Minstret,
        ..ARM
    },
];

impl Board {
    /// An instruction takes so many times two nanoseconds: with SysTick four ticks or more.
    fn shift(&self) -> u32 {
        match self.timer {
            Timer::SysTick { .. } => 8,
            Timer::Minstret => 0,
        }
    }

    /// Ticks of the timer in 1000 instructions.
    pub fn ticks(&self) -> u32 {
        match self.timer {
            Timer::SysTick { megahertz } => megahertz << self.shift(),
            Timer::Minstret => 1000,
        }
    }

    pub fn rustflags(&self) -> String {
        let cpu = if self.cpu.is_empty() { String::new() } else { format!(" -C target-cpu={}", self.cpu) };
        // The name keeps the builds of boards apart, which are in one folder because of what they share.
        format!("--deny warnings --cfg board=\"{}\"{cpu}", self.name)
    }

    /// For the emulator, before the program.
    pub fn arguments(&self) -> Vec<String> {
        let icount = format!("shift={},sleep=off", self.shift());
        let words = ["-M", self.name].into_iter().chain(self.options.iter().copied());
        let words = words.chain(["-nographic", "-monitor", "none", "-serial", "none", "-icount", &icount]);
        words
            .chain(["-semihosting-config", "enable=on,target=native", "-kernel"])
            .map(str::to_owned)
            .collect()
    }
}
