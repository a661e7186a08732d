//! The oracle of the fixed-point norms against slower arithmetic, and the rows it is asked about.
//!
//! The oracle takes square roots. Here x̂·g/2ᵏ + b/2ᵐ is compared with a half, as rationals and by their
//! squares, and a code is found by bisection; D is ΣP²/N.

use crate::common::integer_oracle::{Call, Step, SummedRow, epsilon, fold, residual_multiplier, rhe};
use crate::common::integer_rows::{KINDS, Kind, beside_boundaries, between, fill};
use crate::common::random::Random;
use core::cmp::Ordering;
use num_bigint::{BigInt, BigUint};
use wasm_bindgen_test::wasm_bindgen_test;

const I8: (i64, i64) = (-128, 127);
const U8: (i64, i64) = (0, 255);
const I16: (i64, i64) = (-32768, 32767);
const I32: (i64, i64) = (-(1 << 31), (1 << 31) - 1);

fn call(centred: bool, k: i32, m: i32, e: u64, (lowest, highest): (i64, i64)) -> Call {
    Call { centred, k, m, zero_point: 0, e: BigUint::from(e), lowest, highest }
}

/// Codes of a row with the same γ and β for all elements.
fn codes(call: &Call, x: &[i64], g: i64, b: i64) -> Vec<i64> {
    let mut y = vec![0; x.len()];
    call.row(x, |_| g, |_| b, &mut y);
    y
}

fn square(v: &BigInt) -> BigInt {
    v * v
}

/// v·|v|.
fn signed_square(v: &BigInt) -> BigInt {
    v * BigInt::from(v.magnitude().clone())
}

/// A row of which single elements are asked for.
struct Slow<'a> {
    call: &'a Call,
    p: Vec<BigInt>,
    /// D·2¹⁶ + E.
    v: BigInt,
}

impl<'a> Slow<'a> {
    fn new(call: &'a Call, x: &[i64]) -> Self {
        let width = BigInt::from(x.len());
        let sum: BigInt = if call.centred { x.iter().sum() } else { BigInt::ZERO };
        let p: Vec<BigInt> = x.iter().map(|&x| &width * x - &sum).collect();
        // For RMSNorm ΣP² = N²·Q.
        let d = p.iter().map(square).sum::<BigInt>() / &width;
        Self { call, v: (d << 16) + BigInt::from(call.e.clone()), p }
    }

    /// x̂·g/2ᵏ + b/2ᵐ against half/2.
    fn compare(&self, i: usize, g: i64, b: i64, half: &BigInt) -> Ordering {
        // x̂·g against (half·2ᵐ − 2b)·2ᵏ⁻ᵐ⁻¹, both times 2ˢ so that no exponent is negative.
        let Call { k, m, .. } = *self.call;
        let s = m.abs() + (k - m.max(0) - 1).abs();
        let left = (&self.p[i] * g) << (8 + s);
        let right = (half << (s + k - 1)) - (BigInt::from(b) << (s + k - m));
        // P·2⁸·g/sqrt(V) against it, sqrt(V) ≥ 0 multiplied over.
        match self.p[i] == BigInt::ZERO {
            true => BigInt::ZERO.cmp(&right),
            false => signed_square(&left).cmp(&(signed_square(&right) * &self.v)),
        }
    }

    /// The smallest code v of which v − z + ½ is above the number, or equal to it and v − z even.
    fn code(&self, i: usize, g: i64, b: i64) -> i64 {
        let (mut low, mut high) = (self.call.lowest, self.call.highest);
        while low < high {
            let middle = low + (high - low) / 2;
            let rounded = middle - self.call.zero_point;
            let reaches = match self.compare(i, g, b, &(BigInt::from(rounded) * 2 + 1)) {
                Ordering::Less => true,
                Ordering::Equal => rounded % 2 == 0,
                Ordering::Greater => false,
            };
            (low, high) = if reaches { (low, middle) } else { (middle + 1, high) };
        }
        low
    }
}

/// Some `elements` of the row, evenly, against [`Slow`], both by interval and by root.
fn check(call: &Call, x: &[i64], g: &[i64], b: &[i64], elements: usize, context: &str) {
    let mut y = vec![0; x.len()];
    call.row(x, |i| g[i], |i| b[i], &mut y);
    let (row, slow) = (SummedRow::new(call, x), Slow::new(call, x));
    for i in (0..x.len()).step_by(x.len().div_ceil(elements)) {
        let expected = slow.code(i, g[i], b[i]);
        let (centred, k, m, z, e) = (call.centred, call.k, call.m, call.zero_point, &call.e);
        let at = || {
            let width = x.len();
            format!(
                "{context}, centred {centred}, width {width}, k {k}, m {m}, z {z}, E {e}, x {}, g {}, b {}",
                x[i], g[i], b[i]
            )
        };
        assert_eq!(y[i], expected, "by interval: {}", at());
        assert_eq!(call.exact(&row, x[i], g[i], b[i]), expected, "by root: {}", at());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn every_i8_row_of_one_or_two_elements() {
    let mut random = Random(1);
    for centred in [true, false] {
        for first in -128..=127 {
            for second in -128..=127 {
                let (k, m) = (between(&mut random, -3, 9) as i32, between(&mut random, -3, 9) as i32);
                let e = [0, 0, 1, 42 << 16][random.below(4)];
                let call = call(centred, k, m, e, I8);
                let mut code = || between(&mut random, -128, 127);
                check(&call, &[first, second], &[code(), code()], &[code(), code()], 2, "i8");
                if second == 0 {
                    check(&call, &[first], &[code()], &[code()], 1, "i8");
                }
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn every_kind_of_row_at_every_size_of_code() {
    let mut random = Random(2);
    // Of the wide sums of x and a residual times their multipliers, |X| ≤ 2³⁸.
    let wide = (-(1 << 38), 1 << 38);
    for (name, input, output) in
        [("i8", I8, I8), ("u8", (-77, 178), U8), ("i16", I16, I16), ("i32", I32, I32), ("wide", wide, I8)]
    {
        for &kind in KINDS {
            for width in [1, 2, 3, 4, 5, 9, 16, 25, 64, 100, 257, 1000, 32768] {
                let mut x = vec![0; width];
                fill(kind, &mut random, input.0, input.1, &mut x);
                assert!(x.iter().all(|x| (input.0..=input.1).contains(x)));
                for centred in [true, false] {
                    let shift = |random: &mut Random| {
                        [between(random, 0, 40), between(random, -31, 70)][random.below(2)]
                    };
                    let (k, m) = (shift(&mut random) as i32, shift(&mut random) as i32);
                    let e = random.bits() >> random.below(64);
                    let mut call = call(centred, k, m, e * (random.bits() & 1), output);
                    call.e <<= [0, 0, 48, 200][random.below(4)];
                    call.zero_point = [0, between(&mut random, output.0, output.1)][random.below(2)];
                    let size = random.below(32);
                    let mut code = |_| between(&mut random, -(1 << size), 1 << size);
                    let (g, b): (Vec<i64>, Vec<i64>) = (0..width).map(|i| (code(i), code(i))).unzip();
                    check(&call, &x, &g, &b, 7, &format!("{name}, {kind:?}"));
                }
            }
        }
    }
}

/// Rows with a rational x̂ have exact ties, and two units of b, or one of g, more or less are another code.
#[wasm_bindgen_test(unsupported = test)]
fn beside_a_boundary() {
    let mut random = Random(3);
    // With whether x̂ is rational at most of the widths below, for LayerNorm and for RMSNorm.
    let kinds = [
        (Kind::Constant, true, true),
        (Kind::Alternating, true, false),
        (Kind::TwoLevels, true, false),
        (Kind::Spike, true, true),
        (Kind::Pythagorean, true, true),
        (Kind::Uniform, false, false),
    ];
    println!("kind: LayerNorm, RMSNorm, each [elements, beside a boundary, exact ties]");
    for (kind, layer_norm, rms_norm) in kinds {
        let mut counts = [[0; 3]; 2];
        for (input, output) in [(I8, I8), (U8, U8), (I16, I16), (I32, I32)] {
            for width in [1, 2, 4, 5, 9, 10, 16, 17, 25, 64] {
                for (centred, m) in [true, false].into_iter().flat_map(|c| [0, 1, 9, 24, 40].map(|m| (c, m)))
                {
                    let k = between(&mut random, 0, 30) as i32;
                    let mut call = call(centred, k, m, 0, output);
                    call.zero_point = between(&mut random, output.0, output.1);
                    let mut x = vec![0; width];
                    fill(kind, &mut random, input.0, input.1, &mut x);
                    let (mut g, mut b) = (vec![0; width], vec![0; width]);
                    let all = -(1 << 31) + 1..=(1 << 31) - 1;
                    // Without β, without γ.
                    let ranges = [(all.clone(), 0..=0), (1 << 30..=1 << 30, all.clone()), (all.clone(), all)];
                    let (gamma, beta) = ranges[random.below(3).max(random.below(3))].clone();
                    let ties = beside_boundaries(&call, &x, &mut random, gamma, beta, &mut g, &mut b);
                    check(&call, &x, &g, &b, 64, &format!("{kind:?}"));
                    let row = SummedRow::new(&call, &x);
                    let beside = |&i: &usize| {
                        let code = |dg, db| call.exact(&row, x[i], g[i] + dg, b[i] + db);
                        code(0, -2) != code(0, 2) || code(-1, 0) != code(1, 0)
                    };
                    let count = &mut counts[usize::from(!centred)];
                    count[0] += width;
                    count[1] += (0..width).filter(beside).count();
                    count[2] += ties;
                }
            }
        }
        println!("{kind:?}: {:?} {:?}", counts[0], counts[1]);
        for ([elements, beside, ties], rational) in counts.into_iter().zip([layer_norm, rms_norm]) {
            assert!(2 * beside > elements, "{kind:?}: {counts:?}");
            assert!(!rational || ties > 50, "{kind:?}: {counts:?}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn halves_round_to_even() {
    // x̂ = ∓1 and g/2ᵏ = 1/2: halves, at b/2ᵐ = −2, −1.5 … 2.
    let y = |b| codes(&call(true, 1, 1, 0, I8), &[-7, 1000], 1, b);
    assert_eq!(
        (-4..=4).map(y).collect::<Vec<_>>(),
        [[-2, -2], [-2, -1], [-2, 0], [-1, 0], [0, 0], [0, 1], [0, 2], [1, 2], [2, 2]]
    );
    // x̂ = 2 and −½.
    assert_eq!(codes(&call(true, 0, 0, 0, I8), &[9, 4, 4, 4, 4], 3, 0), [6, -2, -2, -2, -2]);
    // RMSNorm, x̂ = 1/5 and 7/5.
    assert_eq!(codes(&call(false, 1, 0, 0, I8), &[1, 7], 5, 0), [0, 4]);
    // The zero point is added to what is rounded.
    let odd = Call { zero_point: 1, ..call(true, 1, 0, 0, I8) };
    assert_eq!(codes(&odd, &[0, 1], 1, 0), [1, 1]);
    // E = 1 takes x̂ to just below 1.
    assert_eq!(codes(&call(true, 1, 0, 1, I8), &[0, 1], 3, 0), [-1, 1]);
    assert_eq!(codes(&call(true, 1, 0, 0, I8), &[0, 1], 3, 0), [-2, 2]);
    assert_eq!(codes(&call(true, 1, 0, 1, I32), &[0, i64::from(i32::MAX)], 3, 0), [-1, 1]);
}

#[wasm_bindgen_test(unsupported = test)]
fn codes_saturate() {
    let last = (1 << 31) - 1;
    for (lowest, highest) in [I8, U8, I16, I32] {
        for shift in [-55, -31, -1] {
            let call = call(true, shift, shift, 0, (lowest, highest));
            assert_eq!(codes(&call, &[-5, 5], last, 0), [lowest, highest]);
            assert_eq!(codes(&call, &[0, 0], last, last), [highest; 2]);
            assert_eq!(codes(&call, &[3, 3], last, -last), [lowest; 2]);
        }
        // b/2 = 2, 2.5, 3, 3.5 and 50 above 3 below the highest code.
        let end = Call { zero_point: highest - 3, ..call(true, 0, 1, 0, (lowest, highest)) };
        let y = |b| codes(&end, &[1, 1], 1, b)[0];
        assert_eq!([4, 5, 6, 7, 100].map(y), [-1, -1, 0, 0, 0].map(|below| highest + below));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_row_without_variance_is_its_beta() {
    for e in [0, 1, u64::MAX] {
        assert_eq!(codes(&call(true, 0, 3, e, I8), &[-77; 5], 99, 44), [6; 5]);
        assert_eq!(codes(&call(true, 0, 3, e, I8), &[100], 99, -44), [-6]);
        assert_eq!(codes(&call(false, 0, 3, e, I8), &[0; 4], 99, 28), [4; 4]);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn epsilon_in_units_of_the_input() {
    let e = |width, eps, step| epsilon(width, eps, step);
    assert_eq!(e(1, 1.0, Step::Binary(0)), BigUint::from(1u32 << 16));
    assert_eq!(e(3, 0.0, Step::Scale(0.1, 16)), BigUint::ZERO);
    // 4.5, 12.5, 1.5
    let half = 2f32.powi(-17);
    assert_eq!([e(3, half, Step::Binary(0)), e(5, half, Step::Binary(0))], [4u32, 12].map(BigUint::from));
    assert_eq!(e(1, 3.0 * half, Step::Binary(0)), BigUint::from(2u32));
    // 2⁻¹⁴⁹·2³⁰·2¹⁶·2⁶² is far below ½; 2⁻¹⁴⁹ in steps of 2⁻⁶⁷ and 2⁻⁶⁶ is 2 and ½.
    assert_eq!(e(1 << 15, f32::from_bits(1), Step::Binary(31)), BigUint::ZERO);
    assert_eq!([67, 66].map(|f| e(1, f32::from_bits(1), Step::Binary(f))), [2u32, 0].map(BigUint::from));
    for fraction_bits in -20..60 {
        for (width, eps) in [(1, 1e-5), (768, 1e-12), (32768, 3.4e38), (77, f32::from_bits(1))] {
            let scale = e(width, eps, Step::Scale(2f32.powi(3 - fraction_bits), 3));
            assert_eq!(scale, e(width, eps, Step::Binary(fraction_bits)));
        }
    }
    // 49·1·2¹⁶/9 = 356807.1, and 3/2 is the step of 3 and shift 1.
    assert_eq!(e(7, 1.0, Step::Scale(3.0, 0)), BigUint::from(356_807u32));
    assert_eq!(e(7, 0.25, Step::Scale(3.0, 1)), BigUint::from(356_807u32));
}

#[wasm_bindgen_test(unsupported = test)]
fn gamma_and_beta_fold_into_31_bits() {
    assert_eq!(fold(&[1.0, -0.5], 1.0), Some((vec![1 << 30, -(1 << 29)], 30)));
    assert_eq!(fold(&[0.0, -0.0], 1e-30), Some((vec![0, 0], 40)));
    assert_eq!(fold(&[], 1.0), Some((vec![], 40)));
    assert_eq!(fold(&[1e-38, 1.0], 2f32.powi(20)), Some((vec![0, 1 << 20], 40)));
    // 2³¹ − 128 is the last binary32 number below 2³¹.
    assert_eq!(fold(&[2_147_483_520.0], 1.0), Some((vec![(1 << 31) - 128], 0)));
    assert_eq!(fold(&[2f32.powi(31)], 1.0), None);
    // −½ and 1.5, to even.
    assert_eq!(fold(&[2_147_483_520.0, -0.5, 1.5], 1.0), Some((vec![(1 << 31) - 128, 0, 2], 0)));
    let mut random = Random(4);
    for _ in 0..1000 {
        let scale = 2f32.powf(random.normal() as f32 * 8.0);
        let values: Vec<f32> = (0..5).map(|_| (random.normal() * 8.0) as f32).collect();
        let Some((g, k)) = fold(&values, scale) else { continue };
        // f64 has the quotient within 2⁻⁵², and g 31 bits.
        let numbers = values.iter().map(|&v| f64::from(v) / f64::from(scale) * 2f64.powi(k));
        for (&g, number) in g.iter().zip(numbers) {
            assert!((g as f64 - number).abs() <= 0.500_001, "{g} for {number}");
        }
        let largest = g.iter().map(|g| g.abs()).max().unwrap();
        assert!(largest < 1 << 31 && (k == 40 || largest >= (1 << 30) - 1), "{largest}, k {k}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn residual_multipliers_up_to_2_to_the_20() {
    assert_eq!(residual_multiplier(0.1, 0.1), Some(1 << 16));
    assert_eq!(residual_multiplier(1.0, 3.0), Some(21845));
    assert_eq!(residual_multiplier(f32::from_bits(1), f32::MAX), Some(0));
    // A unit in the last place of 16 is ⅛: a half rounds down to 2²⁰.
    let above = |units| residual_multiplier(f32::from_bits(16f32.to_bits() + units), 1.0);
    assert_eq!([0, 1, 4, 5].map(above), [Some(1 << 20), Some(1 << 20), Some(1 << 20), None]);
    assert_eq!(residual_multiplier(f32::MAX, f32::from_bits(1)), None);
    // 2⁻¹⁷, 3·2⁻¹⁷ and 5·2⁻¹⁷
    assert_eq!([1.0, 3.0, 5.0].map(|s_x| residual_multiplier(s_x, 131_072.0)), [Some(0), Some(2), Some(2)]);
}

#[wasm_bindgen_test(unsupported = test)]
fn quotients_round_half_to_even() {
    let round = |n: i64| i64::try_from(rhe(&BigInt::from(n), &BigUint::from(6u32))).unwrap();
    let rounded: Vec<i64> = (-16..=16).map(round).collect();
    let expected: Vec<i64> = (-16..=16).map(|n| (f64::from(n) / 6.0).round_ties_even() as i64).collect();
    assert_eq!(rounded, expected);
}

/// Fast enough to be asked about every element.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn millions_of_elements_a_second() {
    use std::time::Instant;
    let mut random = Random(5);
    println!("{:<6} {:>6}   million elements/s", "codes", "width");
    for (name, codes) in [("i8", I8), ("i16", I16), ("i32", I32)] {
        for width in [2, 16, 100, 768, 32768] {
            let rows: Vec<Vec<i64>> = KINDS
                .iter()
                .map(|&kind| {
                    let mut row = vec![0; width];
                    fill(kind, &mut random, codes.0, codes.1, &mut row);
                    row
                })
                .collect();
            let (g, b): (Vec<i64>, Vec<i64>) = (0..width)
                .map(|_| (between(&mut random, codes.0, codes.1), between(&mut random, codes.0, codes.1)))
                .unzip();
            let call = call(true, 7, 7, 1 << 20, codes);
            let mut y = vec![0; width];
            let (mut elements, start) = (0, Instant::now());
            while start.elapsed().as_secs_f64() < 0.1 {
                for row in &rows {
                    call.row(row, |i| g[i], |i| b[i], &mut y);
                }
                elements += rows.len() * width;
            }
            println!("{name:<6} {width:>6} {:>8.2}", elements as f64 / start.elapsed().as_secs_f64() / 1e6);
        }
    }
}
