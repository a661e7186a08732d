//! The layers of PyTorch's documentation, at the shapes of its examples: `torch.nn.LayerNorm`, `torch.nn.RMSNorm`,
//! `torch.nn.GroupNorm` and `torch.nn.InstanceNorm2d` (docs.pytorch.org/docs/stable/generated/), and the LayerNorm2d of ConvNeXt
//! (Liu et al. 2022).
//!
//! The first two normalise over the last D dimensions, `normalized_shape`. Those are one row here, whose width is their product,
//! for a tensor is contiguous; γ and β have that shape too. What is different here:
//!
//! | | PyTorch | here |
//! |---|---|---|
//! | negative ε | taken; NaN where var + ε < 0 | `Error::Epsilon` |
//! | ε of RMSNorm unless given | None: `finfo(dtype).eps`, 2⁻²³ | 1e-5, as of LayerNorm |
//! | empty `normalized_shape` or one with a 0 | an error; taken | `Error::Zero { parameter: "width" }` |
//! | no rows | fine | fine |
//! | γ or β with a NaN or an infinity | goes into the result | `Error::NotFinite` |
//! | `elementwise_affine=False`, `bias=False` | no γ, no β | neither given; the bits are those of 1 and 0, but for −0 |
//! | instance norm with running statistics | `track_running_stats=True` | none: each sample has its own |
//! | instance norm of one position | an error in training | β |
//! | tensors that are not contiguous | copied | `forward_strided`, `forward_channels_first` |
//! | NaNs | any bits | 0x7fc00000, in all of the row |
//! | other dtypes | float64, bfloat16, float16 | f32; codes by `quantized` and `fixed` |
//! | gradients | made by autograd, new | `backward`, added to those that are there |

use crate::common::gradient_oracle::{GradientOracle, gains};
use crate::common::norms::Norm;
use crate::common::oracle::Oracle;
use crate::common::random::Random;
use crate::common::{bits, tolerance};
use layernorm::{Error, GroupNorm, LayerNorm, ParamGrads, RmsNorm};
use wasm_bindgen_test::wasm_bindgen_test;

/// A module as it is made, with γ = 1 and β = 0, and one that has learned; both without parameters too.
fn check_module(centred: bool, rows: usize, width: usize, epsilon: f32) {
    let mut random = Random(71);
    let x = random.normals(rows * width);
    let initial = (vec![1.0; width], vec![0.0; width]);
    let learned = (random.normals(width), if centred { random.normals(width) } else { vec![0.0; width] });
    let bare = Norm::new(centred, width).with_epsilon(epsilon);
    for (gamma, beta) in [&initial, &learned] {
        let y = bare.with_affine(gamma, beta).of(&x);
        for (x, y) in x.chunks(width).zip(y.chunks(width)) {
            Oracle::new(x, epsilon, centred).check_affine(x, gamma, beta, y, "");
        }
    }
    let [without, with] = [bare, bare.with_affine(&initial.0, &initial.1)].map(|norm| norm.of(&x));
    assert_eq!(without, with, "elementwise_affine=False");
    // bias=False
    let no_bias = bare.with_gamma(&learned.0).of(&x);
    assert_eq!(no_bias, bare.with_affine(&learned.0, &initial.1).of(&x));
}

/// `nn.LayerNorm(10)` of (20, 5, 10): batch, words of a sentence, features of a word.
#[wasm_bindgen_test(unsupported = test)]
fn layer_norm_of_a_sentence() {
    check_module(true, 20 * 5, 10, 1e-5);
}

/// `nn.LayerNorm([5, 10, 10])` of (20, 5, 10, 10): over channels and positions together.
#[wasm_bindgen_test(unsupported = test)]
fn layer_norm_of_an_image() {
    check_module(true, 20, 5 * 10 * 10, 1e-5);
}

/// `nn.RMSNorm([2, 3])` of (2, 2, 3), with the ε that None stands for.
#[wasm_bindgen_test(unsupported = test)]
fn rms_norm_over_two_dimensions() {
    check_module(false, 2, 2 * 3, f32::EPSILON);
}

/// ε is 1e-5 unless given: the bits with and without.
#[wasm_bindgen_test(unsupported = test)]
fn epsilon_is_1e_5_unless_given() {
    let x = Random(72).normals(100);
    for norm in Norm::both(10) {
        assert_eq!(bits(&norm.of(&x)), bits(&norm.with_epsilon(1e-5).of(&x)));
    }
}

/// ConvNeXt's LayerNorm of (N, C, H, W) over C, ε = 1e-6: `u = x.mean(1)`, `s = (x − u)².mean(1)`,
/// `(x − u) / sqrt(s + ε) · weight[:, None, None] + bias[:, None, None]`.
#[wasm_bindgen_test(unsupported = test)]
fn layer_norm_2d_of_a_feature_map() {
    let (samples, channels, positions) = (2, 96, 7 * 7);
    let mut random = Random(73);
    let (gamma, beta) = (random.normals(channels), random.normals(channels));
    let x = random.normals(samples * channels * positions);
    let norm = LayerNorm::new(channels).unwrap().with_epsilon(1e-6).unwrap();
    let norm = norm.with_gamma(&gamma).unwrap().with_beta(&beta).unwrap();
    let mut y = vec![0.0; x.len()];
    norm.forward_channels_first(&x, positions, &mut y).unwrap();
    for sample in 0..samples {
        for position in 0..positions {
            let of = |from: &[f32]| -> Vec<f32> {
                (0..channels).map(|c| from[(sample * channels + c) * positions + position]).collect()
            };
            let row = of(&x);
            Oracle::layer_norm(&row, 1e-6).check_affine(&row, &gamma, &beta, &of(&y), "");
        }
    }
}

/// γ and β of each channel, as they have been learned, against exact arithmetic of each group.
fn check_groups(norm: GroupNorm, samples: usize, positions: usize) {
    let (mut random, channels) = (Random(75), norm.channels());
    let (gamma, beta) = (random.normals(channels), random.normals(channels));
    let x = random.normals(samples * channels * positions);
    let mut y = vec![0.0; x.len()];
    let norm = norm.with_gamma(&gamma).unwrap().with_beta(&beta).unwrap();
    norm.forward(&x, positions, &mut y).unwrap();
    let group = channels / norm.groups() * positions;
    for (i, (x, y)) in x.chunks(group).zip(y.chunks(group)).enumerate() {
        let of = |values: &[f32]| -> Vec<f32> {
            (0..group).map(|at| values[(i * group + at) / positions % channels]).collect()
        };
        Oracle::layer_norm(x, 1e-5).check_affine(x, &of(&gamma), &of(&beta), y, "");
    }
}

/// `nn.GroupNorm(3, 6)`, `(6, 6)`, which is InstanceNorm, and `(1, 6)`, of (20, 6, 10, 10).
#[wasm_bindgen_test(unsupported = test)]
fn group_norm_of_images() {
    for groups in [3, 6, 1] {
        check_groups(GroupNorm::new(groups, 6).unwrap(), 20, 10 * 10);
    }
}

/// `nn.InstanceNorm2d(100, affine=True)` of (20, 100, 35, 45): of two of the twenty.
#[wasm_bindgen_test(unsupported = test)]
fn instance_norm_of_images() {
    check_groups(GroupNorm::instance(100).unwrap(), 2, 35 * 45);
}

/// `layer_norm(x).backward(dy)`: `x.grad`, `weight.grad` and `bias.grad`, at the shape of the sentence.
#[wasm_bindgen_test(unsupported = test)]
fn gradients_of_a_sentence() {
    let (rows, width) = (20 * 5, 10);
    let mut random = Random(74);
    let (x, dy) = (random.normals(rows * width), random.normals(rows * width));
    let (gamma, beta) = (random.normals(width), random.normals(width));
    let norm = Norm::new(true, width).with_affine(&gamma, &beta);
    let (mut dx, mut of_gamma, mut of_beta) = (vec![0.0; x.len()], vec![0.0; width], vec![0.0; width]);
    let grads = ParamGrads { gamma: Some(&mut of_gamma), beta: Some(&mut of_beta) };
    norm.backward(&x, &norm.stats(&x, rows), &dy, &mut dx, grads).unwrap();
    let mut exact = vec![[0.0; 2]; width];
    for ((x, dy), dx) in x.chunks(width).zip(dy.chunks(width)).zip(dx.chunks(width)) {
        let oracle = GradientOracle::new(x, true);
        for (exact, dx) in oracle.dx(1e-5, &gains(&gamma), dy).iter().zip(dx) {
            assert!(exact.error(*dx) <= tolerance::DX, "{dx} for {}", exact.dx);
        }
        for (i, exact) in exact.iter_mut().enumerate() {
            exact[0] += f64::from(dy[i]) * oracle.normalised(1e-5, i);
            exact[1] += f64::from(dy[i]);
        }
    }
    for i in 0..width {
        assert!((f64::from(of_gamma[i]) - exact[i][0]).abs() < 1e-4, "weight.grad[{i}]");
        assert!((f64::from(of_beta[i]) - exact[i][1]).abs() < 1e-4, "bias.grad[{i}]");
    }
}

/// The differences that are errors here, and the rows that are none.
#[wasm_bindgen_test(unsupported = test)]
fn what_differs_is_an_error_that_says_so() {
    let negative = Error::Epsilon { actual: (-1e-5f32).to_bits() };
    assert_eq!(LayerNorm::new(10).unwrap().with_epsilon(-1e-5).unwrap_err(), negative);
    assert_eq!(RmsNorm::new(10).unwrap().with_epsilon(-1e-5).unwrap_err(), negative);
    assert_eq!(LayerNorm::new(0).unwrap_err(), Error::Zero { parameter: "width" });
    let weight = Error::NotFinite { parameter: "gamma", index: 1, actual: f32::INFINITY.to_bits() };
    assert_eq!(LayerNorm::new(2).unwrap().with_gamma(&[1.0, f32::INFINITY]).unwrap_err(), weight);
    // (0, 5, 10)
    assert_eq!(LayerNorm::new(10).unwrap().forward(&[], &mut []), Ok(()));
}
