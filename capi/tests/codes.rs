//! Codes by the functions of C are those of the crate, whose own are held by exact integers.
#![allow(unsafe_code)]

use layernorm::quantized::{Code, LayerNorm, Params, RmsNorm, Scale};
use layernorm_c as c;
use layernorm_digest::Numbers;
use std::mem::MaybeUninit;

/// The functions for one type of codes.
struct Functions<X> {
    fold: unsafe extern "C" fn(*const c::ln_fold, *mut u8, usize) -> c::ln_status,
    with_residual: unsafe extern "C" fn(*mut u8, usize, c::ln_scale, c::ln_scale, f32) -> c::ln_status,
    init: [unsafe extern "C" fn(*mut c::ln_codes, *const u8, usize) -> c::ln_status; 2],
    forward: unsafe extern "C" fn(*const c::ln_codes, usize, *const X, *mut X) -> c::ln_status,
    forward_residual:
        unsafe extern "C" fn(*const c::ln_codes, usize, *const X, *mut X, *mut X) -> c::ln_status,
    moments_init: unsafe extern "C" fn(*mut c::ln_code_moments) -> c::ln_status,
    push: unsafe extern "C" fn(*mut c::ln_code_moments, usize, *const X) -> c::ln_status,
    merge: unsafe extern "C" fn(*mut c::ln_code_moments, *const c::ln_code_moments) -> c::ln_status,
    apply: Apply<X>,
}

type Apply<X> = unsafe extern "C" fn(
    *const c::ln_codes,
    *const c::ln_code_moments,
    usize,
    usize,
    *const X,
    *mut X,
) -> c::ln_status;

/// The rows of `x`, each of them pushed and normalised in pieces of `chunk`, every other of which goes to moments of its own first.
fn in_pieces<X: Copy>(
    functions: &Functions<X>,
    norm: *const c::ln_codes,
    x: &[X],
    width: usize,
    chunk: usize,
) -> Vec<X> {
    let mut y = x.to_vec();
    for (x, y) in x.chunks(width).zip(y.chunks_mut(width)) {
        let mut moments = [const { MaybeUninit::<c::ln_code_moments>::zeroed() }; 2];
        let [first, second] = moments.each_mut().map(MaybeUninit::as_mut_ptr);
        // SAFETY: chunks of their lengths, structs of their own.
        unsafe {
            assert_eq!([(functions.moments_init)(first), (functions.moments_init)(second)], [c::LN_OK; 2]);
            for (piece, x) in x.chunks(chunk).enumerate() {
                let moments = if piece % 2 == 0 { first } else { second };
                assert_eq!((functions.push)(moments, x.len(), x.as_ptr()), c::LN_OK);
            }
            assert_eq!((functions.merge)(second, first), c::LN_OK);
            for (piece, (x, y)) in x.chunks(chunk).zip(y.chunks_mut(chunk)).enumerate() {
                let offset = piece * chunk;
                let done = (functions.apply)(norm, second, offset, x.len(), x.as_ptr(), y.as_mut_ptr());
                assert_eq!(done, c::LN_OK);
            }
        }
    }
    y
}

fn codes<X: Default + TryFrom<i32>>(
    numbers: &mut Numbers,
    lowest: i32,
    highest: i32,
    count: usize,
) -> Vec<X> {
    let code = |v: f32| {
        let v = (f64::from(v) + 4.0) / 8.0 * f64::from(highest - lowest) + f64::from(lowest);
        X::try_from((v as i32).clamp(lowest, highest)).unwrap_or_default()
    };
    (0..count).map(|_| code(numbers.bell())).collect()
}

fn agree<X>(functions: &Functions<X>, lowest: i32, highest: i32)
where
    X: Code + Default + TryFrom<i32>,
{
    for width in [1, 2, 7, 64, 100] {
        let mut numbers = Numbers::new(width as u64);
        let rows = 5;
        let [gamma, beta]: [Vec<f32>; 2] =
            std::array::from_fn(|_| (0..width).map(|_| numbers.bell()).collect());
        let scale = |scale: f32, zero_point: i32| c::ln_scale { scale, zero_point };
        let (input, output, stream) = (scale(0.02, lowest + 3), scale(0.03, highest - 9), scale(0.04, 1));
        let x: Vec<X> = codes(&mut numbers, lowest, highest, rows * width);
        let residual: Vec<X> = codes(&mut numbers, lowest, highest, rows * width);
        let of = |of: c::ln_scale| Scale {
            scale: of.scale,
            zero_point: X::try_from(of.zero_point).unwrap_or_default(),
        };

        let (mut g, mut b) = (vec![0; width], vec![0; width]);
        let params = Params::fold_into(&gamma, &beta, of(input), of(output), 1e-5, [&mut g, &mut b])
            .and_then(|params| params.with_residual(of(input), of(stream), 1e-5))
            .expect("scales that fit");
        let mut bytes = vec![0u32; c::ln_params_bytes(width) / 4];
        let (at, len) = (bytes.as_mut_ptr().cast::<u8>(), bytes.len() * 4);
        let fold =
            c::ln_fold { width, gamma: gamma.as_ptr(), beta: beta.as_ptr(), epsilon: 1e-5, input, output };
        // SAFETY: numbers, bytes and codes of the lengths that are told, in vectors of their own.
        unsafe {
            assert_eq!((functions.fold)(&fold, at, len), c::LN_OK);
            assert_eq!((functions.with_residual)(at, len, input, stream, 1e-5), c::LN_OK);
        }
        let mut expected = vec![0; len];
        params.to_bytes(&mut expected).expect("its length");
        assert_eq!(bytes.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>(), expected);

        for (centred, init) in [true, false].into_iter().zip(functions.init) {
            let (mut expected, mut sum, mut of_sum) = (x.clone(), residual.clone(), x.clone());
            let done = if centred {
                let norm = LayerNorm::new(&params);
                norm.forward(&x, &mut expected)
                    .and_then(|()| norm.forward_residual(&x, &mut sum, &mut of_sum))
            } else {
                let norm = RmsNorm::new(&params);
                norm.forward(&x, &mut expected)
                    .and_then(|()| norm.forward_residual(&x, &mut sum, &mut of_sum))
            };
            done.expect("whole rows");
            let mut norm = MaybeUninit::<c::ln_codes>::zeroed();
            let (mut y, mut in_place, mut r, mut of_r) = (x.clone(), x.clone(), residual.clone(), x.clone());
            let norm = norm.as_mut_ptr();
            // SAFETY: as above, and parameters that outlive the norm.
            unsafe {
                assert_eq!((functions.forward)(norm, rows, x.as_ptr(), y.as_mut_ptr()), c::LN_NOT_MADE);
                assert_eq!(init(norm, at, len), c::LN_OK);
                assert_eq!((functions.forward)(norm, rows, x.as_ptr(), y.as_mut_ptr()), c::LN_OK);
                let at = in_place.as_mut_ptr();
                assert_eq!((functions.forward)(norm, rows, at, at), c::LN_OK);
                let residual = r.as_mut_ptr();
                let done = (functions.forward_residual)(norm, rows, x.as_ptr(), residual, of_r.as_mut_ptr());
                assert_eq!(done, c::LN_OK);
            }
            for chunk in [1, 3, 64] {
                assert_eq!(in_pieces(functions, norm, &x, width, chunk), expected, "pieces of {chunk}");
            }
            assert_eq!((y, in_place, r, of_r), (expected.clone(), expected, sum, of_sum), "width {width}");
        }
    }
}

#[test]
fn codes_are_those_of_the_crate() {
    let of_i8 = Functions {
        fold: c::ln_i8_fold,
        with_residual: c::ln_i8_with_residual,
        init: [c::ln_i8_layer_norm_init, c::ln_i8_rms_norm_init],
        forward: c::ln_i8_forward,
        forward_residual: c::ln_i8_forward_residual,
        moments_init: c::ln_i8_moments_init,
        push: c::ln_i8_moments_push,
        merge: c::ln_i8_moments_merge,
        apply: c::ln_i8_apply,
    };
    let of_u8 = Functions {
        fold: c::ln_u8_fold,
        with_residual: c::ln_u8_with_residual,
        init: [c::ln_u8_layer_norm_init, c::ln_u8_rms_norm_init],
        forward: c::ln_u8_forward,
        forward_residual: c::ln_u8_forward_residual,
        moments_init: c::ln_u8_moments_init,
        push: c::ln_u8_moments_push,
        merge: c::ln_u8_moments_merge,
        apply: c::ln_u8_apply,
    };
    let of_i16 = Functions {
        fold: c::ln_i16_fold,
        with_residual: c::ln_i16_with_residual,
        init: [c::ln_i16_layer_norm_init, c::ln_i16_rms_norm_init],
        forward: c::ln_i16_forward,
        forward_residual: c::ln_i16_forward_residual,
        moments_init: c::ln_i16_moments_init,
        push: c::ln_i16_moments_push,
        merge: c::ln_i16_moments_merge,
        apply: c::ln_i16_apply,
    };
    agree(&of_i8, -128, 127);
    agree(&of_u8, 0, 255);
    agree(&of_i16, -32768, 32767);
}
