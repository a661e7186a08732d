//! What cannot be folded is an error that names it, and nothing is written.

use super::file::{SMALL, Sizes};
use super::kinds::every_cell;
use layernorm::sequence::fixed::{Cell, Classifier, Kind, Weight};
use layernorm::sequence::{self, CellKind, Layer};
use layernorm::{Error, FoldError};
use wasm_bindgen_test::wasm_bindgen_test;

const EPSILON: f32 = 1e-5;
const FRACTION: u32 = 12;

/// Numbers of weights of a cell, up to γ, up to β, and of it all.
fn ends<K: Kind>() -> [usize; 3] {
    let Sizes { inputs, units, .. } = SMALL;
    let all = sequence::Cell::<K, Layer>::weights_len(inputs, units);
    // Without inputs and hidden units there would be nothing but γ and β.
    let gates = sequence::Cell::<K, Layer>::weights_len(inputs + 1, units) - all;
    let kernels = (inputs + units) * gates;
    [kernels, kernels + (all - kernels) / 2, all]
}

fn weights<K: Kind>() -> Vec<f32> {
    let Sizes { inputs, units, classes } = SMALL;
    let length = sequence::Classifier::<K, Layer>::weights_len(inputs, units, classes);
    (0..length).map(|at| 0.1 * (at % 11) as f32 - 0.5).collect()
}

/// Folds both the classifier and its cell.
fn fold<K: Kind, W: Weight>(
    weights: &[f32],
    epsilon: f32,
    fraction: u32,
    missing: usize,
) -> Result<(), FoldError> {
    let Sizes { inputs, units, classes } = SMALL;
    let float = sequence::Classifier::<K, Layer>::new(inputs, units, classes, weights).unwrap();
    let mut to = vec![77; Classifier::<K, W>::bytes_len(inputs, units, classes) - missing];
    let result = Classifier::<K, W>::fold(&float.with_epsilon(epsilon).unwrap(), fraction, &mut to);
    assert!(result.is_ok() || to.iter().all(|&byte| byte == 77), "something was written");
    assert!(result.is_err() || Classifier::<K, W>::from_bytes(&to).is_ok(), "it cannot be read");

    let float = sequence::Cell::<K, Layer>::new(inputs, units, &weights[..ends::<K>()[2]]).unwrap();
    let mut to = vec![77; Cell::<K, W>::bytes_len(inputs, units) - missing];
    let of_cell = Cell::<K, W>::fold(&float.with_epsilon(epsilon).unwrap(), fraction, &mut to);
    assert!(of_cell.is_ok() || to.iter().all(|&byte| byte == 77), "something was written");
    assert!(of_cell.is_err() || Cell::<K, W>::from_bytes(&to).is_ok(), "it cannot be read");
    assert_eq!(of_cell.is_ok(), result.is_ok());
    result
}

fn arguments<K: Kind, W: Weight>() {
    let Sizes { inputs, units, classes } = SMALL;
    let weights = weights::<K>();
    let expected = Classifier::<K, W>::bytes_len(inputs, units, classes);
    let length = Error::Length { parameter: "to", expected, actual: expected - 1 };
    assert_eq!(fold::<K, W>(&weights, EPSILON, FRACTION, 1), Err(length.into()));
    for fraction in 0..=15 {
        assert_eq!(fold::<K, W>(&weights, EPSILON, fraction, 0), Ok(()));
    }
    for actual in [16, 31, 32, 1000] {
        let error = Error::TooLarge { parameter: "fraction", limit: 15, actual };
        assert_eq!(fold::<K, W>(&weights, EPSILON, actual as u32, 0), Err(error.into()));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn folding_wants_the_length_of_a_file_and_a_fraction() {
    every_cell!(arguments);
}

fn parameters<K: Kind, W: Weight>() {
    let [gamma, beta, end] = ends::<K>();
    let limit = (1 << 20) as f32;
    for (parameter, start, end) in [("gamma", gamma, beta), ("beta", beta, end)] {
        for index in 0..end - start {
            let with = |value: f32| {
                let mut weights = weights::<K>();
                weights[start + index] = value;
                fold::<K, W>(&weights, EPSILON, FRACTION, 0)
            };
            for bad in [limit, -limit, f32::MAX] {
                let error = FoldError::BeyondScale { parameter, index, actual: bad.to_bits() };
                assert_eq!(with(bad), Err(error));
            }
            for good in [limit.next_down(), -limit.next_down(), f32::MIN_POSITIVE] {
                assert_eq!(with(good), Ok(()));
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn folding_takes_gammas_and_betas_below_2_pow_20() {
    every_cell!(parameters);
}

fn kernels<K: Kind, W: Weight>() {
    let [kernels, ..] = ends::<K>();
    let scaled = |scale: f32, epsilon: f32| {
        let mut weights = weights::<K>();
        weights[..kernels].iter_mut().for_each(|weight| *weight *= scale);
        fold::<K, W>(&weights, epsilon, FRACTION, 0)
    };
    for scale in [0.0, f32::MIN_POSITIVE, 1e-30, 1e-6, 1.0, 1e9, 1e38] {
        for epsilon in [0.0, EPSILON, 1.0] {
            assert_eq!(scaled(scale, epsilon), Ok(()), "{scale} {epsilon}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn folding_takes_kernels_of_any_size() {
    every_cell!(kernels);
}

fn epsilons<K: Kind, W: Weight>() {
    let folded = |epsilon: f32| fold::<K, W>(&weights::<K>(), epsilon, FRACTION, 0);
    // c has steps of 2⁻¹¹, and of 2⁻²⁶ where it is normalised before it is rounded.
    let power = match K::KIND {
        CellKind::Lstm => 96 - 22,
        CellKind::StateNormLstm => 96 - 52,
        _ => {
            assert_eq!(folded(f32::MAX), Ok(()), "the step of its sums grows with it");
            return;
        }
    };
    let squared_units = (SMALL.units * SMALL.units) as f64;
    let mut limit = (2f64.powi(power) / squared_units) as f32;
    while f64::from(limit) * squared_units < 2f64.powi(power) {
        limit = limit.next_up();
    }
    let error =
        |epsilon: f32| FoldError::EpsilonBeyondScale { of: "c", power: 96, actual: epsilon.to_bits() };
    assert_eq!(folded(limit.next_down()), Ok(()));
    assert_eq!(folded(limit), Err(error(limit)));
    assert_eq!(folded(f32::MAX), Err(error(f32::MAX)));
}

#[wasm_bindgen_test(unsupported = test)]
fn folding_takes_an_epsilon_that_fits_the_c_of_an_lstm() {
    every_cell!(epsilons);
}

/// Not in wasm: the weights take a gigabyte, of which the system lends zeros.
#[cfg(not(target_family = "wasm"))]
#[test]
fn folding_and_reading_name_units_whose_gates_are_too_wide_a_row() {
    use layernorm::sequence::fixed::LnLstm as Fixed;
    use layernorm::sequence::{LnLstm, Lstm};
    let units = 8193;
    let error = Error::TooLarge { parameter: "units", limit: 8192, actual: units };
    let mut file = vec![0; Fixed::<i8>::bytes_len(1, units)];
    {
        let weights = vec![0.0; LnLstm::weights_len(1, units)];
        let cell = LnLstm::new(1, units, &weights).unwrap();
        assert_eq!(Fixed::<i8>::fold(&cell, 12, &mut file), Err(error.into()));
    }
    assert!(file[..24] == [0; 24], "something was written");
    let small = super::file::zeros::<Lstm, i8>(Sizes { inputs: 1, units: 1, classes: 0 });
    file[..24].copy_from_slice(&small[..24]);
    file[10..12].copy_from_slice(&(units as u16).to_le_bytes());
    assert_eq!(Fixed::<i8>::from_bytes(&file).err(), Some(error.into()));
}
