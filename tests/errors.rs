//! Bad input gives an error that names the parameter, the expected and the actual value, and writes nothing.

use crate::common::norms::Norm;
use layernorm::{Error, Finish, LayerNorm, Modulation, Moments, ParamGrads, RmsNorm, RowStats};
use wasm_bindgen_test::wasm_bindgen_test;

fn length(parameter: &'static str, expected: usize, actual: usize) -> Error {
    Error::Length { parameter, expected, actual }
}

#[wasm_bindgen_test(unsupported = test)]
fn width_0_is_an_error() {
    assert_eq!(LayerNorm::new(0).unwrap_err(), Error::Zero { parameter: "width" });
    assert_eq!(RmsNorm::new(0).unwrap_err(), Error::Zero { parameter: "width" });
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

fn rows(parameter: &'static str, width: usize, actual: usize) -> Error {
    Error::NotWholeRows { parameter, width, actual }
}

/// Each call has every error that comes after the one expected of it as well.
#[wasm_bindgen_test(unsupported = test)]
fn backward_names_the_first_wrong_length_and_writes_nothing() {
    let (x, dy, stats) = ([1.0; 6], [2.0; 7], [RowStats::default(); 3]);
    for norm in Norm::both(3) {
        let (mut dx, mut of_gamma, mut of_beta) = ([7.0; 7], [8.0; 4], [9.0; 4]);
        let mut backward = |x: usize, s: usize, dy_: usize, dx_: usize, gamma: usize, beta: usize| {
            let grads = ParamGrads { gamma: of_gamma.get_mut(..gamma), beta: of_beta.get_mut(..beta) };
            let apart = norm.backward(&[1.0; 6][..x], &stats[..s], &dy[..dy_], &mut dx[..dx_], grads);
            let mut in_place = dy;
            let grads = ParamGrads { gamma: of_gamma.get_mut(..gamma), beta: of_beta.get_mut(..beta) };
            let result = norm.backward_in_place(&[1.0; 6][..x], &stats[..s], &mut in_place[..dy_], grads);
            assert_eq!(in_place, dy);
            // In place there is no dx.
            assert!(
                result == apart || matches!(apart, Err(Error::Length { parameter: "dx", .. })),
                "{result:?}"
            );
            apart.unwrap_err()
        };
        assert_eq!(backward(5, 1, 7, 7, 2, 2), rows("x", 3, 5));
        assert_eq!(backward(6, 1, 7, 7, 2, 2), length("stats", 2, 1));
        assert_eq!(backward(6, 3, 7, 7, 2, 2), length("stats", 2, 3));
        assert_eq!(backward(6, 2, 7, 7, 2, 2), length("dy", 6, 7));
        assert_eq!(backward(6, 2, 3, 7, 2, 2), length("dy", 6, 3));
        assert_eq!(backward(6, 2, 6, 7, 2, 2), length("dx", 6, 7));
        assert_eq!(backward(6, 2, 6, 0, 2, 2), length("dx", 6, 0));
        assert_eq!(backward(6, 2, 6, 6, 2, 2), length("grads.gamma", 3, 2));
        assert_eq!(backward(6, 2, 6, 6, 4, 3), length("grads.gamma", 3, 4));
        assert_eq!(backward(6, 2, 6, 6, 3, 2), length("grads.beta", 3, 2));
        assert_eq!(backward(6, 2, 6, 6, 3, 0), length("grads.beta", 3, 0));
        assert_eq!((dx, of_gamma, of_beta), ([7.0; 7], [8.0; 4], [9.0; 4]));
        assert_eq!(norm.backward(&[], &[], &[], &mut [], ParamGrads::default()), Ok(()));
        assert_eq!(x, [1.0; 6]);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn sublayers_name_the_first_wrong_length_and_do_not_run() {
    let never = |_: &[f32], _: &mut [f32]| panic!("ran");
    for norm in Norm::both(3) {
        let (mut x, mut scratch) = ([7.0; 6], [8.0; 13]);
        assert_eq!(norm.pre_norm(&mut x[..5], &mut scratch[..1], never), Err(rows("x", 3, 5)));
        assert_eq!(norm.pre_norm(&mut x, &mut scratch[..6], never), Err(length("scratch", 12, 6)));
        assert_eq!(norm.pre_norm(&mut x, &mut scratch, never), Err(length("scratch", 12, 13)));
        assert_eq!(norm.post_norm(&mut x[..4], &mut scratch[..1], never), Err(rows("x", 3, 4)));
        assert_eq!(norm.post_norm(&mut x, &mut scratch[..12], never), Err(length("scratch", 6, 12)));
        assert_eq!((x, scratch), ([7.0; 6], [8.0; 13]));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_stream_says_how_many_elements_it_wants() {
    let empty = Err(Error::Zero { parameter: "chunk" });
    let beyond = |limit, actual| Err(Error::TooLarge { parameter: "chunk", limit, actual });
    for mut moments in [Moments::new(), Moments::uncentred(), Moments::default()] {
        assert_eq!(moments.finish(1e-5), empty);
        moments.push(&[]).unwrap();
        assert_eq!(moments.finish(1e-5), empty);
        moments.push(&[3.0, 5.0]).unwrap();
        for bad in [-1e-5, f32::INFINITY, f32::NAN] {
            assert_eq!(moments.finish(bad), Err(Error::Epsilon { actual: bad.to_bits() }));
        }
    }
    let mut moments = Moments::new();
    moments.push(&[1e7, 1e7 + 1.0, 1e7 + 3.0]).unwrap();
    assert_eq!(moments.finish(1e-5), Ok(Finish::PushAgain));
    assert_eq!(moments.push(&[1e7; 4]), beyond(3, 4));
    moments.push(&[1e7, 1e7 + 1.0]).unwrap();
    assert_eq!(moments.push(&[1e7; 2]), beyond(1, 2));
    assert_eq!(moments.finish(1e-5), Err(length("chunk", 3, 2)));
    // What was refused has left no trace: the row goes on, and has the statistics it has.
    moments.push(&[1e7 + 3.0]).unwrap();
    let stats = loop {
        match moments.finish(1e-5).unwrap() {
            Finish::Done(stats) => break stats,
            Finish::PushAgain => moments.push(&[1e7, 1e7 + 1.0, 1e7 + 3.0]).unwrap(),
        }
    };
    assert_eq!(stats, Norm::new(true, 3).stats(&[1e7, 1e7 + 1.0, 1e7 + 3.0], 1)[0]);
    assert_eq!(moments.finish(1e-5), empty, "empty after a row");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_chunk_stays_in_its_row() {
    let (stats, chunk) = (RowStats::default(), [1.0; 4]);
    for norm in Norm::both(3) {
        let mut out = [7.0; 4];
        let beyond = |offset, actual| Err(Error::BeyondRow { offset, actual, width: 3 });
        assert_eq!(norm.apply(&stats, 9, &chunk, &mut out[..3]), Err(length("out", 4, 3)));
        assert_eq!(norm.apply(&stats, 0, &chunk, &mut out), beyond(0, 4));
        assert_eq!(norm.apply(&stats, 2, &chunk[..2], &mut out[..2]), beyond(2, 2));
        assert_eq!(norm.apply(&stats, usize::MAX, &chunk[..2], &mut out[..2]), beyond(usize::MAX, 2));
        assert_eq!(norm.apply(&stats, 4, &[], &mut []), beyond(4, 0));
        assert_eq!(norm.apply(&stats, 3, &[], &mut []), Ok(()));
        assert_eq!(out, [7.0; 4]);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn modulation_names_the_first_that_is_wrong_and_writes_nothing() {
    let (x, feature) = ([1.0; 18], [0.5; 3]);
    let bad = [0.0, 0.0, 0.0, 0.0, f32::NAN, 0.0, f32::INFINITY, 0.0, 0.0];
    for norm in Norm::both(3) {
        let mut y = [7.0; 19];
        let mut call = |norm: &Norm, x_: usize, y_: usize, scale: &[f32], shift: &[f32]| {
            norm.forward_modulated(&x[..x_], Modulation { scale, shift }, &mut y[..y_]).unwrap_err()
        };
        let affine = &norm.with_affine(&feature, &feature);
        let not_finite = |parameter, index: usize| {
            let parameter = if parameter == "scale" { "modulation.scale" } else { "modulation.shift" };
            Error::NotFinite { parameter, index, actual: bad[index].to_bits() }
        };
        assert_eq!(call(affine, 17, 19, &bad[..5], &bad[..4]), rows("x", 3, 17));
        assert_eq!(call(affine, 18, 19, &bad[..5], &bad[..4]), length("y", 18, 19));
        assert_eq!(call(affine, 18, 18, &bad[..5], &bad[..4]), rows("modulation.scale", 3, 5));
        assert_eq!(call(affine, 15, 15, &bad[..6], &bad[..4]), length("modulation.shift", 6, 4));
        assert_eq!(call(affine, 15, 15, &bad[..6], &bad[..6]), Error::Samples { rows: 5, actual: 2 });
        assert_eq!(call(affine, 15, 15, &[], &[]), Error::Samples { rows: 5, actual: 0 });
        assert_eq!(call(affine, 6, 6, &[0.0; 9], &bad), Error::Samples { rows: 2, actual: 3 });
        assert_eq!(call(affine, 18, 18, &bad[..6], &bad[..6]), not_finite("scale", 4));
        assert_eq!(call(affine, 18, 18, &[0.0; 6], &bad[..6]), not_finite("shift", 4));
        assert_eq!(
            call(affine, 18, 18, &bad[6..], &bad[..3]),
            Error::NotFinite { parameter: "modulation.scale", index: 0, actual: f32::INFINITY.to_bits() }
        );
        let given = |parameter| Error::Affine { parameter };
        assert_eq!(call(affine, 18, 18, &bad[..3], &bad[..3]), given("gamma"));
        let with_beta = LayerNorm::new(3).unwrap().with_beta(&feature).unwrap();
        assert_eq!(call(&Norm::Layer(with_beta), 18, 18, &bad[..3], &bad[..3]), given("beta"));
        assert_eq!(y, [7.0; 19]);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn strides_are_at_least_the_width_and_rows_whole() {
    let x = [1.0; 12];
    for norm in Norm::both(3) {
        let mut y = [7.0; 13];
        let stride = |parameter, actual| Err(Error::Stride { parameter, width: 3, actual });
        let last = |parameter, actual| Err(Error::LastRow { parameter, width: 3, actual });
        assert_eq!(norm.forward_strided(&x, 2, &mut y, 3), stride("x_stride", 2));
        assert_eq!(norm.forward_strided(&x, 3, &mut y, 0), stride("y_stride", 0));
        assert_eq!(norm.forward_strided(&x[..9], 4, &mut y[..7], 4), last("x", 1));
        assert_eq!(norm.forward_strided(&x[..7], 4, &mut y[..6], 4), last("y", 2));
        let counts = |expected, actual| Err(Error::Rows { parameter: "y", expected, actual });
        assert_eq!(norm.forward_strided(&x, 3, &mut y[..7], 4), counts(4, 2));
        assert_eq!(norm.forward_strided(&[], 3, &mut y[..7], 4), counts(0, 2));
        assert_eq!(norm.forward_strided(&x[..7], 4, &mut [], 4), counts(2, 0));
        assert_eq!(norm.forward_strided_in_place(&mut y, 2), stride("stride", 2));
        assert_eq!(norm.forward_strided_in_place(&mut y, 0), stride("stride", 0));
        assert_eq!(norm.forward_strided_in_place(&mut y[..9], 4), last("x", 1));
        assert_eq!(y, [7.0; 13]);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn channels_first_wants_whole_samples() {
    let x = [1.0; 24];
    for norm in Norm::both(3) {
        let mut y = [7.0; 25];
        assert_eq!(
            norm.forward_channels_first(&x[..5], 0, &mut y),
            Err(Error::Zero { parameter: "positions" })
        );
        assert_eq!(norm.forward_channels_first(&x[..18], 4, &mut y), Err(rows("x", 12, 18)));
        assert_eq!(norm.forward_channels_first(&x, 4, &mut y), Err(length("y", 24, 25)));
        assert_eq!(
            norm.forward_channels_first_in_place(&mut y, 0),
            Err(Error::Zero { parameter: "positions" })
        );
        assert_eq!(norm.forward_channels_first_in_place(&mut y, 4), Err(rows("x", 12, 25)));
        assert!(norm.forward_channels_first(&x, usize::MAX, &mut y).is_err(), "3 · usize::MAX elements");
        assert!(norm.forward_channels_first_in_place(&mut y, usize::MAX / 3 + 1).is_err());
        assert_eq!(y, [7.0; 25]);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn messages_name_parameter_expected_and_actual() {
    let texts = [
        (Error::Zero { parameter: "width" }, "width: expected at least 1, actual 0"),
        (length("y", 6, 7), "y: expected length 6, actual 7"),
        (
            Error::NotWholeRows { parameter: "x", width: 3, actual: 5 },
            "x: expected a length that is a multiple of 3, actual 5",
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

/// The words of the others are free, but not what they name.
#[wasm_bindgen_test(unsupported = test)]
fn messages_of_the_other_verbs_name_parameter_expected_and_actual() {
    let texts: [(Error, &[&str]); 8] = [
        (Error::LastRow { parameter: "y", width: 8, actual: 7 }, &["y", "8", "7"]),
        (Error::BeyondRow { offset: 5, actual: 4, width: 8 }, &["5", "4", "8"]),
        (Error::Stride { parameter: "x_stride", width: 8, actual: 7 }, &["x_stride", "8", "7"]),
        (Error::Rows { parameter: "y", expected: 3, actual: 2 }, &["y", "3", "2"]),
        (Error::Samples { rows: 5, actual: 2 }, &["5", "2"]),
        (Error::Affine { parameter: "gamma" }, &["gamma"]),
        (Error::Zero { parameter: "positions" }, &["positions", "0"]),
        (Error::Passes, &["pass"]),
    ];
    for (error, names) in texts {
        let text = error.to_string();
        assert!(names.iter().all(|name| text.contains(name)), "{text}");
        assert!(text.contains(": expected ") && text.contains(", actual "), "{text}");
    }
}
