//! What an attack on one stage of one norm has found, and rows as text.

use super::judge::{Errors, What};
use super::stages::{Stage, Target};
use std::collections::BTreeMap;

/// A row and its error.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub error: f64,
    pub row: Vec<f32>,
    pub epsilon: f32,
}

#[derive(Clone, Debug, Default)]
pub struct Record {
    pub evaluations: u64,
    /// The worst row for each of [`What::ALL`].
    pub worst: [Found; 3],
    /// The worst x̂ of each width, by f64.
    pub widths: BTreeMap<usize, f64>,
}

impl Record {
    pub fn count(&mut self, row: &[f32], epsilon: f32, errors: &Errors) {
        self.evaluations += 1;
        for (what, found) in What::ALL.into_iter().zip(&mut self.worst) {
            let error = errors.of(what);
            if error.is_nan() || error > found.error {
                found.error = error;
                found.epsilon = epsilon;
                found.row.clear();
                found.row.extend_from_slice(row);
            }
        }
        let of_width = self.widths.entry(row.len()).or_default();
        *of_width = of_width.max(errors.normalised);
    }

    /// Judges the worst rows again, by exact arithmetic.
    pub fn verify(&mut self, stage: Stage, centred: bool) {
        for (what, found) in What::ALL.into_iter().zip(&mut self.worst) {
            if found.row.is_empty() {
                continue;
            }
            let (of, errors) = Target::new(centred, found.epsilon).verify(&found.row);
            assert_eq!(of, stage);
            let error = errors.of(what);
            assert!(error >= found.error - 1e-3, "{what:?}: f64 says {}, integers {error}", found.error);
            found.error = error;
        }
    }

    /// The worst rows as [`Known::all`] reads them.
    pub fn text(&self, stage: Stage, centred: bool) -> String {
        let mut text = String::new();
        for (what, found) in What::ALL.into_iter().zip(&self.worst).filter(|(_, found)| !found.row.is_empty())
        {
            let (norm, bits) = (name(centred), found.epsilon.to_bits());
            text += &format!("{norm} {stage:?} {what:?} {:.4} {bits:08x}\n", found.error);
            let words: Vec<String> = found.row.iter().map(|v| format!("{:08x}", v.to_bits())).collect();
            text += &format!("{}\n", words.join(" "));
        }
        text
    }
}

pub fn name(centred: bool) -> &'static str {
    if centred { "LayerNorm" } else { "RMSNorm" }
}

/// Numbers from their bits.
pub fn numbers(line: &str) -> Vec<f32> {
    line.split(' ').map(|bits| f32::from_bits(u32::from_str_radix(bits, 16).unwrap())).collect()
}

/// A row that an earlier attack found.
pub struct Known {
    pub centred: bool,
    pub stage: &'static str,
    pub what: What,
    /// When it was found.
    pub error: f64,
    pub epsilon: f32,
    pub row: Vec<f32>,
}

impl Known {
    /// `tests/golden/attack/rows.txt`: two lines a row, what it is and its elements, as bits.
    pub fn all() -> Vec<Self> {
        let lines: Vec<&'static str> = include_str!("../golden/attack/rows.txt").lines().collect();
        let (pairs, []) = lines.as_chunks::<2>() else { panic!("two lines a row") };
        pairs.iter().map(|[head, row]| Self::read(head, row)).collect()
    }

    pub fn is_of(&self, stage: Stage) -> bool {
        format!("{stage:?}") == self.stage
    }

    fn read(head: &'static str, row: &str) -> Self {
        let head: Vec<&'static str> = head.split(' ').collect();
        let &[norm, stage, what, error, epsilon] = head.as_slice() else { panic!("{head:?}") };
        Self {
            centred: norm == name(true),
            stage,
            what: What::ALL.into_iter().find(|of| format!("{of:?}") == what).unwrap(),
            error: error.parse().unwrap(),
            epsilon: numbers(epsilon)[0],
            row: numbers(row),
        }
    }
}
