//! Contract of `Moments`: a row in chunks has the statistics of the whole row, bit for bit; parts of a row that are
//! merged keep the error bound; memory does not grow with the row.

use crate::common::norms::Norm;
use crate::common::oracle::Oracle;
use crate::common::random::Random;
use crate::common::rows::FAMILIES;
use crate::common::{EPSILONS, NAN, bits, tolerance};
use layernorm::{Error, Finish, Moments, RowStats};
use wasm_bindgen_test::wasm_bindgen_test;

/// The first and five more.
const PASSES: usize = 6;
const CHUNKINGS: usize = if cfg!(target_arch = "wasm32") { 2000 } else { 12_000 };

fn moments(centred: bool) -> Moments {
    if centred { Moments::new() } else { Moments::uncentred() }
}

/// A row of any family, of any width up to 3000, now and then with something that is not finite.
fn any_row(random: &mut Random) -> Vec<f32> {
    let width = match random.below(4) {
        0 => 1 + random.below(70),
        1 => 1 + random.below(600),
        // Whole blocks, and one element more or less.
        2 => 256 * (1 + random.below(6)) + random.below(3) - 1,
        _ => 1 + random.below(3000),
    };
    let mut row = (FAMILIES[random.below(FAMILIES.len())].row)(random, width);
    if random.below(20) == 0 {
        row[random.below(width)] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY][random.below(3)];
    }
    row
}

/// Cuts it into single elements, small and large chunks or all of these; some are empty.
fn chunks<'a>(random: &mut Random, mut row: &'a [f32]) -> Vec<&'a [f32]> {
    let most = [2, 5, 40, 300, 4000][random.below(5)];
    let mut chunks = Vec::new();
    while !row.is_empty() {
        let most = if most == 300 && random.below(2) == 0 { 2 } else { most };
        let (chunk, rest) = row.split_at(random.below(most + 1).min(row.len()));
        chunks.push(chunk);
        row = rest;
    }
    chunks
}

/// Each pass in chunks of its own.
fn stream(moments: &mut Moments, random: &mut Random, row: &[f32], epsilon: f32) -> RowStats {
    for _ in 0..PASSES {
        for chunk in chunks(random, row) {
            moments.push(chunk).unwrap();
        }
        if let Finish::Done(stats) = moments.finish(epsilon).unwrap() {
            return stats;
        }
    }
    panic!("not done after {PASSES} passes over {row:?}");
}

/// `==` but for statistics that are NaN.
fn assert_same(actual: &RowStats, expected: &RowStats, context: &str) {
    let values = |stats: &RowStats| (stats.mean().to_bits(), stats.rstd().to_bits());
    assert_eq!(values(actual), values(expected), "{context}");
    assert!(actual == expected || expected.mean().is_nan(), "{actual:?} for {expected:?}, {context}");
}

#[wasm_bindgen_test(unsupported = test)]
fn chunks_give_the_statistics_of_the_whole_row() {
    let mut random = Random(51);
    // One for all rows: done is empty again.
    let mut streams = [true, false].map(|centred| (centred, moments(centred)));
    for _ in 0..CHUNKINGS {
        let row = any_row(&mut random);
        let epsilon = EPSILONS[random.below(EPSILONS.len())];
        for (centred, moments) in &mut streams {
            let norm = Norm::new(*centred, row.len()).with_epsilon(epsilon);
            let expected = norm.stats(&row, 1)[0];
            let actual = stream(moments, &mut random, &row, epsilon);
            assert_same(
                &actual,
                &expected,
                &format!("width {}, {norm:?}: {:?}", row.len(), &row[..row.len().min(8)]),
            );
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn every_width_gives_the_statistics_of_the_whole_row() {
    let mut random = Random(52);
    for width in (1..=530).chain([767, 768, 769, 1023, 1024, 1025, 4096, 16384]) {
        let row = (FAMILIES[width % FAMILIES.len()].row)(&mut random, width);
        for centred in [true, false] {
            let expected = Norm::new(centred, width).stats(&row, 1)[0];
            let actual = stream(&mut moments(centred), &mut random, &row, 1e-5);
            assert_same(&actual, &expected, &format!("width {width}"));
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn applied_chunks_are_the_bits_of_the_whole_row() {
    let mut random = Random(53);
    for _ in 0..CHUNKINGS / 4 {
        let row = any_row(&mut random);
        let width = row.len();
        let gamma: Vec<f32> = (0..width).map(|_| (3.0 * random.normal()) as f32).collect();
        let beta: Vec<f32> = (0..width).map(|_| random.normal() as f32).collect();
        for bare in Norm::both(width) {
            let affine = bare.with_affine(&gamma, &beta);
            for norm in [bare, bare.with_gamma(&gamma), affine, affine.with_unit_offset()] {
                let stats = norm.stats(&row, 1)[0];
                let mut out = vec![7.0; width];
                let mut offset = 0;
                for chunk in chunks(&mut random, &row) {
                    norm.apply(&stats, offset, chunk, &mut out[offset..offset + chunk.len()]).unwrap();
                    offset += chunk.len();
                }
                assert_eq!(bits(&out), bits(&norm.of(&row)), "width {width}, {norm:?}");
            }
        }
    }
}

/// The statistics of a row whose parts go to workers; a worker starts as a copy of what has been finished.
fn merged(centred: bool, random: &mut Random, parts: &[&[f32]], epsilon: f32) -> RowStats {
    let mut total = moments(centred);
    for _ in 0..PASSES {
        let start = total.clone();
        for part in parts {
            let mut worker = start.clone();
            chunks(random, part).into_iter().for_each(|chunk| worker.push(chunk).unwrap());
            total.merge(&worker).unwrap();
        }
        if let Finish::Done(stats) = total.finish(epsilon).unwrap() {
            return stats;
        }
    }
    panic!("not done after {PASSES} passes over {parts:?}");
}

#[wasm_bindgen_test(unsupported = test)]
fn merged_parts_keep_the_error_bound() {
    let mut random = Random(54);
    let rows = if cfg!(target_arch = "wasm32") { 1 } else { 12 };
    for family in FAMILIES {
        let mut worst = 0f64;
        for width in [2, 3, 17, 64, 67, 255, 257, 768, 1000, 2100].repeat(rows) {
            let row = (family.row)(&mut random, width);
            let epsilon = EPSILONS[random.below(EPSILONS.len())];
            let mut cuts: Vec<usize> = (0..1 + random.below(4)).map(|_| random.below(width + 1)).collect();
            cuts.extend([0, width]);
            cuts.sort();
            let parts: Vec<&[f32]> = cuts.windows(2).map(|cut| &row[cut[0]..cut[1]]).collect();
            for centred in [true, false] {
                let stats = merged(centred, &mut random, &parts, epsilon);
                let oracle = Oracle::new(&row, epsilon, centred);
                let context = format!("{}, width {width}, cut at {cuts:?}, ε {epsilon:e}", family.name);
                oracle.check_stats(&stats, &context);
                let mut y = vec![0.0; width];
                Norm::new(centred, width).with_epsilon(epsilon).apply(&stats, 0, &row, &mut y).unwrap();
                let error = row.iter().zip(&y).map(|(&x, &y)| oracle.error(x, y)).fold(0.0, f64::max);
                assert!(error <= tolerance::TABLES, "{error} ULP, {context}");
                worst = worst.max(error);
            }
        }
        println!("{:<28} {worst:>6.2}", family.name);
    }
}

/// One part is the row: its bits too.
#[wasm_bindgen_test(unsupported = test)]
fn one_merged_part_has_the_statistics_of_the_whole_row() {
    let mut random = Random(55);
    for _ in 0..CHUNKINGS / 20 {
        let row = any_row(&mut random);
        for centred in [true, false] {
            let expected = Norm::new(centred, row.len()).stats(&row, 1)[0];
            for parts in [vec![&row[..]], vec![&row[..], &[]], vec![&[], &row[..]]] {
                let actual = merged(centred, &mut random, &parts, 1e-5);
                assert_same(&actual, &expected, &format!("width {}, {} parts", row.len(), parts.len()));
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn parts_of_different_passes_do_not_merge() {
    // With a mean so far from 0 one pass is not enough.
    let (row, other) = ([1e7, 1e7 + 1.0, 1e7 + 3.0], [-1e7, -1e7 + 2.0, -1e7 + 3.0]);
    let second_pass = |row: &[f32]| {
        let mut moments = Moments::new();
        moments.push(row).unwrap();
        assert_eq!(moments.finish(1e-5), Ok(Finish::PushAgain));
        moments
    };
    let mut first = Moments::new();
    first.push(&row).unwrap();
    let mut second = second_pass(&row);
    assert_eq!(second.merge(&first), Err(Error::Passes));
    assert_eq!(first.merge(&second), Err(Error::Passes));
    assert_eq!(second.merge(&second_pass(&other)), Err(Error::Passes), "about another centre");
    let twice = second_pass(&[row, row].concat());
    assert_eq!(second.merge(&twice), Err(Error::Passes), "of another width");
    assert_eq!(first.merge(&Moments::uncentred()), Err(Error::Passes), "of the other norm");

    // None of this has changed them.
    assert_eq!(first.finish(1e-5), Ok(Finish::PushAgain));
    let expected = Norm::new(true, 3).stats(&row, 1)[0];
    for mut moments in [first, second] {
        let mut worker = moments.clone();
        worker.push(&row[..2]).unwrap();
        moments.merge(&worker).unwrap();
        moments.push(&row[2..]).unwrap();
        let stats = loop {
            match moments.finish(1e-5).unwrap() {
                Finish::Done(stats) => break stats,
                Finish::PushAgain => moments.push(&row).unwrap(),
            }
        };
        assert!((stats.mean() - expected.mean()).abs() <= 1.0);
        assert!((stats.rstd() - expected.rstd()).abs() <= 1e-6);
    }
}

/// Beyond 2¹⁸ elements a row is summed by segments, in memory as in pieces.
#[wasm_bindgen_test(unsupported = test)]
fn a_row_of_several_segments_has_the_bits_of_its_pieces() {
    let mut random = Random(57);
    let part: Vec<f32> = (0..1 << 16).map(|_| (0.7 + random.normal()) as f32).collect();
    let row = part.repeat(9);
    for centred in [true, false] {
        let mut moments = if centred { Moments::new() } else { Moments::uncentred() };
        let stats = loop {
            row.chunks(100_003).for_each(|chunk| moments.push(chunk).unwrap());
            if let Finish::Done(stats) = moments.finish(1e-5).unwrap() {
                break stats;
            }
        };
        assert_same(&stats, &Norm::new(centred, row.len()).stats(&row, 1)[0], "segments");
    }
}

/// 2³⁰ elements, 4 GB, out of a buffer of 64 Ki: nothing else is there, for `Moments` allocates nothing and is small.
/// The chunk is repeated, so that its mean and variance are those of the row; equal terms are also the worst for sums,
/// whose roundings all have one sign.
#[wasm_bindgen_test(unsupported = test)]
fn a_row_larger_than_memory_needs_no_more_of_it() {
    const { assert!(size_of::<Moments>() < 2048) };
    // The builds without `std` compute the same bits, more slowly.
    let times: usize = match () {
        _ if cfg!(target_arch = "wasm32") => 1 << 4,
        _ if cfg!(feature = "std") => 1 << 14,
        _ => 1 << 8,
    };
    let mut random = Random(56);
    let names = ["normal", "uniform 0..1", "mean 1e7", "±a", "log-normal"];
    for family in FAMILIES.iter().filter(|family| names.contains(&family.name)) {
        let chunk = (family.row)(&mut random, 1 << 16);
        for centred in [true, false] {
            let mut moments = moments(centred);
            let mut passes = 0;
            let stats = loop {
                (0..times).for_each(|_| moments.push(&chunk).unwrap());
                passes += 1;
                if let Finish::Done(stats) = moments.finish(1e-5).unwrap() {
                    break stats;
                }
            };
            assert!(passes <= PASSES);
            let oracle = Oracle::new(&chunk, 1e-5, centred);
            let context = format!("{}, {} elements, {passes} passes", family.name, chunk.len() * times);
            oracle.check_stats(&stats, &context);
            println!("{context}: mean {}, rstd {}", stats.mean(), stats.rstd());
        }
    }
}

/// Statistics of one row and a chunk of another: sums that are out of range and cancel, and NaNs that come in.
#[wasm_bindgen_test(unsupported = test)]
fn apply_writes_one_nan_whatever_the_chunk() {
    let rows: [[f32; 3]; 4] = [[1e-40, 2e-40, 3e-40], [1.0, 2.0, 4.0], [1e38, -3e38, 2e38], [5.0; 3]];
    let bad = [0xffc1_2345, 0x7f80_0001, 0x7f80_0000, 0xff80_0000].map(f32::from_bits);
    let mut nans = 0;
    for norm in Norm::both(3) {
        for epsilon in EPSILONS {
            for of in &rows {
                let stats = norm.with_epsilon(epsilon).stats(of, 1);
                for &v in rows.as_flattened().iter().chain(&bad) {
                    let mut out = [7.0; 3];
                    norm.apply(&stats[0], 0, &[v, -v, v], &mut out).unwrap();
                    assert!(out.iter().all(|y| !y.is_nan() || y.to_bits() == NAN), "{v:e}: {out:?}");
                    nans += out.iter().filter(|y| y.is_nan()).count();
                }
            }
        }
    }
    assert!(nans > 0);
}
