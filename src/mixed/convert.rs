//! Half precision to `f32` and back, without a branch: compilers turn these into vectors of every instruction set.
//!
//! To half precision a number is rounded to the nearest, half to even, once.

/// The bits of an f16 as an `f32`: exact.
#[inline(always)]
pub(super) fn f16_to_f32(bits: u16) -> f32 {
    // Exponent and significand where `f32` has them, 112 too small: the product is exact, also where the f16 is subnormal.
    let scaled = f32::from_bits(u32::from(bits & 0x7fff) << 13) * f32::from_bits((127 + 112) << 23);
    // An exponent of ones stays one.
    let special = if bits & 0x7c00 == 0x7c00 { 0x7f80_0000 } else { 0 };
    f32::from_bits(scaled.to_bits() | special | u32::from(bits & 0x8000) << 16)
}

/// The nearest f16.
#[inline(always)]
pub(super) fn f16_from_f32(value: f32) -> u16 {
    let bits = value.to_bits();
    let (sign, magnitude) = ((bits >> 16 & 0x8000) as u16, bits & 0x7fff_ffff);
    // The last bit of an `f32` beside ½ is worth as much as that of a subnormal f16, so that the sum is rounded to it.
    let subnormal = (f32::from_bits(magnitude) + 0.5).to_bits().wrapping_sub(0.5f32.to_bits());
    // A half of the last bit, less one where that bit is even; a carry goes to the exponent.
    let normal = magnitude.wrapping_sub(112 << 23).wrapping_add(0xfff + (magnitude >> 13 & 1)) >> 13;
    let finite = if magnitude < (127 - 14) << 23 { subnormal } else { normal };
    let special = if magnitude > 0x7f80_0000 { 0x7e00 } else { 0x7c00 };
    // From 2¹⁶ on; what is between the largest f16 and that has been rounded.
    let positive = if magnitude >= (127 + 16) << 23 { special } else { finite };
    if magnitude > 0x7f80_0000 { 0x7e00 } else { positive as u16 | sign }
}

/// The bits of a bf16 as an `f32`: exact.
#[inline(always)]
pub(super) fn bf16_to_f32(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// The nearest bf16; of NaNs only those that norms write, 0x7fc00000, need be right, and are without being looked for.
#[inline(always)]
pub(super) fn bf16_from_f32(value: f32) -> u16 {
    let bits = value.to_bits();
    (bits.wrapping_add(0x7fff + (bits >> 16 & 1)) >> 16) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::half::{bf16, f16};

    /// What the bits stand for, by the definition of the format.
    fn value(bits: u16, exponent_bits: i32, significand_bits: i32) -> f64 {
        let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
        let exponent = i32::from(bits >> significand_bits) & ((1 << exponent_bits) - 1);
        let significand = f64::from(bits & ((1 << significand_bits) - 1));
        let (bias, one) = ((1 << (exponent_bits - 1)) - 1, f64::from(1 << significand_bits));
        match exponent {
            0 => sign * significand / one * f64::from(1 - bias).exp2(),
            e if e == (1 << exponent_bits) - 1 && significand == 0.0 => sign * f64::INFINITY,
            e if e == (1 << exponent_bits) - 1 => f64::NAN,
            e => sign * (1.0 + significand / one) * f64::from(e - bias).exp2(),
        }
    }

    fn same(a: f32, b: f64) -> bool {
        f64::from(a).to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
    }

    /// All codes there and back, and the numbers at, and next to, the middle between each and the next.
    fn exhaustive(value: impl Fn(u16) -> f64, to_f32: fn(u16) -> f32, from_f32: fn(f32) -> u16, nan: u16) {
        for bits in 0..=u16::MAX {
            let v = value(bits);
            assert!(same(to_f32(bits), v), "{bits:#06x} is {v}");
            let there = if v.is_nan() { f32::from_bits(0x7fc0_0000) } else { v as f32 };
            assert_eq!(from_f32(there), if v.is_nan() { nan } else { bits }, "{bits:#06x}, {v}");
            let next = if bits & 0x7fff == 0x7fff { continue } else { bits + 1 };
            if !v.is_finite() {
                continue;
            }
            // Beyond the largest number the next would be, if the exponent had one value more.
            let far = if value(next).is_finite() { value(next) } else { 2.0 * v - value(bits - 1) };
            let middle = ((v + far) / 2.0) as f32;
            let even = if bits & 1 == 0 { bits } else { next };
            let [nearer, further] = if middle > 0.0 {
                [middle.next_down(), middle.next_up()]
            } else {
                [middle.next_up(), middle.next_down()]
            };
            assert_eq!(
                [from_f32(nearer), from_f32(middle), from_f32(further)],
                [bits, even, next],
                "{middle}"
            );
        }
    }

    #[test]
    fn every_f16_is_exact_and_what_lies_between_two_is_rounded_to_even() {
        exhaustive(|bits| value(bits, 5, 10), f16_to_f32, f16_from_f32, 0x7e00);
    }

    #[test]
    fn every_bf16_is_exact_and_what_lies_between_two_is_rounded_to_even() {
        exhaustive(|bits| value(bits, 8, 7), bf16_to_f32, bf16_from_f32, 0x7fc0);
    }

    #[test]
    fn numbers_are_rounded_as_the_crate_half_rounds_them() {
        for bits in (0..=u32::MAX).step_by(251) {
            let v = f32::from_bits(bits);
            if !v.is_nan() {
                assert_eq!(f16_from_f32(v), f16::from_f32(v).to_bits(), "{v}");
                assert_eq!(bf16_from_f32(v), bf16::from_f32(v).to_bits(), "{v}");
            }
        }
    }
}
