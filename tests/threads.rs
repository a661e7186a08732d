//! Rows shared out among threads: the bits of one thread, whatever the number of rows, of blocks and of threads.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../examples/rayon.rs"]
mod example;

use crate::common::bits;
use crate::common::random::Random;
use crate::common::rows::FAMILIES;
use layernorm::{LayerNorm, ParamGrads, RmsNorm, RowStats};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

const THREADS: [usize; 3] = [1, 2, 5];
const ROWS: [usize; 6] = [0, 1, 2, 7, 64, 101];
const WIDTHS: [usize; 4] = [1, 17, 64, 300];
/// Rows of a block.
const BLOCKS: [usize; 4] = [1, 3, 8, 200];

/// Ordinary and adversarial rows in turn, so that a block holds both, and one in nine not finite.
fn input(random: &mut Random, rows: usize, width: usize) -> Vec<f32> {
    let row = |r: usize| {
        let mut row = (FAMILIES[r % FAMILIES.len()].row)(random, width);
        if r % 9 == 8 {
            row[width / 2] = f32::NAN;
        }
        row
    };
    (0..rows).flat_map(row).collect()
}

/// Calls `check` with an input, its width and the elements of a block, on pools of several sizes.
fn for_each_split(check: impl Fn(&[f32], usize, usize) + Sync) {
    let mut random = Random(21);
    for threads in THREADS {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for width in WIDTHS {
            for rows in ROWS {
                let x = input(&mut random, rows, width);
                for block in BLOCKS {
                    pool.install(|| check(&x, width, block * width));
                }
            }
        }
    }
}

#[test]
fn the_examples_function_gives_the_bits_of_one_thread() {
    for_each_split(|x, width, block| {
        let gamma: Vec<f32> = (0..width).map(|i| 0.5 + i as f32).collect();
        let beta: Vec<f32> = (0..width).map(|i| 3.0 - i as f32).collect();
        let norm = LayerNorm::new(width).unwrap().with_gamma(&gamma).unwrap().with_beta(&beta).unwrap();
        let (mut alone, mut together) = (vec![0.0; x.len()], vec![7.0; x.len()]);
        norm.forward(x, &mut alone).unwrap();
        example::forward(&norm, block, x, &mut together).unwrap();
        assert_eq!(bits(&together), bits(&alone), "width {width}, block {block}, {} elements", x.len());
    });
}

#[test]
fn the_example_runs() {
    example::main().unwrap();
}

#[test]
fn rms_norm_in_blocks_gives_the_bits_and_statistics_of_one_thread() {
    for_each_split(|x, width, block| {
        let norm = RmsNorm::new(width).unwrap();
        let stats = vec![RowStats::default(); x.len() / width];
        let (mut alone, mut alone_stats) = (vec![0.0; x.len()], stats.clone());
        let (mut together, mut together_stats) = (vec![7.0; x.len()], stats);
        norm.forward_with_stats(x, &mut alone, &mut alone_stats).unwrap();
        (x.par_chunks(block), together.par_chunks_mut(block), together_stats.par_chunks_mut(block / width))
            .into_par_iter()
            .for_each(|(x, y, stats)| norm.forward_with_stats(x, y, stats).unwrap());
        assert_eq!(bits(&together), bits(&alone), "width {width}, block {block}, {} elements", x.len());
        let rstd = |stats: &[RowStats]| stats.iter().map(|row| row.rstd().to_bits()).collect::<Vec<_>>();
        assert_eq!(rstd(&together_stats), rstd(&alone_stats), "width {width}, block {block}");
    });
}

/// Of x, residual and y.
type Form<'a> = &'a (dyn Fn(&[f32], &mut [f32], &mut [f32]) + Sync);

#[test]
fn residuals_in_blocks_give_the_bits_of_one_thread() {
    for_each_split(|x, width, block| {
        let before: Vec<f32> = x.iter().rev().copied().collect();
        let (layer_norm, rms_norm) = (LayerNorm::new(width).unwrap(), RmsNorm::new(width).unwrap());
        let layer: Form = &|x, residual, y| layer_norm.forward_residual(x, residual, y).unwrap();
        let rms: Form = &|x, residual, y| rms_norm.forward_residual(x, residual, y).unwrap();
        for forward in [layer, rms] {
            let (mut alone, mut y_alone) = (before.clone(), vec![0.0; x.len()]);
            let (mut together, mut y_together) = (before.clone(), vec![7.0; x.len()]);
            forward(x, &mut alone, &mut y_alone);
            (x.par_chunks(block), together.par_chunks_mut(block), y_together.par_chunks_mut(block))
                .into_par_iter()
                .for_each(|(x, residual, y)| forward(x, residual, y));
            assert_eq!(bits(&together), bits(&alone), "sum: width {width}, block {block}");
            assert_eq!(bits(&y_together), bits(&y_alone), "width {width}, block {block}");
        }
    });
}

/// x, dy and statistics of a block, and the place for its dx.
type Block<'a> = ((&'a [f32], &'a [f32], &'a [RowStats]), &'a mut [f32]);

/// What a trainer does: each block of rows has gradients of its own, which are then added in the order of the blocks.
/// The blocks decide the bits, the threads do not.
#[test]
fn gradients_of_blocks_do_not_depend_on_the_number_of_threads() {
    let (width, rows) = (67, 203);
    let x = input(&mut Random(22), rows, width);
    let finite: Vec<f32> = x.iter().map(|v| if v.is_nan() { 0.0 } else { *v }).collect();
    let dy: Vec<f32> = x.iter().rev().map(|v| if v.abs() < 1e9 { *v } else { 1.0 }).collect();
    let norm = LayerNorm::new(width).unwrap();
    let mut stats = vec![RowStats::default(); rows];
    norm.statistics(&finite, &mut stats).unwrap();
    for block in BLOCKS {
        let results = THREADS.map(|threads| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut dx = vec![7.0; x.len()];
            let of_blocks: Vec<[Vec<f32>; 2]> = pool.install(|| {
                let inputs =
                    (finite.par_chunks(block * width), dy.par_chunks(block * width), stats.par_chunks(block));
                let blocks = (inputs, dx.par_chunks_mut(block * width)).into_par_iter();
                let backward = |((x, dy, stats), dx): Block| {
                    let (mut gamma, mut beta) = (vec![0.0; width], vec![0.0; width]);
                    let grads = ParamGrads { gamma: Some(&mut gamma), beta: Some(&mut beta) };
                    norm.backward(x, stats, dy, dx, grads).unwrap();
                    [gamma, beta]
                };
                blocks.map(backward).collect()
            });
            let (mut gamma, mut beta) = (vec![0.0; width], vec![0.0; width]);
            for [of_gamma, of_beta] in &of_blocks {
                gamma.iter_mut().zip(of_gamma).for_each(|(sum, v)| *sum += v);
                beta.iter_mut().zip(of_beta).for_each(|(sum, v)| *sum += v);
            }
            [bits(&dx), bits(&gamma), bits(&beta)]
        });
        assert!(results.iter().all(|result| *result == results[0]), "blocks of {block}");
        // dx does not even depend on the blocks.
        let mut alone = vec![7.0; x.len()];
        norm.backward(&finite, &stats, &dy, &mut alone, ParamGrads::default()).unwrap();
        assert_eq!(results[0][0], bits(&alone), "blocks of {block}");
    }
}
