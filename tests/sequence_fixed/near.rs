//! From the same codes a step goes where the cell of `f32` with the same weights goes, but for the rounding.

use super::kinds::every_cell;
use crate::common::random::Random;
use layernorm::sequence::fixed::{Cell, Kind, Weight};
use layernorm::sequence::{self, CellKind, Layer};
use wasm_bindgen_test::wasm_bindgen_test;

const INPUTS: usize = 4;
const UNITS: usize = 8;
const FRACTION: u32 = 12;
const CELLS: usize = 60;
const FRAMES: usize = 24;

/// What 1 is in h, and in c.
const ONES: [f32; 2] = [32768.0, 2048.0];

/// In LSB of h and of c. Half an LSB of a norm is 8 of h, and a gate has two norms. The norm of a small c enlarges what it
/// was rounded by.
fn limits(kind: CellKind) -> [f32; 2] {
    match kind {
        CellKind::Rnn => [8.6, 0.0],
        CellKind::Lstm => [130.0, 3.2],
        CellKind::Gru => [23.0, 0.0],
        CellKind::StateNormLstm => [28.0, 3.3],
        kind => panic!("{kind:?} is not among the kinds of this test"),
    }
}

/// What a weight of 1 is for an input of 1, in steps of the sums.
const STEPS: f32 = (1 << 20) as f32;

/// Weights of which folding changes none: they are whole steps, and in every row one is as large as can be stored.
fn weights<K: Kind, W: Weight>(random: &mut Random) -> (Vec<f32>, Vec<u8>) {
    let gates = match K::KIND {
        CellKind::Rnn => 1,
        CellKind::Lstm | CellKind::StateNormLstm => 4,
        CellKind::Gru => 3,
        kind => panic!("{kind:?} is not among the kinds of this test"),
    };
    // With one of the largest no sum has more than 16 bits.
    let (largest, others) = if W::BYTES == 1 { (127, 127) } else { (32767, 2500) };
    let (outputs, mut weights, mut stored) = (gates * UNITS, vec![], vec![]);
    for (inputs, fraction) in [(INPUTS, FRACTION), (UNITS, 15)] {
        // The row of the RNN is that of both kernels.
        let has_row = gates > 1 || inputs == INPUTS;
        let code = |at| {
            let is_largest = has_row && at < outputs && at % UNITS == 0;
            if is_largest { largest } else { random.below(2 * others as usize + 1) as i32 - others }
        };
        let codes: Vec<i32> = (0..inputs * outputs).map(code).collect();
        weights.extend(codes.iter().map(|&code| code as f32 * (1 << fraction) as f32 / STEPS));
        let transposed = (0..outputs).flat_map(|output| codes[output..].iter().step_by(outputs));
        stored.extend(transposed.flat_map(|code| code.to_le_bytes()[..W::BYTES].to_vec()));
    }
    let gains = (sequence::Cell::<K, Layer>::weights_len(INPUTS, UNITS) - weights.len()) / 2;
    weights.extend((0..gains).map(|_| (1.0 + 0.25 * random.normal()) as f32));
    weights.extend((0..gains).map(|_| (0.25 * random.normal()) as f32));
    (weights, stored)
}

fn steps<K: Kind, W: Weight>() {
    let mut random = Random(91);
    let mut worst = [0f32; 2];
    for _ in 0..CELLS {
        let (weights, stored) = weights::<K, W>(&mut random);
        let float = sequence::Cell::<K, Layer>::new(INPUTS, UNITS, &weights).unwrap();
        let mut file = vec![0; Cell::<K, W>::bytes_len(INPUTS, UNITS)];
        Cell::<K, W>::fold(&float, FRACTION, &mut file).unwrap();
        assert!(file.ends_with(&stored), "folding changed a weight");
        let fixed = Cell::<K, W>::from_bytes(&file).unwrap();

        let mut codes = vec![0; Cell::<K, W>::state_len(UNITS)];
        let mut sums = vec![0; Cell::<K, W>::scratch_len(UNITS)];
        let mut gates = vec![0; sums.len()];
        let mut scratch = vec![0.0; sequence::Cell::<K, Layer>::scratch_len(UNITS)];
        for _ in 0..FRAMES {
            let x: Vec<i16> = (0..INPUTS).map(|_| (4096.0 * random.normal()) as i16).collect();
            let one = |at: usize| ONES[at / UNITS];
            let mut state: Vec<f32> =
                codes.iter().enumerate().map(|(at, &code)| f32::from(code) / one(at)).collect();
            fixed.step(&x, &mut codes, &mut sums, &mut gates).unwrap();
            let x: Vec<f32> = x.iter().map(|&code| f32::from(code) / 4096.0).collect();
            float.step(&x, &mut state, &mut scratch).unwrap();
            for (at, (&code, value)) in codes.iter().zip(state).enumerate() {
                let exact = (value * one(at)).clamp(i16::MIN.into(), i16::MAX.into());
                let worst = &mut worst[at / UNITS];
                *worst = worst.max((f32::from(code) - exact).abs());
            }
        }
    }
    println!("{:?} {:?}: {worst:?} LSB", K::KIND, W::STORAGE);
    assert!(worst.iter().zip(limits(K::KIND)).all(|(&worst, limit)| worst <= limit), "{worst:?}");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_step_is_within_the_rounding_of_the_float_cells() {
    every_cell!(steps);
}
