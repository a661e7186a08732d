//! `QuantizeLinear(LayerNormalization(DequantizeLinear(x)))` in f64. With the folded parameters its codes are the same;
//! with γ, β and ε as they were given they differ where folding has moved a number across a boundary of rounding.

use super::types::{Element, elements};
use crate::common::integer_rows::{KINDS, Kind, fill};
use crate::common::random::Random;
use layernorm::quantized::{self, Norm, Params, Report, Scale};
use layernorm::{Averaging, Layer, Rms};
use std::any::type_name;
use wasm_bindgen_test::wasm_bindgen_test;

/// Elements of a pair of types. In wasm fewer: there they take longer.
const ELEMENTS: usize = if cfg!(target_arch = "wasm32") { 50_000 } else { 2_000_000 };
const WIDTHS: [usize; 16] = [1, 2, 3, 5, 8, 16, 17, 31, 64, 100, 256, 300, 768, 1000, 2048, 4096];
const EPSILONS: [f32; 4] = [1e-12, 1e-5, 1e-3, 0.1];
/// LSB from a boundary of rounding within which f64 does not decide.
const UNDECIDED: f64 = 1e-9;

/// γ and β in LSB of the output; ε.
struct Real {
    gamma: Vec<f64>,
    beta: Vec<f64>,
    epsilon: f64,
}

impl Real {
    fn given(gamma: &[f32], beta: &[f32], output: f32, epsilon: f32) -> Self {
        let lsb = |values: &[f32]| values.iter().map(|&v| f64::from(v) / f64::from(output)).collect();
        Self { gamma: lsb(gamma), beta: lsb(beta), epsilon: epsilon.into() }
    }

    /// As `to_bytes` lays them out.
    fn folded<X: quantized::Code, Y: quantized::Code>(params: &Params<X, Y, &[i32]>, input: f32) -> Self {
        let width = params.width();
        let mut bytes = vec![0; 68 + 8 * width];
        params.to_bytes(&mut bytes).unwrap();
        let number = |at: usize| i32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let e = u128::from_le_bytes(bytes[36..52].try_into().unwrap()) as f64;
        let lsb = |start: usize, shift: i32| {
            (0..width).map(|i| f64::from(number(start + 4 * i)) * 2f64.powi(-shift)).collect()
        };
        let steps = f64::from(input) / (width as f64 * 256.0);
        Self { gamma: lsb(68, number(12)), beta: lsb(68 + 4 * width, number(16)), epsilon: e * steps * steps }
    }

    /// y / s_y
    fn output(&self, i: usize, normalised: f64) -> f64 {
        normalised * self.gamma[i] + self.beta[i]
    }
}

/// In parts, so that rounding does not add up.
fn sum(values: &[f64], of: impl Fn(f64) -> f64) -> f64 {
    values.chunks(64).map(|part| part.iter().map(|&v| of(v)).sum::<f64>()).sum()
}

/// x less its mean, or x, and the mean of its square.
fn centred<X: Element>(row: &[X], input: Scale<X>, centred: bool) -> (Vec<f64>, f64) {
    let (step, width) = (f64::from(input.scale), row.len() as f64);
    // Less the first: the sum of what is left is exact.
    let pivot = if centred { row[0] } else { input.zero_point }.code();
    let mut d: Vec<f64> = row.iter().map(|x| step * (x.code() - pivot) as f64).collect();
    if centred {
        let mean = sum(&d, |d| d) / width;
        d.iter_mut().for_each(|d| *d -= mean);
    }
    let variance = sum(&d, |d| d * d) / width;
    (d, variance)
}

fn code<Y: Element>(y: f64, zero_point: Y) -> i64 {
    Y::clamped(y.round_ties_even() + zero_point.code() as f64).code()
}

/// What was compared.
#[derive(Default)]
struct Count {
    elements: usize,
    undecided: usize,
    /// Codes that are others with the parameters as given.
    moved: usize,
    /// The largest difference to them in LSB before rounding, and what of it is by γ and β.
    largest: f64,
    by_parameters: f64,
}

fn case<X, Y, K: Averaging>(random: &mut Random, count: &mut Count)
where
    X: Element + quantized::Code,
    Y: Element + quantized::Code,
{
    let width = WIDTHS[random.below(WIDTHS.len())];
    let epsilon = EPSILONS[random.below(EPSILONS.len())];
    let any = |random: &mut Random, low: i64, high: i64| low + random.below((high - low + 1) as usize) as i64;
    let power = |random: &mut Random, low: f64, high: f64| 2f64.powf(low + (high - low) * random.uniform());
    let step = power(random, -12.0, 2.0);
    let input = Scale { scale: step as f32, zero_point: X::element(any(random, X::LOW, X::HIGH)) };
    let step = power(random, 2.0, 5.0) / (Y::HIGH - Y::LOW) as f64;
    let output = Scale { scale: step as f32, zero_point: Y::element(any(random, Y::LOW, Y::HIGH)) };
    let gain = power(random, -2.0, 2.0);
    let gamma: Vec<f32> = (0..width).map(|_| (gain * (1.0 + 0.3 * random.normal())) as f32).collect();
    let beta: Vec<f32> = (0..width).map(|_| random.normal() as f32).collect();
    let mut to = (vec![0; width], vec![0; width]);
    let params = Params::fold_into(&gamma, &beta, input, output, epsilon, [&mut to.0, &mut to.1]).unwrap();
    let report = params.report(&gamma, &beta, output).unwrap();
    let folded = Real::folded(&params, input.scale);
    let given = Real::given(&gamma, &beta, output.scale, epsilon);

    let ordinary = |kind: &Kind| matches!(kind, Kind::Uniform | Kind::Normal { .. });
    let kinds: Vec<&Kind> = KINDS.iter().filter(|kind| ordinary(kind)).collect();
    let mut row = vec![0; width];
    fill(*kinds[random.below(kinds.len())], random, X::LOW, X::HIGH, &mut row);
    let x = elements::<X>(&row);
    let mut y = vec![output.zero_point; width];
    Norm::<X, Y, K>::new(&params).forward(&x, &mut y).unwrap();

    let (d, variance) = centred(&x, input, K::CENTRED);
    // A row without a deviation is 0 even where E has become 0.
    let normalised = |d: f64, epsilon: f64| if d == 0.0 { 0.0 } else { d / (variance + epsilon).sqrt() };
    // E moves by half of one unit at most, 1/sqrt(V) by half of that part of V.
    let steps = f64::from(input.scale) / (width as f64 * 256.0);
    let epsilon_share = 0.25 * steps * steps / variance;
    for (i, &d) in d.iter().enumerate() {
        let context =
            || format!("{input:?} to {output:?}, ε {epsilon:e}, centred {}, width {width}", K::CENTRED);
        let (exact, unfolded) =
            (folded.output(i, normalised(d, folded.epsilon)), given.output(i, normalised(d, given.epsilon)));
        count.elements += 1;
        // Where x̂ = 0 the number is β, exact.
        if d != 0.0 && (exact - exact.floor() - 0.5).abs() < UNDECIDED {
            count.undecided += 1;
            continue;
        }
        assert_eq!(y[i].code(), code(exact, output.zero_point), "{}, {exact}", context());
        let apart = y[i].code() - code(unfolded, output.zero_point);
        assert!(apart.abs() <= 1, "{}, {exact} and {unfolded}", context());
        count.moved += usize::from(apart != 0);
        let x_hat = normalised(d, given.epsilon);
        let by_parameters = (folded.output(i, x_hat) - unfolded).abs();
        let bound = report.gamma_error * x_hat.abs() + report.beta_error + UNDECIDED;
        assert!(by_parameters <= bound, "{}: {by_parameters} LSB, not {bound}", context());
        let by_epsilon = if d == 0.0 { 0.0 } else { (x_hat * given.gamma[i]).abs() * epsilon_share };
        let difference = (exact - unfolded).abs();
        assert!(difference <= bound + by_epsilon, "{}: {difference} LSB", context());
        count.by_parameters = count.by_parameters.max(by_parameters);
        count.largest = count.largest.max(difference);
    }
}

/// A line of the table.
fn pair<X, Y>(total: &mut Count)
where
    X: Element + quantized::Code,
    Y: Element + quantized::Code,
{
    let mut random = Random(total.elements as u64);
    let mut count = Count::default();
    while count.elements < ELEMENTS {
        match random.below(3) {
            0 => case::<X, Y, Rms>(&mut random, &mut count),
            _ => case::<X, Y, Layer>(&mut random, &mut count),
        }
    }
    let Count { elements, undecided, moved, largest, by_parameters } = count;
    let (input, output) = (type_name::<X>(), type_name::<Y>());
    let share = 100.0 * moved as f64 / elements as f64;
    println!(
        "| {input} | {output} | {elements} | {undecided} | {moved}, {share:.4} % | {largest:.1e} | {by_parameters:.1e} |"
    );
    total.elements += elements;
    total.undecided += undecided;
}

#[wasm_bindgen_test(unsupported = test)]
fn codes_are_those_of_f64_with_the_folded_parameters() {
    println!("With γ, β and ε as given, the codes that differ, and the largest difference before rounding:");
    println!("| from | to | elements | left out | differ | LSB | of it by γ and β |");
    println!("|---|---|---|---|---|---|---|");
    let mut total = Count::default();
    pair::<i8, i8>(&mut total);
    pair::<i8, u8>(&mut total);
    pair::<i8, i16>(&mut total);
    pair::<u8, i8>(&mut total);
    pair::<u8, u8>(&mut total);
    pair::<u8, i16>(&mut total);
    pair::<i16, i8>(&mut total);
    pair::<i16, u8>(&mut total);
    pair::<i16, i16>(&mut total);
    println!("{} of {} elements left out", total.undecided, total.elements);
    assert!(total.undecided as f64 <= 1.0 + 1e-6 * total.elements as f64);
}

const INPUT: Scale<i8> = Scale { scale: 0.1, zero_point: 3 };

/// Of a layer norm of codes of `i8` with that γ and β.
fn report<const N: usize>(gamma: [f32; N], beta: [f32; N], output: Scale<i8>) -> Report {
    let params = Params::fold(&gamma, &beta, INPUT, output, 1e-5).unwrap();
    params.report(&gamma, &beta, output).unwrap()
}

#[wasm_bindgen_test(unsupported = test)]
fn a_report_tells_what_folding_rounded() {
    let output = Scale { scale: 1.0, zero_point: 0 };
    // 2³⁰ leaves no bit behind γ's point, 2²⁹ one behind β's.
    let gamma = [2f32.powi(30), 1.5, 0.25, -0.125];
    let beta = [2f32.powi(29), 1.5, -0.25, 0.125];
    let of = report(gamma, beta, output);
    assert_eq!((of.gamma_error, of.beta_error), (0.5, 0.25));
    let of = report([1.0, -0.5, 0.0], [0.25, 7.0, -3.0], output);
    assert_eq!((of.gamma_error, of.beta_error), (0.0, 0.0));
    // γ is ⅓ and k = 32, β is 1/30 and m = 35.
    let third = report([1.0, 0.1], [0.0, 0.1], Scale { scale: 3.0, zero_point: 0 });
    assert!(third.gamma_error > 0.0 && third.gamma_error <= 2f64.powi(-33), "{third:?}");
    assert!(third.beta_error > 0.0 && third.beta_error <= 2f64.powi(-36), "{third:?}");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_report_tells_what_saturates() {
    let output = Scale { scale: 0.5, zero_point: 10i8 };
    // γ is 2, −½ and 0 LSB, β leaves room for 117 and 138, 77 and 178, 0 and 255.
    let of = report([1.0, -0.25, 0.0], [0.0, 20.0, 58.5], output);
    assert_eq!((of.saturated, of.largest_normalised), (0, 58.5));
    let of = report([0.0, -0.25, 0.0], [0.0, 20.0, -69.0], output);
    assert_eq!((of.saturated, of.largest_normalised), (0, 154.0));
    let of = report([0.0; 3], [0.0, 59.0, -69.5], output);
    assert_eq!((of.saturated, of.largest_normalised), (2, f64::INFINITY));
    let of = report([1.0, 1.0, -0.25], [0.0, 59.0, 20.0], output);
    assert_eq!((of.saturated, of.largest_normalised), (1, 0.0));
}

#[wasm_bindgen_test(unsupported = test)]
fn no_feature_saturates_up_to_the_largest_normalised_of_a_report() {
    // x̂ of an element and minus the same: ±1, as ε is 0.
    let (gamma, output) = ([6.3, -6.3], Scale { scale: 0.1, zero_point: 64i8 });
    for (beta, saturates) in [([0.0; 2], false), ([-0.1; 2], false), ([0.2; 2], true)] {
        let params = Params::fold(&gamma, &beta, INPUT, output, 0.0).unwrap();
        let of = params.report(&gamma, &beta, output).unwrap();
        let mut y = [0; 2];
        Norm::<i8, i8, Layer>::new(&params).forward(&[100, -100], &mut y).unwrap();
        let exact = [0, 1].map(|i| (f64::from(gamma[0]) + f64::from(beta[i])) / 0.1 + 64.0);
        assert_eq!(exact[0].round() > 127.0, saturates, "{exact:?}");
        assert_eq!(of.largest_normalised < 1.0 - 1e-6, saturates, "{of:?}, {y:?}");
    }
}
