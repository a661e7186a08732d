//! The WebAssembly module of the npm package: binds the crate to pointers and computes nothing.
//!
//! Numbers are all that crosses the boundary. The JavaScript side in `js/` owns the buffers: it asks for them with
//! [`alloc()`], checks every argument, and passes the same addresses on each call.
#![cfg_attr(target_family = "wasm", no_std)]
#![allow(unsafe_code)] // Slices come from addresses that JavaScript holds.

extern crate alloc;

use alloc::alloc::{Layout, alloc as allocate, dealloc as deallocate};
use core::ptr::null_mut;
use core::slice::{from_raw_parts, from_raw_parts_mut};
use layernorm::{Error, LayerNorm, RmsNorm, RowStats};
use wasm_bindgen::prelude::wasm_bindgen;

#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

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

/// Alignment of every buffer: one vector.
const ALIGN: usize = 16;

/// `bytes` of zeroed memory aligned to 16, or 0 when there is not that much.
#[wasm_bindgen]
pub fn alloc(bytes: usize) -> *mut u8 {
    match Layout::from_size_align(bytes, ALIGN) {
        // SAFETY: the layout is not empty.
        Ok(layout) if bytes > 0 => unsafe {
            let address = allocate(layout);
            if !address.is_null() {
                address.write_bytes(0, bytes);
            }
            address
        },
        _ => null_mut(),
    }
}

/// Gives back what [`alloc()`] returned for the same number of bytes.
///
/// # Safety
/// `address` is from `alloc(bytes)`, not 0, and used no more.
#[wasm_bindgen]
pub unsafe fn dealloc(address: *mut u8, bytes: usize) {
    if let Ok(layout) = Layout::from_size_align(bytes, ALIGN) {
        // SAFETY: by the contract above.
        unsafe { deallocate(address, layout) }
    }
}

/// Rows whose statistics are kept at a time, where mean and rstd are asked for.
const ROWS: usize = 32;

/// What a call to [`layer_norm`] or [`rms_norm`] failed with; 0 is success.
fn status(result: Result<(), Error>) -> u32 {
    match result {
        Ok(()) => 0,
        Err(Error::ZeroWidth) => 1,
        Err(Error::Length { .. } | Error::NotWholeRows { .. }) => 2,
        Err(Error::Epsilon { .. }) => 3,
        Err(Error::NotFinite { parameter: "gamma", .. }) => 4,
        Err(Error::NotFinite { .. }) => 5,
        Err(_) => 6,
    }
}

/// # Safety
/// `address` is 0 or holds `len` initialised numbers which nobody writes during `'a`.
unsafe fn read<'a>(address: *const f32, len: usize) -> Option<&'a [f32]> {
    // SAFETY: by the contract above.
    if address.is_null() { None } else { Some(unsafe { from_raw_parts(address, len) }) }
}

/// # Safety
/// `address` is 0 or holds `len` initialised numbers which nobody else reads or writes during `'a`.
unsafe fn write<'a>(address: *mut f32, len: usize) -> Option<&'a mut [f32]> {
    // SAFETY: by the contract above.
    if address.is_null() { None } else { Some(unsafe { from_raw_parts_mut(address, len) }) }
}

/// Takes the first `len` elements; all there are, where it is called.
fn next<'a>(values: &mut &'a [f32], len: usize) -> &'a [f32] {
    let (first, rest) = values.split_at_checked(len).unwrap_or_default();
    *values = rest;
    first
}

macro_rules! run {
    ($norm:ident, $x:ident, $y:ident, $residual:ident, $mean:ident, $rstd:ident, $width:ident) => {{
        match &mut $residual {
            Some(residual) => $norm.forward_residual($x, residual, $y)?,
            None if $mean.is_some() => {}
            None => return $norm.forward($x, $y),
        }
        let (Some(mean), Some(rstd)) = ($mean, $rstd) else { return Ok(()) };
        let mut stats = [RowStats::default(); ROWS];
        let (mut from, mut to) = (&*$x, &mut *$y);
        let mut sums = $residual.as_deref();
        for (mean, rstd) in mean.chunks_mut(ROWS).zip(rstd.chunks_mut(ROWS)) {
            let len = mean.len() * $width;
            let stats = stats.get_mut(..mean.len()).unwrap_or_default();
            if let Some(residual) = &mut sums {
                $norm.statistics(next(residual, len), stats)?;
            } else {
                let (y, rest) = core::mem::take(&mut to).split_at_mut_checked(len).unwrap_or_default();
                to = rest;
                $norm.forward_with_stats(next(&mut from, len), y, stats)?;
            }
            for ((mean, rstd), stats) in mean.iter_mut().zip(rstd).zip(stats) {
                (*mean, *rstd) = (stats.mean(), stats.rstd());
            }
        }
        Ok(())
    }};
}

/// `y = LN(x)`, or with `residual`: `residual += x; y = LN(residual)`.
///
/// `x`, `residual` and `y` are rows × width, `gamma` and `beta` have `width` elements, `mean` and `rstd` one a row.
/// All but `x` and `y` may be 0; `mean` and `rstd` go together.
///
/// # Safety
/// Each address is 0 where that is allowed, or that of as many numbers as said; `y`, `residual`, `mean` and `rstd`
/// overlap nothing.
#[wasm_bindgen]
#[allow(clippy::too_many_arguments)]
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
) -> u32 {
    let len = rows * width;
    // SAFETY: by the contract above.
    let (x, gamma, beta) = unsafe { (read(x, len), read(gamma, width), read(beta, width)) };
    // SAFETY: by the contract above.
    let (y, mut residual, mean, rstd) =
        unsafe { (write(y, len), write(residual, len), write(mean, rows), write(rstd, rows)) };
    let (Some(x), Some(y)) = (x, y) else { return 6 };
    status((|| {
        let mut norm = LayerNorm::new(width)?.with_epsilon(epsilon)?;
        if let Some(gamma) = gamma {
            norm = norm.with_gamma(gamma)?;
        }
        if let Some(beta) = beta {
            norm = norm.with_beta(beta)?;
        }
        run!(norm, x, y, residual, mean, rstd, width)
    })())
}

/// `y = RMS(x)`, or with `residual`: `residual += x; y = RMS(residual)`. As [`layer_norm`], without `beta`; `mean` gets zeros.
///
/// # Safety
/// As [`layer_norm`].
#[wasm_bindgen]
#[allow(clippy::too_many_arguments)]
pub unsafe fn rms_norm(
    x: *const f32,
    y: *mut f32,
    residual: *mut f32,
    gamma: *const f32,
    mean: *mut f32,
    rstd: *mut f32,
    rows: usize,
    width: usize,
    epsilon: f32,
) -> u32 {
    let len = rows * width;
    // SAFETY: by the contract above.
    let (x, gamma) = unsafe { (read(x, len), read(gamma, width)) };
    // SAFETY: by the contract above.
    let (y, mut residual, mean, rstd) =
        unsafe { (write(y, len), write(residual, len), write(mean, rows), write(rstd, rows)) };
    let (Some(x), Some(y)) = (x, y) else { return 6 };
    status((|| {
        let mut norm = RmsNorm::new(width)?.with_epsilon(epsilon)?;
        if let Some(gamma) = gamma {
            norm = norm.with_gamma(gamma)?;
        }
        run!(norm, x, y, residual, mean, rstd, width)
    })())
}
