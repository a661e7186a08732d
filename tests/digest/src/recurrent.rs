//! Recurrent cells and classifiers, of every kind and norm, and of every kind and type of weights.

use crate::memory::{self, Memory};
use crate::numbers::{Numbers, power_of_two};
use crate::{Failed, Sink};
use core::array::from_fn;
use layernorm::sequence::fixed::{self, Weight};
use layernorm::sequence::{
    Cell, Classifier, Gradients, Gru, Kind, Layer, Lstm, Normaliser, Plain, Rms, Rnn, StateNormLstm,
};

/// Inputs, units, frames.
const SHAPES: &[[usize; 3]] = &[[1, 1, 3], [3, 2, 1], [2, 5, 7], [5, 16, 4], [12, 32, 9], [7, 33, 12]];
const REDUCED: &[[usize; 3]] = &[[2, 3, 2]];
/// For little memory; gradients take as much as weights.
const FEW: &[[usize; 3]] = &[[1, 1, 3], [3, 2, 1], [2, 3, 4]];
const FEW_WITHOUT_GRADIENTS: &[[usize; 3]] = &[[1, 1, 3], [2, 5, 7], [5, 4, 6]];
const CLASSES: usize = 5;

type Run = fn([usize; 3], &mut Memory, &mut Numbers, &mut Sink) -> Result<(), Failed>;

const FLOATS: &[Run] = &[
    float::<Rnn, Layer>,
    float::<Rnn, Rms>,
    float::<Rnn, Plain>,
    float::<Lstm, Layer>,
    float::<Lstm, Rms>,
    float::<Lstm, Plain>,
    float::<Gru, Layer>,
    float::<Gru, Rms>,
    float::<Gru, Plain>,
];
/// Of which the code is small too.
const FEW_FLOATS: &[Run] =
    &[float::<Rnn, Rms>, float::<Lstm, Layer>, float::<Gru, Layer>, float::<Gru, Plain>];
const INTEGERS: &[Run] = &[
    integer::<Rnn, i8>,
    integer::<Rnn, i16>,
    integer::<Lstm, i8>,
    integer::<Lstm, i16>,
    integer::<Gru, i8>,
    integer::<Gru, i16>,
];

const STATE_NORM: &[Run] = &[
    float::<StateNormLstm, Layer>,
    float::<StateNormLstm, Rms>,
    float::<StateNormLstm, Plain>,
    integer::<StateNormLstm, i8>,
    integer::<StateNormLstm, i16>,
];
/// Inputs, units, frames.
const LEAKY_SHAPES: &[[usize; 3]] = &[[2, 5, 40], [3, 4, 150]];
const LEAKY: &[Run] = &[leaky_float::<Gru>, leaky_float::<StateNormLstm>, leaky_integer::<Gru>];

pub(crate) fn floats(memory: &mut Memory, sink: &mut Sink) {
    every_shape(FLOATS, memory.choose(SHAPES, REDUCED), memory, sink);
}

pub(crate) fn integers(memory: &mut Memory, sink: &mut Sink) {
    every_shape(INTEGERS, memory.choose(SHAPES, REDUCED), memory, sink);
}

pub(crate) fn state_norm(memory: &mut Memory, sink: &mut Sink) {
    every_shape(STATE_NORM, memory.choose(SHAPES, REDUCED), memory, sink);
}

/// Sessions of which the mean is leaky, for some times as many frames as it is over.
pub(crate) fn leaky(memory: &mut Memory, sink: &mut Sink) {
    every_shape(LEAKY, memory.choose(LEAKY_SHAPES, REDUCED), memory, sink);
}

pub(crate) fn small(memory: &mut Memory, sink: &mut Sink) {
    every_shape(FEW_FLOATS, memory.choose(FEW, REDUCED), memory, sink);
    every_shape(INTEGERS, memory.choose(FEW_WITHOUT_GRADIENTS, REDUCED), memory, sink);
}

fn every_shape(runs: &[Run], shapes: &[[usize; 3]], memory: &mut Memory, sink: &mut Sink) {
    for (turn, run) in runs.iter().enumerate() {
        for &shape in shapes {
            let mut numbers = Numbers::new((turn * 64 + shape[1]) as u64);
            if run(shape, memory, &mut numbers, sink).is_err() {
                sink.error();
            }
        }
    }
}

/// Takes the first `len`.
fn take<'a, T>(from: &mut &'a mut [T], len: usize) -> &'a mut [T] {
    from.split_off_mut(..len).unwrap_or_default()
}

/// Weights of a classifier: matrices of the usual size, gains about 1.
fn weights<K: Kind>([inputs, units, _]: [usize; 3], numbers: &mut Numbers, weights: &mut [f32]) {
    let scale = power_of_two(if numbers.below(4) == 0 { 2 } else { -2 });
    weights.iter_mut().for_each(|weight| *weight = numbers.bell() * scale);
    let gains = (inputs + units) * K::GATES * units;
    let (gamma, beta) = weights[gains..].split_at_mut(K::GAINS * units);
    gamma.iter_mut().for_each(|gamma| *gamma = 1.0 + numbers.bell() * power_of_two(-3));
    beta[..K::GAINS * units].iter_mut().for_each(|beta| *beta = numbers.bell() * power_of_two(-2));
}

fn float<K: Kind, N: Normaliser>(
    shape: [usize; 3],
    memory: &mut Memory,
    numbers: &mut Numbers,
    sink: &mut Sink,
) -> Result<(), Failed> {
    let [inputs, units, frames] = shape;
    let mut rest = &mut memory.x[..];
    let all = take(&mut rest, Classifier::<K, N>::weights_len(inputs, units, CLASSES));
    let gradients = take(&mut rest, all.len());
    weights::<K>(shape, numbers, all);
    gradients.fill(0.0);
    let mut rest = &mut memory.residual[..];
    let [x, dx] = from_fn(|_| take(&mut rest, frames * inputs));
    let [y, dy] = from_fn(|_| take(&mut rest, frames * units));
    let [state, dstate] = from_fn(|_| take(&mut rest, Cell::<K, N>::state_len(units)));
    let [logits, dlogits] = from_fn(|_| take(&mut rest, CLASSES));
    for random in [&mut *x, dy, state, dstate, dlogits] {
        random.iter_mut().for_each(|v| *v = numbers.bell());
    }
    let scratch = &mut memory.beta[..Classifier::<K, N>::scratch_len(units, frames)];

    let len = Cell::<K, N>::weights_len(inputs, units);
    let cell = Cell::<K, N>::new(inputs, units, &all[..len])?.with_epsilon(1.0e-3)?;
    let of_step = Cell::<K, N>::scratch_len(units);
    let tape = &mut memory.y[..Cell::<K, N>::tape_len(units, frames)];
    cell.forward(x, state, y, tape)?;
    sink.floats(y);
    cell.step(&x[..inputs], state, &mut scratch[..of_step])?;
    sink.floats(state);
    let grads = Gradients { weights: &mut gradients[..len], x: Some(dx) };
    cell.backward(x, tape, dy, dstate, grads, &mut scratch[..of_step])?;
    for of in [&gradients[..len], dx, dstate] {
        sink.floats(of);
    }

    let classifier = Classifier::<K, N>::new(inputs, units, CLASSES, all)?;
    let tape = &mut memory.y[..Classifier::<K, N>::tape_len(units, frames)];
    classifier.forward(x, tape, logits)?;
    sink.floats(logits);
    classifier.backward(x, tape, dlogits, gradients, scratch)?;
    sink.floats(gradients);
    x[numbers.below(x.len() as u64) as usize] = f32::NAN;
    let mut session = classifier.start(&mut memory.gamma[..Classifier::<K, N>::memory_len(units)])?;
    for x in x.chunks_exact(inputs) {
        session.push(x)?;
        session.logits(logits)?;
        sink.floats(logits);
    }
    Ok(())
}

fn integer<K: fixed::Kind, W: Weight>(
    shape: [usize; 3],
    memory: &mut Memory,
    numbers: &mut Numbers,
    sink: &mut Sink,
) -> Result<(), Failed> {
    let [inputs, units, frames] = shape;
    let all = &mut memory.x[..Classifier::<K, Layer>::weights_len(inputs, units, CLASSES)];
    weights::<K>(shape, numbers, all);
    let float = Classifier::<K, Layer>::new(inputs, units, CLASSES, all)?;
    let bytes: &mut [u8] =
        memory::codes(memory.y, fixed::Classifier::<K, W>::bytes_len(inputs, units, CLASSES));
    fixed::Classifier::<K, W>::fold(&float, 11, bytes)?;
    sink.codes(bytes);
    let classifier = fixed::Classifier::<K, W>::from_bytes(bytes)?;

    let x: &mut [i16] = memory::codes(memory.residual, frames * inputs);
    let wide = numbers.below(2) == 0;
    let factor = if wide { 1 << 14 } else { 1 << 11 };
    x.iter_mut().for_each(|x| *x = numbers.bell_times(factor).clamp(-32768, 32767) as i16);
    let words = memory::codes(memory.gamma, fixed::Classifier::<K, W>::words_len(units));
    let codes = memory::codes(memory.beta, fixed::Classifier::<K, W>::codes_len(units));
    let mut logits = [0i32; CLASSES];
    let mut session = classifier.start(words, codes)?;
    for x in x.chunks_exact(inputs) {
        session.push(x)?;
        session.logits(&mut logits)?;
        sink.codes(&logits);
    }
    let cell = classifier.cell();
    let mut codes: &mut [i16] = codes;
    let state = take(&mut codes, fixed::Cell::<K, W>::state_len(units));
    state.fill(1 << 12);
    cell.step(&x[..inputs], state, &mut words[..fixed::Cell::<K, W>::scratch_len(units)], codes)?;
    sink.codes(state);
    Ok(())
}

fn leaky_float<K: Kind>(
    shape: [usize; 3],
    memory: &mut Memory,
    numbers: &mut Numbers,
    sink: &mut Sink,
) -> Result<(), Failed> {
    let [inputs, units, frames] = shape;
    let all = &mut memory.x[..Classifier::<K, Layer>::weights_len(inputs, units, CLASSES)];
    weights::<K>(shape, numbers, all);
    let classifier = Classifier::<K, Layer>::new(inputs, units, CLASSES, all)?;
    let (x, mut logits) = (&mut memory.residual[..inputs], [0.0; CLASSES]);
    for shift in [0, 3, 15] {
        let of_session = &mut memory.gamma[..Classifier::<K, Layer>::memory_len(units)];
        let mut session = classifier.start_leaky(shift, of_session)?;
        for _ in 0..frames {
            x.iter_mut().for_each(|x| *x = numbers.bell());
            session.push(x)?;
            session.logits(&mut logits)?;
            sink.floats(&logits);
        }
    }
    Ok(())
}

fn leaky_integer<K: fixed::Kind>(
    shape: [usize; 3],
    memory: &mut Memory,
    numbers: &mut Numbers,
    sink: &mut Sink,
) -> Result<(), Failed> {
    type Of<'a, K> = fixed::Classifier<'a, K, i8>;
    let [inputs, units, frames] = shape;
    let all = &mut memory.x[..Classifier::<K, Layer>::weights_len(inputs, units, CLASSES)];
    weights::<K>(shape, numbers, all);
    let float = Classifier::<K, Layer>::new(inputs, units, CLASSES, all)?;
    let bytes: &mut [u8] = memory::codes(memory.y, Of::<K>::bytes_len(inputs, units, CLASSES));
    Of::<K>::fold(&float, 11, bytes)?;
    let classifier = Of::<K>::from_bytes(bytes)?;
    let x: &mut [i16] = memory::codes(memory.residual, inputs);
    let words = memory::codes(memory.gamma, Of::<K>::words_len(units));
    let codes = memory::codes(memory.beta, Of::<K>::codes_len(units));
    let mut logits = [0; CLASSES];
    for shift in [0, 3, 15] {
        let mut session = classifier.start_leaky(shift, words, codes)?;
        for _ in 0..frames {
            x.iter_mut().for_each(|x| *x = numbers.bell_times(1 << 12).clamp(-32768, 32767) as i16);
            session.push(x)?;
            session.logits(&mut logits)?;
            sink.codes(&logits);
        }
    }
    Ok(())
}
