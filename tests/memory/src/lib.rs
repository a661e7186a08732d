//! Every verb at the widths where loops end, of slices that end with their allocation.
//!
//! For Miri and AddressSanitizer, which say whether anything else is touched. They take long, so each verb comes once at
//! each width, and results are only compared with each other.
#![cfg(test)]

mod floats;
mod gradients;
mod integers;
mod pieces;
mod sequences;

/// Around vectors of 4 and 8, groups of 16, and blocks of 256. Miri takes a second for what takes a processor a
/// millisecond.
const WIDTHS: &[usize] = match cfg!(miri) {
    true => &[1, 19],
    false => &[1, 3, 4, 5, 8, 15, 16, 17, 33, 255, 256, 273],
};

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// In [−1, 1).
    fn float(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1 << 23) as f32 - 1.0
    }

    /// An allocation of its own, without room.
    fn floats(&mut self, count: usize) -> Box<[f32]> {
        (0..count).map(|_| self.float()).collect()
    }

    /// One row of each kind that takes another way: plain, about a mean far away, with squares beyond the range, a
    /// constant, and one that is not finite.
    fn rows(&mut self, rows: usize, width: usize) -> Box<[f32]> {
        let mut x = self.floats(rows * width);
        for (i, row) in x.chunks_mut(width).enumerate() {
            match i % 5 {
                1 => row.iter_mut().for_each(|v| *v += 1e5),
                2 => row.iter_mut().for_each(|v| *v *= 3e38),
                3 => row.fill(0.1),
                4 => row[width / 2] = f32::INFINITY,
                _ => {}
            }
        }
        x
    }
}

fn zeros<T: Default + Clone>(count: usize) -> Box<[T]> {
    vec![T::default(); count].into()
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|v| v.to_bits()).collect()
}
