//! The crate under attack, one row at a time, and the stage in which it decides the row.
//!
//! The stage is not modelled but counted: [`Moments`] asks for one pass more for every stage that a row fails, and its
//! statistics are those of every other verb.

use super::judge::{Errors, exact, quick};
use crate::common::norms::Norm;
use layernorm::{Finish, Moments, RowStats};

/// The pass of `src/float/redo.rs` whose sums a row's statistics come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// About 0: LayerNorm with a mean of at most 0.577 σ, and RMSNorm.
    First,
    /// About the mean of the first pass.
    Pivot,
    /// About the mean of the second.
    Mean,
    /// In a scale of its own.
    Scaled,
}

/// One norm, as one width and one ε.
#[derive(Clone, Debug)]
pub struct Target {
    pub centred: bool,
    pub epsilon: f32,
    y: Vec<f32>,
}

impl Target {
    pub fn new(centred: bool, epsilon: f32) -> Self {
        Self { centred, epsilon, y: Vec::new() }
    }

    fn norm(&self, width: usize) -> Norm<'static> {
        Norm::new(self.centred, width).with_epsilon(self.epsilon)
    }

    /// The statistics of a row and the stage they are of.
    pub fn statistics(&self, row: &[f32]) -> (Stage, RowStats) {
        let mut moments = if self.centred { Moments::new() } else { Moments::uncentred() };
        let mut passes = 0;
        let stats = loop {
            passes += 1;
            moments.push(row).unwrap();
            if let Finish::Done(stats) = moments.finish(self.epsilon).unwrap() {
                break stats;
            }
        };
        let stage = match (self.centred, passes) {
            (_, 1) => Stage::First,
            // Squares that overflow skip the pivot.
            (true, 2) if row[0].abs() < 2f32.powi(50) => Stage::Pivot,
            (true, 2 | 3) => Stage::Mean,
            _ => Stage::Scaled,
        };
        (stage, stats)
    }

    /// One evaluation: the stage and, by f64, the errors.
    pub fn evaluate(&mut self, row: &[f32]) -> (Stage, Option<Errors>) {
        let (stage, stats) = self.statistics(row);
        self.y.resize(row.len(), 0.0);
        self.norm(row.len()).apply(&stats, 0, row, &mut self.y).unwrap();
        (stage, quick(row, self.epsilon, self.centred, &self.y, &stats))
    }

    /// The errors by exact arithmetic of what `forward_with_stats` gives, which is what was evaluated.
    pub fn verify(&self, row: &[f32]) -> (Stage, Errors) {
        let (mut y, mut stats) = (vec![0.0; row.len()], [RowStats::default()]);
        self.norm(row.len()).forward_with_stats(row, &mut y, &mut stats).unwrap();
        let (stage, counted) = self.statistics(row);
        assert_eq!(counted, stats[0], "statistics of a row in pieces");
        (stage, exact(row, self.epsilon, self.centred, &y, &stats[0]))
    }
}
