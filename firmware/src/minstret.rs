//! `minstret`, the instructions that a RISC-V machine has retired; of its 64 bits the lower half. Interrupts come from the
//! machine's timer, where QEMU's `virt` has it.
#![allow(unsafe_code)]

use core::sync::atomic::{AtomicU32, Ordering};
use riscv::interrupt::Interrupt;
use riscv::register::{mie, minstret, mstatus};

/// The lower and the upper half of each.
const COMPARE: *mut [u32; 2] = 0x0200_4000 as *mut _;
const TIME: *const [u32; 2] = 0x0200_bff8 as *const _;
/// The emulator runs so many while the timer counts one.
const INSTRUCTIONS: u32 = 100;

/// In units of the timer.
static PERIOD: AtomicU32 = AtomicU32::new(0);

pub struct Timer;

impl Timer {
    pub fn start() -> Self {
        Self
    }

    pub fn interrupt_every(&mut self, instructions: u32, _: u64) {
        PERIOD.store(instructions / INSTRUCTIONS, Ordering::Relaxed);
        // SAFETY: `virt` has the register there.
        set_next(unsafe { TIME.read_volatile() });
        // SAFETY: there is a handler.
        unsafe {
            mie::set_mtimer();
            mstatus::set_mie();
        }
    }

    pub fn make_room(&mut self) {}

    pub fn now() -> u32 {
        minstret::read() as u32
    }

    /// Instructions; never `None`, as nothing here runs for 2³².
    pub fn between(&mut self, start: u32, end: u32) -> Option<u32> {
        Some(end.wrapping_sub(start))
    }
}

/// A period after that time.
fn set_next([low, high]: [u32; 2]) {
    let (low, carry) = low.overflowing_add(PERIOD.load(Ordering::Relaxed));
    // SAFETY: `virt` has the register there.
    unsafe { COMPARE.write_volatile([low, high + u32::from(carry)]) };
}

#[riscv_rt::core_interrupt(Interrupt::MachineTimer)]
fn machine_timer() {
    // SAFETY: `virt` has the register there.
    set_next(unsafe { COMPARE.read_volatile() });
    super::interrupted();
}
