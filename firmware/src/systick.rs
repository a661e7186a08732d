//! SysTick, which every Cortex-M has: 24 bits that count down with the clock of the processor.

use cortex_m::Peripherals;
use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;

const LARGEST: u32 = 0xff_ffff;

pub struct Timer {
    systick: SYST,
    interrupts: bool,
}

impl Timer {
    pub fn start() -> Self {
        let mut systick = Peripherals::take().expect("only the clock takes them").SYST;
        systick.set_clock_source(SystClkSource::Core);
        systick.set_reload(LARGEST);
        systick.clear_current();
        systick.enable_counter();
        Self { systick, interrupts: false }
    }

    pub fn interrupt_every(&mut self, instructions: u32, ticks_of_1000: u64) {
        let period = u64::from(instructions) * ticks_of_1000 / 1000;
        assert!(period <= u64::from(LARGEST), "SysTick cannot count {period} ticks");
        self.systick.set_reload(period as u32);
        self.systick.clear_current();
        self.systick.enable_interrupt();
        self.interrupts = true;
    }

    /// All its bits are ahead again, or those of this period.
    pub fn make_room(&mut self) {
        if self.interrupts {
            // Reading it forgets it.
            self.systick.has_wrapped();
        } else {
            self.systick.clear_current();
            // It is loaded with the next tick.
            while SYST::get_current() == 0 {}
        }
    }

    pub fn now() -> u32 {
        SYST::get_current()
    }

    /// Ticks; `None` if it came to zero since there was made room.
    pub fn between(&mut self, start: u32, end: u32) -> Option<u32> {
        (!self.systick.has_wrapped()).then_some(start.wrapping_sub(end))
    }
}

#[cortex_m_rt::exception]
fn SysTick() {
    super::interrupted();
}
