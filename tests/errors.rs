//! Bad input gives an error that names the parameter, the expected and the actual value, and writes nothing.

use layernorm::{Error, LayerNorm, RmsNorm, RowStats};
use wasm_bindgen_test::wasm_bindgen_test;

fn length(parameter: &'static str, expected: usize, actual: usize) -> Error {
    Error::Length { parameter, expected, actual }
}

#[wasm_bindgen_test(unsupported = test)]
fn width_0_is_an_error() {
    assert_eq!(LayerNorm::new(0).unwrap_err(), Error::ZeroWidth);
    assert_eq!(RmsNorm::new(0).unwrap_err(), Error::ZeroWidth);
}

#[wasm_bindgen_test(unsupported = test)]
fn zero_rows_are_fine() {
    let norm = LayerNorm::new(3).unwrap();
    assert_eq!(norm.forward(&[], &mut []), Ok(()));
    assert_eq!(norm.forward_with_stats(&[], &mut [], &mut []), Ok(()));
    assert_eq!(norm.forward_residual(&[], &mut [], &mut []), Ok(()));
}

#[wasm_bindgen_test(unsupported = test)]
fn epsilon_must_be_finite_and_not_negative() {
    for bad in [-1e-5, f32::MIN, -f32::from_bits(1), f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
        let error = Error::Epsilon { actual: bad.to_bits() };
        assert_eq!(LayerNorm::new(3).unwrap().with_epsilon(bad).unwrap_err(), error);
        assert_eq!(RmsNorm::new(3).unwrap().with_epsilon(bad).unwrap_err(), error);
    }
    for good in [0.0, -0.0, f32::from_bits(1), f32::MAX] {
        assert!(LayerNorm::new(3).unwrap().with_epsilon(good).is_ok(), "{good}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn gamma_and_beta_have_the_width_and_are_finite() {
    let norm = LayerNorm::new(3).unwrap();
    assert_eq!(norm.with_gamma(&[1.0; 2]).unwrap_err(), length("gamma", 3, 2));
    assert_eq!(norm.with_beta(&[1.0; 4]).unwrap_err(), length("beta", 3, 4));
    assert_eq!(RmsNorm::new(3).unwrap().with_gamma(&[]).unwrap_err(), length("gamma", 3, 0));
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for index in 0..3 {
            let mut values = [f32::MAX, 0.0, f32::MIN];
            values[index] = bad;
            let error = |parameter| Error::NotFinite { parameter, index, actual: bad.to_bits() };
            assert_eq!(norm.with_gamma(&values).unwrap_err(), error("gamma"));
            assert_eq!(norm.with_beta(&values).unwrap_err(), error("beta"));
            assert_eq!(RmsNorm::new(3).unwrap().with_gamma(&values).unwrap_err(), error("gamma"));
        }
    }
}

macro_rules! wrong_lengths {
    ($test:ident, $norm:ident) => {
        #[wasm_bindgen_test(unsupported = test)]
        fn $test() {
            let norm = $norm::new(3).unwrap();
            let x = [1.0; 6];
            let mut y = [7.0; 7];
            let mut residual = [8.0; 7];
            let mut stats = [RowStats::default(); 3];
            let rows = |parameter, actual| Error::NotWholeRows { parameter, width: 3, actual };

            assert_eq!(norm.forward(&x[..5], &mut y[..5]), Err(rows("x", 5)));
            assert_eq!(norm.forward(&x, &mut y), Err(length("y", 6, 7)));
            assert_eq!(norm.forward(&x, &mut y[..3]), Err(length("y", 6, 3)));
            assert_eq!(norm.forward_in_place(&mut y), Err(rows("x", 7)));
            assert_eq!(norm.forward_with_stats(&x[..4], &mut y[..4], &mut stats), Err(rows("x", 4)));
            assert_eq!(norm.forward_with_stats(&x, &mut y, &mut stats), Err(length("y", 6, 7)));
            assert_eq!(norm.forward_with_stats(&x, &mut y[..6], &mut stats), Err(length("stats", 2, 3)));
            assert_eq!(norm.statistics(&x[..1], &mut stats), Err(rows("x", 1)));
            assert_eq!(norm.statistics(&x, &mut stats[..1]), Err(length("stats", 2, 1)));
            assert_eq!(norm.forward_residual(&x[..2], &mut residual[..2], &mut y[..2]), Err(rows("x", 2)));
            assert_eq!(norm.forward_residual(&x, &mut residual, &mut y[..6]), Err(length("residual", 6, 7)));
            assert_eq!(norm.forward_residual(&x, &mut residual[..6], &mut y), Err(length("y", 6, 7)));

            assert_eq!((y, residual), ([7.0; 7], [8.0; 7]));
            assert_eq!(stats, [RowStats::default(); 3]);
        }
    };
}

wrong_lengths!(wrong_lengths_are_named_and_nothing_is_written, LayerNorm);
wrong_lengths!(wrong_lengths_are_named_and_nothing_is_written_by_rms_norm, RmsNorm);

#[wasm_bindgen_test(unsupported = test)]
fn messages_name_parameter_expected_and_actual() {
    let texts = [
        (Error::ZeroWidth, "width: expected at least 1, actual 0"),
        (length("y", 6, 7), "y: expected length 6, actual 7"),
        (
            Error::NotWholeRows { parameter: "x", width: 3, actual: 5 },
            "x: expected a length that is a multiple of width 3, actual 5",
        ),
        (Error::Epsilon { actual: (-1f32).to_bits() }, "epsilon: expected a finite number ≥ 0, actual -1"),
        (
            Error::NotFinite { parameter: "gamma", index: 2, actual: f32::NAN.to_bits() },
            "gamma[2]: expected a finite number, actual NaN",
        ),
    ];
    for (error, text) in texts {
        assert_eq!(error.to_string(), text);
        let _: &dyn core::error::Error = &error;
    }
}
