//! Rows of every kind, width, format and size against the oracle, among them rows on and beside the boundaries of
//! rounding.

use crate::common::formats::{self, FORMATS, Format};
use crate::common::integer_oracle::{self as oracle, Step};
use crate::common::integer_rows::{KINDS, beside_boundaries, between, fill};
use crate::common::random::Random;
use layernorm::quantized::{self, LayerNorm, Params, RmsNorm, Scale};
use num_bigint::BigUint;
use std::fmt::Debug;
use wasm_bindgen_test::wasm_bindgen_test;

/// Elements of each type of input. In wasm fewer: it has the same algorithm, with other lanes.
const ELEMENTS: usize = if cfg!(target_arch = "wasm32") { 300_000 } else { 10_000_000 };

const WIDTHS: &[usize] = &[
    1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 25, 31, 32, 33, 63, 64, 65, 100, 127, 128, 255, 256, 300, 500, 768,
    1000, 1024, 2000, 4096, 32768,
];
const EPSILONS: [f32; 7] = [0.0, f32::from_bits(1), 1e-12, 1e-5, 1e-3, 0.1, 1.0];

fn choose<T: Copy>(random: &mut Random, choices: &[T]) -> T {
    choices[random.below(choices.len())]
}

/// The longest seldom: a row has as many elements as a thousand others.
fn width(random: &mut Random) -> usize {
    let common = if random.below(50) == 0 { WIDTHS.len() } else { WIDTHS.len() - 1 };
    WIDTHS[random.below(common)]
}

/// What was compared.
#[derive(Default)]
struct Count {
    elements: usize,
    rows: usize,
    saturated: usize,
    /// Results known to be a half before they are rounded.
    ties: usize,
}

impl Count {
    fn add(&mut self, y: &[i64], width: usize, lowest: i64, highest: i64) {
        self.elements += y.len();
        self.rows += y.len() / width;
        self.saturated += y.iter().filter(|y| [lowest, highest].contains(y)).count();
    }

    fn print(&self, rows_name: &str) {
        let Self { elements, rows, saturated, ties } = self;
        println!(
            "{rows_name}: {elements} elements of {rows} rows, {saturated} at an end, {ties} halves; 0 differ"
        );
        assert!(*elements >= ELEMENTS && *saturated > 0);
    }
}

/// Codes of γ or β: around a real number, or any.
fn parameter(random: &mut Random, format: Format, width: usize, about: f64) -> Vec<i64> {
    let (lowest, highest) = (format.lowest(), format.highest());
    let unit = 2f64.powi(format.fraction);
    let any = random.below(4) == 0;
    let code = |random: &mut Random| match any {
        true => between(random, lowest, highest),
        false => (((about + 0.3 * random.normal()) * unit).round() as i64).clamp(lowest, highest),
    };
    (0..width).map(|_| code(random)).collect()
}

fn fixed(bits: u32, seed: u64) {
    let mut random = Random(seed);
    let inputs: Vec<Format> = FORMATS.into_iter().filter(|f| f.bits == bits).collect();
    let mut count = Count::default();
    while count.elements < ELEMENTS {
        fixed_case(&mut random, &inputs, &mut count);
    }
    count.print(&format!("fixed, {bits}-bit input"));
    assert!(count.ties > 0);
}

fn fixed_case(random: &mut Random, inputs: &[Format], count: &mut Count) {
    let width = width(random);
    let (input, output) = (choose(random, inputs), choose(random, &FORMATS));
    let boundaries = random.below(4) == 0;
    let rows = if boundaries { 1 } else { 1 + random.below(3) };
    let mut gamma = (boundaries || random.below(4) > 0).then(|| choose(random, &FORMATS));
    let beta = (boundaries || random.below(3) > 0).then(|| choose(random, &FORMATS));
    let epsilon = if boundaries && random.below(2) == 0 { 0.0 } else { choose(random, &EPSILONS) };
    if random.below(8) == 0 {
        gamma = Some(Format { bits: 16, fraction: 15 });
    }
    let centred = random.below(3) > 0;
    let call = oracle::Call {
        centred,
        k: gamma.map_or(30, |f| f.fraction) - output.fraction,
        m: beta.map_or(0, |f| f.fraction - output.fraction),
        zero_point: 0,
        e: oracle::epsilon(width, epsilon, Step::Binary(input.fraction)),
        lowest: output.lowest(),
        highest: output.highest(),
    };
    let draw = |random: &mut Random| {
        let mut x = vec![0; rows * width];
        for row in x.chunks_mut(width) {
            fill(choose(random, KINDS), random, input.lowest(), input.highest(), row);
        }
        x
    };
    let x = draw(random);
    let residual = (random.below(4) == 0).then(|| draw(random));
    let sums: Vec<i64> = match &residual {
        Some(residual) => x.iter().zip(residual).map(|(x, r)| x + r).collect(),
        None => x.clone(),
    };
    let mut g = gamma.map_or(vec![1 << 30; width], |f| parameter(random, f, width, 1.0));
    let mut b = beta.map_or(vec![0; width], |f| parameter(random, f, width, 0.0));
    if let (true, Some(g_format), Some(b_format)) = (boundaries, gamma, beta) {
        let [g_range, b_range] = [g_format, b_format].map(|f| f.lowest()..=f.highest());
        count.ties += beside_boundaries(&call, &sums, random, g_range, b_range, &mut g, &mut b);
    }
    let mut expected = vec![0; x.len()];
    for (row, y) in sums.chunks(width).zip(expected.chunks_mut(width)) {
        call.row(row, |i| g[i], |i| b[i], y);
    }
    let mut left = residual.clone();
    let subject = formats::Call {
        centred,
        width,
        input,
        output,
        gamma: gamma.map(|f| (f, &g[..])),
        beta: beta.map(|f| (f, &b[..])),
        epsilon,
    };
    let actual = subject.run(&x, left.as_deref_mut()).unwrap();
    let context =
        || format!("{input:?} to {output:?}, γ {gamma:?}, β {beta:?}, ε {epsilon:e}, width {width}");
    assert!(actual == expected, "{}", context());
    if let Some(left) = left {
        let (low, high) = (input.lowest(), input.highest());
        assert!(left.iter().zip(&sums).all(|(l, s)| *l == (*s).clamp(low, high)), "{}", context());
    }
    count.add(&actual, width, call.lowest, call.highest);
}

#[wasm_bindgen_test(unsupported = test)]
fn fixed_rows_of_8_bits() {
    fixed(8, 1);
}

#[wasm_bindgen_test(unsupported = test)]
fn fixed_rows_of_16_bits() {
    fixed(16, 2);
}

#[wasm_bindgen_test(unsupported = test)]
fn fixed_rows_of_32_bits() {
    fixed(32, 3);
}

/// A type of codes, from and to integers.
trait Code: quantized::Code + TryFrom<i64, Error: Debug> + Into<i64> + Debug {}
impl<Q: quantized::Code + TryFrom<i64, Error: Debug> + Into<i64> + Debug> Code for Q {}

fn codes<Q: Code>(from: &[i64]) -> Vec<Q> {
    from.iter().map(|&c| c.try_into().unwrap()).collect()
}

fn integers<Q: Code>(from: Vec<Q>) -> Vec<i64> {
    from.into_iter().map(Into::into).collect()
}

fn range<Q: Code>() -> (i64, i64) {
    let low = (-32768..=0).find(|&c| Q::try_from(c).is_ok()).unwrap();
    let high = (0..=32767).rev().find(|&c| Q::try_from(c).is_ok()).unwrap();
    (low, high)
}

fn quantised<X: Code, Y: Code>(random: &mut Random, count: &mut Count) {
    let width = width(random);
    let rows = 1 + random.below(3);
    let ((x_low, x_high), (lowest, highest)) = (range::<X>(), range::<Y>());
    let scale =
        |random: &mut Random, low: f64, high: f64| 2f64.powf(low + (high - low) * random.uniform()) as f32;
    let zero = |random: &mut Random, low, high| {
        if random.below(2) == 0 { 0.clamp(low, high) } else { between(random, low, high) }
    };
    let step = scale(random, -16.0, 2.0);
    let (x_zero, y_zero) = (zero(random, x_low, x_high), zero(random, lowest, highest));
    let full = (highest - lowest) as f64;
    let output = scale(random, (4.0 / full).log2(), (32.0 / full).log2());
    let epsilon = choose(random, &EPSILONS);
    let gain = scale(random, -3.0, 3.0);
    let gamma: Vec<f32> = (0..width).map(|_| gain * (1.0 + 0.3 * random.normal()) as f32).collect();
    let beta: Vec<f32> = (0..width).map(|_| random.normal() as f32).collect();
    let ((g, k), (b, m)) = (oracle::fold(&gamma, output).unwrap(), oracle::fold(&beta, output).unwrap());
    let draw = |random: &mut Random| {
        let mut x = vec![0; rows * width];
        for row in x.chunks_mut(width) {
            fill(choose(random, KINDS), random, x_low, x_high, row);
        }
        x
    };
    let x = draw(random);
    let with_residual = random.below(3) == 0;
    let (r_step, r_zero) = (step * scale(random, -3.9, 4.0), zero(random, x_low, x_high));
    let residual = draw(random);
    let (sums, unit): (Vec<i64>, _) = if with_residual {
        let a = oracle::residual_multiplier(step, r_step).unwrap();
        let sum = |(x, r): (&i64, &i64)| a * (x - x_zero) + ((r - r_zero) << 16);
        (x.iter().zip(&residual).map(sum).collect(), Step::Scale(r_step, 16))
    } else {
        (x.iter().map(|x| x - x_zero).collect(), Step::Scale(step, 0))
    };
    let centred = random.below(3) > 0;
    let e: BigUint = oracle::epsilon(width, epsilon, unit);
    let call = oracle::Call { centred, k, m, zero_point: y_zero, e, lowest, highest };
    let mut expected = vec![0; x.len()];
    for (row, y) in sums.chunks(width).zip(expected.chunks_mut(width)) {
        call.row(row, |i| g[i], |i| b[i], y);
    }

    let input = Scale { scale: step, zero_point: X::try_from(x_zero).unwrap() };
    let output = Scale { scale: output, zero_point: Y::try_from(y_zero).unwrap() };
    let mut folded = (vec![0; width], vec![0; width]);
    let mut params =
        Params::fold_into(&gamma, &beta, input, output, epsilon, [&mut folded.0, &mut folded.1]).unwrap();
    let (from, mut y) = (codes::<X>(&x), codes::<Y>(&vec![y_zero; x.len()]));
    let context =
        || format!("{input:?} to {output:?}, ε {epsilon:e}, width {width}, residual {with_residual}");
    if with_residual {
        let scale = Scale { scale: r_step, zero_point: X::try_from(r_zero).unwrap() };
        params = params.with_residual(input, scale, epsilon).unwrap();
        let mut left = codes::<X>(&residual);
        match centred {
            true => LayerNorm::new(&params).forward_residual(&from, &mut left, &mut y).unwrap(),
            false => RmsNorm::new(&params).forward_residual(&from, &mut left, &mut y).unwrap(),
        }
        // Half to even of a multiple of 2⁻¹⁶: f64 holds it.
        let kept = |s: &i64| ((*s as f64 / 65536.0).round_ties_even() as i64 + r_zero).clamp(x_low, x_high);
        assert!(integers(left).iter().zip(&sums).all(|(l, s)| *l == kept(s)), "{}", context());
    } else {
        match centred {
            true => LayerNorm::new(&params).forward(&from, &mut y).unwrap(),
            false => RmsNorm::new(&params).forward(&from, &mut y).unwrap(),
        }
    }
    let y = integers(y);
    assert!(y == expected, "{}", context());
    count.add(&y, width, lowest, highest);
}

fn quantised_rows<X: Code>(name: &str, seed: u64) {
    let mut random = Random(seed);
    let mut count = Count::default();
    while count.elements < ELEMENTS {
        match random.below(3) {
            0 => quantised::<X, i8>(&mut random, &mut count),
            1 => quantised::<X, u8>(&mut random, &mut count),
            _ => quantised::<X, i16>(&mut random, &mut count),
        }
    }
    count.print(&format!("quantised, {name} input"));
}

#[wasm_bindgen_test(unsupported = test)]
fn quantised_rows_of_i8() {
    quantised_rows::<i8>("i8", 4);
}

#[wasm_bindgen_test(unsupported = test)]
fn quantised_rows_of_u8() {
    quantised_rows::<u8>("u8", 5);
}

#[wasm_bindgen_test(unsupported = test)]
fn quantised_rows_of_i16() {
    quantised_rows::<i16>("i16", 6);
}
