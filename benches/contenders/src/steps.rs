//! Counts instructions on the processor itself: with the trap flag set, each one ends in a signal (Intel SDM 3B,
//! 19.3.1.4). No simulator has to know it: callgrind 3.19 stops at `vmovq` between registers as LLVM may encode it.

/// Instructions that `call` executes, and some ten more; `None` where this cannot be known.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub fn count(call: impl FnOnce()) -> Option<u64> {
    use std::arch::asm;
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    static STEPS: AtomicU64 = AtomicU64::new(0);
    extern "C" fn step(_: libc::c_int) {
        STEPS.fetch_add(1, Relaxed);
    }

    STEPS.store(0, Relaxed);
    let handler = step as extern "C" fn(libc::c_int);
    // SAFETY: the handler does what a handler may do. The flag is set for this thread and cleared again; `call` is
    // executed as ever, and the system puts the flag aside for the handler.
    unsafe {
        libc::signal(libc::SIGTRAP, handler as libc::sighandler_t);
        asm!("pushfq", "or qword ptr [rsp], 0x100", "popfq");
        call();
        asm!("pushfq", "and qword ptr [rsp], ~0x100", "popfq");
    }
    Some(STEPS.load(Relaxed)).filter(|&steps| steps > 0)
}

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
pub fn count(_: impl FnOnce()) -> Option<u64> {
    None
}
