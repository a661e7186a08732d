//! Samples whose channels are in groups, for tests of `GroupNorm`.

use super::bits;
use super::random::Random;
use super::rows::FAMILIES;
use layernorm::{GroupNorm, LayerNorm, RowStats};

/// Groups and channels.
pub const GROUPS: [(usize, usize); 9] =
    [(1, 1), (1, 2), (2, 2), (1, 5), (5, 5), (2, 6), (4, 12), (1, 19), (3, 51)];
/// One, small, prime, beside groups of sixteen and blocks of 256.
pub const POSITIONS: [usize; 16] = [1, 2, 3, 7, 13, 15, 16, 17, 31, 49, 63, 65, 127, 255, 257, 1009];
pub const SAMPLES: usize = 3;

/// Each value, or each channel's, `count` times.
pub fn repeated(values: &[f32], count: usize) -> Vec<f32> {
    values.iter().flat_map(|v| core::iter::repeat_n(*v, count)).collect()
}

/// A shape, its norm, and samples of which each group is a row of the next family.
pub struct Case {
    pub groups: usize,
    pub channels: usize,
    pub positions: usize,
    pub x: Vec<f32>,
    pub gamma: Vec<f32>,
    pub beta: Vec<f32>,
}

impl Case {
    pub fn new(random: &mut Random, (groups, channels): (usize, usize), positions: usize) -> Self {
        let first = random.below(FAMILIES.len());
        let families = FAMILIES.iter().cycle().skip(first).take(SAMPLES * groups);
        let x = families.flat_map(|family| (family.row)(random, channels / groups * positions)).collect();
        let (gamma, beta) = (random.normals(channels), random.normals(channels));
        Self { groups, channels, positions, x, gamma, beta }
    }

    pub fn norm(&self) -> GroupNorm<'_> {
        let norm = if self.groups == self.channels {
            GroupNorm::instance(self.channels)
        } else {
            GroupNorm::new(self.groups, self.channels)
        };
        norm.unwrap()
    }

    /// Elements of a row.
    pub fn width(&self) -> usize {
        self.channels / self.groups * self.positions
    }

    pub fn rows(&self) -> usize {
        self.x.len() / self.width()
    }

    /// Calls `check` with each row's number and its norm, γ and β repeated.
    pub fn for_each_row(&self, affine: [bool; 2], epsilon: f32, mut check: impl FnMut(usize, LayerNorm)) {
        let [gamma, beta] = [&self.gamma, &self.beta].map(|values| repeated(values, self.positions));
        let width = self.width();
        for row in 0..self.rows() {
            let at = row % self.groups * width;
            let mut norm = LayerNorm::new(width).unwrap().with_epsilon(epsilon).unwrap();
            if affine[0] {
                norm = norm.with_gamma(&gamma[at..at + width]).unwrap();
            }
            if affine[1] {
                norm = norm.with_beta(&beta[at..at + width]).unwrap();
            }
            check(row, norm);
        }
    }

    pub fn with_affine(&self, [gamma, beta]: [bool; 2], epsilon: f32) -> GroupNorm<'_> {
        let mut norm = self.norm().with_epsilon(epsilon).unwrap();
        if gamma {
            norm = norm.with_gamma(&self.gamma).unwrap();
        }
        if beta {
            norm = norm.with_beta(&self.beta).unwrap();
        }
        norm
    }

    pub fn stats(&self, norm: &GroupNorm) -> Vec<RowStats> {
        let mut stats = vec![RowStats::default(); self.rows()];
        norm.statistics(&self.x, self.positions, &mut stats).unwrap();
        stats
    }

    /// All verbs against rows of `LayerNorm`.
    pub fn check_bits(&self, affine: [bool; 2], epsilon: f32) {
        let Self { x, positions, .. } = self;
        let context = format!("{} channels in {} × {positions}, ε {epsilon:e}", self.channels, self.groups);
        let norm = self.with_affine(affine, epsilon);
        let (mut y, mut stats) = (vec![7.0; x.len()], vec![RowStats::default(); self.rows()]);
        let (mut expected, mut row_stats) = (y.clone(), stats.clone());
        let width = self.width();
        self.for_each_row(affine, epsilon, |row, norm| {
            let part = row * width..(row + 1) * width;
            let (y, stats) = (&mut expected[part.clone()], &mut row_stats[row..=row]);
            norm.forward_with_stats(&x[part], y, stats).unwrap();
        });
        norm.forward(x, *positions, &mut y).unwrap();
        assert_eq!(bits(&y), bits(&expected), "forward, {context}");
        let mut y = vec![7.0; x.len()];
        norm.forward_with_stats(x, *positions, &mut y, &mut stats).unwrap();
        assert_eq!(bits(&y), bits(&expected), "forward_with_stats, {context}");
        let mut y = x.clone();
        norm.forward_in_place(&mut y, *positions).unwrap();
        assert_eq!(bits(&y), bits(&expected), "forward_in_place, {context}");
        // Debug output tells any two statistics apart; NaNs are not equal.
        assert_eq!(format!("{stats:?}"), format!("{row_stats:?}"), "statistics, {context}");
        assert_eq!(
            format!("{:?}", self.stats(&norm)),
            format!("{row_stats:?}"),
            "statistics alone, {context}"
        );
    }
}
