//! Operations around a norm: a bias of a residual, the L2 norm, queries and keys in one call, DyT.

use crate::common::NAN;
use crate::common::bits;
use crate::common::oracle::{integer, ulp};
use crate::common::random::Random;
use crate::common::rows::FAMILIES;
use layernorm::{
    Centring, DynamicTanh, Error, Heads, L2, L2Norm, Layer, LayerNorm, Modulation, Norm, ParamGrads, Rms,
    RmsNorm, RowStats,
};
use num_bigint::{BigInt, Sign};
use wasm_bindgen_test::wasm_bindgen_test;

const WIDTHS: [usize; 10] = [1, 2, 3, 15, 16, 17, 64, 100, 257, 768];

fn any_rows(random: &mut Random, rows: usize, width: usize) -> Vec<f32> {
    (0..rows).flat_map(|_| (FAMILIES[random.below(FAMILIES.len())].row)(random, width)).collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn a_bias_is_added_to_the_residual_after_x_by_layer_norm() {
    bias_is_added::<Layer>();
}

#[wasm_bindgen_test(unsupported = test)]
fn a_bias_is_added_to_the_residual_after_x_by_rms_norm() {
    bias_is_added::<Rms>();
}

fn bias_is_added<K: Centring>() {
    let mut random = Random(1);
    for width in WIDTHS {
        for rows in [1, 2, 7, 20] {
            let (x, residual) = (any_rows(&mut random, rows, width), any_rows(&mut random, rows, width));
            let bias = random.normals(width);
            let plain = Norm::<K>::new(width).unwrap();
            let norm = plain.with_residual_bias(&bias).unwrap();
            let sum: Vec<f32> = (0..x.len()).map(|i| (residual[i] + x[i]) + bias[i % width]).collect();
            let mut expected = vec![0.0; x.len()];
            plain.forward(&sum, &mut expected).unwrap();

            let (mut actual, mut y, mut stats) =
                (residual.clone(), vec![0.0; x.len()], vec![RowStats::default(); rows]);
            norm.forward_residual(&x, &mut actual, &mut y).unwrap();
            let canonical = |v: &f32| if v.is_nan() { NAN } else { v.to_bits() };
            assert_eq!(bits(&actual), sum.iter().map(canonical).collect::<Vec<_>>(), "{width}");
            assert_eq!(bits(&y), bits(&expected), "{width}");
            actual.copy_from_slice(&residual);
            norm.forward_residual_with_stats(&x, &mut actual, &mut y, &mut stats).unwrap();
            assert_eq!(bits(&y), bits(&expected), "{width}");
            // Around a sublayer that gives x.
            actual.copy_from_slice(&residual);
            norm.post_norm(&mut actual, &mut y, |_, out| out.copy_from_slice(&x)).unwrap();
            assert_eq!(bits(&actual), bits(&expected), "{width}");
            let mut scratch = vec![0.0; 2 * x.len()];
            actual.copy_from_slice(&residual);
            norm.pre_norm(&mut actual, &mut scratch, |_, out| out.copy_from_slice(&x)).unwrap();
            assert_eq!(bits(&actual), sum.iter().map(canonical).collect::<Vec<_>>(), "{width}");
        }
    }
    let error = Error::Length { parameter: "bias", expected: 3, actual: 2 };
    assert_eq!(Norm::<K>::new(3).unwrap().with_residual_bias(&[0.0; 2]).unwrap_err(), error);
    let error = Error::NotFinite { parameter: "bias", index: 1, actual: f32::INFINITY.to_bits() };
    assert_eq!(Norm::<K>::new(2).unwrap().with_residual_bias(&[0.0, f32::INFINITY]).unwrap_err(), error);
}

/// x over the root of the sum of squares, as an integer divided by 2⁶⁰ and rounded down.
fn over_l2_norm(row: &[f32]) -> Vec<f64> {
    let row: Vec<BigInt> = row.iter().copied().map(integer).collect();
    let squares: BigInt = row.iter().map(|v| v * v).sum();
    let root = (squares << 200u32).sqrt();
    let quotient = |v: &BigInt| {
        let digits = ((v << 160u32) / &root).to_u64_digits();
        let magnitude = digits.1.first().copied().unwrap_or(0) as f64 / 2f64.powi(60);
        if digits.0 == Sign::Minus { -magnitude } else { magnitude }
    };
    row.iter().map(quotient).collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn the_l2_norm_is_x_over_the_root_of_the_sum_of_its_squares() {
    let (mut random, mut worst) = (Random(2), 0f64);
    for width in WIDTHS {
        for family in FAMILIES {
            let x = (family.row)(&mut random, width);
            let mut y = vec![7.0; width];
            L2Norm::new(width).unwrap().forward(&x, &mut y).unwrap();
            if x.iter().all(|v| *v == 0.0) {
                assert!(y.iter().all(|v| *v == 0.0));
                continue;
            }
            for (exact, y) in over_l2_norm(&x).into_iter().zip(&y) {
                worst = worst.max((f64::from(*y) - exact).abs() / ulp(1.0));
            }
        }
    }
    println!("within {worst:.2} ULP of 1");
    assert!(worst <= 8.0, "{worst}");
}

#[wasm_bindgen_test(unsupported = test)]
fn every_verb_of_the_l2_norm_gives_the_same_bits() {
    let mut random = Random(3);
    for width in WIDTHS {
        for rows in [1, 3, 18] {
            let x = any_rows(&mut random, rows, width);
            let (gamma, beta) = (random.normals(width), random.normals(width));
            let norm = L2Norm::new(width).unwrap().with_gamma(&gamma).unwrap().with_beta(&beta).unwrap();
            let (mut y, mut stats) = (vec![0.0; x.len()], vec![RowStats::default(); rows]);
            norm.forward(&x, &mut y).unwrap();
            let expected = bits(&y);
            let check = |y: &[f32], verb| assert_eq!(bits(y), expected, "{verb}, {rows} × {width}");
            let mut in_place = x.clone();
            norm.forward_in_place(&mut in_place).unwrap();
            check(&in_place, "in place");
            norm.forward_with_stats(&x, &mut y, &mut stats).unwrap();
            check(&y, "with statistics");
            let mut alone = vec![RowStats::default(); rows];
            norm.statistics(&x, &mut alone).unwrap();
            assert_eq!(alone, stats);
            for (row, stats) in stats.iter().enumerate() {
                let row = row * width..(row + 1) * width;
                norm.apply(stats, 0, &x[row.clone()], &mut y[row]).unwrap();
            }
            check(&y, "apply");
            let (mut residual, zeros) = (x.clone(), vec![-0.0; x.len()]);
            norm.forward_residual(&zeros, &mut residual, &mut y).unwrap();
            check(&y, "residual");
            let mut padded = vec![5.0; rows * (width + 2)];
            norm.forward_strided(&x, width, &mut padded, width + 2).unwrap();
            check(
                &padded.chunks(width + 2).flat_map(|row| &row[..width]).copied().collect::<Vec<_>>(),
                "strided",
            );
            let columns: Vec<f32> = (0..x.len()).map(|i| x[i % rows * width + i / rows]).collect();
            let mut planes = vec![0.0; x.len()];
            norm.forward_channels_first(&columns, rows, &mut planes).unwrap();
            let rows_of_planes: Vec<f32> =
                (0..x.len()).map(|i| planes[i % width * rows + i / width]).collect();
            check(&rows_of_planes, "channels first");
            let bare = L2Norm::new(width).unwrap();
            let scale: Vec<f32> = gamma.iter().map(|v| v - 1.0).collect();
            let mut modulated = vec![0.0; x.len()];
            bare.forward_modulated(&x, Modulation { scale: &scale, shift: &beta }, &mut modulated).unwrap();
            let norm = bare.with_gamma(&scale).unwrap().with_unit_offset().with_beta(&beta).unwrap();
            norm.forward(&x, &mut y).unwrap();
            assert_eq!(bits(&modulated), bits(&y));
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_row_of_zeros_gives_beta_under_the_l2_norm_and_one_with_a_nan_nans() {
    let norm = L2Norm::new(3).unwrap().with_beta(&[1.0, -2.0, 3.0]).unwrap();
    let mut x = [0.0, 0.0, 0.0, 1.0, f32::NAN, 2.0];
    norm.forward_in_place(&mut x).unwrap();
    assert_eq!(x[..3], [1.0, -2.0, 3.0]);
    assert!(x[3..].iter().all(|v| v.to_bits() == NAN));
    assert_eq!(L2Norm::new(0).unwrap_err(), Error::Zero { parameter: "width" });
    assert_eq!(norm.epsilon(), 0.0);
}

/// d(x̂·dy)/dx by the rule of the quotient, in `f64`.
#[wasm_bindgen_test(unsupported = test)]
fn gradients_of_the_l2_norm_are_those_of_the_quotient() {
    let mut random = Random(4);
    for width in WIDTHS {
        let (x, dy, gamma) = (random.normals(width), random.normals(width), random.normals(width));
        let norm = L2Norm::new(width).unwrap().with_gamma(&gamma).unwrap();
        let (mut stats, mut dx, mut dgamma) = ([RowStats::default()], vec![0.0; width], vec![0.0; width]);
        norm.statistics(&x, &mut stats).unwrap();
        let grads = ParamGrads { gamma: Some(&mut dgamma), beta: None };
        norm.backward(&x, &stats, &dy, &mut dx, grads).unwrap();
        let wide = |v: &[f32]| v.iter().map(|v| f64::from(*v)).collect::<Vec<_>>();
        let (x, dy, gamma) = (wide(&x), wide(&dy), wide(&gamma));
        let length = x.iter().map(|v| v * v).sum::<f64>().sqrt();
        let along: f64 = (0..width).map(|i| dy[i] * gamma[i] * x[i]).sum();
        for i in 0..width {
            let exact = dy[i] * gamma[i] / length - x[i] * along / length.powi(3);
            let size = (dy[i] * gamma[i] / length).abs() + (x[i] * along / length.powi(3)).abs();
            assert!((f64::from(dx[i]) - exact).abs() <= 4e-7 * size, "{width}: {} {exact}", dx[i]);
            let exact = dy[i] * x[i] / length;
            assert!(
                (f64::from(dgamma[i]) - exact).abs() <= 1e-6 * exact.abs(),
                "{width}: {} {exact}",
                dgamma[i]
            );
        }
    }
}

fn heads_have_the_bits_of_rows<K: Centring>(make: fn(usize) -> Result<Norm<'static, K>, Error>) {
    let mut random = Random(5);
    for width in [1, 3, 16, 64, 100, 128, 300] {
        for (query_heads, key_heads, tokens) in [(1, 1, 5), (8, 8, 3), (7, 2, 4), (20, 3, 2), (1, 19, 1)] {
            for (values, key_epsilon) in [(key_heads, 1e-5), (0, 1e-3)] {
                let stride = (query_heads + key_heads + values) * width;
                let qkv = any_rows(&mut random, stride / width * tokens, width);
                let (of_queries, of_keys) = (random.normals(width), random.normals(width));
                let queries = make(width).unwrap().with_epsilon(1e-5).unwrap();
                let queries = queries.with_gamma(&of_queries).unwrap();
                let keys = make(width).unwrap().with_epsilon(key_epsilon).unwrap();
                let keys =
                    keys.with_gamma(&of_keys).unwrap().with_beta(&of_queries).unwrap().with_unit_offset();
                let mut expected = qkv.clone();
                for token in expected.chunks_mut(stride) {
                    let (q, rest) = token.split_at_mut(query_heads * width);
                    q.chunks_mut(width).for_each(|head| queries.forward_in_place(head).unwrap());
                    let heads = rest.chunks_mut(width).take(key_heads);
                    heads.for_each(|head| keys.forward_in_place(head).unwrap());
                }
                // Without the values of the last token.
                let end = (tokens - 1) * stride + (query_heads + key_heads) * width;
                let mut actual = qkv;
                let heads = Heads { queries: query_heads, keys: key_heads, stride };
                queries.forward_qk_in_place(&keys, heads, &mut actual[..end]).unwrap();
                assert_eq!(bits(&actual), bits(&expected), "{heads:?}, {width}");
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn queries_and_keys_have_the_bits_of_their_rows() {
    heads_have_the_bits_of_rows::<Layer>(LayerNorm::new);
    heads_have_the_bits_of_rows::<Rms>(RmsNorm::new);
    heads_have_the_bits_of_rows::<L2>(L2Norm::new);
}

#[wasm_bindgen_test(unsupported = test)]
fn wrong_heads_are_named_and_nothing_is_written() {
    let norm = LayerNorm::new(2).unwrap();
    let mut qkv = [7.0; 12];
    let good = Heads { queries: 1, keys: 1, stride: 6 };
    let error = norm.forward_qk_in_place(&LayerNorm::new(3).unwrap(), good, &mut qkv);
    assert_eq!(error, Err(Error::Length { parameter: "keys.width", expected: 2, actual: 3 }));
    for (heads, expected) in [
        (Heads { queries: 0, ..good }, Error::Zero { parameter: "heads.queries" }),
        (Heads { keys: 0, ..good }, Error::Zero { parameter: "heads.keys" }),
        (Heads { keys: 3, ..good }, Error::Stride { parameter: "heads.stride", width: 8, actual: 6 }),
        (Heads { stride: 7, ..good }, Error::LastRow { parameter: "qkv", width: 4, actual: 3 }),
        (
            Heads { queries: usize::MAX, ..good },
            Error::Stride { parameter: "heads.stride", width: usize::MAX, actual: 6 },
        ),
    ] {
        let qkv = if heads.stride == 7 { &mut qkv[..10] } else { &mut qkv[..] };
        assert_eq!(norm.forward_qk_in_place(&norm, heads, qkv), Err(expected));
    }
    assert_eq!(norm.forward_qk_in_place(&norm, good, &mut []), Ok(()));
    assert_eq!(qkv, [7.0; 12]);
}

#[wasm_bindgen_test(unsupported = test)]
fn dynamic_tanh_is_within_its_bound_of_f64() {
    let mut random = Random(6);
    for width in WIDTHS {
        for family in FAMILIES {
            let x = (family.row)(&mut random, 2 * width);
            let (gamma, beta, alpha) = (random.normals(width), random.normals(width), random.normal() as f32);
            let dyt = DynamicTanh::new(width, alpha).unwrap();
            let dyt = dyt.with_gamma(&gamma).unwrap().with_beta(&beta).unwrap();
            let (mut y, mut in_place) = (vec![0.0; x.len()], x.clone());
            dyt.forward(&x, &mut y).unwrap();
            dyt.forward_in_place(&mut in_place).unwrap();
            assert_eq!(bits(&y), bits(&in_place));
            for (i, (x, y)) in x.iter().zip(&y).enumerate() {
                let (gamma, beta) = (f64::from(gamma[i % width]), f64::from(beta[i % width]));
                // The rounding of the argument moves tanh by less than an ULP.
                let tanh = (f64::from(alpha) * f64::from(*x)).tanh();
                let exact = gamma * tanh + beta;
                let bound =
                    4.0 * ulp(tanh.abs()) * gamma.abs() + ulp((gamma * tanh).abs()) + ulp(exact.abs());
                let error = (f64::from(*y) - exact).abs();
                assert!(error <= bound, "{y} for {exact}, x {x:e}, α {alpha}, {}", family.name);
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn dynamic_tanh_saturates_and_has_one_nan() {
    let dyt = DynamicTanh::new(4, 0.0).unwrap();
    let mut x = [f32::INFINITY, -f32::NAN, f32::MAX, -0.0];
    dyt.forward_in_place(&mut x).unwrap();
    assert_eq!(bits(&x), [NAN, NAN, 0, 0x8000_0000]);
    let dyt = DynamicTanh::new(2, f32::MAX).unwrap().with_gamma(&[2.0, 3.0]).unwrap();
    let mut x = [f32::NEG_INFINITY, f32::MAX];
    dyt.forward_in_place(&mut x).unwrap();
    assert_eq!(x, [-2.0, 3.0]);
}

#[wasm_bindgen_test(unsupported = test)]
fn wrong_arguments_of_dynamic_tanh_are_named() {
    assert_eq!(DynamicTanh::new(0, 1.0).unwrap_err(), Error::Zero { parameter: "width" });
    let error = Error::NotFinite { parameter: "alpha", index: 0, actual: f32::INFINITY.to_bits() };
    assert_eq!(DynamicTanh::new(2, f32::INFINITY).unwrap_err(), error);
    let (dyt, mut y) = (DynamicTanh::new(2, 1.0).unwrap(), [7.0; 4]);
    let error = |parameter| Error::Length { parameter, expected: 2, actual: 4 };
    assert_eq!(dyt.with_gamma(&[1.0; 4]).unwrap_err(), error("gamma"));
    assert_eq!(dyt.with_beta(&[1.0; 4]).unwrap_err(), error("beta"));
    assert_eq!(dyt.forward(&[1.0; 2], &mut y), Err(error("y")));
    let error = Error::NotWholeRows { parameter: "x", width: 2, actual: 3 };
    assert_eq!(dyt.forward(&[1.0; 3], &mut y), Err(error));
    assert_eq!(dyt.forward_in_place(&mut y[..3]), Err(error));
    assert_eq!(y, [7.0; 4]);
}
