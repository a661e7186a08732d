//! Fixed-point and quantised norms of any codes and parameters, against exact integers.

use crate::common::formats::{self, FORMATS, Format};
use crate::common::integer_oracle::{self as oracle, Step};
use crate::common::integer_rows::{KINDS, beside_boundaries, fill};
use crate::common::random::Random;
use crate::input::{Input, exact};
use layernorm::FoldError;
use layernorm::quantized::{self, LayerNorm, Params, RmsNorm, Scale};
use std::fmt::Debug;

/// The first integer that E may not be has one bit more.
const EPSILON_BITS: u64 = 112;

/// A call of a fixed-point norm, or of a quantised one.
pub fn integers(data: &[u8]) {
    let mut input = Input(data);
    match input.byte() % 10 {
        0 => quantised::<i8, i8>(&mut input),
        1 => quantised::<i8, u8>(&mut input),
        2 => quantised::<i8, i16>(&mut input),
        3 => quantised::<u8, i8>(&mut input),
        4 => quantised::<u8, u8>(&mut input),
        5 => quantised::<i16, i8>(&mut input),
        6 => quantised::<i16, i16>(&mut input),
        _ => fixed(&mut input),
    }
}

/// Any codes, or one of the shapes of the tests.
fn codes(input: &mut Input, lowest: i64, highest: i64, count: usize) -> Vec<i64> {
    let code = |input: &mut Input| lowest + i64::from(input.word()) % (highest - lowest + 1);
    match input.byte() % 4 {
        0 => (0..count).map(|_| code(input)).collect(),
        1 => {
            let base = code(input);
            let near = |input: &mut Input| (base + i64::from(input.byte() as i8)).clamp(lowest, highest);
            (0..count).map(|_| near(input)).collect()
        }
        2 => {
            let levels = [lowest, highest, code(input), 0.clamp(lowest, highest)];
            (0..count).map(|_| levels[usize::from(input.byte() % 4)]).collect()
        }
        _ => {
            let kind = KINDS[usize::from(input.byte()) % KINDS.len()];
            let mut row = vec![0; count];
            fill(kind, &mut Random(input.word().into()), lowest, highest, &mut row);
            row
        }
    }
}

fn fixed(input: &mut Input) {
    let flags = input.byte();
    let format = |input: &mut Input| FORMATS[usize::from(input.byte()) % FORMATS.len()];
    let width = 1 + input.below(if flags & 1 == 0 { 40 } else { 700 });
    let (from, to) = (format(input), format(input));
    let gamma = (flags & 2 != 0).then(|| format(input));
    let beta = (flags & 4 != 0).then(|| format(input));
    let (centred, epsilon) = (flags & 8 == 0, input.epsilon());
    let rows = 1 + usize::from(flags >> 6);
    let call = oracle::Call {
        centred,
        k: gamma.map_or(30, |f| f.fraction) - to.fraction,
        m: beta.map_or(0, |f| f.fraction - to.fraction),
        zero_point: 0,
        e: oracle::epsilon(width, epsilon, Step::Binary(from.fraction)),
        lowest: to.lowest(),
        highest: to.highest(),
    };
    let draw =
        |input: &mut Input, format: Format, count| codes(input, format.lowest(), format.highest(), count);
    let x: Vec<i64> = (0..rows).flat_map(|_| draw(input, from, width)).collect();
    let residual = (flags & 16 != 0).then(|| draw(input, from, x.len()));
    let sums: Vec<i64> = match &residual {
        Some(residual) => x.iter().zip(residual).map(|(x, r)| x + r).collect(),
        None => x.clone(),
    };
    let mut g = gamma.map_or(vec![1 << 30; width], |f| draw(input, f, width));
    let mut b = beta.map_or(vec![0; width], |f| draw(input, f, width));
    let fits = call.e.bits() <= EPSILON_BITS;
    if let (true, true, Some(of_g), Some(of_b)) = (fits, flags & 32 != 0, gamma, beta) {
        let [of_g, of_b] = [of_g, of_b].map(|f| f.lowest()..=f.highest());
        beside_boundaries(
            &call,
            &sums[..width],
            &mut Random(input.word().into()),
            of_g,
            of_b,
            &mut g,
            &mut b,
        );
    }
    let (gamma, beta) = (gamma.map(|f| (f, &g[..])), beta.map(|f| (f, &b[..])));
    let of = formats::Call { centred, width, input: from, output: to, gamma, beta, epsilon };
    let mut left = residual.clone();
    let actual = of.run(&x, left.as_deref_mut());
    if !fits {
        assert!(matches!(actual, Err(FoldError::EpsilonBeyondScale { .. })), "{actual:?}, ε {epsilon:e}");
        return;
    }
    let mut expected = vec![0; x.len()];
    for (row, y) in sums.chunks(width).zip(expected.chunks_mut(width)) {
        call.row(row, |i| g[i], |i| b[i], y);
    }
    assert_eq!(actual, Ok(expected), "{of:?}, x {x:?}");
    if let Some(left) = left {
        let kept = |s: &i64| (*s).clamp(from.lowest(), from.highest());
        assert!(left.iter().zip(&sums).all(|(l, s)| *l == kept(s)), "{of:?}, residual {left:?}");
    }
}

/// A type of codes, from and to integers.
trait Code: quantized::Code + TryFrom<i64, Error: Debug> + Into<i64> {
    const RANGE: (i64, i64);
}
impl Code for i8 {
    const RANGE: (i64, i64) = (-128, 127);
}
impl Code for u8 {
    const RANGE: (i64, i64) = (0, 255);
}
impl Code for i16 {
    const RANGE: (i64, i64) = (-32768, 32767);
}

fn of<Q: Code>(codes: &[i64]) -> Box<[Q]> {
    codes.iter().map(|&c| c.try_into().unwrap()).collect()
}

/// γ, β: near 1, or of any size.
fn parameter(input: &mut Input, width: usize) -> Box<[f32]> {
    match input.byte() % 3 {
        0 => input.parameter(width),
        1 => (0..width).map(|_| f32::from(input.byte() as i8) / 32.0).collect(),
        _ => (0..width).map(|_| f32::from(i16::from_le_bytes(input.array())) / 4096.0).collect(),
    }
}

/// The step of a code: often of a usual size, else any positive number.
fn step(input: &mut Input) -> f32 {
    match input.byte() {
        exponent @ 0..200 => {
            (1.0 + f32::from(input.byte()) / 256.0) * 2f32.powi(i32::from(exponent % 32) - 20)
        }
        _ => input.finite().abs().max(f32::from_bits(1)),
    }
}

fn quantised<X: Code, Y: Code>(input: &mut Input) {
    let flags = input.byte();
    let width = 1 + input.below(if flags & 1 == 0 { 40 } else { 700 });
    let ((x_low, x_high), (lowest, highest)) = (X::RANGE, Y::RANGE);
    let zero = |input: &mut Input, low: i64, high: i64| low + i64::from(input.word()) % (high - low + 1);
    let (s_x, s_y, s_r) = (step(input), step(input), step(input));
    let (z_x, z_y, z_r) =
        (zero(input, x_low, x_high), zero(input, lowest, highest), zero(input, x_low, x_high));
    let (gamma, beta) = (parameter(input, width), parameter(input, width));
    let (centred, epsilon) = (flags & 2 == 0, input.epsilon());
    let x: Vec<i64> = (0..1 + (flags >> 6)).flat_map(|_| codes(input, x_low, x_high, width)).collect();
    let residual = codes(input, x_low, x_high, x.len());

    let from = Scale { scale: s_x, zero_point: X::try_from(z_x).unwrap() };
    let to = Scale { scale: s_y, zero_point: Y::try_from(z_y).unwrap() };
    let mut folded: [Box<[i32]>; 2] = [vec![0; width].into(), vec![0; width].into()];
    let [to_gamma, to_beta] = &mut folded;
    let params = Params::fold_into(&gamma, &beta, from, to, epsilon, [to_gamma, to_beta]);
    let expected = (oracle::fold(&gamma, s_y), oracle::fold(&beta, s_y));
    let e = oracle::epsilon(width, epsilon, Step::Scale(s_x, 0));
    let context = || format!("{from:?} to {to:?}, residual {s_r:e}, ε {epsilon:e}, width {width}, x {x:?}");
    let (Some((g, k)), Some((b, m)), true) = (expected.0, expected.1, e.bits() <= EPSILON_BITS) else {
        let right =
            matches!(params, Err(FoldError::BeyondScale { .. } | FoldError::EpsilonBeyondScale { .. }));
        assert!(right, "{params:?}, {}", context());
        return;
    };
    let params = params.unwrap_or_else(|error| panic!("{error:?}, {}", context()));
    let report = params.report(&gamma, &beta, to).unwrap();
    assert!(!report.largest_normalised.is_nan(), "{report:?}");
    let mut call = oracle::Call { centred, k, m, zero_point: z_y, e, lowest, highest };
    let codes_of = |sums: &[i64], call: &oracle::Call| {
        let mut y = vec![0; sums.len()];
        for (row, y) in sums.chunks(width).zip(y.chunks_mut(width)) {
            call.row(row, |i| g[i], |i| b[i], y);
        }
        of::<Y>(&y)
    };
    let mut y = of::<Y>(&vec![lowest; x.len()]);
    let rows = of::<X>(&x);
    match centred {
        true => LayerNorm::new(&params).forward(&rows, &mut y).unwrap(),
        false => RmsNorm::new(&params).forward(&rows, &mut y).unwrap(),
    }
    let centred_codes: Vec<i64> = x.iter().map(|x| x - z_x).collect();
    assert_eq!(y, codes_of(&centred_codes, &call), "{}", context());

    // With a residual.
    let scale = Scale { scale: s_r, zero_point: X::try_from(z_r).unwrap() };
    call.e = oracle::epsilon(width, epsilon, Step::Scale(s_r, 16));
    let multiplier = oracle::residual_multiplier(s_x, s_r);
    let params = params.with_residual(from, scale, epsilon);
    let (Some(a), true) = (multiplier, call.e.bits() <= EPSILON_BITS) else {
        let right =
            matches!(params, Err(FoldError::ScaleRatio { .. } | FoldError::EpsilonBeyondScale { .. }));
        assert!(right, "{params:?}, {}", context());
        return;
    };
    let params = params.unwrap_or_else(|error| panic!("{error:?}, {}", context()));
    let sums: Vec<i64> = x.iter().zip(&residual).map(|(x, r)| a * (x - z_x) + ((r - z_r) << 16)).collect();
    let mut left = exact(&of::<X>(&residual));
    match centred {
        true => LayerNorm::new(&params).forward_residual(&rows, &mut left, &mut y).unwrap(),
        false => RmsNorm::new(&params).forward_residual(&rows, &mut left, &mut y).unwrap(),
    }
    assert_eq!(y, codes_of(&sums, &call), "with a residual: {}", context());
    // Half to even of a multiple of 2⁻¹⁶: f64 holds it.
    let kept = |s: &i64| ((*s as f64 / 65536.0).round_ties_even() as i64 + z_r).clamp(x_low, x_high);
    assert_eq!(left, of::<X>(&sums.iter().map(kept).collect::<Vec<_>>()), "what is left: {}", context());
}
