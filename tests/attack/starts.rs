//! Where climbs start: rows of two or three sizes, at the edge of the stage that is attacked.

use super::construct::{Builder, Column, Kit, Weights, count};
use super::judge::What;
use super::record::Known;
use super::stages::Stage;
use super::start::{Rows, Start};
use crate::common::random::Random;

/// Widths of rows that are not built: ends of a lane, of a group, of a four and of a block.
const WIDTHS: [usize; 16] = [2, 3, 5, 8, 11, 16, 17, 20, 24, 33, 48, 64, 100, 128, 240, 300];

pub struct Starts<'a> {
    pub random: &'a mut Random,
    pub what: What,
}

impl Starts<'_> {
    /// Rows for a stage of one norm.
    pub fn of(&mut self, stage: Stage, centred: bool) -> Start {
        if self.random.below(16) == 0 {
            let known =
                Known::all().into_iter().filter(|known| known.centred == centred && known.is_of(stage));
            let mut rows: Vec<_> = known.map(|known| known.row).collect();
            if !rows.is_empty() {
                let rows = Rows::One(rows.swap_remove(self.random.below(rows.len())));
                return Start { rows, shift: 0.0, scale: 1.0, balanced: false };
            }
        }
        let alone = Start { rows: Rows::One(Vec::new()), shift: 0.0, scale: 1.0, balanced: false };
        match (stage, centred) {
            (Stage::First, true) => Start { rows: self.at_the_limit(), ..alone },
            (Stage::First, false) => Start { rows: self.squares(), ..alone },
            (Stage::Pivot, _) => {
                Start { rows: self.balanced(), shift: self.mean_beside(), balanced: true, ..alone }
            }
            (Stage::Mean, _) => Start { rows: self.far(), ..alone },
            (Stage::Scaled, true) => {
                let scale = self.out_of_range();
                match self.random.below(4) {
                    0 => Start { rows: self.at_the_limit(), scale, ..alone },
                    1 => Start { shift: self.mean_beside(), scale, rows: self.balanced(), balanced: true },
                    _ => Start { scale, rows: self.balanced(), balanced: true, ..alone },
                }
            }
            (Stage::Scaled, false) => Start { scale: self.out_of_range(), rows: self.squares(), ..alone },
        }
    }

    /// Rows of 256 elements of one size at the limit of the mean, three positive to one negative.
    pub fn plainest(&mut self) -> Start {
        let kit = self.fit(256, [u16::MAX; 2], 1.0003, 2.0 * (1.0 - 1e-3)).unwrap();
        Start { rows: Rows::Built(kit), shift: 0.0, scale: 1.0, balanced: false }
    }

    /// A size in [1, 2), often just above 1: there a rounding is the largest part of a sum.
    fn size(&mut self) -> f64 {
        match self.random.below(4) {
            0 => 1.0 + self.random.uniform(),
            1 => 1.0 + 0.1 * self.random.uniform(),
            _ => 1.0 + 0.001 * self.random.uniform(),
        }
    }

    /// The mean is as far from 0 as goes without a pivot.
    fn at_the_limit(&mut self) -> Rows {
        let size = self.size();
        if self.random.below(6) == 0 {
            return self.plain(size, true);
        }
        loop {
            let masks = match self.random.below(3) {
                0 => [u16::MAX; 2],
                _ => [self.mask(), self.mask()],
            };
            let (width, below) = (self.built_width(), self.below_a_power());
            if let Some(kit) = self.fit(width, masks, size, below) {
                return Rows::Built(kit);
            }
        }
    }

    /// Three columns of positive elements, with one mask, and one of negative ones that are as large as the limit wants. One
    /// of those is larger, if x̂ is attacked, so that its x̂ is `-below`.
    fn fit(&mut self, width: usize, [most, few]: [u16; 2], size: f64, below: f64) -> Option<Kit> {
        let n = width as f64;
        let target = self.what == What::Normalised;
        let large = count(width, [0, 0, 0, few]) - f64::from(u8::from(target));
        let (small, sign) = (self.small(), self.sign());
        // Of all but the large elements of the last column; what the small ones add is seen once they are there.
        let mut sum = count(width, [most, most, most, 0]);
        let mut squares = sum;
        let mut kit = None;
        for _ in 0..3 {
            let Some(other) = limit(n, sum, squares, large) else { break };
            let other = other * (1.0 + 2e-4);
            let mean = (sum - large * other) / n;
            let deviation = ((squares + large * other * other) / n - mean * mean).sqrt();
            let first = target.then_some(-size * (below * deviation - mean) / 1.001);
            let most = Column { large: most, size, small, first: None };
            let few = Column { large: few, size: -size * other, small, first };
            let weights = Weights::new(self.what, size * mean, size * deviation, below).times(sign);
            let built = Builder { random: self.random, weights }.kit(width, &[most, most, most, few]);
            let (all, all_squares) = built.sums();
            // Elements are up to 0.001 larger than their size.
            sum = all / size + large * other * 1.0005;
            squares = all_squares / (size * size) - large * other * other * 1.001;
            kit = Some(built);
        }
        kit
    }

    /// x̂ just below a power of two: there an ULP is the smallest part of it.
    fn below_a_power(&mut self) -> f64 {
        let power = if self.random.below(8) == 0 { 4.0 } else { 2.0 };
        power * (1.0 - 0.002 * self.random.uniform())
    }

    /// How small the others are beside large elements.
    fn small(&mut self) -> f64 {
        2f64.powf(-8.0 * self.random.uniform())
    }

    /// Which way all roundings are to go.
    fn sign(&mut self) -> f64 {
        if self.random.below(2) == 0 { 1.0 } else { -1.0 }
    }

    /// As many large elements of either sign.
    fn balanced(&mut self) -> Rows {
        let size = self.size();
        if self.random.below(6) == 0 {
            return self.plain(size, false);
        }
        let width = self.built_width();
        let large = if self.random.below(2) == 0 { u16::MAX } else { self.mask() };
        let (small, sign, below) = (self.small(), self.sign(), self.below_a_power());
        let deviation = (count(width, [large; 4]) / width as f64).sqrt();
        let first = (self.what == What::Normalised).then_some(-size * below * deviation / 1.001);
        let weights = Weights::new(self.what, 0.0, size * deviation, below).times(sign);
        let plus = Column { large, size, small, first: None };
        let mut minus = Column { size: -size, ..plus };
        // The mean is to be 0, but for what the choice of columns changes.
        let mut kit = None;
        for _ in 0..3 {
            let columns = [plus, plus, minus, Column { first, ..minus }];
            let built = Builder { random: self.random, weights }.kit(width, &columns);
            minus.size -= built.sums().0 / count(width, [0, 0, large, large]).max(2.0);
            kit = Some(built);
        }
        Rows::Built(kit.unwrap())
    }

    /// Only Σd² counts.
    fn squares(&mut self) -> Rows {
        let size = self.size();
        let width = WIDTHS[self.random.below(WIDTHS.len())];
        if self.random.below(3) == 0 {
            let steep = 6.0 * self.random.uniform();
            let size = |_| (size * 2f64.powf(-steep * self.random.uniform())) as f32;
            return Rows::One((0..width).map(size).collect());
        }
        let size =
            if self.random.below(2) == 0 { size } else { 2f64.sqrt() * (1.0 + 1e-3 * self.random.uniform()) };
        let mut columns = [Column { large: 0, size, small: 0.0, first: None }; 4];
        for column in &mut columns {
            column.large = self.mask();
            column.small = 0.5f64.powi(1 + self.random.below(9) as i32);
        }
        match self.random.below(4) {
            0 => {}
            // One large element a column: its square rounds at each of its additions.
            1 | 2 => {
                let size = size * 2f64.powf(-3.0 - 9.0 * self.random.uniform());
                columns = [Column { large: 1, size, small: 1.0, first: Some(columns[0].size) }; 4];
            }
            _ => columns = [columns[0]; 4],
        }
        let weights = Weights { sum: 0.0, squares: self.sign() };
        let width = self.built_width();
        Rows::Built(Builder { random: self.random, weights }.kit(width, &columns))
    }

    /// What a [`Builder`] can build.
    fn built_width(&mut self) -> usize {
        match self.random.below(8) {
            0..2 => [4, 5, 8, 11, 16, 17, 20, 24, 32, 33, 40, 48][self.random.below(12)],
            2 => 64 * (1 + self.random.below(3)),
            _ => 256,
        }
    }

    /// Which elements of a lane are large: all, those of some fours, or any.
    fn mask(&mut self) -> u16 {
        let mask = match self.random.below(10) {
            0 => u16::MAX,
            1 | 2 => 0xf,
            3 | 8 | 9 => 0xff >> self.random.below(8),
            4 => 0x1,
            5 => 0x1111,
            6 => self.random.bits() as u16 & self.random.bits() as u16,
            _ => self.random.bits() as u16 | self.random.bits() as u16,
        };
        mask | 1
    }

    /// A row that is not built: large elements, small ones that make their sums round, and what fills it up to the limit
    /// of the mean or, balanced, to a mean of 0.
    fn plain(&mut self, size: f64, at_the_limit: bool) -> Rows {
        loop {
            let width = WIDTHS[self.random.below(WIDTHS.len())];
            let small = self.random.uniform();
            let mut row: Vec<f64> = (0..width)
                .map(|_| match self.random.uniform() {
                    v if v < 0.5 * small => (2.0 * v - 0.5) * 2f64.powf(-10.0 * self.random.uniform()),
                    v if v < 0.6 * small => 2.0 * self.random.uniform() - 1.0,
                    _ => 1.0 + 0.001 * self.random.uniform(),
                })
                .collect();
            let few = 1 + self.random.below(width.div_ceil(2));
            let (sum, squares) = (row[few..].iter().sum(), row[few..].iter().map(|v| v * v).sum());
            let other = match at_the_limit {
                true => limit(width as f64, sum, squares, few as f64).map(|other| other * 1.001),
                false => Some(sum / few as f64),
            };
            let Some(other) = other.filter(|&other| other > 0.0) else { continue };
            row[..few].fill(-other);
            (1..width).for_each(|i| row.swap(i, self.random.below(i + 1)));
            return Rows::One(row.into_iter().map(|v| (v * size) as f32).collect());
        }
    }

    /// Beside a deviation near 1: hardly a pivot, or any.
    fn mean_beside(&mut self) -> f32 {
        let mean = match self.random.below(6) {
            // Few digits, so that it can be added exactly.
            0..4 => (512.0 * (0.4 + 0.6 * self.random.uniform())).round() / 512.0,
            4 => 2f64.powi(self.random.below(4) as i32) * (1.0 + 0.001 * self.random.uniform()),
            _ => 2f64.powf(20.0 * self.random.uniform()),
        };
        mean as f32
    }

    /// A mean so far away that the first is off by a good part of σ: whole ULP around it.
    fn far(&mut self) -> Rows {
        let width = [33, 48, 77, 100, 127, 300][self.random.below(6)];
        let base = 2f32.powi(self.random.below(40) as i32) * (1.0 + self.random.uniform() as f32);
        let (size, other) = (1 + self.random.below(4) as u32, 1 + self.random.below(6) as u32);
        let part = self.random.uniform();
        let element = |_| {
            let up = self.random.uniform() < part;
            f32::from_bits(if up { base.to_bits() + size } else { base.to_bits() - other })
        };
        Rows::One((0..width).map(element).collect())
    }

    /// A power of two that takes sums of squares out of their range.
    fn out_of_range(&mut self) -> f64 {
        let exponent = match self.random.below(3) {
            0 => 45 + self.random.below(60) as i32,
            1 => -60 - self.random.below(45) as i32,
            _ => -126 - self.random.below(20) as i32,
        };
        2f64.powi(exponent)
    }
}

/// The size of `few` negative elements, beside others with these sums, at which 4 A² = N B; none if that is so
/// without them.
fn limit(n: f64, sum: f64, squares: f64, few: f64) -> Option<f64> {
    let beyond = |other: f64| 4.0 * (sum - few * other).powi(2) > n * (squares + few * other * other);
    if few == 0.0 || sum <= 0.0 || !beyond(0.0) {
        return None;
    }
    let (mut low, mut high) = (0.0, sum / few);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if beyond(middle) { low = middle } else { high = middle }
    }
    Some(high)
}
