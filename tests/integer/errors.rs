//! A wrong argument of an integer norm gives an error that names it, what was expected and what it was, and nothing is
//! written.

use super::types::{Element, Subject, for_every_type};
use fixed::types::{I8F0, I16F16};
use layernorm::fixed::{LayerNorm, RmsNorm};
use layernorm::quantized::{self, Params, Scale};
use layernorm::{Error, FoldError, FormatError};
use std::fmt::{Debug, Display};
use wasm_bindgen_test::wasm_bindgen_test;

const INPUT: Scale<i8> = Scale { scale: 0.02, zero_point: 3 };
const OUTPUT: Scale<i16> = Scale { scale: 0.03, zero_point: -500 };
const TOO_WIDE: Error = Error::TooLarge { parameter: "width", limit: 32768, actual: 32769 };
const NEITHER_FINITE_NOR_POSITIVE: [f32; 5] = [-1e-5, f32::MIN, f32::INFINITY, f32::NEG_INFINITY, f32::NAN];

fn length(parameter: &'static str, expected: usize, actual: usize) -> Error {
    Error::Length { parameter, expected, actual }
}

fn fails<T: Debug, E: Debug + PartialEq>(result: Result<T, E>, error: impl Into<E>) {
    assert_eq!(result.err(), Some(error.into()));
}

fn wrong_lengths<X: Element>() {
    X::norms(3, 1e-5, &mut |Subject { norm, zero, .. }| {
        let sentinel = X::element(77);
        let x = [*zero; 6];
        let (mut y, mut residual) = ([sentinel; 7], [sentinel; 7]);
        let rows = |actual| Error::NotWholeRows { parameter: "x", width: 3, actual };
        fails(norm.forward(&x[..5], &mut y[..5]), rows(5));
        fails(norm.forward(&x, &mut y), length("y", 6, 7));
        fails(norm.forward(&x, &mut y[..3]), length("y", 6, 3));
        fails(norm.forward_in_place(&mut y), rows(7));
        fails(norm.forward_residual(&x[..2], &mut residual[..2], &mut y[..2]), rows(2));
        fails(norm.forward_residual(&x, &mut residual, &mut y[..6]), length("residual", 6, 7));
        fails(norm.forward_residual(&x, &mut residual[..3], &mut y[..6]), length("residual", 6, 3));
        fails(norm.forward_residual(&x, &mut residual[..6], &mut y), length("y", 6, 7));
        assert_eq!((y, residual), ([sentinel; 7], [sentinel; 7]));
    });
}
for_every_type!(wrong_lengths_are_named_and_nothing_is_written, wrong_lengths);

#[wasm_bindgen_test(unsupported = test)]
fn a_fixed_point_norm_has_a_width() {
    fails(LayerNorm::<I16F16>::new(0), Error::Zero { parameter: "width" });
    fails(RmsNorm::<I16F16>::new(0), Error::Zero { parameter: "width" });
    fails(LayerNorm::<I16F16>::new(32769), TOO_WIDE);
    fails(RmsNorm::<I16F16>::new(32769), TOO_WIDE);
    assert!(LayerNorm::<I16F16>::new(32768).is_ok() && RmsNorm::<I16F16>::new(1).is_ok());
}

#[wasm_bindgen_test(unsupported = test)]
fn fixed_point_gamma_and_beta_have_the_width() {
    let (layer, rms) = (LayerNorm::<I16F16>::new(3).unwrap(), RmsNorm::<I16F16>::new(3).unwrap());
    for actual in [0, 2, 4] {
        let values = vec![I8F0::ZERO; actual];
        fails(layer.with_gamma(&values), length("gamma", 3, actual));
        fails(layer.with_beta(&values), length("beta", 3, actual));
        fails(rms.with_gamma(&values), length("gamma", 3, actual));
        fails(rms.with_beta(&values), length("beta", 3, actual));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn epsilon_of_a_fixed_point_norm_is_finite_not_negative_and_in_range() {
    let norm = LayerNorm::<I8F0>::new(1).unwrap();
    for bad in NEITHER_FINITE_NOR_POSITIVE.into_iter().chain([-f32::from_bits(1)]) {
        fails(norm.with_epsilon(bad), Error::Epsilon { actual: bad.to_bits() });
    }
    // width²·ε < 2⁹⁶ squared steps.
    let limit = 2f32.powi(96);
    for good in [0.0, -0.0, f32::from_bits(1), 1.0, limit.next_down()] {
        assert!(norm.with_epsilon(good).is_ok(), "{good:e}");
    }
    for (width, too_large) in [(1, limit), (1, f32::MAX), (2, limit / 4.0), (32768, 2f32.powi(66))] {
        let norm = RmsNorm::<I8F0>::new(width).unwrap();
        fails(norm.with_epsilon(too_large), beyond("input", 96, too_large));
        assert!(norm.with_epsilon(too_large.min(limit / (width * width) as f32).next_down()).is_ok());
    }
    let too_large = 2f32.powi(64);
    let finer = LayerNorm::<I16F16>::new(1).unwrap();
    fails(finer.with_epsilon(too_large), beyond("input", 96, too_large));
}

fn beyond(of: &'static str, power: u32, epsilon: f32) -> FoldError {
    FoldError::EpsilonBeyondScale { of, power, actual: epsilon.to_bits() }
}

/// Folds, and checks that an error leaves the integers alone.
fn fold(
    gamma: &[f32],
    beta: &[f32],
    scales: (f32, f32),
    epsilon: f32,
    to: [usize; 2],
) -> Result<(), FoldError> {
    let mut to = to.map(|width| vec![77; width]);
    let (input, output) = (Scale { scale: scales.0, ..INPUT }, Scale { scale: scales.1, ..OUTPUT });
    let [to_gamma, to_beta] = &mut to;
    let result = Params::fold_into(gamma, beta, input, output, epsilon, [to_gamma, to_beta]).map(|_| ());
    assert!(result.is_ok() || to.iter().flatten().all(|&v| v == 77), "{result:?}: something was written");
    result
}

const SCALES: (f32, f32) = (INPUT.scale, OUTPUT.scale);

#[wasm_bindgen_test(unsupported = test)]
fn folding_takes_a_width_from_gamma() {
    fails(fold(&[], &[], SCALES, 1e-5, [0, 0]), Error::Zero { parameter: "width" });
    fails(Params::fold(&[], &[], INPUT, OUTPUT, 1e-5), Error::Zero { parameter: "width" });
    let wide = vec![1.0; 32769];
    fails(fold(&wide, &wide, SCALES, 1e-5, [32769; 2]), TOO_WIDE);
    assert_eq!(fold(&wide[1..], &wide[1..], SCALES, 1e-5, [32768; 2]), Ok(()));
    for wrong in [0, 2, 4] {
        fails(fold(&[1.0; 3], &[1.0; 3], SCALES, 1e-5, [wrong, 3]), length("to", 3, wrong));
        fails(fold(&[1.0; 3], &[1.0; 3], SCALES, 1e-5, [3, wrong]), length("to", 3, wrong));
        fails(fold(&[1.0; 3], &vec![1.0; wrong], SCALES, 1e-5, [3; 2]), length("beta", 3, wrong));
    }
    let params = Params::fold(&[1.0; 3], &[0.0; 3], INPUT, OUTPUT, 1e-5).unwrap();
    fails(params.report(&[1.0; 2], &[0.0; 3], OUTPUT), length("gamma", 3, 2));
    fails(params.report(&[1.0; 3], &[0.0; 4], OUTPUT), length("beta", 3, 4));
}

#[wasm_bindgen_test(unsupported = test)]
fn folding_takes_finite_gammas_and_betas_below_2_31_output_scales() {
    for index in 0..3 {
        let one = |value: f32| {
            let mut values = [0.5; 3];
            values[index..].fill(value);
            values
        };
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let error = |parameter| Error::NotFinite { parameter, index, actual: bad.to_bits() };
            fails(fold(&one(bad), &[0.0; 3], SCALES, 1e-5, [3; 2]), error("gamma"));
            fails(fold(&[1.0; 3], &one(bad), SCALES, 1e-5, [3; 2]), error("beta"));
        }
        let scales = (0.02, 0.25);
        let limit = 2f32.powi(29);
        for bad in [limit, -limit, f32::MAX] {
            let error = |parameter| FoldError::BeyondScale { parameter, index, actual: bad.to_bits() };
            fails(fold(&one(bad), &[0.0; 3], scales, 1e-5, [3; 2]), error("gamma"));
            fails(fold(&[1.0; 3], &one(bad), scales, 1e-5, [3; 2]), error("beta"));
        }
        let good = one(limit.next_down());
        assert_eq!(fold(&good, &good, scales, 1e-5, [3; 2]), Ok(()));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn scales_are_finite_and_above_0() {
    let residual = |input: f32, residual: f32, epsilon: f32| {
        let params = Params::fold(&[1.0; 3], &[0.0; 3], INPUT, OUTPUT, 1e-5).unwrap();
        let (input, residual) = (Scale { scale: input, ..INPUT }, Scale { scale: residual, ..INPUT });
        params.with_residual(input, residual, epsilon).map(|_| ())
    };
    for bad in NEITHER_FINITE_NOR_POSITIVE.into_iter().chain([0.0, -0.0, -f32::from_bits(1)]) {
        let error = |parameter| FoldError::Scale { parameter, actual: bad.to_bits() };
        fails(fold(&[1.0; 3], &[0.0; 3], (bad, 0.1), 1e-5, [3; 2]), error("input"));
        fails(fold(&[1.0; 3], &[0.0; 3], (0.1, bad), 1e-5, [3; 2]), error("output"));
        fails(residual(bad, 0.1, 1e-5), error("input"));
        fails(residual(0.1, bad, 1e-5), error("residual"));
    }
    // A subnormal scale is one, only that little fits it.
    let subnormal = f32::from_bits(1);
    assert_eq!(fold(&[1.0; 3], &[1.0; 3], (subnormal, 0.1), 0.0, [3; 2]), Ok(()));
    assert_eq!(fold(&[subnormal; 3], &[0.0; 3], (0.1, subnormal), 1e-5, [3; 2]), Ok(()));
    assert_eq!(residual(subnormal, subnormal, 0.0), Ok(()));
    let gamma_error = FoldError::BeyondScale { parameter: "gamma", index: 0, actual: 1f32.to_bits() };
    fails(fold(&[1.0; 3], &[0.0; 3], (0.1, subnormal), 1e-5, [3; 2]), gamma_error);
    fails(fold(&[1.0; 3], &[0.0; 3], (subnormal, 0.1), 1e-5, [3; 2]), beyond("input", 96, 1e-5));
    fails(residual(subnormal, subnormal, 1e-5), beyond("residual", 64, 1e-5));
    // a ≤ 2²⁰, after rounding.
    let limit = 16.0 + 2f32.powi(-17);
    for (input, to) in [(limit.next_up(), 1.0), (4.1, 0.25), (1.0, subnormal), (f32::MAX, 1.0)] {
        let error = FoldError::ScaleRatio { input: input.to_bits(), residual: to.to_bits() };
        fails(residual(input, to, 0.0), error);
    }
    assert_eq!(residual(limit, 1.0, 1e-5), Ok(()));
    assert_eq!(residual(4.0, 0.25, 1e-5), Ok(()));
}

#[wasm_bindgen_test(unsupported = test)]
fn epsilon_of_quantised_norms_is_finite_not_negative_and_in_range() {
    let params = Params::fold(&[1.0; 3], &[0.0; 3], INPUT, OUTPUT, 1e-5).unwrap();
    for bad in NEITHER_FINITE_NOR_POSITIVE {
        let error = Error::Epsilon { actual: bad.to_bits() };
        fails(fold(&[1.0; 3], &[0.0; 3], SCALES, bad, [3; 2]), error);
        fails(params.with_residual(INPUT, INPUT, bad), error);
    }
    fails(fold(&[1.0; 3], &[0.0; 3], SCALES, 1e38, [3; 2]), beyond("input", 96, 1e38));
    fails(params.with_residual(INPUT, INPUT, 1e38), beyond("residual", 64, 1e38));
}

/// The messages say 2⁹⁶ and 2⁶⁴: just below is fine.
#[wasm_bindgen_test(unsupported = test)]
fn epsilon_reaches_the_limit_that_its_error_states() {
    for (width, scale) in [(1, 1.0), (2, 1.0), (4, 0.25), (64, 2f32.powi(-20)), (32768, 8.0)] {
        let step = Scale { scale, zero_point: 0i8 };
        let values = vec![1.0; width];
        let limit = |power: i32| 2f32.powi(power) * scale * scale / (width * width) as f32;
        let folded = |epsilon: f32| fold(&values, &values, (scale, 0.5), epsilon, [width; 2]);
        fails(folded(limit(96)), beyond("input", 96, limit(96)));
        assert_eq!(folded(limit(96).next_down()), Ok(()));
        let mut to = [vec![0; width], vec![0; width]];
        let [gamma, beta] = &mut to;
        let params = Params::fold_into(&values, &values, step, OUTPUT, 0.0, [gamma, beta]).unwrap();
        let with_residual = |epsilon: f32| params.with_residual(step, step, epsilon).map(|_| ());
        fails(with_residual(limit(64)), beyond("residual", 64, limit(64)));
        assert_eq!(with_residual(limit(64).next_down()), Ok(()));
    }
}

/// As an array, whatever the bytes hold, before any of them is read, and at compile time. Arrays of this size, passed by value,
/// are more than the stack of a wasm module holds.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn parameters_from_bytes_have_a_width_of_1_to_32768() {
    type Wide<const N: usize> = Params<i8, i8, [i32; N]>;
    const BYTES: &[u8] = &[0; Wide::<32769>::BYTES];
    const AT_COMPILE_TIME: Result<Wide<32769>, FormatError> = Params::from_bytes(BYTES);
    fails(AT_COMPILE_TIME, TOO_WIDE);
    let mut bytes = [0; Three::BYTES];
    Params::fold(&[1.0; 3], &[0.0; 3], INPUT, OUTPUT, 1e-5).unwrap().to_bytes(&mut bytes).unwrap();
    // Those of 40000 features, as the header of three has them but for the width.
    let mut wide = vec![1; Params::<i8, i16, [i32; 40000]>::BYTES];
    wide[..68].copy_from_slice(&bytes[..68]);
    wide[8..12].copy_from_slice(&40000u32.to_le_bytes());
    let error = Error::TooLarge { parameter: "width", limit: 32768, actual: 40000 };
    fails(Params::<i8, i16, [i32; 40000]>::from_bytes(&wide), error);
    bytes[8..12].fill(0);
    fails(Params::<i8, i16, [i32; 0]>::from_bytes(&bytes[..68]), Error::Zero { parameter: "width" });
}

/// A test of its own: such arrays fill the stack of a thread.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn parameters_of_the_widest_rows_go_to_bytes_and_back() {
    let values = [1.0; 32768];
    let params = Params::fold(&values, &values, INPUT, OUTPUT, 1e-5).unwrap();
    let mut bytes = vec![0; Params::<i8, i16, [i32; 32768]>::BYTES];
    params.to_bytes(&mut bytes).unwrap();
    assert_eq!(Params::from_bytes(&bytes), Ok(params));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_residual_needs_parameters_with_one() {
    let params = Params::fold(&[1.0; 3], &[0.0; 3], INPUT, OUTPUT, 1e-5).unwrap();
    let (mut residual, mut y) = ([7; 3], [8; 3]);
    let layer = quantized::LayerNorm::new(&params);
    fails(layer.forward_residual(&[1, 2, 3], &mut residual, &mut y), Error::NoResidual);
    let rms = quantized::RmsNorm::new(&params);
    fails(rms.forward_residual(&[1, 2, 3], &mut residual, &mut y), Error::NoResidual);
    assert_eq!((residual, y), ([7; 3], [8; 3]));
}

type Three = Params<i8, i16, [i32; 3]>;

#[wasm_bindgen_test(unsupported = test)]
fn bytes_of_something_else_are_an_error() {
    let params = Params::fold(&[1.0; 3], &[0.0; 3], INPUT, OUTPUT, 1e-5).unwrap();
    let mut bytes = [0; Three::BYTES];
    params.to_bytes(&mut bytes).unwrap();
    for actual in [0, 67, 68, 91, 93] {
        let mut other = vec![77; actual];
        fails(params.to_bytes(&mut other), length("to", 92, actual));
        assert!(other.iter().all(|&b| b == 77));
        fails(Three::from_bytes(&other), length("bytes", 92, actual));
    }
    let magic = u32::from_le_bytes(*b"LNQ1");
    let mut other = bytes;
    other[3] = b'2';
    let actual = u32::from_le_bytes(*b"LNQ2");
    fails(Three::from_bytes(&other), FormatError::Format { offset: 0, expected: magic, actual });
    let types = |expected| FormatError::Format { offset: 4, expected, actual: 0x0301 };
    fails(Params::<i16, i8, [i32; 3]>::from_bytes(&bytes), types(0x0103));
    fails(Params::<u8, i16, [i32; 3]>::from_bytes(&bytes), types(0x0302));
    fails(Params::<i8, u8, [i32; 3]>::from_bytes(&bytes), types(0x0201));
    other = bytes;
    other[7] = 1;
    fails(
        Three::from_bytes(&other),
        FormatError::Format { offset: 4, expected: 0x0301, actual: 0x0100_0301 },
    );
    assert_eq!(Three::from_bytes(&bytes), Ok(params));
}

#[wasm_bindgen_test(unsupported = test)]
fn numbers_that_folding_never_gives_are_an_error() {
    let params = Params::fold(&[1.0; 3], &[0.0; 3], INPUT, OUTPUT, 1e-5).unwrap();
    let with_residual = params.with_residual(INPUT, INPUT, 1e-5).unwrap();
    let with = |params: &Three, offset: usize, number: i32| {
        let mut bytes = [0; Three::BYTES];
        params.to_bytes(&mut bytes).unwrap();
        bytes[offset..offset + 4].copy_from_slice(&number.to_le_bytes());
        Three::from_bytes(&bytes)
    };
    // Offset, the ends of what is right.
    let fields = [(8, 3, 3), (12, 0, 40), (16, 0, 40), (20, -128, 127), (24, -32768, 32767)];
    let plain = [(28, 0, 0), (32, -1, -1)];
    let residual_fields = [(28, -128, 127), (32, -1, 1 << 20)];
    for (params, more) in [(params, &plain), (with_residual, &residual_fields)] {
        for &(offset, lowest, highest) in fields.iter().chain(more) {
            for wrong in [lowest - 1, highest + 1, i32::MIN, i32::MAX] {
                // A multiplier is that of a residual.
                if (offset, lowest, highest) != (32, -1, -1) || wrong < 0 {
                    fails(with(&params, offset, wrong), FormatError::Corrupt { offset });
                }
            }
            if offset != 32 {
                assert!(with(&params, offset, lowest).is_ok() && with(&params, offset, highest).is_ok());
            }
        }
        // The highest of the four words of an ε; 112 bits are right.
        for (offset, highest) in [(36, 48), (52, 64)] {
            fails(with(&params, highest, 1 << 16), FormatError::Corrupt { offset });
            fails(with(&params, highest, -1), FormatError::Corrupt { offset });
        }
        assert!(with(&params, 48, (1 << 16) - 1).is_ok());
        for offset in [68, 88] {
            fails(with(&params, offset, i32::MIN), FormatError::Corrupt { offset });
        }
    }
    // Without a residual there is none of its ε.
    fails(with(&params, 52, 1), FormatError::Corrupt { offset: 52 });
    assert!(with(&with_residual, 32, 0).is_ok() && with(&with_residual, 32, 1 << 20).is_ok());
}

#[wasm_bindgen_test(unsupported = test)]
fn messages_name_parameter_expected_and_actual() {
    let (bits, half) = ((-1f32).to_bits(), 0.5f32.to_bits());
    let texts: [(&dyn Display, &str); _] = [
        (&TOO_WIDE, "width: expected at most 32768, actual 32769"),
        (
            &beyond("residual", 64, 0.5),
            "epsilon: expected width² · epsilon below 2^64 squared residual steps, actual epsilon 0.5",
        ),
        (
            &FoldError::Scale { parameter: "output", actual: bits },
            "output: expected a finite scale > 0, actual -1",
        ),
        (
            &FoldError::BeyondScale { parameter: "gamma", index: 2, actual: half },
            "gamma[2]: expected less than 2^31 steps of the output, actual 0.5",
        ),
        (
            &FoldError::ScaleRatio { input: 1f32.to_bits(), residual: 0x3c00_0000 },
            "input: expected a scale of at most 16 times the residual's 0.0078125, actual 1",
        ),
        (&Error::NoResidual, "params: expected parameters folded with a residual, actual without one"),
        (
            &FormatError::Format { offset: 4, expected: 0x0301, actual: 0x0102 },
            "bytes[4]: expected 0x00000301, actual 0x00000102",
        ),
        (
            &FormatError::Corrupt { offset: 36 },
            "bytes[36]: expected a number that is allowed there, actual one that is not",
        ),
        (
            &FormatError::TooShort { parameter: "bytes", least: 24, actual: 9 },
            "bytes: expected a length of at least 24, actual 9",
        ),
        (&FoldError::from(TOO_WIDE), "width: expected at most 32768, actual 32769"),
        (&FormatError::from(TOO_WIDE), "width: expected at most 32768, actual 32769"),
    ];
    for (error, text) in texts {
        assert_eq!(error.to_string(), text);
    }
}
