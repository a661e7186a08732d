//! Numbers from integers. An f32 is put together from its bits, or by operations that IEEE 754 rounds in one way
//! only.

/// SplitMix64 (Steele, Lea & Flood 2014).
pub struct Numbers(u64);

impl Numbers {
    /// Another sequence for each seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0..bound; the bias is of no consequence here.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// Sum of four uniform 16-bit numbers, about 0: near Gaussian, 18 bits.
    fn sum(&mut self) -> i32 {
        let bits = self.next();
        let sum: i32 = (0..4).map(|part| (bits >> (16 * part)) as i32 & 0xffff).sum();
        sum - 2 * 0xffff
    }

    /// That sum times 2⁻¹⁵: |value| < 4, σ = 1.15. The conversion and the power of two are exact.
    pub fn bell(&mut self) -> f32 {
        self.sum() as f32 * power_of_two(-15)
    }

    /// The same number times an integer of at most 40 bits, rounded down.
    pub(crate) fn bell_times(&mut self, factor: i64) -> i64 {
        (i64::from(self.sum()) * factor) >> 15
    }

    /// Any sign and fraction, exponent within `exponents` (biased; 0 gives subnormals).
    pub(crate) fn with_exponent(&mut self, exponents: core::ops::Range<u32>) -> f32 {
        let bits = self.next();
        let span = u64::from(exponents.end - exponents.start);
        let exponent = exponents.start + ((bits >> 32) % span) as u32;
        f32::from_bits((bits as u32 & 0x807f_ffff) | (exponent << 23))
    }
}

pub(crate) const fn power_of_two(exponent: i32) -> f32 {
    f32::from_bits(((exponent + 127) as u32) << 23)
}
