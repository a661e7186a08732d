//! The encoder block of the examples, on utterances: what JAX computes in double precision, by both forms of a sublayer.

#[path = "../examples/encoder/main.rs"]
pub(crate) mod example;

use example::block::{Block, WIDTH};
use example::{LIMIT, deviation, jax, utterances};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test(unsupported = test)]
fn the_block_agrees_with_jax() {
    example::main().unwrap();
}

/// The golden outputs tell a block from another: the same parts with the norms behind them are far away.
#[wasm_bindgen_test(unsupported = test)]
fn the_place_of_the_norms_matters() {
    let weights = jax::weights();
    let block = Block::new(&weights).unwrap();
    for (name, expected) in jax::outputs(WIDTH) {
        let mut x: Vec<f32> = utterances::named(name).unwrap().frames().flatten().collect();
        let mut scratch = vec![0.0; x.len()];
        let Block { attention_norm, attention, feed_forward_norm, feed_forward } = &block;
        attention_norm.post_norm(&mut x, &mut scratch, |x, out| attention.forward(x, out)).unwrap();
        feed_forward_norm.post_norm(&mut x, &mut scratch, |x, out| feed_forward.forward(x, out)).unwrap();
        let off = deviation(&x, &expected, |_| 1.0);
        assert!(off > 1e4 * LIMIT, "{name}: {off:e}");
    }
}
