//! Rows whose additions all round the wrong way, built from the leaves of the summation tree to its root.
//!
//! ```text
//! δx̂ ≈ ½ x̂ (δB − 2 mean δA) / (N σ²) + δA / (N σ)        at x̂ < 0, δ = computed − exact
//! ```
//!
//! so that a rounding of Σd up and one of Σd² down move x̂ the same way. Both are sums over the nodes of the tree:
//! each level keeps the nodes with the largest sum, some for each pair of last bits, since an addition of two numbers
//! of one size rounds only where their last bits differ, and leaves a 0 there. A leaf that is small beside the others
//! rounds at every addition on its path.

use super::judge::What;
use crate::common::random::Random;

/// Lanes of a group, groups of a four, and the order in which the lanes of a column are added.
const GROUP: usize = 16;
const GROUPS: usize = 4;
const LANES: [usize; 4] = [0, 8, 4, 12];
/// Pairs of nodes tried at each node, and those kept for each pair of last bits.
const DRAWS: usize = 2000;
const KEEP: usize = 40;
/// Columns to choose from.
const COLUMNS: usize = 32;
/// Small elements to choose from.
const SMALL: usize = 1000;

/// How much of the error an ULP of each sum is worth.
#[derive(Clone, Copy, Debug)]
pub struct Weights {
    pub sum: f64,
    pub squares: f64,
}

impl Weights {
    /// For an element at −x̂ in a row with this mean and deviation.
    pub fn new(what: What, mean: f64, deviation: f64, normalised: f64) -> Self {
        let var = deviation * deviation;
        match what {
            What::Normalised => {
                Self { sum: normalised * mean / var + 1.0 / deviation, squares: -0.5 * normalised / var }
            }
            What::Mean => Self { sum: 1.0, squares: 0.0 },
            What::Rstd => Self { sum: 2.0 * mean / var, squares: -1.0 / var },
        }
    }

    /// With −1 every rounding is to go the other way.
    pub fn times(self, sign: f64) -> Self {
        Self { sum: sign * self.sum, squares: sign * self.squares }
    }
}

/// A subtree: its sums as they are computed, and what its roundings are worth.
#[derive(Clone)]
struct Node {
    a: f32,
    b: f32,
    worth: f64,
    leaves: Vec<f32>,
}

/// The elements in lanes l, l + 4, l + 8, l + 12.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// Bit `4 · four + group`: elements of this size; the others are small.
    pub large: u16,
    pub size: f64,
    /// The sizes of the others, as a part of it.
    pub small: f64,
    /// The size of its first element, if that is another.
    pub first: Option<f64>,
}

pub struct Builder<'a> {
    pub random: &'a mut Random,
    pub weights: Weights,
}

/// Columns for a row, the best first.
pub struct Kit {
    width: usize,
    pools: [Vec<Vec<f32>>; 4],
}

impl Kit {
    pub fn width(&self) -> usize {
        self.width
    }

    /// Σd and Σd² of the best columns.
    pub fn sums(&self) -> (f64, f64) {
        let wide = || self.pools.iter().flat_map(|pool| &pool[0]).map(|&v| f64::from(v));
        (wide().sum(), wide().map(|v| v * v).sum())
    }

    /// Puts one of the columns `c` in its place.
    pub fn place(&self, row: &mut [f32], c: usize, random: &mut Random) {
        let pool = &self.pools[c];
        let column = &pool[random.below(pool.len())];
        for (of_lane, lane) in column.chunks(column.len() / LANES.len()).zip(LANES) {
            for (at, &v) in (lane + c..self.width).step_by(GROUP).zip(of_lane) {
                row[at] = v;
            }
        }
    }
}

impl Builder<'_> {
    /// The best columns of a row of at most 64 elements, or of two, three or four times as many.
    pub fn kit(&mut self, width: usize, columns: &[Column; 4]) -> Kit {
        let mut pools: [Vec<Vec<f32>>; 4] = Default::default();
        for c in 0..4 {
            let alike =
                |last: &usize| columns[*last] == columns[c] && lengths(width, *last) == lengths(width, c);
            pools[c] = match c.checked_sub(1).filter(alike) {
                Some(last) => pools[last].clone(),
                None => self.column(width, c, &columns[c]).into_iter().map(|node| node.leaves).collect(),
            };
        }
        Kit { width, pools }
    }

    fn column(&mut self, width: usize, c: usize, column: &Column) -> Vec<Node> {
        let small: Vec<Node> = (0..SMALL)
            .map(|_| {
                let size = column.size * column.small * 2f64.powf(-6.0 * self.random.uniform());
                let size = if self.random.below(2) == 0 { -size } else { size };
                self.leaf(size as f32)
            })
            .collect();
        let large = self.leaves(column.size);
        let first = column.first.map(|size| self.leaves(size));
        let fours = width.div_ceil(GROUP * GROUPS);
        let lengths = lengths(width, c);
        let mut lane = |len, first: &[Node]| self.lane(fours, (len, column.large), first, &large, &small);
        let mut lanes: Vec<Vec<Node>> = Vec::new();
        for (i, &len) in lengths.iter().enumerate() {
            let same = (0..i).rev().find(|&last| lengths[last] == len && (last > 0 || first.is_none()));
            let of = if i == 0 { first.as_ref().unwrap_or(&large) } else { &large };
            lanes.push(same.map_or_else(|| lane(len, of), |last| lanes[last].clone()));
        }
        let (low, high) = (self.join(&lanes[0], &lanes[1]), self.join(&lanes[2], &lanes[3]));
        let mut column = self.join(&low, &high);
        column.sort_by(|a, b| b.worth.total_cmp(&a.worth));
        column.truncate(COLUMNS);
        column
    }

    /// Elements of about one size.
    fn leaves(&mut self, size: f64) -> Vec<Node> {
        let draw = |_| {
            let size = size * (1.0 + 0.001 * self.random.uniform());
            self.leaf(size as f32)
        };
        best((0..DRAWS).map(draw).collect(), KEEP)
    }

    /// A lane of `len` elements; those behind them add 0.
    fn lane(
        &mut self,
        fours: usize,
        (len, mask): (usize, u16),
        first: &[Node],
        large: &[Node],
        small: &[Node],
    ) -> Vec<Node> {
        let none = [self.leaf(0.0)];
        let mut lane: Option<Vec<Node>> = None;
        for four in 0..fours {
            let of = |group: usize| match mask >> (GROUPS * four + group) & 1 {
                _ if GROUPS * four + group >= len => &none,
                1 if four + group == 0 => first,
                1 => large,
                _ => small,
            };
            let (low, high) = (self.join(of(0), of(1)), self.join(of(2), of(3)));
            let sum = self.join(&low, &high);
            lane = Some(match lane {
                Some(lane) => self.join(&lane, &sum),
                None => sum,
            });
        }
        lane.unwrap()
    }

    fn leaf(&self, d: f32) -> Node {
        let square = d * d;
        let error = f64::from(square) - f64::from(d) * f64::from(d);
        Node { a: d, b: square, worth: self.weights.squares * error, leaves: vec![d] }
    }

    /// Sums of random nodes of both kinds, the best of them.
    fn join(&mut self, left: &[Node], right: &[Node]) -> Vec<Node> {
        let mut pairs: Vec<_> = (0..DRAWS)
            .map(|_| {
                let (i, j) = (self.random.below(left.len()), self.random.below(right.len()));
                let (l, r) = (&left[i], &right[j]);
                let (a, b) = (l.a + r.a, l.b + r.b);
                let error_a = f64::from(a) - (f64::from(l.a) + f64::from(r.a));
                let error_b = f64::from(b) - (f64::from(l.b) + f64::from(r.b));
                let worth = self.weights.sum * error_a + self.weights.squares * error_b;
                (l.worth + r.worth + worth, a, b, i, j)
            })
            .collect();
        pairs.sort_by(|x, y| y.0.total_cmp(&x.0));
        let mut kept = [0; 4];
        pairs.retain(|&(_, a, b, ..)| room(&mut kept, a, b, KEEP));
        let joined = |i: usize, j: usize| left[i].leaves.iter().chain(&right[j].leaves).copied().collect();
        pairs.iter().map(|&(worth, a, b, i, j)| Node { a, b, worth, leaves: joined(i, j) }).collect()
    }
}

/// Elements of the lanes of column `c`.
fn lengths(width: usize, c: usize) -> [usize; 4] {
    LANES.map(|lane| (width + GROUP - 1).saturating_sub(lane + c) / GROUP)
}

/// Elements of a row whose bit is set in the mask of their column.
pub fn count(width: usize, masks: [u16; 4]) -> f64 {
    (0..width).filter(|i| masks[i % 4] >> (i / GROUP) & 1 == 1).count() as f64
}

/// The best nodes for each pair of last bits.
fn best(mut nodes: Vec<Node>, keep: usize) -> Vec<Node> {
    nodes.sort_by(|x, y| y.worth.total_cmp(&x.worth));
    let mut kept = [0; 4];
    nodes.retain(|node| room(&mut kept, node.a, node.b, keep));
    nodes
}

fn room(kept: &mut [usize; 4], a: f32, b: f32, keep: usize) -> bool {
    let class = (a.to_bits() & 1) as usize * 2 + (b.to_bits() & 1) as usize;
    kept[class] += 1;
    kept[class] <= keep
}
