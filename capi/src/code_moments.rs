//! Rows of codes that come in pieces.

use crate::codes::{Kept, Marked, ln_codes};
use crate::made::{Opaque, made, made_mut, make, with};
use crate::norm::done;
use crate::slice::{apart, place};
use crate::status::{LN_OK, ln_status, status};
use layernorm::quantized::Moments;

/// The sums of a row of codes that comes in pieces, as halves of a DMA buffer. They are exact: one pass, any pieces, in any order. The
/// words are the library's; it may be copied.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ln_code_moments {
    words: [u64; 4],
}

// SAFETY: words.
unsafe impl Opaque for ln_code_moments {}

type Done = Result<ln_status, ln_status>;

/// # Safety
/// As the header says.
unsafe fn push<X: Marked>(moments: *mut ln_code_moments, length: usize, chunk: *const X) -> Done {
    let chunk = place(chunk, length)?;
    apart(place(moments, 1)?.addresses(), &[chunk.addresses()])?;
    // SAFETY: the contract above.
    unsafe { done(made_mut::<_, Moments<X>>(moments, X::MOMENTS)?.push(chunk.read())) }
}

/// # Safety
/// As the header says.
unsafe fn merge<X: Marked>(moments: *mut ln_code_moments, other: *const ln_code_moments) -> Done {
    apart(place(moments, 1)?.addresses(), &[place(other, 1)?.addresses()])?;
    // SAFETY: the contract above, and they are apart.
    unsafe {
        let other = made::<_, Moments<X>>(other, X::MOMENTS)?;
        done(made_mut::<_, Moments<X>>(moments, X::MOMENTS)?.merge(other))
    }
}

/// # Safety
/// As the header says.
unsafe fn apply<X: Marked>(
    norm: *const ln_codes,
    moments: *const ln_code_moments,
    offset: usize,
    length: usize,
    chunk: *const X,
    out: *mut X,
) -> Done {
    let (chunk, out) = (place(chunk, length)?, place(out, length)?);
    let structs = [place(norm, 1)?.addresses(), place(moments, 1)?.addresses()];
    apart(out.addresses(), &[chunk.addresses(), structs[0], structs[1]])?;
    // SAFETY: the contract above; nothing overlaps what is written.
    unsafe {
        let moments = made::<_, Moments<X>>(moments, X::MOMENTS)?;
        with(norm, X::MARK, |kept: &Kept<X>| {
            done(kept.norm().apply(moments, offset, chunk.read(), out.write()))
        })
    }
}

/// Empty moments of a row of int8_t codes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i8_moments_init(moments: *mut ln_code_moments) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { make(moments, i8::MOMENTS, Moments::<i8>::new()) }.map(|()| LN_OK))
}

/// The next `length` int8_t codes of the row.
///
/// LN_TOO_LARGE where the row would have more than 32768.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i8_moments_push(
    moments: *mut ln_code_moments,
    length: usize,
    chunk: *const i8,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { push(moments, length, chunk) })
}

/// Adds the codes of `other`, in any order. `other` stays as it is.
///
/// LN_TOO_LARGE where the row would have more than 32768.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i8_moments_merge(
    moments: *mut ln_code_moments,
    other: *const ln_code_moments,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { merge::<i8>(moments, other) })
}

/// out = norm(chunk) for `length` int8_t codes of a row from `offset` on, all of which were pushed to `moments`. The codes are those of
/// the whole row.
///
/// LN_LENGTH unless `width` codes were pushed, LN_TOO_LARGE where the chunk goes beyond the end of the row.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i8_apply(
    norm: *const ln_codes,
    moments: *const ln_code_moments,
    offset: usize,
    length: usize,
    chunk: *const i8,
    out: *mut i8,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { apply(norm, moments, offset, length, chunk, out) })
}

/// Empty moments of a row of uint8_t codes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_u8_moments_init(moments: *mut ln_code_moments) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { make(moments, u8::MOMENTS, Moments::<u8>::new()) }.map(|()| LN_OK))
}

/// The next `length` uint8_t codes of the row.
///
/// LN_TOO_LARGE where the row would have more than 32768.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_u8_moments_push(
    moments: *mut ln_code_moments,
    length: usize,
    chunk: *const u8,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { push(moments, length, chunk) })
}

/// Adds the codes of `other`, in any order. `other` stays as it is.
///
/// LN_TOO_LARGE where the row would have more than 32768.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_u8_moments_merge(
    moments: *mut ln_code_moments,
    other: *const ln_code_moments,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { merge::<u8>(moments, other) })
}

/// out = norm(chunk) for `length` uint8_t codes of a row from `offset` on, all of which were pushed to `moments`. The codes are those of
/// the whole row.
///
/// LN_LENGTH unless `width` codes were pushed, LN_TOO_LARGE where the chunk goes beyond the end of the row.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_u8_apply(
    norm: *const ln_codes,
    moments: *const ln_code_moments,
    offset: usize,
    length: usize,
    chunk: *const u8,
    out: *mut u8,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { apply(norm, moments, offset, length, chunk, out) })
}

/// Empty moments of a row of int16_t codes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i16_moments_init(moments: *mut ln_code_moments) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { make(moments, i16::MOMENTS, Moments::<i16>::new()) }.map(|()| LN_OK))
}

/// The next `length` int16_t codes of the row.
///
/// LN_TOO_LARGE where the row would have more than 32768.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i16_moments_push(
    moments: *mut ln_code_moments,
    length: usize,
    chunk: *const i16,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { push(moments, length, chunk) })
}

/// Adds the codes of `other`, in any order. `other` stays as it is.
///
/// LN_TOO_LARGE where the row would have more than 32768.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i16_moments_merge(
    moments: *mut ln_code_moments,
    other: *const ln_code_moments,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { merge::<i16>(moments, other) })
}

/// out = norm(chunk) for `length` int16_t codes of a row from `offset` on, all of which were pushed to `moments`. The codes are those of
/// the whole row.
///
/// LN_LENGTH unless `width` codes were pushed, LN_TOO_LARGE where the chunk goes beyond the end of the row.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i16_apply(
    norm: *const ln_codes,
    moments: *const ln_code_moments,
    offset: usize,
    length: usize,
    chunk: *const i16,
    out: *mut i16,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { apply(norm, moments, offset, length, chunk, out) })
}
