//! A count of instructions, and interrupts.
//!
//! An emulator that gives every instruction the same time (`-icount`) lets a timer tell how many ran. Where a tick is at
//! most a quarter of an instruction, as `cargo xtask firmware` arranges it, the count is exact: each of its two readings is
//! early by less than a tick. On a real board a tick counts as one, and is a cycle.

use core::cell::RefCell;
use core::hint::black_box;
use core::sync::atomic::{AtomicU32, Ordering};
use critical_section::Mutex;

#[cfg_attr(target_arch = "arm", path = "systick.rs")]
#[cfg_attr(target_arch = "riscv32", path = "minstret.rs")]
mod timer;

use timer::Timer;

const UNIT: u64 = 1000;
/// Ticks in so many instructions.
const TICKS: Option<u64> = match option_env!("LAYERNORM_TICKS") {
    None => None,
    Some(text) => match u64::from_str_radix(text, 10) {
        Ok(ticks) => Some(ticks),
        Err(_) => panic!("LAYERNORM_TICKS is the number of ticks in 1000 instructions"),
    },
};

/// What an interrupt calls.
pub type Handler = &'static mut (dyn FnMut() + Send);

static HANDLER: Mutex<RefCell<Option<Handler>>> = Mutex::new(RefCell::new(None));
static INTERRUPTS: AtomicU32 = AtomicU32::new(0);

/// The clock of the board.
pub struct Clock {
    timer: Timer,
    overhead: u32,
}

impl Clock {
    /// Once in a program.
    ///
    /// # Panics
    /// If another has started, and on an emulated board if it does not count right.
    pub fn start() -> Self {
        let mut clock = Self { timer: Timer::start(), overhead: 0 };
        clock.overhead = clock.instructions(|| ());
        if TICKS.is_some() {
            let extra = clock.beyond_loop(1);
            for turns in [2, 3, 10, 1001, 100_000] {
                assert_eq!(clock.beyond_loop(turns), extra, "the clock is wrong after {turns} turns");
            }
        }
        clock
    }

    /// The number of instructions that `work` takes, from its first to its return.
    ///
    /// # Panics
    /// If an interrupt comes meanwhile, or the timer has too few digits: for two million instructions it has enough.
    pub fn instructions(&mut self, mut work: impl FnMut()) -> u32 {
        self.count(&mut work) - self.overhead
    }

    /// From now on `handler` is called every so many instructions.
    pub fn interrupt_every(&mut self, instructions: u32, handler: Handler) {
        critical_section::with(|section| HANDLER.replace(section, Some(handler)));
        self.timer.interrupt_every(instructions, TICKS.unwrap_or(UNIT));
    }

    /// Not generic, so that the call takes as many instructions whatever is called.
    #[inline(never)]
    fn count(&mut self, work: &mut dyn FnMut()) -> u32 {
        let interrupts = INTERRUPTS.load(Ordering::Relaxed);
        self.timer.make_room();
        let start = Timer::now();
        work();
        let end = Timer::now();
        let ticks = self.timer.between(start, end).expect("too long for the timer");
        assert_eq!(
            INTERRUPTS.load(Ordering::Relaxed),
            interrupts,
            "an interrupt came while instructions were counted"
        );
        let ticks_of_unit = TICKS.unwrap_or(UNIT);
        let instructions = (u64::from(ticks) * UNIT + ticks_of_unit / 2) / ticks_of_unit;
        u32::try_from(instructions).expect("there are fewer instructions than ticks")
    }

    /// What the count of a loop of known length is too large by: the instructions around it.
    fn beyond_loop(&mut self, turns: u32) -> u32 {
        self.instructions(|| spin(black_box(turns))) - 2 * turns
    }
}

fn interrupted() {
    // No Cortex-M0 adds in one step; nothing else writes it.
    INTERRUPTS.store(INTERRUPTS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    critical_section::with(|section| {
        if let Some(handler) = HANDLER.borrow_ref_mut(section).as_mut() {
            handler();
        }
    });
}

/// Two instructions a turn.
#[allow(unsafe_code)]
fn spin(turns: u32) {
    // SAFETY: counts one register down and touches nothing else.
    unsafe {
        #[cfg(target_arch = "arm")]
        core::arch::asm!("1: subs {n}, #1", "bne 1b", n = inout(reg) turns => _);
        #[cfg(target_arch = "riscv32")]
        core::arch::asm!("1: addi {n}, {n}, -1", "bnez {n}, 1b", n = inout(reg) turns => _);
    }
}
