//! Rows of codes: what a network sees, and what is hard to sum or to round.

use crate::numbers::Numbers;
use bytemuck::Pod;

/// A type of codes.
pub(crate) trait Code: Pod {
    const LOWEST: i64;
    const HIGHEST: i64;
    /// The nearest code.
    fn new(value: i64) -> Self;
    fn value(self) -> i32;
}

macro_rules! code {
    ($($type:ident)*) => {
        $(impl Code for $type {
            const LOWEST: i64 = $type::MIN as i64;
            const HIGHEST: i64 = $type::MAX as i64;

            fn new(value: i64) -> Self {
                value.clamp(Self::LOWEST, Self::HIGHEST) as Self
            }
            fn value(self) -> i32 {
                self.into()
            }
        })*
    };
}
code!(i8 u8 i16 i32);

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// About a mean; both are sixteenths of half the codes.
    Wide {
        mean: i64,
        sigma: i64,
    },
    /// The same, but σ in sixteenths of a code.
    Narrow {
        mean: i64,
        sigma: i64,
    },
    Uniform,
    Constant,
    /// All equal but one, by one code.
    NearlyConstant,
    /// The lowest and the highest code in turn.
    Alternating,
    /// One end among zeros.
    Spike,
    /// A code below zero, zero, and a code above.
    Tiny,
    /// c + u, c − u, and so on: x̂ is ±1 exactly, so that many results are halves before they are rounded.
    Symmetric,
}

pub(crate) const KINDS: &[Kind] = &[
    Kind::Wide { mean: 0, sigma: 5 },
    Kind::Wide { mean: 3, sigma: 1 },
    Kind::Wide { mean: -16, sigma: 8 },
    Kind::Narrow { mean: 0, sigma: 8 },
    Kind::Narrow { mean: -1, sigma: 40 },
    Kind::Narrow { mean: 15, sigma: 160 },
    Kind::Uniform,
    Kind::Constant,
    Kind::NearlyConstant,
    Kind::Alternating,
    Kind::Spike,
    Kind::Tiny,
    Kind::Symmetric,
];

/// A row of each kind.
pub(crate) fn rows<T: Code>(kinds: &[Kind], numbers: &mut Numbers, codes: &mut [T]) {
    let width = codes.len() / kinds.len();
    for (kind, row) in kinds.iter().zip(codes.chunks_exact_mut(width)) {
        fill(*kind, numbers, row);
    }
}

/// What is added to rows.
pub(crate) fn residual<T: Code>(numbers: &mut Numbers, codes: &mut [T]) {
    fill(Kind::Wide { mean: 0, sigma: 5 }, numbers, codes);
}

fn fill<T: Code>(kind: Kind, numbers: &mut Numbers, row: &mut [T]) {
    let half = (T::HIGHEST - T::LOWEST + 1) / 2;
    let zero = T::LOWEST + half;
    let (one, step) = (any::<T>(numbers), 1 + numbers.below(half as u64 - 1) as i64);
    for (i, x) in row.iter_mut().enumerate() {
        let even = i % 2 == 0;
        *x = T::new(match kind {
            Kind::Wide { mean, sigma } => {
                zero + ((half * mean) >> 4) + (numbers.bell_times(half * sigma) >> 4)
            }
            Kind::Narrow { mean, sigma } => {
                zero + ((half * mean) >> 4) + ((numbers.bell_times(sigma) + 8) >> 4)
            }
            Kind::Uniform => any::<T>(numbers),
            Kind::Constant | Kind::NearlyConstant => one,
            Kind::Alternating if even => T::LOWEST,
            Kind::Alternating => T::HIGHEST,
            Kind::Spike => zero,
            Kind::Tiny => zero - 1 + numbers.below(3) as i64,
            Kind::Symmetric if even => zero + step,
            Kind::Symmetric => zero - step,
        });
    }
    let at = numbers.below(row.len() as u64) as usize;
    match kind {
        Kind::NearlyConstant => row[at] = T::new(one + 1),
        Kind::Spike => row[at] = T::new(if one < zero { T::LOWEST } else { T::HIGHEST }),
        _ => {}
    }
}

fn any<T: Code>(numbers: &mut Numbers) -> i64 {
    T::LOWEST + numbers.below((T::HIGHEST - T::LOWEST + 1) as u64) as i64
}

/// A zero point: the middle of the codes, or any.
pub(crate) fn zero_point<T: Code>(numbers: &mut Numbers) -> T {
    let middle = T::LOWEST + (T::HIGHEST - T::LOWEST + 1) / 2;
    T::new(if numbers.below(2) == 0 { middle } else { any::<T>(numbers) })
}

/// γ or β: near `about`, any code, zero, or an odd multiple of `half` or the code beside it.
pub(crate) fn parameter<T: Code>(numbers: &mut Numbers, unit: i64, about: i64, half: i64, to: &mut [T]) {
    for to in to {
        *to = T::new(match numbers.below(16) {
            0 => 0,
            1 => any::<T>(numbers),
            2..=6 => (2 * numbers.below(8) as i64 - 7) * half + numbers.below(3) as i64 - 1,
            _ => about * unit + (numbers.bell_times(unit) >> 2),
        });
    }
}
