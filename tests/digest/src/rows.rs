//! The kinds of row: what a network sees, and what breaks the formulas that others use.

use crate::numbers::{Numbers, power_of_two};

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Bell,
    /// Mean 1e7, σ about 1: the variance is lost in `E[x²] − E[x]²`.
    HugeMean,
    /// ±1e38: the squares overflow.
    Huge,
    /// Up to f32::MAX: the sums overflow too.
    Largest,
    Subnormal,
    /// Squares underflow, the values do not.
    Tiny,
    Constant,
    /// All equal but one, by one unit in the last place.
    NearlyConstant,
    /// Rising: the first elements say little about the rest.
    Trend,
    /// One element 2²⁰ times the others.
    Outlier,
    /// Every finite exponent.
    AnyExponent,
    /// Exact results, ties and signed zeros among them.
    SmallIntegers,
    WithNan,
    WithInfinity,
    BothInfinities,
}

pub(crate) const KINDS: &[Kind] = &[
    Kind::Bell,
    Kind::HugeMean,
    Kind::Huge,
    Kind::Largest,
    Kind::Subnormal,
    Kind::Tiny,
    Kind::Constant,
    Kind::NearlyConstant,
    Kind::Trend,
    Kind::Outlier,
    Kind::AnyExponent,
    Kind::SmallIntegers,
    Kind::WithNan,
    Kind::WithInfinity,
    Kind::BothInfinities,
];

/// A row of each kind.
pub(crate) fn fill_rows(kinds: &[Kind], numbers: &mut Numbers, x: &mut [f32]) {
    let width = x.len() / kinds.len();
    for (kind, row) in kinds.iter().zip(x.chunks_exact_mut(width)) {
        fill(*kind, numbers, row);
    }
}

pub(crate) fn fill(kind: Kind, numbers: &mut Numbers, row: &mut [f32]) {
    let last = row.len() as u64;
    let one = numbers.with_exponent(100..150);
    for (i, x) in row.iter_mut().enumerate() {
        *x = match kind {
            Kind::Bell | Kind::Outlier | Kind::WithNan | Kind::WithInfinity | Kind::BothInfinities => {
                numbers.bell()
            }
            Kind::HugeMean => 1.0e7 + numbers.bell(),
            Kind::Huge => numbers.with_exponent(251..254),
            Kind::Largest => numbers.with_exponent(254..255),
            Kind::Subnormal => numbers.with_exponent(0..1),
            Kind::Tiny => numbers.with_exponent(1..60),
            Kind::Constant | Kind::NearlyConstant => one,
            Kind::Trend => i as f32 * power_of_two(-3) + numbers.bell(),
            Kind::AnyExponent => numbers.with_exponent(0..255),
            Kind::SmallIntegers => (numbers.below(7) as f32 - 3.0) * if i % 2 == 0 { 1.0 } else { -1.0 },
        };
    }
    let mut set = |value: f32| {
        let at = numbers.below(last) as usize;
        if let Some(x) = row.get_mut(at) {
            *x = value;
        }
    };
    match kind {
        Kind::Outlier => set(power_of_two(20)),
        Kind::NearlyConstant => set(f32::from_bits(one.to_bits() + 1)),
        // Payload and sign of an input's NaN must not show in the output.
        Kind::WithNan => set(f32::from_bits(0xffc1_2345)),
        Kind::WithInfinity => set(f32::INFINITY),
        Kind::BothInfinities => {
            set(f32::NEG_INFINITY);
            set(f32::INFINITY);
        }
        _ => {}
    }
}

/// γ about 1, β about 0, both of either sign, with exact zeros of both signs among them.
pub(crate) fn parameters(numbers: &mut Numbers, gamma: &mut [f32], beta: &mut [f32]) {
    for (g, b) in gamma.iter_mut().zip(beta) {
        let choice = numbers.below(16);
        (*g, *b) = match choice {
            0 => (0.0, 0.0),
            1 => (-0.0, -0.0),
            2 => (numbers.bell(), 0.0),
            3 => (1.0, numbers.bell()),
            _ => (1.0 + numbers.bell() * power_of_two(-2), numbers.bell()),
        };
    }
}
