//! Cumulative norms: every frame is normalised by the statistics of its prefix, as their definition says, bit for bit. The oracle
//! takes the definition literally: it adds the whole prefix up in big integers, and finds each float by bisection among all floats.

use crate::common::norms::Norm;
use crate::common::oracle::{Oracle, integer};
use crate::common::random::Random;
use crate::common::rows::FAMILIES;
use crate::common::{EPSILONS, NAN, bits};
use layernorm::{CumulativeSums, Error, FormatError, GroupNorm, L2Norm, LayerNorm, RmsNorm};
use num_bigint::{BigInt, BigUint, Sign};
use wasm_bindgen_test::wasm_bindgen_test;

const STREAMS: usize = if cfg!(target_arch = "wasm32") { 1000 } else { 10_000 };
/// What is proved of x̂.
const EVERY_PREFIX: f64 = 6.1;

/// Of a prefix, in units of 2⁻¹⁴⁹ and their squares.
struct Sums {
    count: BigInt,
    sum: BigInt,
    squares: BigInt,
}

/// What a frame is normalised by.
#[derive(Debug, PartialEq)]
struct Definition {
    scale: f32,
    hi: f32,
    lo: f32,
    factor: f32,
}

impl Sums {
    fn of(prefix: &[f32]) -> Self {
        let (mut sum, mut squares) = (BigInt::ZERO, BigInt::ZERO);
        for v in prefix.iter().copied().map(integer) {
            squares += &v * &v;
            sum += v;
        }
        Self { count: prefix.len().into(), sum, squares }
    }

    fn definition(&self, centred: bool, epsilon: f32) -> Definition {
        self.divided(&self.count, centred, epsilon)
    }

    /// With `divisor` for N beside the squares: 1 for the L2 norm.
    fn divided(&self, divisor: &BigInt, centred: bool, epsilon: f32) -> Definition {
        let n = &self.count;
        let mut spread: BigInt = divisor * &self.squares;
        if centred {
            spread -= &self.sum * &self.sum;
        }
        let total: BigInt = &spread + divisor * n * (integer(epsilon) << 149);
        if total == BigInt::ZERO {
            let hi = if centred { nearest(&self.sum, n) } else { 0.0 };
            return Definition { scale: 1.0, hi, lo: 0.0, factor: 0.0 };
        }
        // factor · 2^−149 ≤ rstd / scale, where both are positive, squared.
        let factor = |scale: i32| {
            let [up, down] = [scale.max(0) as u32, (-scale).max(0) as u32];
            let (square, unit) = ((divisor * divisor) << (596 + 2 * down), &total << (2 * up));
            nearest_by(
                |twice| &unit * twice * twice <= BigInt::from(4) * &square,
                |twice| &unit * twice * twice == BigInt::from(4) * &square,
            )
        };
        let scale = if spread == BigInt::ZERO {
            0
        } else if factor(64) >= 2f32.powi(48 - 64) {
            64
        } else if factor(-64) < 2f32.powi(64 - 48) {
            -64
        } else {
            0
        };
        let [hi, lo] = if centred {
            let (sum, n) = (&self.sum << (64 + scale) as u32, n << 64u32);
            let hi = nearest(&sum, &n);
            [hi, nearest(&(sum - integer(hi) * &n), &n)]
        } else {
            [0.0; 2]
        };
        Definition { scale: 2f32.powi(scale), hi, lo, factor: factor(scale) }
    }
}

/// The float nearest to a quotient in units of 2⁻¹⁴⁹.
fn nearest(numerator: &BigInt, denominator: &BigInt) -> f32 {
    let twice = BigInt::from(2) * BigInt::from_biguint(Sign::Plus, numerator.magnitude().clone());
    let magnitude = nearest_by(|units| units * denominator <= twice, |units| units * denominator == twice);
    // Never −0.
    if numerator.sign() == Sign::Minus { 0.0 - magnitude } else { magnitude }
}

/// The float nearest to a number that is not negative, of which is known whether it is at least, or is, so many half units.
fn nearest_by(at_least: impl Fn(&BigInt) -> bool, is: impl Fn(&BigInt) -> bool) -> f32 {
    let (mut below, mut above) = (0u32, f32::INFINITY.to_bits());
    while above - below > 1 {
        let middle = below + (above - below) / 2;
        if at_least(&(integer(f32::from_bits(middle)) * 2)) {
            below = middle;
        } else {
            above = middle;
        }
    }
    assert!(above < f32::INFINITY.to_bits());
    let midpoint = integer(f32::from_bits(below)) + integer(f32::from_bits(above));
    let up = at_least(&midpoint) && (!is(&midpoint) || below % 2 == 1);
    f32::from_bits(if up { above } else { below })
}

impl Definition {
    fn normalised(&self, x: f32) -> f32 {
        ((x * self.scale - self.hi) - self.lo) * self.factor
    }
}

/// Frames of one family or of several, now and then with something that is not finite.
fn any_stream(random: &mut Random) -> (usize, Vec<f32>) {
    let (channels, frames) = (1 + random.below(40), 1 + random.below(8));
    let family = random.below(FAMILIES.len());
    let mixed = random.below(3) == 0;
    let mut stream = Vec::new();
    for _ in 0..frames {
        let family = if mixed { random.below(FAMILIES.len()) } else { family };
        stream.extend((FAMILIES[family].row)(random, channels));
    }
    if random.below(20) == 0 {
        let at = random.below(stream.len());
        stream[at] = [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY][random.below(4)];
    }
    (channels, stream)
}

/// Some frames in each call, in place or not.
fn run(random: &mut Random, norm: &Norm, channels: usize, stream: &[f32]) -> (CumulativeSums, Vec<f32>) {
    let (mut sums, mut y, mut done) = (CumulativeSums::new(), stream.to_vec(), 0);
    while done < stream.len() {
        let end = done + channels * (1 + random.below((stream.len() - done) / channels));
        if random.below(2) == 0 {
            norm.forward_cumulative(&mut sums, &stream[done..end], &mut y[done..end]).unwrap();
        } else {
            norm.forward_cumulative_in_place(&mut sums, &mut y[done..end]).unwrap();
        }
        done = end;
    }
    (sums, y)
}

#[wasm_bindgen_test(unsupported = test)]
fn every_frame_has_the_bits_of_the_definition_on_its_prefix() {
    let mut random = Random(1);
    let (mut frames, mut worst) = (0, 0f64);
    for turn in 0..STREAMS {
        let (channels, stream) = any_stream(&mut random);
        let epsilon = EPSILONS[random.below(EPSILONS.len())];
        let (gamma, beta) = (random.normals(channels), random.normals(channels));
        let bare = Norm::both(channels)[turn % 2].with_epsilon(epsilon);
        let norm = if turn % 4 < 2 { bare.with_affine(&gamma, &beta) } else { bare };
        let (_, y) = run(&mut random, &norm, channels, &stream);
        for end in (channels..=stream.len()).step_by(channels) {
            let (prefix, frame) = (&stream[..end], end - channels..end);
            frames += 1;
            if prefix.iter().any(|v| !v.is_finite()) {
                assert!(y[frame].iter().all(|v| v.to_bits() == NAN), "{stream:?}");
                continue;
            }
            let by = Sums::of(prefix).definition(norm.centred(), epsilon);
            let expected: Vec<f32> = (frame.clone().enumerate())
                .map(|(i, at)| match turn % 4 < 2 {
                    true => by.normalised(stream[at]) * gamma[i] + beta[i],
                    false => by.normalised(stream[at]),
                })
                .collect();
            assert_eq!(bits(&y[frame.clone()]), bits(&expected), "{by:?}, ε {epsilon:e}, {prefix:?}");
            if turn % 4 >= 2 {
                let oracle = Oracle::new(prefix, epsilon, norm.centred());
                worst = frame.map(|at| oracle.error(stream[at], y[at])).fold(worst, f64::max);
            }
        }
    }
    println!("{frames} frames, x̂ within {worst:.2} ULP");
    assert!(worst <= EVERY_PREFIX, "{worst}");
}

/// A state as `to_bytes` documents it.
fn state(sums: &Sums) -> Vec<u8> {
    let signed = |v: &BigInt, len| {
        let modulus = BigInt::from(1) << (8 * len as u32);
        let (_, mut bytes) = ((v + &modulus) % &modulus).to_bytes_le();
        bytes.resize(len, 0);
        bytes
    };
    let parts = [
        b"LNC1".to_vec(),
        vec![1, 0, 0, 0],
        signed(&sums.count, 8),
        signed(&sums.sum, 40),
        signed(&sums.squares, 76),
    ];
    parts.concat()
}

/// Sums of up to 2⁴⁰ elements, as no test could push them.
fn any_sums(random: &mut Random) -> Sums {
    let count = BigInt::from((1u64 << random.below(41)) - random.bits() % 2);
    let count = if count == BigInt::ZERO { BigInt::from(1) } else { count };
    let digits: Vec<u32> = (0..19).map(|_| random.bits() as u32).collect();
    let any = BigInt::from_biguint(Sign::Plus, BigUint::new(digits));
    let most = 552 + count.bits() as u32 - 1;
    let squares = any >> (608 - random.below(most as usize) as u32 - 1);
    let largest = (&count * &squares).sqrt();
    // The mean is far from 0 beside σ (as far as floats can be that are not equal), near it, or 0.
    let sum = match random.below(3) {
        0 => &largest - (&largest >> (1 + random.below(45) as u32)) - 1,
        1 => largest >> random.below(80) as u32,
        _ => BigInt::ZERO,
    };
    let sum = if sum < BigInt::ZERO { BigInt::ZERO } else { sum };
    Sums { count, sum: if random.below(2) == 0 { -sum } else { sum }, squares }
}

fn assert_statistics(sums: &Sums, epsilon: f32) {
    let state = CumulativeSums::from_bytes(&state(sums)).unwrap();
    let layer = LayerNorm::new(1).and_then(|norm| norm.with_epsilon(epsilon)).unwrap();
    let rms = RmsNorm::new(1).and_then(|norm| norm.with_epsilon(epsilon)).unwrap();
    let l2 = L2Norm::new(1).and_then(|norm| norm.with_epsilon(epsilon)).unwrap();
    for (by, stats) in [
        (sums.definition(true, epsilon), layer.cumulative_statistics(&state)),
        (sums.definition(false, epsilon), rms.cumulative_statistics(&state)),
        (sums.divided(&1.into(), false, epsilon), l2.cumulative_statistics(&state)),
    ] {
        let rstd = if by.factor == 0.0 { f32::INFINITY } else { by.factor * by.scale };
        let (mean, stats) = ((by.hi + by.lo) / by.scale, stats.unwrap());
        assert_eq!(bits(&[stats.mean(), stats.rstd()]), bits(&[mean, rstd]), "{by:?}, ε {epsilon:e}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn statistics_of_as_many_elements_as_there_may_be_are_those_of_the_definition() {
    let mut random = Random(2);
    for _ in 0..STREAMS {
        assert_statistics(&any_sums(&mut random), EPSILONS[random.below(EPSILONS.len())]);
    }
}

/// N·Q − S² = 4 · 2²⁹⁸, so that rstd = N/2 has 25 significant bits, of which the last is 1.
#[wasm_bindgen_test(unsupported = test)]
fn an_rstd_between_two_floats_is_rounded_to_the_even_one() {
    for sum in [4097u32, 4099, 4101, 4103, 5001, 5003] {
        let (count, sum) = (BigInt::from(sum * sum + 4), BigInt::from(sum) << 149u32);
        assert_eq!(count.bits(), 25);
        assert_statistics(&Sums { count, sum, squares: BigInt::from(1) << 298u32 }, 0.0);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn sums_do_not_depend_on_the_order_of_what_comes() {
    let mut random = Random(3);
    for _ in 0..300 {
        let (channels, stream) = any_stream(&mut random);
        let (sums, _) = run(&mut random, &Norm::both(channels)[0], channels, &stream);
        let (mut shuffled, mut other) = (stream.clone(), CumulativeSums::new());
        (1..shuffled.len()).for_each(|i| shuffled.swap(i, random.below(i + 1)));
        for part in shuffled.chunks(1 + random.below(50)) {
            other.push(part).unwrap();
        }
        assert_eq!(sums, other);
        assert_eq!(CumulativeSums::from_bytes(&sums.to_bytes()), Ok(sums));
        assert_eq!(sums.elements(), stream.len() as u64);
        if stream.iter().all(|v| v.is_finite()) {
            assert_eq!(sums.to_bytes()[..], state(&Sums::of(&stream)));
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_constant_prefix_is_exactly_beta() {
    for value in [0.0, 1e-45, 0.1, -7.0, 1e30, f32::MAX, f32::MIN] {
        for epsilon in EPSILONS {
            let beta = [0.25, -3.0, 1e-9];
            let norm = LayerNorm::new(3).unwrap().with_beta(&beta).unwrap().with_epsilon(epsilon).unwrap();
            let (mut sums, mut y) = (CumulativeSums::new(), [value; 12]);
            norm.forward_cumulative_in_place(&mut sums, &mut y).unwrap();
            assert!(y.chunks(3).all(|frame| frame == beta), "{value:e}, ε {epsilon:e}: {y:?}");
        }
    }
}

/// gLN is group normalisation of one group, whose last prefix is all frames.
#[wasm_bindgen_test(unsupported = test)]
fn the_last_frame_is_that_of_the_global_layer_norm() {
    let mut random = Random(4);
    let (channels, frames) = (6, 50);
    let stream = random.normals(channels * frames);
    let by_channel: Vec<f32> =
        (0..stream.len()).map(|i| stream[i % frames * channels + i / frames]).collect();
    let (mut global, mut y) = (vec![0.0; stream.len()], vec![0.0; stream.len()]);
    GroupNorm::new(1, channels).unwrap().forward(&by_channel, frames, &mut global).unwrap();
    LayerNorm::new(channels)
        .unwrap()
        .forward_cumulative(&mut CumulativeSums::new(), &stream, &mut y)
        .unwrap();
    for channel in 0..channels {
        let (of_last, expected) =
            (y[(frames - 1) * channels + channel], global[channel * frames + frames - 1]);
        assert!((of_last - expected).abs() < 1e-6, "{of_last} {expected}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn wrong_arguments_are_named_and_nothing_is_written_or_added() {
    let norm = RmsNorm::new(2).unwrap();
    let (mut sums, mut y) = (CumulativeSums::new(), [7.0; 4]);
    let error = Error::NotWholeRows { parameter: "x", width: 2, actual: 3 };
    assert_eq!(norm.forward_cumulative(&mut sums, &[1.0; 3], &mut y), Err(error));
    assert_eq!(norm.forward_cumulative_in_place(&mut sums, &mut y[..3]), Err(error));
    let error = Error::Length { parameter: "y", expected: 2, actual: 4 };
    assert_eq!(norm.forward_cumulative(&mut sums, &[1.0; 2], &mut y), Err(error));
    assert_eq!((sums, y), (CumulativeSums::new(), [7.0; 4]));
    assert_eq!(norm.cumulative_statistics(&sums), Err(Error::Zero { parameter: "sums" }));
    assert_eq!(norm.forward_cumulative(&mut sums, &[], &mut []), Ok(()));

    let full = Sums { count: (CumulativeSums::MOST - 3).into(), sum: 0.into(), squares: 5.into() };
    let full = CumulativeSums::from_bytes(&state(&full)).unwrap();
    let mut sums = full;
    let error = |parameter| Error::TooLarge { parameter, limit: 3, actual: 4 };
    assert_eq!(norm.forward_cumulative(&mut sums, &[1.0; 4], &mut y), Err(error("x")));
    assert_eq!(norm.forward_cumulative_in_place(&mut sums, &mut y), Err(error("x")));
    assert_eq!(sums.push(&[1.0; 4]), Err(error("elements")));
    assert_eq!((sums, y), (full, [7.0; 4]));
    sums.push(&[1.0; 3]).unwrap();
    assert_eq!(sums.elements(), CumulativeSums::MOST);
}

#[wasm_bindgen_test(unsupported = test)]
fn bytes_that_no_stream_leaves_are_refused() {
    let good = state(&Sums::of(&[1.0, -2.0, 3.0]));
    assert!(CumulativeSums::from_bytes(&good).is_ok());
    let length = Error::Length { parameter: "bytes", expected: 132, actual: 131 };
    assert_eq!(CumulativeSums::from_bytes(&good[1..]), Err(FormatError::Argument(length)));
    // Another name, a flag of 2, too many elements, a sum too large for its squares, squares of more elements.
    for (offset, byte, at) in [(4, 2, 4), (14, 1, 8), (46, 9, 16), (131, 1, 16), (8, 0, 16)] {
        let mut bytes = good.clone();
        bytes[offset] = byte;
        assert_eq!(CumulativeSums::from_bytes(&bytes), Err(FormatError::Corrupt { offset: at }), "{offset}");
    }
    let mut bytes = good;
    bytes[3] = b'2';
    assert!(matches!(CumulativeSums::from_bytes(&bytes), Err(FormatError::Format { offset: 0, .. })));
}
