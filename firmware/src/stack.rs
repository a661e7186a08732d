//! How deep a call goes, by paint.

use core::arch::asm;

#[cfg(target_arch = "arm")]
use cortex_m_rt::heap_start;
#[cfg(target_arch = "riscv32")]
use riscv_rt::heap_start;

const PAINT: u32 = 0xa5c3_3c5a;
const WORD: usize = size_of::<u32>();
/// No verb goes deeper; a board with less memory paints what it has.
const DEEPEST: usize = 16 << 10;

/// The bytes of stack below the caller's that `work` uses, the frame of its own call among them.
///
/// # Panics
/// If that is all there is.
pub fn depth(mut work: impl FnMut()) -> usize {
    below(&mut work)
}

/// Nothing may interrupt it: it writes below the stack pointer.
#[allow(unsafe_code)]
#[inline(never)]
fn below(work: &mut dyn FnMut()) -> usize {
    let top: usize;
    // SAFETY: reads the stack pointer.
    unsafe {
        #[cfg(target_arch = "arm")]
        asm!("mov {}, sp", out(reg) top, options(nomem, nostack));
        #[cfg(target_arch = "riscv32")]
        asm!("mv {}, sp", out(reg) top, options(nomem, nostack));
    }
    let bottom = top.saturating_sub(DEEPEST).max(heap_start() as usize).next_multiple_of(WORD);
    // No iterators: they may be called, and would be painted over.
    let mut address = bottom;
    while address < top {
        // SAFETY: it is above all statics, and below what is in use of the stack.
        unsafe { (address as *mut u32).write_volatile(PAINT) };
        address += WORD;
    }
    work();
    let mut deepest = bottom;
    // SAFETY: as above; whatever was written there, it is words.
    while deepest < top && unsafe { (deepest as *const u32).read_volatile() } == PAINT {
        deepest += WORD;
    }
    assert!(deepest > bottom, "the stack is not deep enough");
    top - deepest
}
