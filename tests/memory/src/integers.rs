//! Fixed-point and quantised norms.

use super::{Random, zeros};
use fixed::types::{I1F7, I1F15, I4F12, I8F24};
use layernorm::fixed as points;
use layernorm::quantized::{Code, LayerNorm, Params, RmsNorm, Scale};

/// Around the lanes of a vector, and one that is wider than a block.
const WIDTHS: &[usize] = if cfg!(miri) { &[1, 11] } else { &[1, 3, 7, 8, 9, 16, 33, 70] };

macro_rules! fixed_norm {
    ($random:expr, $from:ty, $to:ty) => {
        for &width in WIDTHS {
            let x: Box<[$from]> = (0..2 * width).map(|_| <$from>::from_bits($random.bits() as _)).collect();
            let gamma: Box<[I4F12]> = (0..width).map(|_| I4F12::from_bits($random.bits() as i16)).collect();
            let beta: Box<[$to]> = (0..width).map(|_| <$to>::from_bits($random.bits() as _)).collect();
            let norm = points::LayerNorm::<$from, $to>::new(width).unwrap();
            let norm = norm.with_gamma(&gamma).unwrap().with_beta(&beta).unwrap();
            let (mut y, mut residual) = (zeros::<$to>(x.len()), x.clone());
            norm.forward(&x, &mut y).unwrap();
            norm.forward_residual(&x, &mut residual, &mut y).unwrap();
            let mut place = x.clone();
            points::RmsNorm::<$from>::new(width).unwrap().forward_in_place(&mut place).unwrap();
        }
    };
}

#[test]
fn fixed_norms_stay_in_their_slices() {
    let mut random = Random(4);
    fixed_norm!(random, I1F7, I4F12);
    fixed_norm!(random, I1F15, I1F15);
    fixed_norm!(random, I8F24, I1F7);
}

fn quantised<X: Code + Default, Y: Code + Default>(random: &mut Random, code: impl Fn(u64) -> X) {
    let input = Scale { scale: 0.02, zero_point: X::default() };
    let output = Scale { scale: 0.03, zero_point: Y::default() };
    for &width in WIDTHS {
        let (gamma, beta) = (random.floats(width), random.floats(width));
        let (mut g, mut b) = (zeros(width), zeros(width));
        let params = Params::fold_into(&gamma, &beta, input, output, 1e-5, [&mut g, &mut b]).unwrap();
        let params = params.with_residual(input, input, 1e-5).unwrap();
        let mut bytes = zeros::<u8>(68 + 8 * width);
        params.to_bytes(&mut bytes).unwrap();
        let x: Box<[X]> = (0..2 * width).map(|_| code(random.bits())).collect();
        let (mut residual, mut y) = (x.clone(), zeros::<Y>(x.len()));
        LayerNorm::new(&params).forward(&x, &mut y).unwrap();
        RmsNorm::new(&params).forward_residual(&x, &mut residual, &mut y).unwrap();
    }
}

#[test]
fn quantised_norms_stay_in_their_slices() {
    let mut random = Random(5);
    quantised::<i8, u8>(&mut random, |bits| bits as i8);
    quantised::<u8, i8>(&mut random, |bits| bits as u8);
    quantised::<i16, i16>(&mut random, |bits| bits as i16);
}

#[test]
fn parameters_are_the_bytes_that_were_written() {
    let scale = Scale { scale: 0.5, zero_point: 0i8 };
    let params = Params::fold(&[1.0, -2.0, 3.0], &[0.5; 3], scale, scale, 0.1).unwrap();
    let mut bytes = zeros::<u8>(Params::<i8, i8, [i32; 3]>::BYTES);
    params.to_bytes(&mut bytes).unwrap();
    assert_eq!(Params::from_bytes(&bytes), Ok(params));
    for len in 0..bytes.len() {
        let part: Box<[u8]> = bytes[..len].into();
        assert!(Params::<i8, i8, [i32; 3]>::from_bytes(&part).is_err());
    }
}
