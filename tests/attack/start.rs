//! Rows to begin a climb with, and what is done to them before they are attacked.

use super::construct::Kit;
use crate::common::random::Random;

pub struct Start {
    pub rows: Rows,
    /// Added to each element.
    pub shift: f32,
    /// Each sum is multiplied by it.
    pub scale: f64,
    /// One element of a built row is changed so that the mean, before the shift, is 0.
    pub balanced: bool,
}

pub enum Rows {
    One(Vec<f32>),
    /// All rows that these columns make.
    Built(Kit),
}

impl Start {
    /// Writes the first row to an empty `row`; later exchanges one of its columns.
    pub fn next(&self, row: &mut Vec<f32>, random: &mut Random) {
        match &self.rows {
            Rows::One(one) => row.clone_from(one),
            Rows::Built(kit) if row.is_empty() => {
                row.resize(kit.width(), 0.0);
                (0..4).for_each(|c| kit.place(row, c, random));
            }
            Rows::Built(kit) => kit.place(row, random.below(4), random),
        }
    }

    /// Writes the row that is attacked to `to`.
    ///
    /// The mean that the pass before finds is off by a few ULP. A balanced row gets a mean that is off by as much the
    /// other way, by trying: then the pivot is exactly the shift, and the differences are what was built.
    pub fn dressed(&self, row: &mut [f32], to: &mut Vec<f32>, random: &mut Random) {
        if self.balanced && matches!(self.rows, Rows::Built(_)) {
            let last = row.len().min(4) - 1;
            let n = row.len() as f64;
            let sum: f64 = row.iter().map(|&v| f64::from(v)).sum();
            let ulps = random.below(17) as f64 - 8.0;
            row[last] = (f64::from(row[last]) - sum + n * ulps * 2f64.powi(-24)) as f32;
        }
        to.clear();
        to.extend(row.iter().map(|v| (f64::from(v + self.shift) * self.scale) as f32));
    }
}
