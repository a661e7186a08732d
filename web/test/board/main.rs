//! Runs the starts for firmware on a board, and prints their rows: a line `START BITS` for each number.
#![no_std]
#![no_main]

use semihosting::{println, process};

#[panic_handler]
fn panic(info: &core::panic::PanicInfo) -> ! {
    println!("{info}");
    process::exit(1)
}

macro_rules! run {
    ($($start:ident)*) => {$(
        let mut row = $start::ROW;
        assert_eq!($start::normalise(&mut row), Ok(()));
        for value in row {
            println!("{} {:08x}", stringify!($start), value.to_bits());
        }
    )*};
}

#[cortex_m_rt::entry]
fn main() -> ! {
    include!("starts.rs");
    process::exit(0)
}
