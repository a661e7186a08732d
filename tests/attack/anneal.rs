//! Simulated annealing on the crate itself (Kirkpatrick, Gelatt and Vecchi 1983): changes of a few last bits, which
//! keep what a row was built for.

use super::judge::{Errors, What};
use super::record::Record;
use super::stages::{Stage, Target};
use super::start::{Rows, Start};
use crate::common::random::Random;

/// Where the temperature ends, in ULP.
const COLD: f64 = 0.005;

/// Kinds of changes.
const ALL: [usize; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

pub struct Climb<'a> {
    pub target: &'a mut Target,
    pub stage: Stage,
    pub what: What,
    pub random: &'a mut Random,
    pub record: &'a mut Record,
}

impl Climb<'_> {
    /// Evaluates `row` and, in the stage that is attacked, records it.
    pub fn evaluate(&mut self, row: &[f32]) -> Option<Errors> {
        let (stage, errors) = self.target.evaluate(row);
        let errors = errors.filter(|_| stage == self.stage)?;
        self.record.count(row, self.target.epsilon, &errors);
        Some(errors)
    }

    /// The worst of so many rows, by their columns; five times as many where they come near the worst so far.
    pub fn choose(&mut self, start: &Start, tries: usize) -> Vec<f32> {
        let (mut row, mut trial, mut dressed, mut best) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut worst = -1.0;
        let so_far = self.record.worst[self.what as usize].error;
        let mut left = if matches!(start.rows, Rows::One(_)) { 1 } else { tries };
        let mut again = left > 1;
        while left > 0 {
            left -= 1;
            trial.clone_from(&row);
            start.next(&mut trial, self.random);
            start.dressed(&mut trial, &mut dressed, self.random);
            let error = self.evaluate(&dressed).map_or(0.0, |errors| errors.of(self.what));
            if error >= worst {
                worst = error;
                row.clone_from(&trial);
                best.clone_from(&dressed);
            }
            if left == 0 && again && worst > so_far - 0.5 {
                (left, again) = (5 * tries, false);
            }
        }
        best
    }

    /// Anneals `row`, which is off by `error`, from a temperature of `hot` ULP on.
    pub fn run(&mut self, mut row: Vec<f32>, mut error: f64, hot: f64, steps: usize) {
        let mut before = Vec::new();
        for step in 0..steps {
            let temperature = hot * (COLD / hot).powf(step as f64 / steps as f64);
            before.clear();
            self.change(&mut row, &mut before);
            let changed = self.evaluate(&row).map(|errors| errors.of(self.what));
            let accept = |changed: f64, random: &mut Random| {
                changed >= error || random.uniform() < ((changed - error) / temperature).exp()
            };
            match changed {
                Some(changed) if accept(changed, self.random) => error = changed,
                _ => before.iter().rev().for_each(|&(i, v)| row[i] = v),
            }
        }
    }

    /// Changes some elements; what they were goes to `before`.
    fn change(&mut self, row: &mut [f32], before: &mut Vec<(usize, f32)>) {
        let random = &mut *self.random;
        let i = random.below(row.len());
        let mut set = |row: &mut [f32], i: usize, v: f32| {
            before.push((i, row[i]));
            row[i] = if v.is_finite() { v } else { row[i] };
        };
        let old = row[i];
        // Whole ULP around a mean far away: larger changes leave the stage.
        let kinds: &[usize] = if self.stage == Stage::Mean { &[0, 1, 2, 6, 9, 10, 11, 12] } else { &ALL };
        match kinds[random.below(kinds.len())] {
            // Another element's value, or the two change places.
            0 => set(row, i, row[random.below(row.len())]),
            1 | 2 => {
                let j = random.below(row.len());
                let v = row[j];
                set(row, j, old);
                set(row, i, v);
            }
            // All elements of one value.
            3 | 4 => {
                let by = 1 + random.below(8) as u32;
                let v = nudged(old, by, random.below(2) == 0);
                (0..row.len())
                    .filter(|&j| row[j].to_bits() == old.to_bits())
                    .collect::<Vec<_>>()
                    .into_iter()
                    .for_each(|j| set(row, j, v));
            }
            // Up to half of the bits.
            5 => {
                let v = f32::from_bits(old.to_bits() ^ (random.bits() as u32 & 0xfff));
                set(row, i, v);
            }
            // Two elements by as much, so that the sum stays.
            6 | 7 => {
                let j = random.below(row.len());
                let by = 1 + random.below(64) as u32;
                set(row, i, nudged(old, by, true));
                set(row, j, nudged(row[j], by, false));
            }
            8 => set(row, i, old * (1.0 + 0.02 * random.normal() as f32)),
            9 => self.place(row, i, before),
            _ => {
                let by = 1 + random.below(4) as u32;
                set(row, i, nudged(old, by, random.below(2) == 0));
            }
        }
    }

    /// Puts an element at an x̂ just below a power of two, where an ULP is the smallest part of it.
    fn place(&mut self, row: &mut [f32], i: usize, before: &mut Vec<(usize, f32)>) {
        let n = row.len() as f64;
        let wide = |of: &[f32]| of.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
        let mean = if self.target.centred { wide(row) } else { 0.0 };
        let var = row.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n;
        let power = 2f64.powi(self.random.below(4) as i32 - usize::from(n < 16.0) as i32);
        let normalised = power * (1.0 - 2f64.powf(-4.0 - 14.0 * self.random.uniform()));
        let sign = if f64::from(row[i]) < mean { -1.0 } else { 1.0 };
        let v = (mean + sign * normalised * var.sqrt()) as f32;
        if v.is_finite() {
            before.push((i, row[i]));
            row[i] = v;
        }
    }
}

/// `by` ULP away.
fn nudged(v: f32, by: u32, up: bool) -> f32 {
    let bits = v.to_bits();
    let moved = if up == (v >= 0.0) { bits.wrapping_add(by) } else { bits.wrapping_sub(by) };
    let moved = f32::from_bits(moved);
    if moved.is_finite() && (moved < 0.0) == (v < 0.0) { moved } else { v }
}
