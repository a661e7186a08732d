//! From bytes to rows. Behind the last byte there are zeros, so that every input is a call.

use crate::common::random::Random;
use crate::common::rows::FAMILIES;
use crate::common::{EPSILONS, NAN};

/// The bytes that have not been used.
pub struct Input<'a>(pub &'a [u8]);

impl Input<'_> {
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            *byte = self.0.split_off_first().copied().unwrap_or(0);
        }
        bytes
    }

    pub fn byte(&mut self) -> u8 {
        let [byte] = self.array();
        byte
    }

    pub fn word(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    /// From 0 to `below` − 1.
    pub fn below(&mut self, below: usize) -> usize {
        usize::from(u16::from_le_bytes(self.array())) % below.max(1)
    }

    pub fn float(&mut self) -> f32 {
        f32::from_bits(self.word())
    }

    /// With the exponent of the largest numbers instead of that of an infinity.
    pub fn finite(&mut self) -> f32 {
        finite(self.float())
    }

    /// One of contract C1, or any.
    pub fn epsilon(&mut self) -> f32 {
        match usize::from(self.byte()) {
            i if i < EPSILONS.len() => EPSILONS[i],
            _ => self.finite().abs(),
        }
    }

    /// A row of any numbers, or of one of the shapes in which small differences matter.
    pub fn row(&mut self, width: usize) -> Box<[f32]> {
        match self.byte() % 8 {
            0 => (0..width).map(|_| self.float()).collect(),
            // Around a number, in its ULP.
            1 => {
                let centre = self.word();
                (0..width).map(|_| finite(f32::from_bits(centre.wrapping_add_signed(self.small())))).collect()
            }
            // Integers of 16 bits in a unit.
            2 => {
                let unit = 2f32.powi(self.byte() as i8 as i32);
                (0..width).map(|_| finite(f32::from(i16::from_le_bytes(self.array())) * unit)).collect()
            }
            // A few levels.
            3 => {
                let levels: [f32; 4] = core::array::from_fn(|_| self.finite());
                (0..width).map(|_| levels[usize::from(self.byte() % 4)]).collect()
            }
            // A family of the tests: wide rows from few bytes.
            4 => {
                let family = &FAMILIES[usize::from(self.byte()) % FAMILIES.len()];
                (family.row)(&mut Random(self.word().into()), width).into()
            }
            // Levels that alternate by position, each a little off.
            5 => {
                let levels: [u32; 4] = core::array::from_fn(|_| self.word());
                let level = |i: usize| levels[i % 4];
                (0..width)
                    .map(|i| finite(f32::from_bits(level(i).wrapping_add_signed(self.small()))))
                    .collect()
            }
            _ => (0..width).map(|_| self.finite()).collect(),
        }
    }

    /// A vector of `width` finite numbers.
    pub fn parameter(&mut self, width: usize) -> Box<[f32]> {
        self.row(width).iter().map(|&v| finite(v)).collect()
    }

    fn small(&mut self) -> i32 {
        i32::from(self.byte() as i8)
    }
}

fn finite(v: f32) -> f32 {
    if v.is_finite() { v } else { f32::from_bits(v.to_bits() & !0x0080_0000) }
}

/// `values` at the end of an allocation of just that size.
pub fn exact<T: Clone>(values: &[T]) -> Box<[T]> {
    values.into()
}

pub fn assert_one_nan(values: &[f32], context: &str) {
    for (i, v) in values.iter().enumerate() {
        assert!(!v.is_nan() || v.to_bits() == NAN, "NaN {:08x} at {i}: {context}", v.to_bits());
    }
}

pub fn assert_no_nan(values: &[f32], context: &str) {
    let nan = values.iter().position(|v| v.is_nan());
    assert!(nan.is_none(), "NaN at {nan:?} of finite input: {context}");
}
