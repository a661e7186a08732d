//! Statistics of rows that come in pieces.

use crate::made::{Opaque, made, made_mut, make};
use crate::norm::done;
use crate::slice::{apart, place};
use crate::stats::ln_row_stats;
use crate::status::{LN_AGAIN, LN_OK, Status, ln_status, status};
use layernorm::{Finish, Moments, RowStats};

/// The statistics of a row that comes in pieces, or is larger than memory: some 1.2 kB, since it keeps the last elements until a
/// block of 256 is full. Any pieces give the bits of the whole row. The words are the library's.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ln_moments {
    words: [u64; 160],
}

// SAFETY: words.
unsafe impl Opaque for ln_moments {}
const MARK: usize = u32::from_le_bytes(*b"LNm1") as usize;

/// Empty moments of a row for layer normalisation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_moments_init(moments: *mut ln_moments) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { make(moments, MARK, Moments::new()) }.map(|()| LN_OK))
}

/// Empty moments of a row for RMSNorm.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_moments_init_uncentred(moments: *mut ln_moments) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { make(moments, MARK, Moments::uncentred()) }.map(|()| LN_OK))
}

/// The next `length` numbers of the row.
///
/// LN_TOO_LARGE where a later pass gets more than the first had.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_moments_push(
    moments: *mut ln_moments,
    length: usize,
    chunk: *const f32,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe {
        made_mut::<_, Moments>(moments, MARK)
            .and_then(|moments| done(moments.push(place(chunk, length)?.read())))
    })
}

/// Adds the numbers of `other` behind those of `moments`. The statistics are as good as those of the row in one piece, but not always the
/// same bits. `other` stays as it is.
///
/// LN_PASSES where the two are not in the same pass over the same row.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_moments_merge(moments: *mut ln_moments, other: *const ln_moments) -> ln_status {
    let overlap = || apart(place(moments, 1)?.addresses(), &[place(other, 1)?.addresses()]);
    // SAFETY: the header's contract, and they are apart.
    status(overlap().and_then(|()| unsafe {
        let (moments, other) = (made_mut::<_, Moments>(moments, MARK)?, made::<_, Moments>(other, MARK)?);
        done(moments.merge(other))
    }))
}

/// The statistics of the row, in `stats`; then the moments are empty. Or LN_AGAIN: the row has to be pushed once more, all of it,
/// because its mean is far from 0 beside its deviation; the worst of all rows take six passes.
///
/// LN_ZERO where nothing was pushed, LN_LENGTH where a later pass got fewer numbers than the first, LN_EPSILON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_moments_finish(
    moments: *mut ln_moments,
    epsilon: f32,
    stats: *mut ln_row_stats,
) -> ln_status {
    let overlap = || apart(place(moments, 1)?.addresses(), &[place(stats, 1)?.addresses()]);
    // SAFETY: the header's contract, and they are apart.
    status(overlap().and_then(|()| unsafe {
        match made_mut::<_, Moments>(moments, MARK)?.finish(epsilon) {
            Ok(Finish::Done(row)) => {
                stats.cast::<RowStats>().write(row);
                Ok(LN_OK)
            }
            Ok(Finish::PushAgain) => Ok(LN_AGAIN),
            Err(error) => Err(error.status()),
        }
    }))
}
