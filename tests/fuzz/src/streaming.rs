//! Rows in pieces: any chunks give the bits of the whole row, merged parts are as good, and nothing panics.

use crate::bounds;
use crate::common::norms::Norm;
use crate::common::oracle::Oracle;
use crate::common::{NAN, bits};
use crate::input::{Input, assert_one_nan, exact};
use layernorm::{Error, Finish, Moments, RowStats};

/// Passes that the worst row takes.
const PASSES: usize = 6;

/// A row in chunks and in merged parts, then any sequence of calls.
pub fn streaming(data: &[u8]) {
    let mut input = Input(data);
    let [flags] = input.array();
    let (centred, wide) = (flags & 1 == 0, flags & 2 != 0);
    let width = 1 + input.below(if wide { 3000 } else { 600 });
    let epsilon = input.epsilon();
    let x = if wide { input.row(300).repeat(10)[..width.min(3000)].into() } else { input.row(width) };
    let norm = Norm::new(centred, x.len()).with_epsilon(epsilon);
    let cuts: Vec<usize> = (0..1 + (flags >> 2 & 7)).map(|_| input.below(x.len() + 1)).collect();
    let (expected, y) = (norm.stats(&x, 1), norm.of(&x));

    let mut moments = new(centred);
    // Twice with the same moments: they are empty again.
    for _ in 0..2 {
        let stats = chunks(&mut moments, &x, &cuts, epsilon);
        assert_eq!(stats_bits(&stats), stats_bits(&expected[0]), "in chunks of {} elements", x.len());
        applied(&norm, &stats, &x, &cuts, &y);
    }
    if !cuts.is_empty() {
        merged(centred, &x, &cuts, epsilon);
    }
    any_calls(&mut moments, &mut input);
}

fn new(centred: bool) -> Moments {
    if centred { Moments::new() } else { Moments::uncentred() }
}

fn stats_bits(stats: &RowStats) -> [u32; 2] {
    [stats.mean().to_bits(), stats.rstd().to_bits()]
}

/// The row in the parts between the cuts.
fn parts<'a>(x: &'a [f32], cuts: &[usize]) -> Vec<&'a [f32]> {
    let mut cuts = cuts.to_vec();
    cuts.extend([0, x.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|cut| &x[cut[0]..cut[1]]).collect()
}

fn chunks(moments: &mut Moments, x: &[f32], cuts: &[usize], epsilon: f32) -> RowStats {
    for _ in 0..PASSES {
        for part in parts(x, cuts) {
            moments.push(&exact(part)).unwrap();
        }
        if let Finish::Done(stats) = moments.finish(epsilon).unwrap() {
            return stats;
        }
    }
    panic!("more than {PASSES} passes");
}

/// Pieces between the cuts have the bits of the row.
fn applied(norm: &Norm, stats: &RowStats, x: &[f32], cuts: &[usize], y: &[f32]) {
    let mut offset = 0;
    for part in parts(x, cuts) {
        let mut out = exact(part);
        norm.apply(stats, offset, part, &mut out).unwrap();
        assert_eq!(bits(&out), bits(&y[offset..][..part.len()]), "applied from {offset} on");
        assert_one_nan(&out, "applied");
        offset += part.len();
    }
}

/// Parts that are summed apart and merged give statistics as good as those of the row.
fn merged(centred: bool, x: &[f32], cuts: &[usize], epsilon: f32) {
    let mut begin = new(centred);
    for _ in 0..PASSES {
        let mut whole = begin.clone();
        for part in parts(x, cuts) {
            let mut other = begin.clone();
            other.push(part).unwrap();
            whole.merge(&other).unwrap();
        }
        if let Finish::Done(stats) = whole.finish(epsilon).unwrap() {
            return merged_stats(centred, x, epsilon, &stats);
        }
        begin = whole;
    }
    panic!("more than {PASSES} passes of merged parts");
}

fn merged_stats(centred: bool, x: &[f32], epsilon: f32, stats: &RowStats) {
    let norm = Norm::new(centred, x.len()).with_epsilon(epsilon);
    let mut y = exact(x);
    norm.apply(stats, 0, x, &mut y).unwrap();
    if x.iter().any(|v| !v.is_finite()) {
        assert!(y.iter().all(|y| y.to_bits() == NAN), "{y:?}");
        return;
    }
    let oracle = Oracle::new(x, epsilon, centred);
    // That of the row in one piece, for the parts are few.
    let bound = bounds::every_row(centred);
    for (i, (&x, &y)) in x.iter().zip(&y).enumerate() {
        let error = oracle.error(x, y);
        assert!(error <= bound, "merged: element {i} off by {error} ULP");
    }
}

/// What a careless caller does: nothing may panic, and what is not right is an error.
fn any_calls(moments: &mut Moments, input: &mut Input) {
    let mut other = moments.clone();
    let mut stats = None;
    for _ in 0..input.byte() % 64 {
        let outcome = match input.byte() % 7 {
            0 => moments.push(&input.row(usize::from(input.0.len().min(9) as u8))),
            1 => moments.push(&[]),
            2 => moments.merge(&other),
            3 => moments.merge(&moments.clone()),
            4 => {
                other.clone_from(moments);
                Ok(())
            }
            5 => {
                core::mem::swap(moments, &mut other);
                Ok(())
            }
            _ => moments.finish(input.float()).map(|finish| {
                if let Finish::Done(done) = finish {
                    stats = Some(done);
                }
            }),
        };
        let allowed = outcome.is_ok()
            || matches!(
                outcome,
                Err(Error::Length { .. }
                    | Error::Passes
                    | Error::Zero { .. }
                    | Error::Epsilon { .. }
                    | Error::TooLarge { .. })
            );
        assert!(allowed, "{outcome:?}");
    }
    // Statistics of another row: what they give has no meaning, but only one NaN.
    if let Some(stats) = stats {
        let x = input.row(9);
        let mut y = exact(&x);
        Norm::new(true, 9).apply(&stats, 0, &x, &mut y).unwrap();
        assert_one_nan(&y, "statistics of another row");
        assert_one_nan(&[stats.mean(), stats.rstd()], "statistics");
    }
}
