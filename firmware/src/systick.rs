//! SysTick, which every Cortex-M has: 24 bits that count down with the clock of the processor.

use cortex_m::Peripherals;
use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;

const LARGEST: u32 = 0xff_ffff;

pub struct Timer {
    systick: SYST,
}

impl Timer {
    pub fn start() -> Self {
        let mut systick = Peripherals::take().expect("only the clock takes them").SYST;
        systick.set_clock_source(SystClkSource::Core);
        systick.set_reload(LARGEST);
        systick.clear_current();
        systick.enable_counter();
        Self { systick }
    }

    /// All its bits are ahead again.
    pub fn rewind(&mut self) {
        self.systick.clear_current();
        // It is loaded with the next tick.
        while SYST::get_current() == 0 {}
    }

    pub fn now() -> u32 {
        SYST::get_current()
    }

    /// Ticks; `None` if it came to zero after it was last rewound.
    pub fn between(&mut self, start: u32, end: u32) -> Option<u32> {
        (!self.systick.has_wrapped()).then_some(start.wrapping_sub(end))
    }
}
