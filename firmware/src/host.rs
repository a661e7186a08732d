//! Lines to whoever watches, and the end of a program.

use core::fmt::Arguments;
use core::panic::PanicInfo;

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
    #[cfg(feature = "semihosting")]
    semihosting::process::exit(i32::from(!success));
    #[cfg(not(feature = "semihosting"))]
    loop {
        core::hint::spin_loop();
    }
}

#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    print(format_args!("{info}"));
    exit(false)
}
