//! Rows in half precision: what a verb writes is what `f32` gives for the same numbers, each rounded once by the crate `half`.

use crate::common::random::Random;
use crate::common::rows::FAMILIES;
use layernorm::mixed::{self, Element, SignedCode, bf16, f16};
use layernorm::quantized::Scale;
use layernorm::{Centring, Error, FoldError, L2, Layer, Modulation, Norm, ParamGrads, Rms, RowStats};
use wasm_bindgen_test::wasm_bindgen_test;

/// A type as the crate `half` converts it.
trait Number: Element + PartialEq + std::fmt::Debug {
    fn wide(self) -> f32;
    fn nearest(value: f32) -> Self;
    fn bits(self) -> u32;
}

macro_rules! number {
    ($type:ident, $wide:expr, $nearest:expr) => {
        impl Number for $type {
            fn wide(self) -> f32 {
                $wide(self)
            }
            fn nearest(value: f32) -> Self {
                $nearest(value)
            }
            fn bits(self) -> u32 {
                self.to_bits().into()
            }
        }
    };
}
number!(f32, |v| v, |v| v);
number!(f16, f16::to_f32, f16::from_f32);
number!(bf16, bf16::to_f32, bf16::from_f32);

fn nearest<E: Number>(values: &[f32]) -> Vec<E> {
    values.iter().map(|&v| E::nearest(v)).collect()
}

fn wide<E: Number>(values: &[E]) -> Vec<f32> {
    values.iter().map(|v| v.wide()).collect()
}

fn bits<E: Number>(values: &[E]) -> Vec<u32> {
    values.iter().map(|v| v.bits()).collect()
}

/// Rows of all families, and of numbers that only half precision finds extreme.
fn rows<E: Number>(random: &mut Random, width: usize) -> Vec<E> {
    let mut rows: Vec<E> =
        FAMILIES.iter().flat_map(|family| nearest::<E>(&(family.row)(random, width))).collect();
    for scale in [65504.0, 6e-8, 1e-4] {
        let row: Vec<f32> = (0..width).map(|_| (scale * (2.0 * random.uniform() - 1.0)) as f32).collect();
        rows.extend(nearest::<E>(&row));
    }
    rows.extend(vec![E::nearest(-65504.0); width]);
    rows
}

/// More than the elements that are in `f32` at a time, and the numbers around it.
const WIDTHS: [usize; 12] = [1, 3, 16, 63, 64, 255, 257, 768, 1025, 4096, 4097, 5000];

fn verbs<K: Centring, X: Number, P: Number, Y: Number>(seed: u64) -> usize {
    let mut random = Random(seed);
    let mut elements = 0;
    for width in WIDTHS {
        let (gamma, beta): (Vec<P>, Vec<P>) =
            (nearest(&random.normals(width)), nearest(&random.normals(width)));
        let (wide_gamma, wide_beta) = (wide(&gamma), wide(&beta));
        let x: Vec<X> = rows(&mut random, width);
        let (wide_x, count) = (wide(&x), x.len() / width);
        for with_parameters in [false, true] {
            let (mut norm, mut reference) =
                (mixed::Norm::<K>::new(width).unwrap(), Norm::<K>::new(width).unwrap());
            if with_parameters {
                norm = norm.with_gamma(&gamma).unwrap().with_beta(&beta).unwrap();
                reference = reference.with_gamma(&wide_gamma).unwrap().with_beta(&wide_beta).unwrap();
            }
            let context = format!("{count} rows of {width}, parameters: {with_parameters}");
            let mut expected = vec![0.0; x.len()];
            let mut expected_stats = vec![RowStats::default(); count];
            reference.forward_with_stats(&wide_x, &mut expected, &mut expected_stats).unwrap();
            let expected: Vec<Y> = nearest(&expected);

            let mut y = vec![Y::default(); x.len()];
            norm.forward(&x, &mut y).unwrap();
            assert_eq!(bits(&y), bits(&expected), "forward, {context}");
            elements += y.len();

            let mut stats = vec![RowStats::default(); count];
            let mut y = vec![Y::default(); x.len()];
            norm.forward_with_stats(&x, &mut y, &mut stats).unwrap();
            assert_eq!(bits(&y), bits(&expected), "with statistics, {context}");
            let of = |stats: &[RowStats]| format!("{stats:?}");
            assert_eq!(of(&stats), of(&expected_stats), "{context}");
            let mut stats = vec![RowStats::default(); count];
            norm.statistics(&x, &mut stats).unwrap();
            assert_eq!(of(&stats), of(&expected_stats), "statistics alone, {context}");

            let mut in_place = x.clone();
            norm.forward_in_place(&mut in_place).unwrap();
            let mut expected_in_place = wide_x.clone();
            reference.forward_in_place(&mut expected_in_place).unwrap();
            assert_eq!(bits(&in_place), bits(&nearest::<X>(&expected_in_place)), "in place, {context}");

            // The residual is of the type of the parameters here.
            let mut residual: Vec<P> = nearest(&random.normals(x.len()));
            let bias: Vec<Y> = nearest(&random.normals(width));
            let biased = if with_parameters { norm.with_residual_bias(&bias).unwrap() } else { norm };
            let sum = |(i, (x, r)): (usize, (&X, &P))| {
                let sum = x.wide() + r.wide();
                P::nearest(if with_parameters { sum + bias[i % width].wide() } else { sum })
            };
            let sums: Vec<P> = x.iter().zip(&residual).enumerate().map(sum).collect();
            let mut expected = vec![0.0; x.len()];
            reference.forward(&wide(&sums), &mut expected).unwrap();
            let mut y = vec![Y::default(); x.len()];
            biased.forward_residual(&x, &mut residual, &mut y).unwrap();
            assert_eq!(bits(&y), bits(&nearest::<Y>(&expected)), "residual, {context}");
            for (kept, sum) in residual.iter().zip(&sums) {
                assert!(
                    kept.bits() == sum.bits() || kept.wide().is_nan() && sum.wide().is_nan(),
                    "{context}"
                );
            }
        }
    }
    elements
}

#[wasm_bindgen_test(unsupported = test)]
fn results_are_those_of_f32_rounded_once() {
    let elements = verbs::<Layer, f16, f32, f16>(1)
        + verbs::<Layer, f16, f16, f32>(2)
        + verbs::<Layer, bf16, f16, bf16>(3)
        + verbs::<Layer, f32, bf16, f16>(4)
        + verbs::<Rms, f16, bf16, f16>(5)
        + verbs::<Rms, bf16, bf16, bf16>(6)
        + verbs::<L2, f16, f32, bf16>(10);
    assert!(elements > 4_000_000, "{elements} elements");
}

#[wasm_bindgen_test(unsupported = test)]
fn strides_samples_and_channels_are_those_of_f32() {
    let mut random = Random(7);
    for width in [1, 5, 64, 130, 4100] {
        let count = 12;
        let x: Vec<f16> = nearest(&random.normals(count * width));
        let (norm, reference) = (mixed::LayerNorm::new(width).unwrap(), Norm::<Layer>::new(width).unwrap());

        let (stride, y_stride) = (width + 3, width + 1);
        let spread: Vec<f16> =
            x.chunks(width).flat_map(|row| row.iter().copied().chain([f16::NAN; 3])).collect();
        let mut expected = vec![7.0; count * y_stride];
        reference.forward_strided(&wide(&spread), stride, &mut expected, y_stride).unwrap();
        let mut y = vec![bf16::from_f32(7.0); count * y_stride];
        norm.forward_strided(&spread, stride, &mut y, y_stride).unwrap();
        assert_eq!(bits(&y), bits(&nearest::<bf16>(&expected)), "strides, {width}");
        let (mut in_place, mut expected) = (spread.clone(), wide(&spread));
        norm.forward_strided_in_place(&mut in_place, stride).unwrap();
        reference.forward_strided_in_place(&mut expected, stride).unwrap();
        assert_eq!(bits(&in_place), bits(&nearest::<f16>(&expected)), "strides in place, {width}");

        let (scale, shift): (Vec<bf16>, Vec<f16>) =
            (nearest(&random.normals(3 * width)), nearest(&random.normals(3 * width)));
        let (wide_scale, wide_shift) = (wide(&scale), wide(&shift));
        let mut expected = vec![0.0; x.len()];
        let modulation = Modulation { scale: &wide_scale, shift: &wide_shift };
        reference.forward_modulated(&wide(&x), modulation, &mut expected).unwrap();
        let mut y = vec![f16::ZERO; x.len()];
        norm.forward_modulated(&x, &scale, &shift, &mut y).unwrap();
        assert_eq!(bits(&y), bits(&nearest::<f16>(&expected)), "modulated, {width}");

        for positions in [1, 2, 3, 4, 6, 12] {
            let mut expected = vec![0.0; x.len()];
            reference.forward_channels_first(&wide(&x), positions, &mut expected).unwrap();
            let mut y = vec![f16::ZERO; x.len()];
            norm.forward_channels_first(&x, positions, &mut y).unwrap();
            assert_eq!(bits(&y), bits(&nearest::<f16>(&expected)), "{positions} positions, {width}");
            let mut in_place = x.clone();
            norm.forward_channels_first_in_place(&mut in_place, positions).unwrap();
            assert_eq!(bits(&in_place), bits(&y), "{positions} positions in place, {width}");
        }
    }
}

fn gradients<K: Centring>() {
    let mut random = Random(8);
    for (width, count) in [(1, 3), (5, 9), (64, 33), (770, 6), (1025, 5), (4099, 2)] {
        let (x, dy): (Vec<bf16>, Vec<f16>) =
            (nearest(&random.normals(count * width)), nearest(&random.normals(count * width)));
        let gamma: Vec<bf16> = nearest(&random.normals(width));
        let wide_gamma = wide(&gamma);
        let norm = mixed::Norm::<K>::new(width).unwrap().with_gamma(&gamma).unwrap();
        let reference = Norm::<K>::new(width).unwrap().with_gamma(&wide_gamma).unwrap();
        let mut stats = vec![RowStats::default(); count];
        norm.statistics(&x, &mut stats).unwrap();

        let (mut expected, mut sums) = (vec![0.0; x.len()], [vec![0.5; width], vec![0.25; width]]);
        let [gamma_sums, beta_sums] = &mut sums;
        let grads = ParamGrads { gamma: Some(gamma_sums), beta: Some(beta_sums) };
        reference.backward(&wide(&x), &stats, &wide(&dy), &mut expected, grads).unwrap();
        for scratch in [3, 4, 7, 100] {
            let mut scratch = vec![f32::NAN; scratch * width];
            let (mut dx, mut found) = (vec![f16::ZERO; x.len()], [vec![0.5; width], vec![0.25; width]]);
            let [gamma_sums, beta_sums] = &mut found;
            let grads = ParamGrads { gamma: Some(gamma_sums), beta: Some(beta_sums) };
            norm.backward(&x, &stats, &dy, &mut dx, grads, &mut scratch).unwrap();
            assert_eq!(bits(&dx), bits(&nearest::<f16>(&expected)), "{count} rows of {width}");
            assert_eq!(found.map(|sums| bits(&sums)), sums.clone().map(|sums| bits(&sums)), "{width}");
            let mut in_place = dy.clone();
            norm.backward_in_place(&x, &stats, &mut in_place, ParamGrads::default(), &mut scratch).unwrap();
            assert_eq!(bits(&in_place), bits(&dx), "in place, {count} rows of {width}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn gradients_are_those_of_f32_rounded_once() {
    gradients::<Layer>();
    gradients::<Rms>();
    gradients::<L2>();
}

#[wasm_bindgen_test(unsupported = test)]
fn misuse_is_named_and_writes_nothing() {
    let norm = mixed::LayerNorm::new(4).unwrap();
    let (x, one) = ([f16::ONE; 8], f16::ONE);
    let length = |parameter, expected, actual| Err(Error::Length { parameter, expected, actual });
    let not_finite =
        |index, actual: f32| Some(Error::NotFinite { parameter: "gamma", index, actual: actual.to_bits() });
    assert_eq!(norm.with_gamma(&[f16::ONE; 3]).err(), length("gamma", 4, 3).err());
    let gamma = [one, one, f16::INFINITY, one];
    assert_eq!(norm.with_gamma(&gamma).err(), not_finite(2, f32::INFINITY));
    assert_eq!(norm.with_residual_bias(&[one; 5]).err(), length("bias", 4, 5).err());
    let not_finite_bias = Error::NotFinite { parameter: "bias", index: 2, actual: f32::INFINITY.to_bits() };
    assert_eq!(norm.with_residual_bias(&gamma).err(), Some(not_finite_bias));
    let mut long = vec![bf16::ONE; 200];
    long[150] = bf16::NEG_INFINITY;
    let wide_norm = mixed::RmsNorm::new(200).unwrap();
    assert_eq!(wide_norm.with_gamma(&long).err(), not_finite(150, f32::NEG_INFINITY));

    let mut y = [one; 8];
    let not_whole = Err(Error::NotWholeRows { parameter: "x", width: 4, actual: 7 });
    assert_eq!(norm.forward(&x[..7], &mut y), not_whole);
    assert_eq!(norm.forward(&x, &mut y[..4]), length("y", 8, 4));
    assert_eq!(norm.forward_residual(&x, &mut [0.0f32; 4], &mut y), length("residual", 8, 4));
    let mut stats = [RowStats::default(); 3];
    assert_eq!(norm.statistics(&x, &mut stats), length("stats", 2, 3));
    assert_eq!(norm.forward_with_stats(&x, &mut y, &mut stats), length("stats", 2, 3));
    assert_eq!(norm.forward_modulated(&x, &[one; 4], &[one; 8], &mut y), length("shift", 4, 8));
    let ones = [one; 4];
    let with_gamma = norm.with_gamma(&ones).unwrap();
    let affine = Err(Error::Affine { parameter: "gamma" });
    assert_eq!(with_gamma.forward_modulated(&x, &[one; 4], &[one; 4], &mut y), affine);
    let (stats, grads) = (&stats[..2], ParamGrads::default);
    assert_eq!(norm.backward(&x, stats, &x, &mut y, grads(), &mut [0.0; 11]), length("scratch", 12, 11));
    assert_eq!(norm.backward(&x, stats, &x[..4], &mut y, grads(), &mut [0.0; 12]), length("dy", 8, 4));
    let wrong = ParamGrads { gamma: Some(&mut [0.0; 3]), beta: None };
    assert_eq!(norm.backward(&x, stats, &x, &mut y, wrong, &mut [0.0; 12]), length("grads.gamma", 4, 3));
    assert_eq!(y, [one; 8]);
}

/// The code of `y`: of the integers on both sides of the quotient the nearer one, the even one of two. Products of 41 bits and their
/// differences are exact in f64.
fn code(y: f32, scale: f32, zero_point: i32, [lowest, highest]: [i32; 2]) -> i32 {
    if y.is_nan() || scale.is_nan() || scale == f32::INFINITY {
        return zero_point;
    }
    let (y, scale) = (f64::from(y), f64::from(scale));
    let below = (y / scale).clamp(-1e6, 1e6).floor();
    let [low, high] = [y - below * scale, (below + 1.0) * scale - y];
    let nearer = if low < high || low == high && below % 2.0 == 0.0 { below } else { below + 1.0 };
    (nearer as i32 + zero_point).clamp(lowest, highest)
}

trait Codes: layernorm::quantized::Code + Into<i32> + Default + std::fmt::Debug {
    const RANGE: [i32; 2];
    fn of(code: i32) -> Self;
}

macro_rules! codes {
    ($($type:ident),*) => {$(
        impl Codes for $type {
            const RANGE: [i32; 2] = [$type::MIN as i32, $type::MAX as i32];
            fn of(code: i32) -> Self {
                code as $type
            }
        }
    )*};
}
codes!(i8, u8, i16);

/// The results of `x`, each as its code.
fn expected<K: Centring, Y: Codes>(norm: &mixed::Norm<K>, x: &[f32], scale: Scale<Y>) -> Vec<Y> {
    let mut y = vec![0.0f32; x.len()];
    norm.forward(x, &mut y).unwrap();
    y.iter().map(|&y| Y::of(code(y, scale.scale, scale.zero_point.into(), Y::RANGE))).collect()
}

/// Any y at all: a constant row gives β. Here it is beside, and on, the middle between two codes.
fn boundaries<Y: Codes>(random: &mut Random) {
    let width = 4099;
    for _ in 0..40 {
        let exponent = 60 + random.below(120) as u32;
        let scale = f32::from_bits(
            exponent << 23 | random.bits() as u32 & [0x7f_ffff, 0, 0x7f_f000][random.below(3)],
        );
        let zero_point = Y::of(Y::RANGE[0] + random.below((Y::RANGE[1] - Y::RANGE[0]) as usize) as i32);
        let zero: i32 = zero_point.into();
        let beta: Vec<f32> = (0..width)
            .map(|_| {
                let code = Y::RANGE[0] + random.below((Y::RANGE[1] - Y::RANGE[0]) as usize) as i32;
                let middle = ((f64::from(code - zero) + 0.5) * f64::from(scale)) as f32;
                match random.below(5) {
                    0 => middle.next_down(),
                    1 => middle.next_up(),
                    _ => middle,
                }
            })
            .collect();
        let norm = mixed::LayerNorm::new(width).unwrap().with_beta(&beta).unwrap();
        let (x, mut y) = (vec![1.0f32; width], vec![Y::default(); width]);
        norm.forward_quantized(&x, Scale { scale, zero_point }, &mut y).unwrap();
        for (y, beta) in y.iter().zip(&beta) {
            assert_eq!(
                (*y).into(),
                code(*beta, scale, zero, Y::RANGE),
                "{beta} in steps of {scale} from {zero}"
            );
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn codes_next_to_a_boundary_are_those_of_the_exact_quotient() {
    let mut random = Random(11);
    boundaries::<i8>(&mut random);
    boundaries::<u8>(&mut random);
    boundaries::<i16>(&mut random);
}

fn quantised<K: Centring, Y: Codes + SignedCode>() -> usize {
    let mut random = Random(12);
    let mut elements = 0;
    for width in WIDTHS {
        let x: Vec<f32> = rows(&mut random, width);
        let (gamma, beta): (Vec<f16>, Vec<f32>) = (nearest(&random.normals(width)), random.normals(width));
        let norm =
            mixed::Norm::<K>::new(width).unwrap().with_gamma(&gamma).unwrap().with_beta(&beta).unwrap();
        let scale =
            Scale { scale: 0.037 * 256.0 / (Y::RANGE[1] - Y::RANGE[0]) as f32, zero_point: Y::of(-5) };
        let mut y = vec![Y::default(); x.len()];
        norm.forward_quantized(&x, scale, &mut y).unwrap();
        assert_eq!(y, expected(&norm, &x, scale), "{width}");

        let mut scales = vec![7.0; x.len() / width];
        norm.forward_quantized_by_row(&x, &mut scales, &mut y).unwrap();
        for ((scale, x), y) in scales.iter().zip(x.chunks(width)).zip(y.chunks(width)) {
            let mut wide = vec![0.0f32; width];
            norm.forward(x, &mut wide).unwrap();
            let largest = wide
                .iter()
                .fold(0.0, |largest: f32, y| if y.is_nan() { f32::NAN } else { largest.max(y.abs()) });
            assert!(
                *scale == largest / Y::RANGE[1] as f32 || scale.is_nan() && largest.is_nan(),
                "{scale}, {largest}"
            );
            let zero = Scale { scale: *scale, zero_point: Y::of(0) };
            assert_eq!(y, expected(&norm, x, zero), "{width}");
        }
        elements += 2 * x.len();

        let codes: Vec<Y> = x.iter().map(|_| Y::of(random.below(256) as i32 - 128)).collect();
        let wide_x: Vec<f32> =
            codes.iter().map(|&q| (q.into() - scale.zero_point.into()) as f32 * scale.scale).collect();
        let (mut y, mut expected) = (vec![bf16::ZERO; x.len()], vec![bf16::ZERO; x.len()]);
        norm.forward_dequantized(&codes, scale, &mut y).unwrap();
        norm.forward(&wide_x, &mut expected).unwrap();
        assert_eq!(bits(&y), bits(&expected), "{width}");
    }
    elements
}

#[wasm_bindgen_test(unsupported = test)]
fn quantising_in_one_pass_is_quantising_the_result_of_f32() {
    let elements = quantised::<Layer, i8>() + quantised::<Rms, i16>();
    assert!(elements > 2_000_000, "{elements} elements");
    let norm = mixed::LayerNorm::new(2).unwrap();
    let (mut codes, mut scales) = ([1i8; 4], [0.0; 2]);
    let wrong = Scale { scale: 0.0, zero_point: 0 };
    let error = FoldError::Scale { parameter: "scale", actual: 0 };
    assert_eq!(norm.forward_quantized(&[1.0f32; 4], wrong, &mut codes), Err(error));
    assert_eq!(norm.forward_dequantized(&[1i8; 4], wrong, &mut [0.0f32; 4]), Err(error));
    let length = Error::Length { parameter: "scales", expected: 2, actual: 1 };
    assert_eq!(norm.forward_quantized_by_row(&[1.0f32; 4], &mut scales[..1], &mut codes), Err(length));
    assert_eq!(codes, [1; 4]);
    // The smallest y there is.
    let tiny = [f32::from_bits(1), 0.0];
    let norm = norm.with_beta(&tiny).unwrap();
    let mut codes = [0i8; 2];
    norm.forward_quantized_by_row(&[3.0f32; 2], &mut scales[..1], &mut codes).unwrap();
    assert_eq!((codes, scales[0]), ([1, 0], f32::from_bits(1)));
}
