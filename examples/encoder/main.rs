//! An encoder block of a Transformer on utterances of `model/data`, beside what JAX makes of them in double precision.
//!
//! `cargo run --release --example encoder`

pub(crate) mod block;
pub(crate) mod jax;
#[path = "../../model/data/utterances.rs"]
pub(crate) mod utterances;

use block::{Block, WIDTH};
use std::error::Error;

/// Largest |y − JAX's y|.
pub const LIMIT: f32 = 1e-5;

/// Public because tests/encoder.rs runs it.
pub fn main() -> Result<(), Box<dyn Error>> {
    let weights = jax::weights();
    let block = Block::new(&weights)?;
    println!("utterance    frames   largest |y|   off JAX by   of max(1, |y|)");
    for (name, expected) in jax::outputs(WIDTH) {
        let utterance = utterances::named(name).ok_or("no such utterance")?;
        let mut x: Vec<f32> = utterance.frames().flatten().collect();
        block.forward(&mut x)?;
        let largest = expected.iter().fold(0.0, |largest, y| f32::max(largest, y.abs()));
        let absolute = deviation(&x, &expected, |_| 1.0);
        let relative = deviation(&x, &expected, |y| y.abs().max(1.0));
        println!("{name:<12} {:>6} {largest:>13.3} {absolute:>12.1e} {relative:>16.1e}", x.len() / WIDTH);
        if absolute.is_nan() || absolute > LIMIT {
            return Err(format!("{name} is off JAX by {absolute:e}, more than {LIMIT:e}").into());
        }
    }
    println!("all within {LIMIT:e} of JAX");
    Ok(())
}

/// The largest |actual − expected|, in a unit for each expected value; NaN where one is.
pub fn deviation(actual: &[f32], expected: &[f32], unit: impl Fn(f32) -> f32) -> f32 {
    assert_eq!(actual.len(), expected.len());
    let off = actual.iter().zip(expected).map(|(y, &expected)| (y - expected).abs() / unit(expected));
    off.max_by(f32::total_cmp).unwrap_or(0.0)
}
