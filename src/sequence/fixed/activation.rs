//! σ and tanh of fixed-point numbers, by a table and a Taylor series, in 32-bit integers without a division.
//!
//! ```text
//! tanh′ = 1 − tanh²     so at a node a of the table, with t = tanh(a) and s = 1 − t²,
//!
//! tanh(a + d) = t + s·d·(1 − d·(t − d·((t² − ⅓) + d·t·(⅔ − t²)))) + O(d⁵)        |d| ≤ 1/16
//! σ(x) = (1 + tanh(x/2)) / 2
//! ```
//!
//! 1. An argument with 11 fraction bits, read as one with 12, is halved: one core computes σ and tanh.
//! 2. The core takes magnitudes only, so `tanh(−x) = −tanh(x)` and `σ(−x) = 1 − σ(x)` hold in every bit.
//! 3. Larger arguments than 6 give the result of 6, where tanh is 0.4 LSB of the output below 1, and σ 0.2.
//!
//! Results have 15 fraction bits and are at most 32767. They never fall as the argument rises. The error is below 0.503 (tanh)
//! and 0.501 (σ) LSB, of which the rounding is 0.5. [The definition](super) has every shift.

/// `tanh(i/8)` with 30 fraction bits, rounded to nearest.
const TABLE: [i32; 49] = table();

/// 6, with the 12 fraction bits of the argument.
const END: u32 = 6 << 12;

/// `(e^(i/4) − 1) / (e^(i/4) + 1)`
const fn table() -> [i32; 49] {
    let one = 1u128 << 50;
    let (mut step, mut term, mut n) = (0, one, 0);
    while term > 0 {
        step += term;
        n += 1;
        term /= 4 * n;
    }
    let mut table = [0; 49];
    let (mut power, mut i) = (one, 0);
    while i < table.len() {
        // Doubled and halved to round.
        let quotient = ((power - one) << 31) / (power + one);
        table[i] = quotient.div_ceil(2) as i32;
        power = (power * step) >> 50;
        i += 1;
    }
    table
}

/// tanh of a magnitude with 12 fraction bits. The result has 30, is at most 2³⁰, and is off by less than 2⁻²².
fn tanh_of_magnitude(x: u32) -> i32 {
    let x = x.min(END) as i32;
    let node = (x + 256) >> 9;
    let d = x - (node << 9);
    debug_assert!((node as usize) < TABLE.len());
    let t = TABLE.get(node as usize).copied().unwrap_or(0);
    // The upper and the lower 15 bits of t.
    let (high, low) = (t >> 15, t & 0x7fff);
    let s = (1 << 30) - high * high - ((high * low) >> 14);
    // The series from its end, with 15 fraction bits; thirds with 15 are 10923 and 21845.
    let square = ((1 << 30) - s) >> 15;
    let fourth = (high * (21845 - square)) >> 15;
    let third = square - 10923 + ((d * fourth) >> 12);
    // d·(t − …) has 19 fraction bits, d·s 34.
    let second = (d * ((t >> 10) - ((d * third) >> 7))) >> 13;
    let first = d * (s >> 8);
    t + (first >> 4) - (((first >> 15) * second) >> 8)
}

/// σ of an argument with 11 fraction bits. The result has 15 and lies between 0 and 32767.
pub(crate) fn sigmoid(p: i32) -> i16 {
    let half = (tanh_of_magnitude(p.unsigned_abs()) + (1 << 15)) >> 16;
    let y = if p < 0 { (1 << 14) - half } else { (1 << 14) + half };
    y.min(i16::MAX.into()) as i16
}

/// tanh of an argument with 11 fraction bits. The result has 15 and lies between −32767 and 32767.
pub(crate) fn tanh(p: i32) -> i16 {
    let magnitude = p.unsigned_abs();
    let y = (tanh_of_magnitude(magnitude.saturating_add(magnitude)) + (1 << 14)) >> 15;
    let y = y.min(i16::MAX.into()) as i16;
    if p < 0 { -y } else { y }
}

#[cfg(test)]
mod tests {
    use super::{TABLE, sigmoid, tanh, tanh_of_magnitude};

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
    fn entries_are_rounded_to_nearest() {
        for (i, &entry) in TABLE.iter().enumerate() {
            let exact = (i as f64 / 8.0).tanh() * f64::from(1 << 30);
            assert_eq!(f64::from(entry), exact.round(), "{i}");
        }
    }

    #[test]
    fn the_core_is_within_2_pow_minus_22() {
        let error =
            |x| (f64::from(tanh_of_magnitude(x)) / f64::from(1 << 30) - (f64::from(x) / 4096.0).tanh()).abs();
        let worst = (0..=super::END).map(error).fold(0.0, f64::max);
        std::println!("worst error 2^{:.2}", worst.log2());
        assert!(worst < 2f64.powi(-22));
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
