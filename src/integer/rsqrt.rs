//! The reciprocal of a square root, by a table and Newton's iteration `ρ ← ρ·(3 − τ·ρ²)/2`.
//!
//! `V = τ · 4ʲ` with ¼ ≤ τ < 1. The table gives 7 bits of `ρ = 1/sqrt(τ)`, and each step doubles them: 14, 28, then 53 by
//! products of 64 bits.

use super::shift::shifted;

/// `2⁸/sqrt(V) = mantissa · 2^−exponent`
#[derive(Clone, Copy, Debug)]
pub(crate) struct Root {
    /// From 2⁶² to below 2⁶³, with a relative error below 2⁻⁵³; or 0.
    pub mantissa: u64,
    pub exponent: i32,
}

/// `1/sqrt(τ) − 1` with eight bits behind the point: the first entry for τ in `[64, 65) / 256`, the next for `[65, 66) / 256`,
/// and so on.
const TABLE: [u8; 192] = table();

const fn table() -> [u8; 192] {
    let mut table = [0; 192];
    let mut i = 0;
    while i < 192 {
        // 2⁸ · sqrt(512 / (2·i + 129)), the root in the middle of the interval. It is computed doubled, then halved to round.
        let root = (4 * (512 << 16) / (2 * i as u32 + 129)).isqrt();
        table[i] = (root.div_ceil(2) - 256) as u8;
        i += 1;
    }
    table
}

/// A first ρ with 30 bits behind the point, and how many steps make 28 bits of it right. `tau` has 32 bits behind the point.
fn guess(tau: u32) -> (u32, u32) {
    if cfg!(layernorm_small) {
        // 2.1324 − 1.2185·τ has an error of at most 9 %. With two more steps it takes a third of the table's bytes.
        return (2_289_647_000 - mul_high(tau, 1_308_354_000), 4);
    }
    let index = (tau >> 24).saturating_sub(64) as usize;
    debug_assert!(index < TABLE.len());
    ((256 + u32::from(TABLE.get(index).copied().unwrap_or(0))) << 22, 2)
}

/// `a·b / 2³²`
fn mul_high(a: u32, b: u32) -> u32 {
    ((u64::from(a) * u64::from(b)) >> 32) as u32
}

impl Root {
    /// The root of a row whose `x̂` are all 0.
    pub(crate) const ZERO: Self = Self { mantissa: 0, exponent: 64 };

    /// The root of `v`, which is at least 1.
    pub(crate) fn new(v: u128) -> Self {
        // In halves, because shifts of 128 bits are function calls.
        let (mut high, mut low, mut zeros) = ((v >> 64) as u64, v as u64, 0);
        if high == 0 {
            (high, low, zeros) = (low, 0, 64);
        }
        let shift = (high.leading_zeros() & !1) as i32;
        let zeros = zeros + shift;
        // τ with 64 bits behind the point.
        let tau = shifted(high as i64, shift) as u64 | shifted((low >> 1) as i64, shift - 63) as u64;
        // ρ with 30 bits behind the point: τ·ρ² is near 2³⁰.
        let first = (tau >> 32) as u32;
        let (mut rho, steps) = guess(first);
        for _ in 0..steps {
            let square = (u64::from(rho) * u64::from(rho)) >> 30;
            let product = mul_high(first, square as u32);
            rho = ((u64::from(rho) * u64::from((3 << 30) - product)) >> 31) as u32;
        }
        let rho = u64::from(rho);
        // 1 − τ·ρ² with 57 bits behind the point: it is below 2⁻²⁶.
        let product = (u128::from(tau) * u128::from(rho * rho)) >> 64;
        let missing = ((1 << 60) - product as i64) >> 3;
        let mantissa = (rho << 32).wrapping_add_signed((rho as i64 * missing) >> 26);
        Self { mantissa: mantissa.clamp(1 << 62, (1 << 63) - 1), exponent: 118 - zeros / 2 }
    }

    /// `bits` with `p · 2⁸/sqrt(V) < 2^bits`, rarely more than are needed.
    pub(crate) fn product_bits(self, p: u64) -> i32 {
        // p ≤ first · 2^down
        let (first, down) = match u32::try_from(p) {
            Ok(p) => (p, 0),
            Err(_) => {
                let down = 33 - p.leading_zeros() as i32;
                ((p >> down) as u32 + 1, down)
            }
        };
        let zeros = first.leading_zeros();
        // At least 2⁶¹, unless p is 0.
        let product = u64::from(first.wrapping_shl(zeros)) * ((self.mantissa >> 32) + 1);
        62 + (product >> 62) as i32 + down - zeros as i32 + 32 - self.exponent
    }
}

#[cfg(test)]
mod tests {
    use super::Root;

    /// `mantissa · sqrt(V) / 2^(exponent + 8)`, squared, less 1: twice the relative error.
    fn error(v: u128) -> f64 {
        let root = Root::new(v);
        // v · mantissa² / 4^(exponent + 8), with 64 bits of v and 126 of mantissa².
        let zeros = v.leading_zeros();
        let (v_head, square) = (v << zeros >> 64, u128::from(root.mantissa) * u128::from(root.mantissa));
        let product =
            (v_head * (square >> 64)) as i128 + ((v_head * (square & u128::from(u64::MAX))) >> 64) as i128;
        let one = 2 * (root.exponent + 8) - 64 - (64 - zeros as i32);
        (product - (1i128 << one)) as f64 / 2f64.powi(one)
    }

    #[test]
    fn relative_error_is_below_2_pow_minus_53() {
        let mut worst = 0f64;
        let mut seed = 1u64;
        for _ in 0..2_000_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let v = (u128::from(seed) << 56) >> (seed >> 13 & 63) >> (seed >> 7 & 31);
            worst = worst.max(error(v.max(1)).abs() / 2.0);
        }
        // Around every border of the table.
        for i in 64..=256u128 {
            for near in -3..=3i128 {
                let v = (i << 56).wrapping_add_signed(near);
                worst = worst.max(error(v).abs() / 2.0);
            }
        }
        std::println!("worst relative error 2^{:.1}", worst.log2());
        assert!(worst < 2f64.powi(-53));
    }
}
