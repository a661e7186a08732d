//! The WebAssembly module of the npm package: binds the crate to addresses and computes nothing.
//!
//! Numbers are all that crosses the boundary, and absent is 0. The JavaScript side in `js/` owns the buffers: it asks
//! for them with `alloc`, checks every argument, and passes the same addresses on each call.
#![cfg_attr(target_family = "wasm", no_std)]
#![allow(unsafe_code)] // Slices come from addresses that JavaScript holds.

extern crate alloc;

mod forward;
mod memory;

use core::ptr::{null, null_mut};
use forward::Call;
use wasm_bindgen::prelude::wasm_bindgen;

/// There is nothing to unwind and nobody to tell: JavaScript sees a `RuntimeError`.
#[cfg(all(target_family = "wasm", not(test)))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// Whether this is the module with SIMD instructions.
#[wasm_bindgen]
pub fn simd128() -> bool {
    cfg!(target_feature = "simd128")
}

/// `y = LN(x)`, or with `residual`: `residual += x; y = LN(residual)`. False where an argument is wrong: a backstop, for
/// JavaScript has checked before.
///
/// `x`, `y` and `residual` are rows × width; `gamma` and `beta` have `width` elements, `mean` and `rstd` have `rows`.
/// All but `x` and `y` may be 0.
///
/// # Safety
/// Each address is 0 where that is allowed, or that of as many initialised numbers as said, aligned to 4. What is
/// written (`y`, `residual`, `mean`, `rstd`) overlaps nothing, and nobody else is at it during the call.
#[wasm_bindgen]
#[allow(clippy::too_many_arguments)] // An object in their place would be read field by field on each call.
pub unsafe fn layer_norm(
    x: *const f32,
    y: *mut f32,
    residual: *mut f32,
    gamma: *const f32,
    beta: *const f32,
    mean: *mut f32,
    rstd: *mut f32,
    rows: usize,
    width: usize,
    epsilon: f32,
) -> bool {
    let call = Call { centred: true, x, y, residual, gamma, beta, mean, rstd, rows, width, epsilon };
    // SAFETY: the contract above.
    unsafe { call.run() }.is_ok()
}

/// `y = RMS(x)`, or with `residual`: `residual += x; y = RMS(residual)`. As [`layer_norm`], without `beta` and `mean`.
///
/// # Safety
/// As [`layer_norm`].
#[wasm_bindgen]
#[allow(clippy::too_many_arguments)] // As above.
pub unsafe fn rms_norm(
    x: *const f32,
    y: *mut f32,
    residual: *mut f32,
    gamma: *const f32,
    rstd: *mut f32,
    rows: usize,
    width: usize,
    epsilon: f32,
) -> bool {
    let (beta, mean) = (null(), null_mut());
    let call = Call { centred: false, x, y, residual, gamma, beta, mean, rstd, rows, width, epsilon };
    // SAFETY: the contract above.
    unsafe { call.run() }.is_ok()
}
