//! Products without their last bits.

/// The high 32 bits of the product.
#[inline(always)]
pub(super) fn mul_high(a: i32, b: i32) -> i32 {
    ((i64::from(a) * i64::from(b)) >> 32) as i32
}

/// The product without its last 16 bits, for a `b` of 16 bits.
#[inline(always)]
pub(super) fn mul_high_16(a: i32, b: i32) -> i32 {
    if cfg!(any(target_pointer_width = "64", target_family = "wasm")) {
        ((i64::from(a) * i64::from(b)) >> 16) as i32
    } else if cfg!(all(target_arch = "arm", not(target_has_atomic = "32"))) {
        // Armv6-M has no product of 64 bits. No `cfg` names it, but it alone of the Arm cores has no compare-and-swap.
        (a >> 16).wrapping_mul(b).wrapping_add((a & 0xffff).wrapping_mul(b) >> 16)
    } else {
        // A shift of 64 bits takes several instructions.
        mul_high(a, b << 16)
    }
}
