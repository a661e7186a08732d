//! Random numbers that are the same on every machine.

use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

pub struct Random(Pcg32);

impl Random {
    /// Streams; they are independent of each other.
    pub const TRAINING: u64 = 0;
    pub const SPLIT: u64 = 1;

    pub fn new(seed: u64, stream: u64) -> Self {
        Self(Pcg32::new(seed, stream))
    }

    /// In [0, 1), a multiple of 2⁻²⁴.
    pub fn uniform(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 / (1 << 24) as f32
    }

    /// Mean 0, variance 1 (Box and Muller 1958).
    pub fn normal(&mut self) -> f32 {
        let radius = (-2.0 * libm::logf(1.0 - self.uniform())).sqrt();
        radius * libm::cosf(core::f32::consts::TAU * self.uniform())
    }

    /// Fisher and Yates. Taking the upper half of a product favours no item by more than 2⁻³².
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = (u64::from(self.0.next_u32()) * (last as u64 + 1)) >> 32;
            items.swap(last, other as usize);
        }
    }
}
