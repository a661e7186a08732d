//! Shifts by a count of either sign.

/// `v · 2^bits`, rounded towards −∞. Callers know that it does not overflow.
#[cfg_attr(layernorm_small, inline(never))]
#[cfg_attr(not(layernorm_small), inline(always))]
pub(super) fn shifted(v: i64, bits: i32) -> i64 {
    if bits >= 0 { v << (bits & 63) } else { v >> (-bits).min(63) }
}
