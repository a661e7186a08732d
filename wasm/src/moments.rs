//! A row in pieces. JavaScript keeps the moments between calls, as bytes: there is nothing to give back.

use crate::call::Call;
use core::slice::from_raw_parts;
use layernorm::{Finish, Moments};

/// Numbers that js/moments.ts has room for.
#[cfg(target_family = "wasm")]
const _: () = assert!(size_of::<Moments>() <= 4 * 320);

/// Writes empty ones to `moments`.
///
/// # Safety
/// `moments` is the address of 1280 bytes, aligned to 8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moments(moments: *mut Moments, centred: bool) {
    let empty = if centred { Moments::new() } else { Moments::uncentred() };
    // SAFETY: the contract above.
    unsafe { moments.write(empty) };
}

/// Adds the next `len` elements of the row; false where a later pass gets more than the first.
///
/// # Safety
/// `moments` is the address of what [`moments()`] wrote, `chunk` that of `len` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn push(moments: *mut Moments, chunk: *const f32, len: usize) -> bool {
    // SAFETY: the contract above.
    unsafe { (*moments).push(from_raw_parts(chunk, len)) }.is_ok()
}

/// Adds the elements of `other` behind those of `moments`; false where the two are not in the same pass over the same row.
///
/// # Safety
/// Both are addresses of what [`moments()`] wrote, and not the same.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn merge(moments: *mut Moments, other: *const Moments) -> bool {
    // SAFETY: the contract above.
    unsafe { (*moments).merge(&*other) }.is_ok()
}

/// Whether the row is done: its statistics are then in the call's `stats`, `mean` and `rstd`. If not it has to be pushed
/// again, or has no elements.
///
/// # Safety
/// `moments` is the address of what [`moments()`] wrote; of `call` the three are there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn finish(moments: *mut Moments, call: *const Call) -> bool {
    // SAFETY: the contract above.
    unsafe {
        match (*moments).finish((*call).epsilon) {
            Ok(Finish::Done(stats)) => {
                (*call).keep(0, &stats);
                true
            }
            _ => false,
        }
    }
}

/// `y = norm(x)` for as many elements of a row as the call has features, with the statistics in `stats`. False where an
/// argument is wrong.
///
/// # Safety
/// As for [`forward`](crate::forward) of one row; `stats` is there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apply(call: *const Call) -> bool {
    // SAFETY: the contract above.
    unsafe { (*call).apply() }.is_ok()
}
