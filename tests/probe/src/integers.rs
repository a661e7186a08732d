//! The verbs of the fixed-point and quantised norms that a device calls. None needs floating point.

use crate::verbs::keep;
use ::fixed::types::{I1F7, I1F15, I2F6, I2F14, I2F30, I4F4, I4F12, I8F24, I16F16};
use core::hint::black_box;
use layernorm::fixed::{self, Number};
use layernorm::quantized::{self, Code, CumulativeSums, DynamicTanh, GroupNorm, Params, Scale};
use layernorm::sequence::fixed::{Cell, Classifier, Kind, Weight};
use layernorm::sequence::{Gru, Lstm, Rnn, StateNormLstm};
use layernorm::{Averaging, FoldError, FormatError, Layer, Rms};

const WIDTH: usize = 16;
const ELEMENTS: usize = 64;
const BYTES: usize = Params::<i8, i8, [i32; WIDTH]>::BYTES;

pub fn call() {
    for result in [
        fixed::<_, _, _, Layer>(I1F7::MAX, I4F4::MAX, I2F6::MAX),
        fixed::<_, _, _, Rms>(I1F7::MAX, I4F12::MAX, I2F14::MAX),
        fixed::<_, _, _, Layer>(I1F15::MAX, I4F12::MAX, I2F14::MAX),
        fixed::<_, _, _, Rms>(I4F12::MAX, I16F16::MAX, I2F30::MAX),
        fixed::<_, _, _, Layer>(I16F16::MAX, I8F24::MAX, I2F30::MAX),
        fixed::<_, _, _, Rms>(I16F16::MAX, I4F4::MAX, I2F6::MAX),
    ] {
        keep(result);
    }
    for result in [
        quantized::<_, _, Layer>(1i8, 1i8),
        quantized::<_, _, Rms>(1i8, 1i16),
        quantized::<_, _, Layer>(1u8, 1u8),
        quantized::<_, _, Rms>(1u8, 1i8),
        quantized::<_, _, Layer>(1i16, 1i16),
        quantized::<_, _, Rms>(1i16, 1u8),
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

/// Behind `black_box` even the length of a slice is unknown.
fn fixed<X: Number, Y: Number, P: Number, K: Averaging>(x: X, y: Y, parameter: P) -> Result<(), FoldError> {
    let (mut xs, mut residual, mut ys) = ([x; ELEMENTS], [x; ELEMENTS], [y; ELEMENTS]);
    let (xs, residual, ys) = black_box((&mut xs[..], &mut residual[..], &mut ys[..]));
    let parameter: &[P] = &[parameter; WIDTH];
    let (gamma, beta) = black_box((parameter, parameter));
    let (width, epsilon) = black_box((WIDTH, 1e-6));
    let norm = fixed::Norm::<X, Y, K>::new(width)?;
    norm.forward(xs, ys)?;
    let norm = norm.with_gamma(gamma)?.with_beta(beta)?.with_epsilon(epsilon)?;
    norm.forward(xs, ys)?;
    norm.forward_residual(xs, residual, ys)?;
    let norm = fixed::Norm::<X, X, K>::new(width)?.with_gamma(gamma)?.with_beta(beta)?;
    norm.with_epsilon(epsilon)?.forward_in_place(xs)?;
    Ok(())
}

fn quantized<X: Code, Y: Code, K: Averaging>(x: X, y: Y) -> Result<(), FormatError> {
    let (mut xs, mut residual, mut ys) = ([x; ELEMENTS], [x; ELEMENTS], [y; ELEMENTS]);
    let (xs, residual, ys) = black_box((&mut xs[..], &mut residual[..], &mut ys[..]));
    let bytes: &[u8] = black_box(&[0; BYTES]);
    let params = Params::<X, Y, [i32; WIDTH]>::from_bytes(bytes)?;
    let norm = quantized::Norm::<X, Y, K>::new(&params);
    norm.forward(xs, ys)?;
    norm.forward_residual(xs, residual, ys)?;
    let mut sums = CumulativeSums::new();
    norm.forward_cumulative(&mut sums, xs, ys)?;
    black_box(sums.frames());
    let params = Params::<X, X, [i32; WIDTH]>::from_bytes(bytes)?;
    quantized::Norm::<X, X, K>::new(&params).forward_in_place(xs)?;
    quantized::Norm::<X, X, K>::new(&params).forward_cumulative_in_place(black_box(&mut sums), xs)?;
    keep(operations(&params, xs));
    Ok(())
}

fn operations<X: Code>(params: &Params<X, X, [i32; WIDTH]>, x: &mut [X]) -> Result<(), FoldError> {
    let Some(&zero_point) = x.first() else { return Ok(()) };
    let mut y = [zero_point; ELEMENTS];
    let (scale, alpha, epsilon) = black_box((Scale { scale: 0.5, zero_point }, 0.5, 1e-6));
    let norm = GroupNorm::new(params, black_box(4), black_box(4), scale, epsilon)?;
    norm.forward(x, black_box(&mut y))?;
    norm.forward_in_place(x)?;
    let dyt = DynamicTanh::new(params, alpha, scale)?;
    dyt.forward(x, black_box(&mut y))?;
    dyt.forward_in_place(x)?;
    Ok(())
}

fn recurrent<K: Kind, W: Weight>() -> Result<(), FormatError> {
    let bytes: &[u8] = black_box(&[0; BYTES]);
    let x: &[i16] = black_box(&[1; 4]);
    let (mut words, mut codes, mut gates) = ([0; ELEMENTS], [0; ELEMENTS], [0; ELEMENTS]);
    let (words, codes, gates) = black_box((&mut words[..], &mut codes[..], &mut gates[..]));
    let cell = Cell::<K, W>::from_bytes(bytes)?;
    black_box((cell.inputs(), cell.units(), cell.fraction()));
    cell.step(x, codes, words, gates)?;
    let classifier = Classifier::<K, W>::from_bytes(bytes)?;
    black_box(classifier.scale().to_bits());
    let mut session = classifier.start(words, codes)?;
    session.push(x)?;
    black_box(session.frames());
    session.logits(black_box(&mut [0; 2]))?;
    let mut session = classifier.start_leaky(black_box(10), words, codes)?;
    session.push(x)?;
    session.logits(black_box(&mut [0; 2]))?;
    Ok(())
}
