//! The digest of the fixed-point and quantised norms. Apart from the others, as a small flash does not hold them all.
#![no_std]
#![no_main]

use layernorm_firmware::{digest, entry, host};

#[entry]
fn main() -> ! {
    digest::print(&layernorm_digest::SMALL_INTEGER);
    digest::print(&layernorm_digest::SMALL_16_BITS);
    host::exit(true)
}
