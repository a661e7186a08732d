//! The fixed-point and quantised norms against the reference in Python, code for code. `golden/README.md` says how
//! the cases are made and laid out.

use crate::common::formats::{Call, Format};
use crate::common::integer_oracle::{self as oracle, Step};
use layernorm::quantized::{Code, LayerNorm, Params, RmsNorm, Scale};
use layernorm::{FoldError, quantized};
use std::collections::HashMap;
use std::fmt::Debug;
use wasm_bindgen_test::wasm_bindgen_test;

const CASES: &str = include_str!("../golden/integer/cases.txt");

struct Case {
    name: &'static str,
    lines: HashMap<&'static str, Vec<&'static str>>,
}

fn cases(kind: &str) -> Vec<Case> {
    let case = |text: &'static str| {
        let mut lines: HashMap<_, _> = text
            .lines()
            .map(|line| {
                let mut words = line.split(' ');
                (words.next().unwrap(), words.collect::<Vec<_>>())
            })
            .collect();
        let name = lines.remove("case").unwrap();
        (name[0] == kind).then_some(Case { name: name[1], lines })
    };
    CASES.trim_end().split("\n\n").filter_map(case).collect()
}

impl Case {
    fn integers(&self, key: &str) -> Option<Vec<i64>> {
        Some(self.lines.get(key)?.iter().map(|word| word.parse().unwrap()).collect())
    }

    fn floats(&self, key: &str) -> Vec<f32> {
        self.lines[key].iter().map(|word| float(word)).collect()
    }

    fn centred(&self) -> bool {
        self.lines["op"] == ["layer"]
    }

    fn width(&self) -> usize {
        self.lines["shape"][1].parse().unwrap()
    }

    /// Compares, and counts the codes.
    fn check(&self, key: &str, actual: &[i64]) -> usize {
        assert_eq!(actual, self.integers(key).unwrap(), "{key} of {}", self.name);
        actual.len()
    }
}

fn format(words: &[&str]) -> Format {
    Format { bits: words[0][1..].parse().unwrap(), fraction: words[1].parse().unwrap() }
}

fn float(word: &str) -> f32 {
    f32::from_bits(u32::from_str_radix(word, 16).unwrap())
}

#[wasm_bindgen_test(unsupported = test)]
fn fixed_point_codes_are_those_of_the_reference() {
    let format =
        |words: &[&str]| Format { bits: words[0][1..].parse().unwrap(), fraction: words[1].parse().unwrap() };
    let (mut codes, mut errors) = (0, 0);
    for case in cases("fixed") {
        let parameter = |key: &str| {
            let words = case.lines.get(key)?;
            Some((format(words), words[2..].iter().map(|w| w.parse().unwrap()).collect::<Vec<i64>>()))
        };
        let (gamma, beta) = (parameter("gamma"), parameter("beta"));
        let call = Call {
            centred: case.centred(),
            width: case.width(),
            input: format(&case.lines["input"]),
            output: format(&case.lines["output"]),
            gamma: gamma.as_ref().map(|(format, codes)| (*format, &codes[..])),
            beta: beta.as_ref().map(|(format, codes)| (*format, &codes[..])),
            epsilon: case.floats("epsilon")[0],
        };
        if let Some(parameter) = case.lines.get("error") {
            assert_eq!(parameter[..], ["epsilon"], "{}", case.name);
            let error = call.run(&[], None).unwrap_err();
            assert!(matches!(error, FoldError::EpsilonBeyondScale { .. }), "{}: {error}", case.name);
            errors += 1;
            continue;
        }
        let mut residual = case.integers("residual");
        let y = call.run(&case.integers("x").unwrap(), residual.as_deref_mut()).unwrap();
        codes += case.check("y", &y);
        if let Some(residual) = residual {
            codes += case.check("residual_out", &residual);
        }
    }
    println!("{codes} codes, {errors} errors");
}

/// A type of codes, from and to integers.
trait Quantised: Code + TryFrom<i64, Error: Debug> + Into<i64> + Debug + PartialEq {}
impl<Q: Code + TryFrom<i64, Error: Debug> + Into<i64> + Debug + PartialEq> Quantised for Q {}

#[wasm_bindgen_test(unsupported = test)]
fn quantised_codes_are_those_of_the_reference() {
    let (mut codes, mut errors) = (0, 0);
    for case in cases("quantized") {
        let run = match (case.lines["input"][0], case.lines["output"][0]) {
            ("i8", "i8") => quantised::<i8, i8>,
            ("i8", "u8") => quantised::<i8, u8>,
            ("i8", "i16") => quantised::<i8, i16>,
            ("u8", "i8") => quantised::<u8, i8>,
            ("u8", "u8") => quantised::<u8, u8>,
            ("u8", "i16") => quantised::<u8, i16>,
            ("i16", "i8") => quantised::<i16, i8>,
            ("i16", "u8") => quantised::<i16, u8>,
            ("i16", "i16") => quantised::<i16, i16>,
            types => panic!("{types:?}"),
        };
        match run(&case) {
            Ok(count) => codes += count,
            Err(error) => {
                let expected = match case.lines.get("error").map(|words| words[0]) {
                    Some("epsilon") => matches!(error, FoldError::EpsilonBeyondScale { .. }),
                    Some("residual") => matches!(error, FoldError::ScaleRatio { .. }),
                    Some(name) => {
                        matches!(error, FoldError::BeyondScale { parameter, .. } if parameter == name)
                    }
                    None => false,
                };
                assert!(expected, "{}: {error}", case.name);
                errors += 1;
            }
        }
    }
    println!("{codes} codes, {errors} errors");
}

/// The number of codes that agree.
fn quantised<X: Quantised, Y: Quantised>(case: &Case) -> Result<usize, FoldError> {
    fn scale<Q: Quantised>(words: &[&str]) -> Scale<Q> {
        Scale { scale: float(words[0]), zero_point: words[1].parse::<i64>().unwrap().try_into().unwrap() }
    }
    fn codes<Q: Quantised>(from: &[i64]) -> Vec<Q> {
        from.iter().map(|&c| c.try_into().unwrap()).collect()
    }
    let (input, output) = (scale::<X>(&case.lines["input"][1..]), scale::<Y>(&case.lines["output"][1..]));
    let (gamma, beta, epsilon) = (case.floats("gamma"), case.floats("beta"), case.floats("epsilon")[0]);
    let mut integers = (vec![0; gamma.len()], vec![0; gamma.len()]);
    let residual = case.lines.get("residual_scale").map(|words| scale::<X>(words));
    // Where a sum with a residual has an ε in range, the input alone may have none.
    let plain_epsilon = if residual.is_some() { 0.0 } else { epsilon };
    let mut params =
        Params::fold_into(&gamma, &beta, input, output, plain_epsilon, [&mut integers.0, &mut integers.1])?;
    if let Some(residual) = residual {
        params = params.with_residual(input, residual, epsilon)?;
    }
    assert!(!case.lines.contains_key("error"), "{} is an error", case.name);
    check_bytes(case, &params);

    let x = codes::<X>(&case.integers("x").unwrap());
    let mut y = codes::<Y>(&vec![0; x.len()]);
    let mut left = case.integers("residual").map(|integers| codes::<X>(&integers));
    match (&mut left, case.centred()) {
        (None, true) => LayerNorm::new(&params).forward(&x, &mut y)?,
        (None, false) => RmsNorm::new(&params).forward(&x, &mut y)?,
        (Some(left), true) => LayerNorm::new(&params).forward_residual(&x, left, &mut y)?,
        (Some(left), false) => RmsNorm::new(&params).forward_residual(&x, left, &mut y)?,
    }
    let integers = |codes: Vec<i64>| codes;
    let mut count = case.check("y", &integers(y.into_iter().map(Into::into).collect()));
    if let Some(left) = left {
        count += case.check("residual_out", &integers(left.into_iter().map(Into::into).collect()));
    }
    Ok(count)
}

/// The folded integers, read from the bytes of the parameters.
fn check_bytes<X: Code, Y: Code>(case: &Case, params: &Params<X, Y, &[i32]>) {
    let width = case.width();
    let mut bytes = vec![0; 68 + 8 * width];
    params.to_bytes(&mut bytes).unwrap();
    let number = |at: usize| i64::from(i32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()));
    let epsilon = |at: usize| u128::from_le_bytes(bytes[at..at + 16].try_into().unwrap());
    for (key, shift, start) in [("g", 12, 68), ("b", 16, 68 + 4 * width)] {
        let mut integers = vec![number(shift)];
        integers.extend((0..width).map(|i| number(start + 4 * i)));
        case.check(key, &integers);
    }
    let e: u128 = case.lines["e"][0].parse().unwrap();
    if case.lines.contains_key("a") {
        case.check("a", &[number(32)]);
        assert_eq!(epsilon(52), e, "E of {}", case.name);
    } else {
        assert_eq!((number(32), epsilon(36)), (-1, e), "E of {}", case.name);
    }
}

/// The other oracle, which shares nothing with the reference but the definition.
#[wasm_bindgen_test(unsupported = test)]
fn both_oracles_agree() {
    let mut codes = 0;
    for case in cases("fixed").into_iter().chain(cases("quantized")) {
        if case.lines.contains_key("error") {
            continue;
        }
        let (width, epsilon) = (case.width(), case.floats("epsilon")[0]);
        let (input, output) = (&case.lines["input"], &case.lines["output"]);
        let x = case.integers("x").unwrap();
        let residual = case.integers("residual").unwrap_or_else(|| vec![0; x.len()]);
        let pairs = x.iter().zip(&residual);
        let (sums, step, folded_gamma, folded_beta, zero_point): (Vec<i64>, _, _, _, i64);
        if let Some(residual_scale) = case.lines.get("g").map(|_| case.lines.get("residual_scale")) {
            let scale = |words: &[&str]| (float(words[0]), words[1].parse::<i64>().unwrap());
            let ((s_x, z_x), (s_y, z_y)) = (scale(&input[1..]), scale(&output[1..]));
            (sums, step) = match residual_scale.map(|words| scale(words)) {
                Some((s_r, z_r)) => {
                    let a = oracle::residual_multiplier(s_x, s_r).unwrap();
                    case.check("a", &[a]);
                    (pairs.map(|(x, r)| a * (x - z_x) + ((r - z_r) << 16)).collect(), Step::Scale(s_r, 16))
                }
                None => (x.iter().map(|x| x - z_x).collect(), Step::Scale(s_x, 0)),
            };
            let folded = |key, parameter| {
                let (integers, shift) = oracle::fold(&case.floats(parameter), s_y).unwrap();
                case.check(key, &[&[shift.into()][..], &integers].concat());
                (integers, shift)
            };
            (folded_gamma, folded_beta, zero_point) = (folded("g", "gamma"), folded("b", "beta"), z_y);
        } else {
            let fraction = format(output).fraction;
            let given = |key: &str, absent| match case.lines.get(key) {
                Some(words) => {
                    let codes = words[2..].iter().map(|w| w.parse().unwrap()).collect();
                    (codes, format(words).fraction - fraction)
                }
                None => absent,
            };
            sums = pairs.map(|(x, r)| x + r).collect();
            step = Step::Binary(format(input).fraction);
            folded_gamma = given("gamma", (vec![1 << 30; width], 30 - fraction));
            folded_beta = given("beta", (vec![0; width], 0));
            zero_point = 0;
        }
        let e = oracle::epsilon(width, epsilon, step);
        assert_eq!(e.to_string(), case.lines["e"][0], "E of {}", case.name);
        let bits: u32 = output[0][1..].parse().unwrap();
        let lowest = if output[0].starts_with('u') { 0 } else { -1 << (bits - 1) };
        let ((g, k), (b, m)) = (folded_gamma, folded_beta);
        let highest = lowest + (1 << bits) - 1;
        let call = oracle::Call { centred: case.centred(), k, m, zero_point, e, lowest, highest };
        let mut y = vec![0; x.len()];
        for (row, y) in sums.chunks(width).zip(y.chunks_mut(width)) {
            call.row(row, |i| g[i], |i| b[i], y);
        }
        codes += case.check("y", &y);
    }
    println!("{codes} codes");
}

#[wasm_bindgen_test(unsupported = test)]
fn parameters_survive_as_bytes() {
    let input = Scale { scale: 0.02, zero_point: 3i8 };
    let output = Scale { scale: 0.03, zero_point: -5i16 };
    let folded = quantized::Params::fold(&[1.0, 0.5, -2.0], &[0.0, 0.1, -0.1], input, output, 1e-5).unwrap();
    let with_residual = folded.with_residual(input, Scale { scale: 0.5, zero_point: -7 }, 1e-5).unwrap();
    for params in [folded, with_residual] {
        let mut bytes = [0; Params::<i8, i16, [i32; 3]>::BYTES];
        params.to_bytes(&mut bytes).unwrap();
        assert_eq!(Params::from_bytes(&bytes), Ok(params));
    }
}
