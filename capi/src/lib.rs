//! The functions of `layernorm.h`. They check what C can get wrong, call the crate, and compute nothing.
//!
//! Their documentation is written for the header, which `cargo xtask c` makes of it.
#![no_std]
#![allow(unsafe_code)]
// What a caller must hold is the same for all and stands once, at the head of the header.
#![allow(clippy::missing_safety_doc)]
// Names of types are those of C.
#![allow(non_camel_case_types, non_upper_case_globals)]

mod cells;
mod code_moments;
mod codes;
mod fixed_cells;
mod fixed_kinds;
mod held;
mod kinds;
mod layer_norm;
mod made;
mod moments;
mod norm;
mod rms_norm;
mod shape;
mod slice;
mod stats;
mod status;

pub use cells::*;
pub use code_moments::*;
pub use codes::*;
pub use fixed_cells::*;
pub use fixed_kinds::*;
pub use kinds::*;
pub use layer_norm::*;
pub use moments::*;
pub use rms_norm::*;
pub use shape::*;
pub use stats::*;
pub use status::*;

/// Version of what the header declares. It grows when something is added, and what was declared before stays as it is.
pub const LN_ABI: i32 = 1;

/// LN_ABI of the library, to be compared with that of the header.
#[unsafe(no_mangle)]
pub extern "C" fn ln_abi() -> i32 {
    LN_ABI
}

#[cfg(feature = "panic-handler")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
