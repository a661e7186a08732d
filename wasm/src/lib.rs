//! The WebAssembly module of the npm package: binds the crate to addresses and computes nothing.
//!
//! Numbers are all that crosses the boundary, and absent is 0. The JavaScript side in `js/` owns the memory behind the module's
//! stack and constants: it says who has which part of it, checks every argument, and passes the same addresses on each call.
#![cfg_attr(target_family = "wasm", no_std)]
#![allow(unsafe_code)] // Slices come from addresses that JavaScript holds.
#![allow(improper_ctypes_definitions)] // What lies at the others JavaScript keeps as bytes.

mod call;
#[cfg(feature = "sequence")]
mod cell;
#[cfg(feature = "sequence")]
mod classifier;
#[cfg(feature = "quantized")]
mod codes;
mod moments;

use call::Call;

/// There is nothing to unwind and nobody to tell: JavaScript sees a `RuntimeError`.
#[cfg(all(target_family = "wasm", not(test)))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// Whether this is the module with SIMD instructions.
#[unsafe(no_mangle)]
pub extern "C" fn simd128() -> bool {
    cfg!(target_feature = "simd128")
}

/// A part of the package's version. Cargo has checked that it is a number.
const fn part(text: &str) -> u32 {
    match u32::from_str_radix(text, 10) {
        Ok(number) => number,
        Err(_) => 0,
    }
}

/// The version of the package, ten bits for each of its numbers: js/module.ts refuses a module of another.
#[unsafe(no_mangle)]
pub extern "C" fn version() -> u32 {
    const {
        part(env!("CARGO_PKG_VERSION_MAJOR")) << 20
            | part(env!("CARGO_PKG_VERSION_MINOR")) << 10
            | part(env!("CARGO_PKG_VERSION_PATCH"))
    }
}

/// `y = norm(x)`, or with a residual: `residual += x; y = norm(residual)`. False where an argument is wrong: a backstop,
/// for JavaScript has checked before.
///
/// `x`, `y` and `residual` are rows × width; `gamma` and `beta` have `width` elements, `mean`, `rstd` and `stats` have
/// `rows`. All but `x` and `y` may be 0.
///
/// # Safety
/// `call` is that of a call, and each address in it is 0 where that is allowed, or that of as many initialised numbers as
/// said, aligned to 4. What is written (`y`, `residual`, `mean`, `rstd`, `stats`) overlaps nothing, and nobody else is at
/// it during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn forward(call: *const Call, rows: usize) -> bool {
    // SAFETY: the contract above.
    unsafe { (*call).forward(rows) }.is_ok()
}

/// `y = γ · tanh(α·x) + β`, with α in the place of ε. False where an argument is wrong.
///
/// # Safety
/// As for [`forward`]; of the addresses only `x`, `y`, `gamma` and `beta` are looked at.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dynamic_tanh(call: *const Call, rows: usize) -> bool {
    // SAFETY: the contract above.
    unsafe { (*call).dynamic_tanh(rows) }.is_ok()
}

/// `dx` from `x`, or the residual if there is one, from the `stats` that [`forward`] left, and from `dy`. What `dgamma` and
/// `dbeta` hold is added to.
///
/// `x`, `residual`, `dy` and `dx` are rows × width; `gamma`, `dgamma` and `dbeta` have `width` elements, `stats` has `rows`.
/// All but `x`, `stats`, `dy` and `dx` may be 0.
///
/// # Safety
/// As for [`forward`]; `dx`, `dgamma` and `dbeta` are written too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn backward(call: *const Call, rows: usize) -> bool {
    // SAFETY: the contract above.
    unsafe { (*call).backward(rows) }.is_ok()
}
