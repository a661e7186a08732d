//! σ and tanh of fixed-point numbers, by a table and a Taylor series, in 32-bit integers without a division.
//!
//! ```text
//! tanh′ = 1 − tanh²     so at a node a of the table, with t = tanh(a) and s = 1 − t²,
//!
//! tanh(a + d) = t + s·d·(1 − d·(t − d·((t² − ⅓) + d·t·(⅔ − t²)))) + O(d⁵)        |d| ≤ 1/16
//! σ(x) = (1 + tanh(x/2)) / 2
//! ```
//!
//! 1. Half an argument with 11 fraction bits is the same integer with 12: one core serves both.
//! 2. The core knows magnitudes only, so `tanh(−x) = −tanh(x)` and `σ(−x) = 1 − σ(x)` hold in every bit.
//! 3. From 6 on all is as at 6, where tanh is 0.4 steps of the output below 1, and σ 0.2.
//!
//! Results have 15 fraction bits and end at 32767. Over all arguments they rise, and are off by less than 0.503 (tanh)
//! and 0.501 (σ) of their last digit; 0.5 is the rounding. [The definition](super) has every shift.

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

/// Of an argument of 12 fraction bits, with 30, off by less than 2⁻²²; at most 2³⁰.
fn tanh_of_magnitude(x: u32) -> i32 {
    let x = x.min(END) as i32;
    let node = (x + 256) >> 9;
    let d = x - (node << 9);
    let t = TABLE.get(node as usize).copied().unwrap_or(0);
    // 15 bits of t, and 15 more.
    let (high, low) = (t >> 15, t & 0x7fff);
    let s = (1 << 30) - high * high - ((high * low) >> 14);
    // The series from its end, with 15 fraction bits; thirds with 15 are 10923 and 21845.
    let square = ((1 << 30) - s) >> 15;
    let fourth = (high * (21845 - square)) >> 15;
    let third = square - 10923 + ((d * fourth) >> 12);
    // From here on with more: d·(t − …) has 19, d·s 34.
    let second = (d * ((t >> 10) - ((d * third) >> 7))) >> 13;
    let first = d * (s >> 8);
    t + (first >> 4) - (((first >> 15) * second) >> 8)
}

/// σ of an argument of 11 fraction bits, with 15: from 0 to 32767.
pub(crate) fn sigmoid(p: i32) -> i16 {
    let half = (tanh_of_magnitude(p.unsigned_abs()) + (1 << 15)) >> 16;
    let y = if p < 0 { (1 << 14) - half } else { (1 << 14) + half };
    y.min(i16::MAX.into()) as i16
}

/// tanh of an argument of 11 fraction bits, with 15: from −32767 to 32767.
pub(crate) fn tanh(p: i32) -> i16 {
    let magnitude = p.unsigned_abs();
    let y = (tanh_of_magnitude(magnitude.saturating_add(magnitude)) + (1 << 14)) >> 15;
    let y = y.min(i16::MAX.into()) as i16;
    if p < 0 { -y } else { y }
}

#[cfg(test)]
mod tests {
    use super::{TABLE, sigmoid, tanh, tanh_of_magnitude};

    /// Beyond them nothing changes: 64.
    const ARGUMENTS: core::ops::RangeInclusive<i32> = -(1 << 17)..=1 << 17;

    /// Of what is exact, with 15 fraction bits.
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
    fn both_rise() {
        for p in ARGUMENTS {
            assert!(tanh(p) <= tanh(p + 1) && sigmoid(p) <= sigmoid(p + 1), "{p}");
        }
    }

    #[test]
    fn both_are_symmetric() {
        for p in 0..=*ARGUMENTS.end() {
            assert_eq!(tanh(-p), -tanh(p), "{p}");
            let complement = 32768 - i32::from(sigmoid(-p));
            assert_eq!(i32::from(sigmoid(p)), complement.min(32767), "{p}");
        }
    }

    #[test]
    fn far_away_both_are_at_their_ends() {
        for p in [1 << 15, 1 << 30, (1 << 30) + 1, i32::MAX - 1, i32::MAX] {
            assert_eq!((tanh(p), tanh(-p), sigmoid(p), sigmoid(-p)), (32767, -32767, 32767, 0), "{p}");
        }
        assert_eq!((tanh(i32::MIN), sigmoid(i32::MIN)), (-32767, 0));
    }
}
