//! σ and tanh of fixed-point numbers, by [the integer tanh](crate::integer::tanh): `σ(x) = (1 + tanh(x/2)) / 2`.
//!
//! 1. An argument with 11 fraction bits, read as one with 12, is halved: one core computes σ and tanh.
//! 2. The core takes magnitudes only, so `tanh(−x) = −tanh(x)` and `σ(−x) = 1 − σ(x)` hold in every bit.
//! 3. Larger arguments than 6 give the result of 6, where tanh is 0.4 LSB of the output below 1, and σ 0.2.
//!
//! Results have 15 fraction bits and are at most 32767. They never fall as the argument rises. The error is below 0.503 (tanh)
//! and 0.501 (σ) LSB, of which the rounding is 0.5. [The definition](super) has every shift.

use crate::integer::tanh::{Table, table, tanh_of_magnitude};

/// From 0 to 6.
static TABLE: Table<49> = table();

/// σ of an argument with 11 fraction bits. The result has 15 and lies between 0 and 32767.
pub(crate) fn sigmoid(p: i32) -> i16 {
    let half = (tanh_of_magnitude(p.unsigned_abs(), &TABLE) + (1 << 15)) >> 16;
    let y = if p < 0 { (1 << 14) - half } else { (1 << 14) + half };
    y.min(i16::MAX.into()) as i16
}

/// tanh of an argument with 11 fraction bits. The result has 15 and lies between −32767 and 32767.
pub(crate) fn tanh(p: i32) -> i16 {
    let magnitude = p.unsigned_abs();
    let y = (tanh_of_magnitude(magnitude.saturating_add(magnitude), &TABLE) + (1 << 14)) >> 15;
    let y = y.min(i16::MAX.into()) as i16;
    if p < 0 { -y } else { y }
}

#[cfg(test)]
mod tests {
    use super::{sigmoid, tanh};

    /// Up to ±64: larger arguments change nothing.
    const ARGUMENTS: core::ops::RangeInclusive<i32> = -(1 << 17)..=1 << 17;

    /// The largest error against exact results, in LSB of 15 fraction bits.
    fn worst(actual: fn(i32) -> i16, lowest: f64, exact: fn(f64) -> f64) -> f64 {
        let error = |p: i32| {
            let exact = (exact(f64::from(p) / 2048.0) * 32768.0).clamp(lowest, 32767.0);
            (f64::from(actual(p)) - exact).abs()
        };
        ARGUMENTS.map(error).fold(0.0, f64::max)
    }

    #[test]
    fn errors_are_below_a_half_and_three_thousandths() {
        let tanh = worst(tanh, -32767.0, f64::tanh);
        let sigmoid = worst(sigmoid, 0.0, |x| 1.0 / (1.0 + (-x).exp()));
        std::println!("worst errors {tanh:.4} (tanh), {sigmoid:.4} (sigmoid)");
        assert!(tanh < 0.503 && sigmoid < 0.501);
    }

    #[test]
    fn sigmoid_and_tanh_never_fall() {
        for p in ARGUMENTS {
            assert!(tanh(p) <= tanh(p + 1) && sigmoid(p) <= sigmoid(p + 1), "{p}");
        }
    }

    #[test]
    fn sigmoid_and_tanh_are_symmetric() {
        for p in 0..=*ARGUMENTS.end() {
            assert_eq!(tanh(-p), -tanh(p), "{p}");
            let complement = 32768 - i32::from(sigmoid(-p));
            assert_eq!(i32::from(sigmoid(p)), complement.min(32767), "{p}");
        }
    }

    #[test]
    fn large_arguments_give_the_largest_and_the_least_results() {
        for p in [1 << 15, 1 << 30, (1 << 30) + 1, i32::MAX - 1, i32::MAX] {
            assert_eq!((tanh(p), tanh(-p), sigmoid(p), sigmoid(-p)), (32767, -32767, 32767, 0), "{p}");
        }
        assert_eq!((tanh(i32::MIN), sigmoid(i32::MIN)), (-32767, 0));
    }
}
