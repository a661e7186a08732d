//! Contract C7 of the other forms: rows with strides, with channels first, modulated, with an offset in γ, and of
//! sublayers have the bits of `forward` on the same rows.

use crate::common::bits;
use crate::common::norms::Norm;
use crate::common::random::Random;
use crate::common::rows::FAMILIES;
use layernorm::Modulation;
use wasm_bindgen_test::wasm_bindgen_test;

const WIDTHS: [usize; 12] = [1, 2, 7, 15, 16, 17, 33, 64, 67, 257, 300, 768];

/// Rows of the families in turn, one in nine not finite.
fn rows(random: &mut Random, count: usize, width: usize) -> Vec<f32> {
    let row = |r: usize| {
        let mut row = (FAMILIES[r % FAMILIES.len()].row)(random, width);
        if r % 9 == 8 {
            row[width / 2] = f32::NAN;
        }
        row
    };
    (0..count).flat_map(row).collect()
}

/// Both norms, without parameters, with γ, with all there are, and with an offset in γ.
fn norms<'a>(width: usize, gamma: &'a [f32], beta: &'a [f32]) -> Vec<Norm<'a>> {
    let forms = |norm: Norm<'a>| {
        let affine = norm.with_affine(gamma, beta);
        [norm, norm.with_gamma(gamma), affine, affine.with_unit_offset()]
    };
    Norm::both(width).into_iter().flat_map(forms).collect()
}

/// Whichever pass 2 a row takes, β is one addition after it.
#[wasm_bindgen_test(unsupported = test)]
fn beta_is_added_to_what_the_norm_gives_without_it() {
    let mut random = Random(60);
    for width in WIDTHS {
        let (gamma, beta) = (random.normals(width), random.normals(width));
        let x = rows(&mut random, FAMILIES.len(), width);
        for norm in Norm::both(width) {
            let mut expected = norm.with_gamma(&gamma).of(&x);
            for row in expected.chunks_mut(width).filter(|row| !row[0].is_nan()) {
                row.iter_mut().zip(&beta).for_each(|(y, beta)| *y += beta);
            }
            assert_eq!(bits(&norm.with_affine(&gamma, &beta).of(&x)), bits(&expected), "{norm:?}");
        }
    }
}

/// Rows at every `stride` elements, and between them a NaN that no call writes. The last row ends the slice.
fn spread(rows: &[f32], width: usize, stride: usize) -> Vec<f32> {
    let count = rows.len() / width;
    let mut spread =
        vec![f32::from_bits(0x7fed_cba9); count.saturating_sub(1) * stride + width * count.min(1)];
    for (to, row) in spread.chunks_mut(stride).zip(rows.chunks(width)) {
        to[..width].copy_from_slice(row);
    }
    spread
}

#[wasm_bindgen_test(unsupported = test)]
fn strided_rows_have_the_same_bits_and_what_is_between_them_stays() {
    let mut random = Random(61);
    for width in WIDTHS {
        let (gamma, beta) = (random.normals(width), random.normals(width));
        for count in [0, 1, 2, 5, 16, 17, FAMILIES.len()] {
            let x = rows(&mut random, count, width);
            for norm in norms(width, &gamma, &beta) {
                let y = norm.of(&x);
                let strides = [width, width + 1, width + 16, 2 * width + 3];
                for stride in strides {
                    let context = format!("{count} rows of {width} every {stride}, {norm:?}");
                    let apart = spread(&x, width, stride);
                    let mut in_place = apart.clone();
                    norm.forward_strided_in_place(&mut in_place, stride).unwrap();
                    assert_eq!(bits(&in_place), bits(&spread(&y, width, stride)), "in place, {context}");
                    for y_stride in strides {
                        let mut to = spread(&vec![7.0; x.len()], width, y_stride);
                        norm.forward_strided(&apart, stride, &mut to, y_stride).unwrap();
                        assert_eq!(
                            bits(&to),
                            bits(&spread(&y, width, y_stride)),
                            "to every {y_stride}, {context}"
                        );
                    }
                }
            }
        }
    }
}

/// What lies behind the last row counts as what lies between rows, as long as it is less than a stride.
#[wasm_bindgen_test(unsupported = test)]
fn a_rest_behind_the_last_row_stays() {
    for norm in Norm::both(3) {
        let x = [1.0, 2.0, 4.0, -7.0, 8.0, 16.0, 5.0, -7.0];
        let y = norm.of(&[1.0, 2.0, 4.0, 8.0, 16.0, 5.0]);
        let expected = [y[0], y[1], y[2], -7.0, y[3], y[4], y[5], -7.0];
        let mut in_place = x;
        norm.forward_strided_in_place(&mut in_place, 4).unwrap();
        assert_eq!(bits(&in_place), bits(&expected));
        let mut to = [9.0; 9];
        norm.forward_strided(&x, 4, &mut to, 5).unwrap();
        assert_eq!(bits(&to), bits(&[y[0], y[1], y[2], 9.0, 9.0, y[3], y[4], y[5], 9.0]));
    }
}

/// `samples` times `height` rows of `width` elements, turned into as many columns of as many rows, or back.
fn transposed(x: &[f32], samples: usize, height: usize, width: usize) -> Vec<f32> {
    let sample = |s: usize| &x[s * height * width..(s + 1) * height * width];
    let turned =
        |x: &[f32]| -> Vec<f32> { (0..width * height).map(|i| x[i % height * width + i / height]).collect() };
    (0..samples).flat_map(|s| turned(sample(s))).collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn channels_first_has_the_bits_of_the_transposed_rows() {
    let mut random = Random(62);
    let all = (1..=70).chain([256, 257, 300, 768]);
    let widths: Vec<usize> =
        if cfg!(target_arch = "wasm32") { all.step_by(5).collect() } else { all.collect() };
    for width in widths {
        let (gamma, beta) = (random.normals(width), random.normals(width));
        for positions in [1, 3, 4, 5, 16, 17] {
            for samples in [0, 1, 2, 4] {
                let x = rows(&mut random, samples * positions, width);
                let first = transposed(&x, samples, positions, width);
                for norm in norms(width, &gamma, &beta) {
                    let expected = transposed(&norm.of(&x), samples, positions, width);
                    let context = format!("{samples} × {width} × {positions}, {norm:?}");
                    let mut y = vec![7.0; x.len()];
                    norm.forward_channels_first(&first, positions, &mut y).unwrap();
                    assert_eq!(bits(&y), bits(&expected), "{context}");
                    let mut in_place = first.clone();
                    norm.forward_channels_first_in_place(&mut in_place, positions).unwrap();
                    assert_eq!(bits(&in_place), bits(&expected), "in place, {context}");
                }
            }
        }
    }
}

/// Every family, in the place of any position.
#[wasm_bindgen_test(unsupported = test)]
fn a_position_does_not_depend_on_its_neighbours() {
    let mut random = Random(63);
    for width in [3, 16, 67, 300] {
        for positions in [FAMILIES.len(), 97, 400] {
            let x = rows(&mut random, positions, width);
            for norm in Norm::both(width) {
                let mut y = vec![7.0; x.len()];
                norm.forward_channels_first(&transposed(&x, 1, positions, width), positions, &mut y).unwrap();
                let alone: Vec<f32> = x.chunks(width).flat_map(|row| norm.of(row)).collect();
                assert_eq!(
                    bits(&transposed(&y, 1, width, positions)),
                    bits(&alone),
                    "{width} × {positions}, {norm:?}"
                );
            }
        }
    }
}

/// `y = x̂·(1 + scale) + shift`, the sum in brackets rounded once; on its rows the norm is one with γ and β.
#[wasm_bindgen_test(unsupported = test)]
fn modulated_rows_have_the_bits_of_gamma_and_beta() {
    let mut random = Random(64);
    for width in WIDTHS {
        for (samples, each) in [(1, 1), (1, 17), (2, 1), (2, 8), (3, 5), (4, 16), (17, 1), (41, 3)] {
            let x = rows(&mut random, samples * each, width);
            let (scale, shift) = (random.normals(samples * width), random.normals(samples * width));
            let gamma: Vec<f32> = scale.iter().map(|scale| 1.0 + scale).collect();
            for epsilon in [0.0, 1e-5] {
                let layer_norm = layernorm::LayerNorm::new(width).unwrap().with_epsilon(epsilon).unwrap();
                let (mut y, mut expected) = (vec![7.0; x.len()], vec![7.0; x.len()]);
                let modulation = Modulation { scale: &scale, shift: &shift };
                layer_norm.forward_modulated(&x, modulation, &mut y).unwrap();
                for (s, (x, y)) in x.chunks(each * width).zip(expected.chunks_mut(each * width)).enumerate() {
                    let sample = s * width..(s + 1) * width;
                    let norm = layer_norm.with_gamma(&gamma[sample.clone()]).unwrap();
                    norm.with_beta(&shift[sample]).unwrap().forward(x, y).unwrap();
                }
                assert_eq!(bits(&y), bits(&expected), "{samples} samples of {each} rows of {width}");
            }
        }
    }
}

/// RMSNorm has no β, but for its modulation the shift is added in the same way: one product, one sum.
#[wasm_bindgen_test(unsupported = test)]
fn rms_norm_is_modulated_by_one_product_and_one_sum() {
    let mut random = Random(65);
    for width in WIDTHS {
        for (samples, each) in [(1, 9), (3, 5), (17, 1)] {
            let x: Vec<f32> =
                (0..samples * each).flat_map(|r| (FAMILIES[r].row)(&mut random, width)).collect();
            let (scale, shift) = (random.normals(samples * width), random.normals(samples * width));
            for norm in [Norm::new(false, width), Norm::new(false, width).with_epsilon(0.0)] {
                let mut y = vec![7.0; x.len()];
                norm.forward_modulated(&x, Modulation { scale: &scale, shift: &shift }, &mut y).unwrap();
                let normalised = norm.of(&x);
                let of = |i: usize| i / (each * width) * width + i % width;
                let expected =
                    normalised.iter().enumerate().map(|(i, x)| x * (1.0 + scale[of(i)]) + shift[of(i)]);
                assert_eq!(
                    bits(&y),
                    bits(&expected.collect::<Vec<_>>()),
                    "{samples} × {each} rows of {width}"
                );
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn no_rows_are_modulated_by_no_samples_or_some() {
    for norm in Norm::both(3) {
        assert_eq!(norm.forward_modulated(&[], Modulation { scale: &[], shift: &[] }, &mut []), Ok(()));
        let one = Modulation { scale: &[0.0; 3], shift: &[0.0; 3] };
        assert_eq!(norm.forward_modulated(&[], one, &mut []), Ok(()));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_unit_offset_is_one_rounded_sum() {
    let mut random = Random(66);
    for width in WIDTHS {
        // Sizes at which 1 + γ rounds, or cancels.
        let sizes = [1.0, 1e-3, 1e-8, 1e8];
        let gamma: Vec<f32> =
            (0..width).map(|i| (random.normal() * sizes[i % 4]) as f32 - (i % 3 / 2) as f32).collect();
        let offset: Vec<f32> = gamma.iter().map(|gamma| 1.0 + gamma).collect();
        let beta = random.normals(width);
        let x = rows(&mut random, FAMILIES.len(), width);
        for bare in Norm::both(width) {
            let norm = bare.with_affine(&gamma, &beta).with_unit_offset();
            assert_eq!(bits(&norm.of(&x)), bits(&bare.with_affine(&offset, &beta).of(&x)), "{norm:?}");
            let before = bare.with_unit_offset().with_affine(&gamma, &beta);
            assert_eq!(bits(&before.of(&x)), bits(&norm.of(&x)), "called before γ: {norm:?}");
            assert_eq!(bits(&bare.with_unit_offset().of(&x)), bits(&bare.of(&x)), "without γ: {norm:?}");
            let mut in_place = x.clone();
            norm.forward_in_place(&mut in_place).unwrap();
            assert_eq!(bits(&in_place), bits(&norm.of(&x)), "in place: {norm:?}");
        }
    }
}

/// Any function of all rows: it mixes them, and is not the same twice.
fn sublayer(x: &[f32], y: &mut [f32]) {
    for i in 0..x.len() {
        y[i] = 0.7 * x[x.len() - 1 - i] - 0.2 * x[i] + i as f32 * 0.01;
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn sublayers_have_the_bits_of_norm_and_sum() {
    let mut random = Random(67);
    for width in WIDTHS {
        let (gamma, beta) = (random.normals(width), random.normals(width));
        for count in [0, 1, 3, 17] {
            let x: Vec<f32> = (0..count).flat_map(|r| (FAMILIES[r].row)(&mut random, width)).collect();
            for norm in norms(width, &gamma, &beta) {
                let context = format!("{count} rows of {width}, {norm:?}");
                let (mut output, mut scratch) = (vec![0.0; x.len()], vec![7.0; 2 * x.len()]);
                let sum = |output: &[f32]| -> Vec<f32> {
                    x.iter().zip(output).map(|(x, output)| x + output).collect()
                };

                let mut pre = x.clone();
                norm.pre_norm(&mut pre, &mut scratch, sublayer).unwrap();
                sublayer(&norm.of(&x), &mut output);
                assert_eq!(bits(&pre), bits(&sum(&output)), "pre-norm, {context}");

                let mut post = x.clone();
                norm.post_norm(&mut post, &mut scratch[..x.len()], sublayer).unwrap();
                sublayer(&x, &mut output);
                assert_eq!(bits(&post), bits(&norm.of(&sum(&output))), "post-norm, {context}");
            }
        }
    }
}

/// On x86-64 such a call writes past the caches: whole vectors, where their addresses allow it.
#[test]
#[cfg_attr(target_arch = "wasm32", ignore = "natively alone")]
fn a_call_that_no_cache_holds_has_the_bits_of_its_rows() {
    const NOTHING: f32 = -7.0;
    let mut random = Random(66);
    for (width, first) in [(768, 0), (770, 0), (768, 1), (64, 2)] {
        let (gamma, beta) = (random.normals(width), random.normals(width));
        let part = rows(&mut random, FAMILIES.len(), width);
        let times = (1 << 22) / part.len() + 1;
        let x = part.repeat(times);
        let mut to = vec![NOTHING; x.len() + 16];
        for norm in norms(width, &gamma, &beta) {
            let context = format!("rows of {width} from {first} on, {norm:?}");
            let expected = bits(&norm.of(&part));
            let same = |y: &[f32]| y.chunks(part.len()).all(|part| bits(part) == expected);
            let end = first + x.len();
            norm.forward(&x, &mut to[first..end]).unwrap();
            assert!(same(&to[first..end]), "{context}");
            assert!(to[..first].iter().chain(&to[end..]).all(|&v| v == NOTHING), "beside, {context}");
            to[first..end].copy_from_slice(&x);
            norm.forward_in_place(&mut to[first..end]).unwrap();
            assert!(same(&to[first..end]), "in place, {context}");
        }
    }
}
