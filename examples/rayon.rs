//! Several cores natively: rows are independent, so rayon may share out blocks of them, and no bit changes.
//!
//! `cargo run --release --features std --example rayon`

use layernorm::{Error, LayerNorm};
use rayon::prelude::*;
use std::time::{Duration, Instant};

const ROWS: usize = 4096;
const WIDTH: usize = 768;
/// Of a block: large enough that sharing it out costs nothing, small enough for the cache of a core.
const BLOCK: usize = 32 * WIDTH;
const ROUNDS: usize = 21;

/// `y = LN(x)` on the threads of rayon's pool. Both are rows × width, and `block` is a multiple of the width.
pub fn forward(norm: &LayerNorm, block: usize, x: &[f32], y: &mut [f32]) -> Result<(), Error> {
    assert_eq!(x.len(), y.len());
    x.par_chunks(block).zip(y.par_chunks_mut(block)).try_for_each(|(x, y)| norm.forward(x, y))
}

/// Public because tests/threads.rs runs it.
pub fn main() -> Result<(), Error> {
    let (gamma, beta) = ([1.5; WIDTH], [0.5; WIDTH]);
    let norm = LayerNorm::new(WIDTH)?.with_gamma(&gamma)?.with_beta(&beta)?;
    let x: Vec<f32> = (0..ROWS * WIDTH).map(|i| (i as f32 * 12.9898).sin()).collect();
    let (mut alone, mut together) = (vec![0.0; x.len()], vec![0.0; x.len()]);

    let (mut one, mut all) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        one.push(time(|| norm.forward(&x, &mut alone))?);
        all.push(time(|| forward(&norm, BLOCK, &x, &mut together))?);
    }
    assert!(alone.iter().zip(&together).all(|(a, b)| a.to_bits() == b.to_bits()), "the bits differ");

    let (one, all) = (median(one), median(all));
    println!(
        "{ROWS} x {WIDTH}: the same bits; one thread {:.2} ms, {} threads {:.2} ms, {:.2} times as fast",
        1e3 * one.as_secs_f64(),
        rayon::current_num_threads(),
        1e3 * all.as_secs_f64(),
        one.as_secs_f64() / all.as_secs_f64(),
    );
    Ok(())
}

fn time(call: impl FnOnce() -> Result<(), Error>) -> Result<Duration, Error> {
    let start = Instant::now();
    call().map(|()| start.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
