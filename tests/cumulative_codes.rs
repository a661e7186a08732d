//! Cumulative norms of codes: every frame has the codes of the integer definition, applied to the row of all frames so far.

use crate::common::integer_oracle::{Call, Step, SummedRow, epsilon, fold};
use crate::common::random::Random;
use layernorm::quantized::{Code, CumulativeSums, Norm, Params, Scale};
use layernorm::{Averaging, Error, Layer, Rms};
use num_bigint::BigUint;
use std::fmt::Debug;
use wasm_bindgen_test::wasm_bindgen_test;

const STREAMS: usize = if cfg!(target_arch = "wasm32") { 200 } else { 2000 };

trait AnyCode: Code + Copy + PartialEq + Debug + TryFrom<i64> + Into<i64> {}
impl<T: Code + Copy + PartialEq + Debug + TryFrom<i64> + Into<i64>> AnyCode for T {}

/// Codes of any shape: spread over the type, near one value, or at its ends.
fn any_codes<X: AnyCode>(random: &mut Random, range: [i64; 2], count: usize) -> Vec<X> {
    let [lowest, highest] = range;
    let (kind, centre) = (random.below(5), lowest + random.below((highest - lowest) as usize) as i64);
    let mut code = || match kind {
        0 => lowest + random.below((highest - lowest + 1) as usize) as i64,
        1 => centre + random.below(3) as i64 - 1,
        2 => [lowest, highest][random.below(2)],
        3 => centre,
        _ => centre + (20.0 * random.normal()) as i64,
    };
    (0..count).map(|_| X::try_from(code().clamp(lowest, highest)).ok().unwrap()).collect()
}

/// The codes of the last `frame` by the definition.
fn of_prefix(call: &Call, t: u64, prefix: &[i64], [g, b]: [&[i64]; 2]) -> Vec<i64> {
    let call = Call { e: &call.e * BigUint::from(t * t), ..*call };
    let row = SummedRow::new(&call, prefix);
    let frame = &prefix[prefix.len() - g.len()..];
    frame.iter().zip(g.iter().zip(b)).map(|(x, (g, b))| call.exact(&row, *x, *g, *b)).collect()
}

fn every_stream<X: AnyCode, Y: AnyCode, K: Averaging>(of_x: [i64; 2], of_y: [i64; 2], seed: u64) {
    let mut random = Random(seed);
    for _ in 0..STREAMS {
        let (width, frames) = (1 + random.below(12), 1 + random.below(7));
        let x: Vec<X> = any_codes(&mut random, of_x, width * frames);
        let (gamma, beta) = (random.normals(width), random.normals(width));
        let zero = |random: &mut Random, [lowest, highest]: [i64; 2]| {
            [0, lowest, highest, lowest + random.below((highest - lowest) as usize) as i64][random.below(4)]
                .clamp(lowest, highest)
        };
        let (zero_x, zero_y) = (zero(&mut random, of_x), zero(&mut random, of_y));
        let (s_x, s_y) = ((random.uniform() as f32 + 0.01) / 16.0, (random.uniform() as f32 + 0.01) / 64.0);
        let of_epsilon = [0.0, 1e-5, 1e-3, 1.0][random.below(4)];
        let input = Scale { scale: s_x, zero_point: X::try_from(zero_x).ok().unwrap() };
        let output = Scale { scale: s_y, zero_point: Y::try_from(zero_y).ok().unwrap() };
        let (mut g, mut b) = (vec![0; width], vec![0; width]);
        let params = Params::fold_into(&gamma, &beta, input, output, of_epsilon, [&mut g, &mut b]).unwrap();
        let norm = Norm::<X, Y, K>::new(&params);

        let ((g, k), (b, m)) = (fold(&gamma, s_y).unwrap(), fold(&beta, s_y).unwrap());
        let e = epsilon(width, of_epsilon, Step::Scale(s_x, 0));
        let (lowest, highest) = (of_y[0], of_y[1]);
        let call = Call { centred: K::CENTRED, k, m, zero_point: zero_y, e, lowest, highest };
        let wide: Vec<i64> = x.iter().map(|x| (*x).into() - zero_x).collect();
        let (mut sums, mut y) = (CumulativeSums::new(), vec![output.zero_point; x.len()]);
        let first = random.below(frames + 1) * width;
        norm.forward_cumulative(&mut sums, &x[..first], &mut y[..first]).unwrap();
        norm.forward_cumulative(&mut sums, &x[first..], &mut y[first..]).unwrap();
        assert_eq!(sums.frames(), frames as u64);
        for t in 1..=frames {
            let expected = of_prefix(&call, t as u64, &wide[..t * width], [&g, &b]);
            let actual: Vec<i64> = y[(t - 1) * width..t * width].iter().map(|y| (*y).into()).collect();
            assert_eq!(actual, expected, "frame {t} of {x:?}, {input:?}, {output:?}, ε {of_epsilon}");
        }
    }
}

const I8: [i64; 2] = [-128, 127];
const U8: [i64; 2] = [0, 255];
const I16: [i64; 2] = [-32768, 32767];

#[wasm_bindgen_test(unsupported = test)]
fn every_frame_of_codes_is_that_of_the_definition_on_its_prefix() {
    every_stream::<i8, i8, Layer>(I8, I8, 1);
    every_stream::<u8, i16, Layer>(U8, I16, 2);
    every_stream::<i16, u8, Rms>(I16, U8, 3);
    every_stream::<i16, i16, Layer>(I16, I16, 4);
    every_stream::<i16, i16, Rms>(I16, I16, 5);
}

/// Millions of codes, far beyond the width of a row.
#[wasm_bindgen_test(unsupported = test)]
fn a_long_stream_is_as_exact_as_a_short_one() {
    const WIDTH: usize = 250;
    let mut random = Random(6);
    let input = Scale { scale: 0.001, zero_point: i16::MIN };
    let output = Scale { scale: 0.0001, zero_point: 5i16 };
    let (gamma, beta) = ([0.75; WIDTH], [0.01; WIDTH]);
    let params = Params::fold(&gamma, &beta, input, output, 1e-5).unwrap();
    let norm = Norm::<i16, i16, Layer>::new(&params);
    let ((g, k), (b, m)) = (fold(&gamma, 0.0001).unwrap(), fold(&beta, 0.0001).unwrap());
    let e = epsilon(WIDTH, 1e-5, Step::Scale(0.001, 0));
    let call = Call { centred: true, k, m, zero_point: 5, e, lowest: I16[0], highest: I16[1] };
    let frames = if cfg!(target_arch = "wasm32") { 1000 } else { 10_000 };
    let (mut sums, mut y) = (CumulativeSums::new(), [0; WIDTH]);
    let (mut prefix, mut x) = (Vec::new(), Vec::new());
    for t in 1..=frames {
        x = any_codes(&mut random, I16, WIDTH);
        prefix.extend(x.iter().map(|x| i64::from(*x) - i64::from(i16::MIN)));
        norm.forward_cumulative(&mut sums, &x, &mut y).unwrap();
        if t % (frames / 10) == 0 {
            assert_eq!(y.map(i64::from)[..], of_prefix(&call, t, &prefix, [&g, &b]), "frame {t}");
        }
    }
    assert!(!x.is_empty());
}

#[wasm_bindgen_test(unsupported = test)]
fn wrong_streams_of_codes_are_named_and_nothing_is_added() {
    let scale = Scale { scale: 0.01, zero_point: 0i8 };
    let two = Params::fold(&[1.0; 2], &[0.0; 2], scale, scale, 1e-5).unwrap();
    let three = Params::fold(&[1.0; 3], &[0.0; 3], scale, scale, 1e-5).unwrap();
    let (norm, other) = (Norm::<i8, i8, Layer>::new(&two), Norm::<i8, i8, Layer>::new(&three));
    let (mut sums, mut y) = (CumulativeSums::new(), [7; 3]);
    let error = Error::NotWholeRows { parameter: "x", width: 2, actual: 3 };
    assert_eq!(norm.forward_cumulative(&mut sums, &[1; 3], &mut y), Err(error));
    let error = Error::Length { parameter: "y", expected: 2, actual: 3 };
    assert_eq!(norm.forward_cumulative(&mut sums, &[1; 2], &mut y), Err(error));
    assert_eq!((sums, y), (CumulativeSums::new(), [7; 3]));
    norm.forward_cumulative_in_place(&mut sums, &mut [1, 2]).unwrap();
    let (saved, error) = (sums, Error::Length { parameter: "sums.width", expected: 3, actual: 2 });
    assert_eq!(other.forward_cumulative_in_place(&mut sums, &mut y), Err(error));
    assert_eq!((sums, y), (saved, [7; 3]));

    // An E of 112 bits leaves room for 8 frames.
    let tiny = Scale { scale: 2f32.powi(-44), zero_point: 0i8 };
    let large = Params::fold(&[1.0; 2], &[0.0; 2], tiny, scale, 60.0).unwrap();
    let norm = Norm::<i8, i8, Layer>::new(&large);
    let mut sums = CumulativeSums::new();
    let error = Error::TooLarge { parameter: "x", limit: 16, actual: 18 };
    assert_eq!(norm.forward_cumulative_in_place(&mut sums, &mut [1; 18]), Err(error));
    assert_eq!(norm.forward_cumulative_in_place(&mut sums, &mut [1; 16]), Ok(()));
}
