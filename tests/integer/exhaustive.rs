//! Every row of 8-bit codes, as wide as there is time for.

use crate::common::integer_oracle::{Call, Step, epsilon};
use fixed::types::{I4F4, I8F0};
use layernorm::fixed::Norm;
use layernorm::{Averaging, Layer, Rms};
use wasm_bindgen_test::wasm_bindgen_test;

/// Where wasm runs 2: the oracle is slow there.
const WIDEST: usize = if cfg!(target_arch = "wasm32") { 2 } else { 3 };

/// All rows of `width`; the number of codes.
fn all<K: Averaging>(width: usize, epsilon_value: f32) -> usize {
    let norm = Norm::<I8F0, I4F4, K>::new(width).unwrap().with_epsilon(epsilon_value).unwrap();
    let e = epsilon(width, epsilon_value, Step::Binary(0));
    let call = Call { centred: K::CENTRED, k: 30 - 4, m: 0, zero_point: 0, e, lowest: -128, highest: 127 };
    let rows = 1 << (8 * width);
    let (mut x, mut y) = (vec![I8F0::ZERO; width], vec![I4F4::ZERO; width]);
    let (mut codes, mut expected) = (vec![0; width], vec![0; width]);
    for row in 0..rows {
        for (i, (x, code)) in x.iter_mut().zip(&mut codes).enumerate() {
            *x = I8F0::from_bits((row >> (8 * i)) as i8);
            *code = x.to_bits().into();
        }
        norm.forward(&x, &mut y).unwrap();
        call.row(&codes, |_| 1 << 30, |_| 0, &mut expected);
        assert!(y.iter().zip(&expected).all(|(y, e)| i64::from(y.to_bits()) == *e), "{codes:?}: {y:?}");
    }
    rows * width
}

#[wasm_bindgen_test(unsupported = test)]
fn every_short_row_of_8_bit_codes() {
    for width in 1..=WIDEST {
        println!("width {width}: {} codes of LayerNorm, ε = 0", all::<Layer>(width, 0.0));
        println!("width {width}: {} codes of RMSNorm, ε = 1", all::<Rms>(width, 1.0));
    }
}
