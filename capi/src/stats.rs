//! Statistics of rows for C.

use crate::slice::place;
use crate::status::ln_status;
use layernorm::RowStats;

/// Statistics of one row, for later calls over the same row. The words are the library's.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ln_row_stats {
    words: [u32; 4],
}

// Four numbers, of any bits: one may stand where the other does.
const _: () = assert!(
    size_of::<RowStats>() == size_of::<ln_row_stats>()
        && align_of::<RowStats>() == align_of::<ln_row_stats>()
);

/// Mean of the row, 0 from RMSNorm; NaN for a row that is not finite, and for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_row_mean(stats: *const ln_row_stats) -> f32 {
    // SAFETY: the header's contract.
    unsafe { row(stats) }.map_or(f32::NAN, RowStats::mean)
}

/// 1 / sqrt(var + epsilon) of the row, from RMSNorm 1 / sqrt(mean square + epsilon); infinite for a constant row with an epsilon of
/// 0; NaN for a row that is not finite, and for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_row_rstd(stats: *const ln_row_stats) -> f32 {
    // SAFETY: the header's contract.
    unsafe { row(stats) }.map_or(f32::NAN, RowStats::rstd)
}

/// # Safety
/// A row's statistics are there, if it is not NULL, and nobody writes them as long as `'a`.
pub(crate) unsafe fn row<'a>(stats: *const ln_row_stats) -> Result<&'a RowStats, ln_status> {
    // SAFETY: the contract is the same.
    unsafe { place(stats.cast::<RowStats>(), 1)?.read() }.first().ok_or(crate::LN_NULL)
}
