//! Rows of codes, ordinary and adversarial, and γ and β that put elements beside the boundaries of rounding.

use super::integer_oracle::{Call, SummedRow};
use super::random::Random;
use core::ops::RangeInclusive;

#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Every code alike.
    Uniform,
    /// The mean as a part of the way from the middle of the codes to an end.
    Normal {
        mean: f64,
        sigma: Sigma,
    },
    Constant,
    /// One element is a code higher than the others.
    ConstantButOne,
    /// The lowest or the highest code, by chance.
    TwoValued,
    /// The lowest and the highest code in turn.
    Alternating,
    /// All 0 but for the lowest or the highest code: for RMSNorm x̂ is rational if N is a square.
    Spike,
    Ramp,
    /// −1, 0 and 1.
    Tiny,
    /// p elements of one code, then N − p of another, if possible with p·(N − p) a square: for LayerNorm x̂ is
    /// then rational, 1 and −1 if p = N/2, 2 and −½ if N = 5p.
    TwoLevels,
    /// c + u, c + v, c − u, c − v, and so on with 2(u² + v²) a square: x̂ is rational for LayerNorm if N is 2 or
    /// a multiple of 4, for RMSNorm if c = 0 and N is even.
    Pythagorean,
}

#[derive(Clone, Copy, Debug)]
pub enum Sigma {
    Codes(f64),
    /// A part of half the codes.
    Scale(f64),
}

const fn codes(mean: f64, sigma: f64) -> Kind {
    Kind::Normal { mean, sigma: Sigma::Codes(sigma) }
}

const fn scale(mean: f64, sigma: f64) -> Kind {
    Kind::Normal { mean, sigma: Sigma::Scale(sigma) }
}

#[rustfmt::skip]
pub const KINDS: &[Kind] = &[
    Kind::Uniform,
    codes(0.0, 0.3), codes(0.0, 1.0), codes(0.0, 3.0), codes(0.0, 30.0),
    codes(0.1, 0.3), codes(-0.5, 1.0), codes(0.5, 10.0), codes(-0.9, 3.0),
    codes(0.99, 1.0), codes(-0.99, 1.0), codes(1.0, 0.3), codes(-1.0, 1.0), codes(1.0, 10.0),
    scale(0.0, 0.01), scale(0.0, 0.1), scale(0.0, 0.3), scale(0.0, 1.0), scale(0.0, 10.0),
    scale(0.1, 0.01), scale(-0.3, 0.1), scale(0.5, 0.3), scale(-0.9, 0.03), scale(1.0, 0.1), scale(-1.0, 1.0),
    Kind::Constant, Kind::ConstantButOne, Kind::TwoValued, Kind::Alternating, Kind::Spike, Kind::Ramp, Kind::Tiny,
    Kind::TwoLevels, Kind::Pythagorean,
];

/// With 2(u² + v²) = 2², 10², 26², 34², 50²: u = q − p and v = q + p of p² + q² = r².
const PYTHAGOREAN: [(i64, i64); 5] = [(1, 1), (1, 7), (7, 17), (7, 23), (17, 31)];

/// An integer of the range, every one alike.
pub fn between(random: &mut Random, low: i64, high: i64) -> i64 {
    low + (random.bits() % (high - low + 1) as u64) as i64
}

fn either(random: &mut Random, a: i64, b: i64) -> i64 {
    if random.bits() & 1 == 0 { a } else { b }
}

pub fn fill(kind: Kind, random: &mut Random, lowest: i64, highest: i64, row: &mut [i64]) {
    let width = row.len();
    let zero = 0.clamp(lowest, highest);
    match kind {
        Kind::Uniform => row.fill_with(|| between(random, lowest, highest)),
        Kind::Normal { mean, sigma } => {
            let half = (highest - lowest) as f64 / 2.0;
            let mean = lowest as f64 + half * (1.0 + mean);
            let sigma = match sigma {
                Sigma::Codes(codes) => codes,
                Sigma::Scale(part) => part * half,
            };
            row.fill_with(|| ((mean + sigma * random.normal()).round() as i64).clamp(lowest, highest));
        }
        Kind::Constant => {
            let inner = between(random, lowest, highest);
            row.fill([lowest, zero, highest, inner][random.below(4)]);
        }
        Kind::ConstantButOne => {
            let inner = between(random, lowest, highest - 1);
            let code = [lowest, highest - 1, inner, inner][random.below(4)];
            row.fill(code);
            row[random.below(width)] = code + 1;
        }
        Kind::TwoValued => row.fill_with(|| either(random, lowest, highest)),
        Kind::Alternating => {
            for (i, x) in row.iter_mut().enumerate() {
                *x = if i % 2 == 0 { lowest } else { highest };
            }
        }
        Kind::Spike => {
            row.fill(zero);
            row[random.below(width)] = either(random, lowest, highest);
        }
        Kind::Ramp => {
            let (from, to) = (between(random, lowest, highest), either(random, lowest, highest));
            for (i, x) in row.iter_mut().enumerate() {
                *x = from + (to - from) * i as i64 / width as i64;
            }
        }
        Kind::Tiny => row.fill_with(|| between(random, -1, 1).clamp(lowest, highest)),
        Kind::TwoLevels => {
            let square = |&p: &usize| (p * (width - p)).isqrt().pow(2) == p * (width - p);
            let squares: Vec<usize> = (1..width).filter(square).collect();
            let p = squares.get(random.below(squares.len().max(1))).copied().unwrap_or(width / 2);
            let (a, b) = (between(random, lowest, highest), between(random, lowest, highest));
            row[..p].fill(a);
            row[p..].fill(b);
        }
        Kind::Pythagorean => {
            let (u, v) = PYTHAGOREAN[random.below(PYTHAGOREAN.len())];
            let factor = between(random, 1, ((highest - lowest) / 2 / v).max(1));
            let reach = v * factor;
            let around_zero = lowest <= -reach && reach <= highest && random.bits() & 1 == 0;
            let centre = match highest - reach {
                _ if around_zero => 0,
                last => between(random, lowest + reach, last.max(lowest + reach)),
            };
            for (x, part) in row.iter_mut().zip([u, v, -u, -v].into_iter().cycle()) {
                *x = (centre + factor * part).clamp(lowest, highest);
            }
        }
    }
}

/// γ and β codes of the ranges that put the elements of `x` on a boundary of rounding, c + ½, or a unit or two of b
/// beside it. Where x̂ is rational γ makes x̂·g/2ᵏ a multiple of 2⁻ᵐ if one can, so that ties are exact. Where no b
/// reaches a boundary, the nearest g; where neither does, any. Returns the number of exact ties.
pub fn beside_boundaries(
    call: &Call,
    x: &[i64],
    random: &mut Random,
    gamma: RangeInclusive<i64>,
    beta: RangeInclusive<i64>,
    g: &mut [i64],
    b: &mut [i64],
) -> usize {
    let row = SummedRow::new(call, x);
    let root = row.root().and_then(|root| u128::try_from(root).ok());
    let mut ties = 0;
    for ((&x, g), b) in x.iter().zip(g).zip(b) {
        let element = Element { call, row: &row, x };
        let step = root.and_then(|root| step(row.p(x), root, 8 + call.m.max(1) - call.k)).unwrap_or(1);
        // The smaller g, the more boundaries b can reach.
        let solved = [0, 0, 0, 4, 8, 12, 16, 20, 24].into_iter().find_map(|shift| {
            let low = (gamma.start() >> shift).max(*gamma.start());
            let g = multiple(random, step, low, gamma.end() >> shift);
            let g = g.unwrap_or_else(|| between(random, *gamma.start(), *gamma.end()));
            Some((g, element.beta(random, g, &beta)?))
        });
        (*g, *b) = solved.unwrap_or_else(|| {
            let b = between(random, *beta.start(), *beta.end());
            let g = element.gamma(random, b, &gamma, step);
            let g = g.unwrap_or_else(|| between(random, *gamma.start(), *gamma.end()));
            (g, element.beta(random, g, &beta).unwrap_or(b))
        });
        ties += usize::from(element.is_tie(*g, *b));
    }
    ties
}

struct Element<'a> {
    call: &'a Call,
    row: &'a SummedRow,
    x: i64,
}

impl Element<'_> {
    /// Below, numbers are in units of 2⁻ʲ, in which both b/2ᵐ and ½ are whole.
    fn j(&self) -> i32 {
        self.call.m.max(1)
    }

    fn half(&self) -> i128 {
        1 << (self.j() - 1)
    }

    fn unit(&self, b: i64) -> i128 {
        i128::from(b) << (self.j() - self.call.m)
    }

    /// floor(x̂·g/2ᵏ), and whether that is exact.
    fn product(&self, g: i64) -> Option<(i128, bool)> {
        let (product, exact) = self.row.product(self.x, g, self.j() - self.call.k);
        Some((product.try_into().ok()?, exact))
    }

    fn is_tie(&self, g: i64, b: i64) -> bool {
        self.product(g).is_some_and(|(product, exact)| {
            exact && (product + self.unit(b) - self.half()).trailing_zeros() >= self.j() as u32
        })
    }

    /// A rounded number c = y − z below which, and not above the next, one of the interval may be.
    fn boundary(&self, random: &mut Random, first: i128, last: i128) -> Option<i128> {
        let z = i128::from(self.call.zero_point);
        let first = first.max(i128::from(self.call.lowest) - z);
        let last = last.min(i128::from(self.call.highest) - 1 - z);
        (first <= last).then(|| between(random, first as i64, last as i64).into())
    }

    /// The b that takes x̂·g/2ᵏ + b/2ᵐ to a boundary, or one beside.
    fn beta(&self, random: &mut Random, g: i64, range: &RangeInclusive<i64>) -> Option<i64> {
        let (product, _) = self.product(g)?;
        // The c with c + ½ between the ends of what b reaches.
        let first = ((product + self.unit(*range.start()) - self.half() - 1) >> self.j()) + 1;
        let last = (product + self.unit(*range.end()) - self.half()) >> self.j();
        let c = self.boundary(random, first, last)?;
        let nearest = ((c << self.j()) + self.half() - product) >> (self.j() - self.call.m);
        Some((nearest as i64 + between(random, -1, 1)).clamp(*range.start(), *range.end()))
    }

    /// The multiple of `step`, or of 1, that takes the number nearest to a boundary; f64 has g to a unit.
    fn gamma(&self, random: &mut Random, b: i64, range: &RangeInclusive<i64>, step: i64) -> Option<i64> {
        let normalised = i128::try_from(self.row.product(self.x, 1, 60).0).ok()? as f64 * 2f64.powi(-60);
        let factor = normalised * 2f64.powi(-self.call.k);
        let b = b as f64 * 2f64.powi(-self.call.m);
        let ends = [*range.start(), *range.end()].map(|g| b + factor * g as f64 - 0.5);
        let (first, last) = (ends[0].min(ends[1]).ceil(), ends[0].max(ends[1]).floor());
        let c = self.boundary(random, first as i128, last as i128)?;
        let g = (c as f64 + 0.5 - b) / factor;
        let step = if g.abs() < step as f64 { 1 } else { step };
        g.is_finite().then(|| (((g / step as f64).round() as i64) * step).clamp(*range.start(), *range.end()))
    }
}

/// The smallest g > 0 for which P·g·2^exponent / root is an integer.
fn step(p: i64, root: u128, exponent: i32) -> Option<i64> {
    if p == 0 {
        return Some(1);
    }
    let denominator = match exponent >= 0 {
        true => root >> root.trailing_zeros().min(exponent as u32),
        false => root.checked_mul(1u128.checked_shl(exponent.unsigned_abs())?)?,
    };
    let (mut a, mut b) = (denominator, u128::from(p.unsigned_abs()));
    while b != 0 {
        (a, b) = (b, a % b);
    }
    (denominator / a).try_into().ok()
}

fn multiple(random: &mut Random, step: i64, low: i64, high: i64) -> Option<i64> {
    let (first, last) = (low.div_euclid(step) + i64::from(low.rem_euclid(step) != 0), high.div_euclid(step));
    (first <= last).then(|| step * between(random, first, last))
}
