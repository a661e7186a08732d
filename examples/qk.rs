//! Queries and keys of a packed projection, 64 tokens × (queries, keys, values) × 8 heads of 64, each with its own γ, normalised
//! in one call and by two kinds of calls for each part. All give the same bits; it prints what each takes.
//!
//! cargo run --release --features std --example qk

use layernorm::{Centring, Error, Heads, Layer, Norm, Rms};
use std::hint::black_box;
use std::time::Instant;

const TOKENS: usize = 64;
const HEADS: usize = 8;
const WIDTH: usize = 64;
const PART: usize = HEADS * WIDTH;
const STRIDE: usize = 3 * PART;
/// Bursts of calls, of which the fastest counts, and calls of a burst.
const BURSTS: usize = 400;
const CALLS: usize = 10;

/// A way to normalise the queries and the keys of a projection.
type Way<K> = fn(&[Norm<K>; 2], &mut [f32]) -> Result<(), Error>;

fn one_call<K: Centring>([queries, keys]: &[Norm<K>; 2], qkv: &mut [f32]) -> Result<(), Error> {
    queries.forward_qk_in_place(keys, Heads { queries: HEADS, keys: HEADS, stride: STRIDE }, qkv)
}

/// The heads of a token are rows without gaps: two calls for each token.
fn two_calls_a_token<K: Centring>(norms: &[Norm<K>; 2], qkv: &mut [f32]) -> Result<(), Error> {
    for token in qkv.chunks_mut(STRIDE) {
        for (norm, heads) in norms.iter().zip(token.chunks_mut(PART)) {
            norm.forward_in_place(heads)?;
        }
    }
    Ok(())
}

/// A head of all tokens is rows with a stride: two calls for each head.
fn two_calls_a_head<K: Centring>(norms: &[Norm<K>; 2], qkv: &mut [f32]) -> Result<(), Error> {
    for (part, norm) in norms.iter().enumerate() {
        for head in 0..HEADS {
            let first = part * PART + head * WIDTH;
            let end = (TOKENS - 1) * STRIDE + first + WIDTH;
            norm.forward_strided_in_place(&mut qkv[first..end], STRIDE)?;
        }
    }
    Ok(())
}

fn measure<K: Centring>(name: &str) -> Result<(), Error> {
    let gammas = [0.5, 2.0].map(|scale| (0..WIDTH).map(|i| scale + i as f32 / 100.0).collect::<Vec<_>>());
    let norms =
        [Norm::<K>::new(WIDTH)?.with_gamma(&gammas[0])?, Norm::<K>::new(WIDTH)?.with_gamma(&gammas[1])?];
    let qkv: Vec<f32> = (0..TOKENS * STRIDE).map(|i| (i as f32 * 0.37).sin()).collect();
    let ways: [(&str, Way<K>); 3] =
        [("one call", one_call), ("two a token", two_calls_a_token), ("two a head", two_calls_a_head)];
    let mut results = ways.map(|_| qkv.clone());
    for (result, (_, way)) in results.iter_mut().zip(ways) {
        way(&norms, result)?;
    }
    assert!(
        results.iter().all(|result| result.iter().zip(&results[0]).all(|(a, b)| a.to_bits() == b.to_bits()))
    );
    let mut fastest = [f64::INFINITY; 3];
    for _ in 0..BURSTS {
        for ((result, (_, way)), fastest) in results.iter_mut().zip(ways).zip(&mut fastest) {
            let start = Instant::now();
            for _ in 0..CALLS {
                way(black_box(&norms), black_box(result))?;
            }
            *fastest = fastest.min(start.elapsed().as_secs_f64() / CALLS as f64);
        }
    }
    for ((way, _), time) in ways.iter().zip(fastest) {
        println!("{name}, {way}: {:.2} µs, {:.2} of one call", time * 1e6, time / fastest[0]);
    }
    Ok(())
}

fn main() -> Result<(), Error> {
    measure::<Layer>("LayerNorm")?;
    measure::<Rms>("RMSNorm")
}
