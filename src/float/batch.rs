//! How many rows go through pass 1 before pass 2. It changes no bit.

use super::tree::power_of_two;
use crate::isa::ONE_LANE;

/// The most rows of a batch: where there are vectors, a few vectors with a row in each lane.
pub(super) const ROWS: usize = if ONE_LANE { 1 } else { 16 };

/// Elements of a batch of several rows, in calls that a cache holds and in others. Out of cache reading and writing must
/// take turns often.
const ELEMENTS: [usize; 2] = [4096, 1024];
/// Elements of a call whose rows are in cache: 16 MB of input and output; 8 MB in a browser, where 2048×768 is slower otherwise.
const IN_CACHE: usize = power_of_two(if cfg!(target_arch = "wasm32") { 20 } else { 21 });

/// Rows of a batch, in a call of so many elements.
#[inline(always)]
pub(super) fn rows_per_batch(width: usize, elements: usize) -> usize {
    if elements <= width {
        return 1;
    }
    let most = ELEMENTS[usize::from(elements > IN_CACHE)];
    most.checked_div(width).unwrap_or(1).clamp(1, ROWS)
}
