//! tanh of fixed-point numbers, by a table and a Taylor series, in 32-bit integers without a division.
//!
//! ```text
//! tanh′ = 1 − tanh²     so at a node a of the table, with t = tanh(a) and s = 1 − t²,
//!
//! tanh(a + d) = t + s·d·(1 − d·(t − d·((t² − ⅓) + d·t·(⅔ − t²)))) + O(d⁵)        |d| ≤ 1/16
//! tanh(b + e) = tanh(b) + e·(1 − tanh(b)²) + O(e²)                               |e| ≤ 2⁻¹³
//! ```
//!
//! `definition.md` has every shift.

/// `tanh(i/8)` with 30 fraction bits, rounded to nearest.
pub(crate) type Table<const NODES: usize> = [i32; NODES];

/// `(1 − e^(−i/4)) / (1 + e^(−i/4))`
pub(crate) const fn table<const NODES: usize>() -> Table<NODES> {
    let one = 1u128 << 50;
    let (mut step, mut term, mut n) = (0, one, 0);
    while term > 0 {
        step += term;
        n += 1;
        term /= 4 * n;
    }
    let step = (one * one).div_ceil(step);
    let mut table = [0; NODES];
    let (mut power, mut i) = (one, 0);
    while i < table.len() {
        // Doubled and halved to round.
        let quotient = ((one - power) << 31) / (one + power);
        table[i] = quotient.div_ceil(2) as i32;
        power = (power * step) >> 50;
        i += 1;
    }
    table
}

/// tanh of a magnitude with 12 fraction bits; one beyond the last node is that node. The result has 30, is less than 2³⁰, and is off by
/// less than 2⁻²² up to there.
pub(crate) fn tanh_of_magnitude<const NODES: usize>(x: u32, table: &Table<NODES>) -> i32 {
    let x = x.min((NODES as u32 - 1) << 9) as i32;
    let node = (x + 256) >> 9;
    let d = x - (node << 9);
    debug_assert!((node as usize) < NODES);
    let t = table.get(node as usize).copied().unwrap_or(0);
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

/// From 0 to 11, where tanh is 0.6 units of 2⁻³⁰ below 1.
static TO_11: Table<89> = table();
/// 11, with the 26 fraction bits of the argument.
pub(crate) const END: u64 = 11 << 26;

/// tanh of a magnitude with 26 fraction bits, at most [`END`]. The result has 30 and is off by less than 2⁻²².
pub(crate) fn fine_tanh_of_magnitude(x: u32) -> i32 {
    debug_assert!(u64::from(x) <= END);
    let near = (x + (1 << 13)) >> 14;
    let rest = x.wrapping_sub(near << 14) as i32;
    let t = tanh_of_magnitude(near, &TO_11);
    let high = t >> 15;
    t + ((rest * (((1 << 30) - high * high) >> 15)) >> 11)
}

#[cfg(test)]
mod tests {
    use super::{END, TO_11, fine_tanh_of_magnitude, tanh_of_magnitude};

    #[test]
    fn entries_are_rounded_to_nearest() {
        for (i, &entry) in TO_11.iter().enumerate() {
            let exact = (i as f64 / 8.0).tanh() * f64::from(1 << 30);
            assert_eq!(f64::from(entry), exact.round(), "{i}");
        }
    }

    fn worst(error: impl Fn(u32) -> f64, arguments: impl Iterator<Item = u32>) -> f64 {
        let worst = arguments.map(error).fold(0.0, f64::max);
        std::println!("worst error 2^{:.2}", worst.log2());
        worst
    }

    #[test]
    fn the_core_is_within_2_pow_minus_22() {
        let unit = f64::from(1 << 30);
        let error =
            |x| (f64::from(tanh_of_magnitude(x, &TO_11)) / unit - (f64::from(x) / 4096.0).tanh()).abs();
        assert!(worst(error, 0..=11 << 12) < 2f64.powi(-22));
    }

    /// Between two nodes of 12 bits the rest is linear: the error is largest at its ends.
    #[test]
    fn more_bits_of_the_argument_are_within_2_pow_minus_22() {
        let (unit, of_x) = (f64::from(1 << 30), f64::from(1 << 26));
        let error = |x| (f64::from(fine_tanh_of_magnitude(x)) / unit - (f64::from(x) / of_x).tanh()).abs();
        let rests = [-(1 << 13), -(1 << 12), -1, 0, 1, 1 << 12, (1 << 13) - 1];
        let arguments = (0..=11i64 << 12).flat_map(|near| rests.map(|rest| (near << 14) + rest));
        let arguments = arguments.filter_map(|x| u32::try_from(x).ok()).filter(|x| u64::from(*x) <= END);
        assert!(worst(error, arguments) < 2f64.powi(-22));
    }
}
