//! What makes the parameters of the quantised norms, on a host or on a device that has time for it.

use crate::verbs::keep;
use core::hint::black_box;
use layernorm::FoldError;
use layernorm::quantized::{Code, LayerNorm, Params, Scale};
use layernorm::sequence::fixed::{Cell, Classifier, Kind, Weight};
use layernorm::sequence::{self, Gru, Layer, Lstm, Rnn, StateNormLstm};

const WIDTH: usize = 16;
const BYTES: usize = Params::<i8, i8, [i32; WIDTH]>::BYTES;

pub fn call() {
    let result = fold(0i8, 0i8);
    keep(result);
    let result = fold(0u8, 0i16);
    keep(result);
    let result = fold_into(0i16, 0u8);
    keep(result);
    for result in [
        recurrent::<Rnn, i8>(),
        recurrent::<Rnn, i16>(),
        recurrent::<Lstm, i8>(),
        recurrent::<Lstm, i16>(),
        recurrent::<Gru, i8>(),
        recurrent::<Gru, i16>(),
        recurrent::<StateNormLstm, i8>(),
        recurrent::<StateNormLstm, i16>(),
    ] {
        keep(result);
    }
}

fn recurrent<K: Kind, W: Weight>() -> Result<(), FoldError> {
    let weights: &[f32] = black_box(&[1.0; 512]);
    let classifier =
        sequence::Classifier::<K, Layer>::new(black_box(3), black_box(4), black_box(2), weights)?;
    let mut bytes = [0; 1024];
    Classifier::<K, W>::fold(&classifier, black_box(12), black_box(&mut bytes))?;
    let cell = sequence::Cell::<K, Layer>::new(black_box(3), black_box(4), weights)?;
    Cell::<K, W>::fold(&cell, black_box(12), black_box(&mut bytes))
}

fn scales<X, Y>(x: X, y: Y) -> (Scale<X>, Scale<Y>) {
    black_box((Scale { scale: 0.02, zero_point: x }, Scale { scale: 0.03, zero_point: y }))
}

fn fold<X: Code + PartialEq, Y: Code + PartialEq>(x: X, y: Y) -> Result<(), FoldError> {
    let (input, output) = scales(x, y);
    let (gamma, beta) = black_box((&[1.0; WIDTH], &[0.0; WIDTH]));
    let epsilon = black_box(1e-5);
    let params =
        Params::fold(gamma, beta, input, output, epsilon)?.with_residual(input, scales(x, y).0, epsilon)?;
    let mut bytes = [0; BYTES];
    params.to_bytes(black_box(&mut bytes[..]))?;
    black_box(Params::<X, Y, [i32; WIDTH]>::from_bytes(black_box(&bytes[..])) == Ok(params));
    black_box(params.report(gamma, beta, output)?);
    Ok(())
}

fn fold_into<X: Code, Y: Code>(x: X, y: Y) -> Result<(), FoldError> {
    let (input, output) = scales(x, y);
    let gamma: &[f32] = black_box(&[1.0; WIDTH]);
    let beta: &[f32] = black_box(&[0.0; WIDTH]);
    let epsilon = black_box(1e-5);
    let (mut g, mut b) = ([0; WIDTH], [0; WIDTH]);
    let to = black_box([&mut g[..], &mut b[..]]);
    let params = Params::fold_into(gamma, beta, input, output, epsilon, to)?.with_residual(
        input,
        scales(x, y).0,
        epsilon,
    )?;
    params.to_bytes(black_box(&mut [0; BYTES][..]))?;
    black_box(params.report(gamma, beta, output)?);
    black_box(params.width());
    LayerNorm::new(&params).forward(black_box(&[x; WIDTH][..]), black_box(&mut [y; WIDTH][..]))?;
    Ok(())
}
