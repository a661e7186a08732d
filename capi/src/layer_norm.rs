//! Layer normalisation of f32 rows.

use crate::made::{Opaque, made, made_mut, make};
use crate::norm;
use crate::stats::ln_row_stats;
use crate::status::{LN_OK, ln_status, status};
use layernorm::{Layer, Norm};

/// Layer normalisation of rows of a width: y = (x - mean) / sqrt(var + epsilon) * gamma + beta. Made by ln_layer_norm_init; the words are the library's. It reads gamma and
/// beta where they are, which must stay as they are while it is used. It may be copied.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ln_layer_norm {
    words: [usize; 12],
}

// SAFETY: words.
unsafe impl Opaque for ln_layer_norm {}
const MARK: usize = u32::from_le_bytes(*b"LNf1") as usize;
type Value = Norm<'static, Layer>;

/// Makes a norm of rows of `width` numbers. `gamma` and `beta` have `width` numbers, or are NULL: 1, and 0. `epsilon` is finite and
/// not negative; 1e-5 is the usual one.
///
/// LN_NULL, LN_MISALIGNED, LN_ZERO, LN_EPSILON, LN_NOT_FINITE, LN_TOO_LARGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_layer_norm_init(
    norm: *mut ln_layer_norm,
    width: usize,
    gamma: *const f32,
    beta: *const f32,
    epsilon: f32,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe {
        norm::new(width, gamma, beta, epsilon)
            .and_then(|made| make::<_, Value>(norm, MARK, made))
            .map(|()| LN_OK)
    })
}

/// From now on the gain is 1 + gamma, rounded once, as in Gemma.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_layer_norm_with_unit_offset(norm: *mut ln_layer_norm) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { made_mut::<_, Value>(norm, MARK) }.map(|norm| {
        *norm = norm.with_unit_offset();
        LN_OK
    }))
}

/// From now on ln_layer_norm_forward_residual adds the `width` numbers of `bias` to each sum: (residual + x) + bias.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_layer_norm_with_residual_bias(
    norm: *mut ln_layer_norm,
    bias: *const f32,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { made_mut::<_, Value>(norm, MARK) }.and_then(|norm| {
        // SAFETY: the header's contract.
        *norm = unsafe { norm::with_residual_bias(norm, bias)? };
        Ok(LN_OK)
    }))
}

/// y = norm(x); both rows * width. `y` may be `x`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_layer_norm_forward(
    norm: *const ln_layer_norm,
    rows: usize,
    x: *const f32,
    y: *mut f32,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { made::<_, Value>(norm, MARK).and_then(|norm| norm::forward(norm, rows, x, y)) })
}

/// y = norm(x), and the statistics of each row; `stats` has one for each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_layer_norm_forward_with_stats(
    norm: *const ln_layer_norm,
    rows: usize,
    x: *const f32,
    y: *mut f32,
    stats: *mut ln_row_stats,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe {
        made::<_, Value>(norm, MARK).and_then(|norm| norm::forward_with_stats(norm, rows, x, y, stats))
    })
}

/// The statistics of each row alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_layer_norm_statistics(
    norm: *const ln_layer_norm,
    rows: usize,
    x: *const f32,
    stats: *mut ln_row_stats,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { made::<_, Value>(norm, MARK).and_then(|norm| norm::statistics(norm, rows, x, stats)) })
}

/// residual = residual + x, then y = norm(residual); all rows * width.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_layer_norm_forward_residual(
    norm: *const ln_layer_norm,
    rows: usize,
    x: *const f32,
    residual: *mut f32,
    y: *mut f32,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe {
        made::<_, Value>(norm, MARK).and_then(|norm| norm::forward_residual(norm, rows, x, residual, y))
    })
}

/// out = norm(chunk) for `length` numbers of a row from `offset` on, whose statistics are `stats`. The bits are those of the whole row.
///
/// LN_TOO_LARGE where the chunk goes beyond the end of the row.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_layer_norm_apply(
    norm: *const ln_layer_norm,
    stats: *const ln_row_stats,
    offset: usize,
    length: usize,
    chunk: *const f32,
    out: *mut f32,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe {
        made::<_, Value>(norm, MARK).and_then(|norm| norm::apply(norm, stats, offset, length, chunk, out))
    })
}
