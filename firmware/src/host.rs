//! Lines to whoever watches, the end of a program, and sleep.

use core::fmt::Arguments;
use core::panic::PanicInfo;
#[cfg(feature = "defmt")]
use defmt_rtt as _;

#[cfg(not(any(feature = "semihosting", feature = "defmt")))]
compile_error!("lines need a way out: the feature semihosting, or defmt");

/// A line, formatted as `println!` does.
#[macro_export]
macro_rules! line {
    ($($text:tt)*) => { $crate::host::print(format_args!($($text)*)) };
}

/// Prints a line.
pub fn print(line: Arguments) {
    #[cfg(feature = "semihosting")]
    semihosting::println!("{line}");
    #[cfg(feature = "defmt")]
    defmt::println!("{}", defmt::Display2Format(&line));
}

/// The program is done.
pub fn exit(success: bool) -> ! {
    #[cfg(feature = "defmt")]
    defmt::println!("{}", if success { "done" } else { "failed" });
    #[cfg(feature = "semihosting")]
    semihosting::process::exit(i32::from(!success));
    #[cfg(not(feature = "semihosting"))]
    loop {
        sleep();
    }
}

/// Until an interrupt.
pub fn sleep() {
    #[cfg(target_arch = "arm")]
    cortex_m::asm::wfi();
    #[cfg(target_arch = "riscv32")]
    riscv::asm::wfi();
}

#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    print(format_args!("{info}"));
    exit(false)
}
