//! The verbs of the norms of quantised codes.

use crate::codes::{self, Code};
use crate::integer::{Case, Runs, every_case, some_cases};
use crate::memory::{self, Memory};
use crate::numbers::Numbers;
use crate::rows::parameters;
use crate::{Failed, Sink};
use core::ops::Range;
use layernorm::quantized::{self, CumulativeSums, DynamicTanh, GroupNorm, Norm, Params, Scale};
use layernorm::{Averaging, Layer, Rms};

const fn runs<K: Averaging>() -> Runs<'static> {
    [
        &[run::<i8, i8, K>, run::<i8, u8, K>, run::<i8, i16, K>],
        &[run::<u8, i8, K>, run::<u8, u8, K>, run::<u8, i16, K>],
        &[run::<i16, i8, K>, run::<i16, u8, K>, run::<i16, i16, K>],
    ]
}

/// Of which the code is small too.
const fn few_runs<K: Averaging>() -> Runs<'static> {
    [&[run::<i8, i8, K>], &[run::<u8, i16, K>], &[run::<i16, i16, K>]]
}

pub(crate) fn layer_norm(memory: &mut Memory, sink: &mut Sink) {
    every_case(&runs::<Layer>(), memory, sink);
}

pub(crate) fn rms_norm(memory: &mut Memory, sink: &mut Sink) {
    every_case(&runs::<Rms>(), memory, sink);
}

pub(crate) fn small(memory: &mut Memory, sink: &mut Sink) {
    some_cases(&few_runs::<Layer>(), memory, sink);
    some_cases(&few_runs::<Rms>(), memory, sink);
}

/// A scale with an exponent among `exponents` (biased), every other one a power of two.
fn scale<T: Code>(numbers: &mut Numbers, exponents: Range<u32>) -> Scale<T> {
    let fraction = if numbers.below(2) == 0 { 0 } else { 0x7f_ffff };
    let bits = numbers.with_exponent(exponents).to_bits();
    Scale { scale: f32::from_bits(bits & (0xff << 23 | fraction)), zero_point: codes::zero_point(numbers) }
}

/// Some of γ and β become odd halves of an LSB of the output.
fn halves(numbers: &mut Numbers, step: f32, values: &mut [f32]) {
    for value in values {
        if numbers.below(3) == 0 {
            *value = (numbers.below(64) as f32 - 31.5) * step;
        }
    }
}

/// Parameters of any γ and β, which are in the first halves of `memory`, and their integers in the second.
fn folded<'a, X: quantized::Code, Y: quantized::Code + Code>(
    memory: [&'a mut [f32]; 2],
    width: usize,
    input: Scale<X>,
    epsilon: f32,
    numbers: &mut Numbers,
) -> Result<Params<X, Y, &'a [i32]>, Failed> {
    let [(gamma, g), (beta, b)] = memory.map(|memory| memory.split_at_mut(memory.len() / 2));
    let (gamma, beta) = (&mut gamma[..width], &mut beta[..width]);
    let output = scale(numbers, if size_of::<Y>() == 1 { 120..124 } else { 110..117 });
    parameters(numbers, gamma, beta);
    let to = [memory::codes(g, width), memory::codes(b, width)];
    Ok(Params::fold_into(gamma, beta, input, output, epsilon, to)?)
}

const fn streams<K: Averaging>() -> Runs<'static> {
    [
        &[stream::<i8, i8, K>, stream::<i8, i16, K>],
        &[stream::<u8, u8, K>, stream::<u8, i8, K>],
        &[stream::<i16, u8, K>, stream::<i16, i16, K>],
    ]
}

pub(crate) fn cumulative(memory: &mut Memory, sink: &mut Sink) {
    every_case(&streams::<Layer>(), memory, sink);
    every_case(&streams::<Rms>(), memory, sink);
}

/// The rows are frames.
fn stream<X, Y, K: Averaging>(
    case: Case,
    memory: &mut Memory,
    numbers: &mut Numbers,
    sink: &mut Sink,
) -> Result<(), Failed>
where
    X: quantized::Code + Code,
    Y: quantized::Code + Code,
{
    let Case { width, kinds, epsilon } = case;
    let x: &mut [X] = memory::codes(memory.x, width * kinds.len());
    let y: &mut [Y] = memory::codes(memory.y, width * kinds.len());
    codes::rows(kinds, numbers, x);
    let input = scale(numbers, 113..123);
    let params = folded::<X, Y>([memory.gamma, memory.beta], width, input, epsilon, numbers)?;
    Norm::<X, Y, K>::new(&params).forward_cumulative(&mut CumulativeSums::new(), x, y)?;
    sink.codes(y);
    Ok(())
}

const GROUPS: Runs<'static> = [
    &[groups::<i8, i8>, groups::<i8, i16>],
    &[groups::<u8, u8>, groups::<u8, i8>],
    &[groups::<i16, u8>, groups::<i16, i16>],
];
const TANHS: Runs<'static> = [
    &[tanh::<i8, i8>, tanh::<i8, i16>],
    &[tanh::<u8, u8>, tanh::<u8, i8>],
    &[tanh::<i16, u8>, tanh::<i16, i16>],
];

pub(crate) fn group_norm(memory: &mut Memory, sink: &mut Sink) {
    every_case(&GROUPS, memory, sink);
}

pub(crate) fn dynamic_tanh(memory: &mut Memory, sink: &mut Sink) {
    every_case(&TANHS, memory, sink);
}

/// Each row is a group, of as many channels as divide it.
fn groups<X, Y>(case: Case, memory: &mut Memory, numbers: &mut Numbers, sink: &mut Sink) -> Result<(), Failed>
where
    X: quantized::Code + Code,
    Y: quantized::Code + Code,
{
    let Case { width, kinds, epsilon } = case;
    let of_group = [4, 3, 2].into_iter().find(|channels| width % channels == 0).unwrap_or(1);
    let x: &mut [X] = memory::codes(memory.x, width * kinds.len());
    let y: &mut [Y] = memory::codes(memory.y, width * kinds.len());
    codes::rows(kinds, numbers, x);
    let (channels, input) = (of_group * kinds.len(), scale(numbers, 113..123));
    let params = folded::<X, Y>([memory.gamma, memory.beta], channels, input, 0.0, numbers)?;
    GroupNorm::new(&params, kinds.len(), width / of_group, input, epsilon)?.forward(x, y)?;
    sink.codes(y);
    Ok(())
}

fn tanh<X, Y>(case: Case, memory: &mut Memory, numbers: &mut Numbers, sink: &mut Sink) -> Result<(), Failed>
where
    X: quantized::Code + Code,
    Y: quantized::Code + Code,
{
    let Case { width, kinds, .. } = case;
    let x: &mut [X] = memory::codes(memory.x, width * kinds.len());
    let y: &mut [Y] = memory::codes(memory.y, width * kinds.len());
    codes::rows(kinds, numbers, x);
    let (input, alpha) = (scale(numbers, 113..123), numbers.with_exponent(120..131));
    let params = folded::<X, Y>([memory.gamma, memory.beta], width, input, 0.0, numbers)?;
    DynamicTanh::new(&params, alpha, input)?.forward(x, y)?;
    sink.codes(y);
    Ok(())
}

fn run<X, Y, K: Averaging>(
    case: Case,
    memory: &mut Memory,
    numbers: &mut Numbers,
    sink: &mut Sink,
) -> Result<(), Failed>
where
    X: quantized::Code + Code,
    Y: quantized::Code + Code,
{
    let Case { width, kinds, epsilon } = case;
    let elements = width * kinds.len();
    let x: &mut [X] = memory::codes(memory.x, elements);
    let residual: &mut [X] = memory::codes(memory.residual, elements);
    let y: &mut [Y] = memory::codes(memory.y, elements);
    codes::rows(kinds, numbers, x);
    codes::residual(numbers, residual);
    let half = memory.gamma.len() / 2;
    let (gamma, gamma_codes) = memory.gamma.split_at_mut(half);
    let (beta, beta_codes) = memory.beta.split_at_mut(half);
    let (gamma, beta) = (&mut gamma[..width], &mut beta[..width]);
    // The input's scale is at most 16 times that of the residual.
    let (input, of_residual) = (scale(numbers, 113..123), scale(numbers, 119..126));
    let output: Scale<Y> = scale(numbers, if size_of::<Y>() == 1 { 120..124 } else { 110..117 });
    let back: Scale<X> = scale(numbers, if size_of::<X>() == 1 { 120..124 } else { 110..117 });
    parameters(numbers, gamma, beta);
    halves(numbers, output.scale, gamma);
    halves(numbers, output.scale, beta);
    if numbers.below(4) == 0 {
        gamma.fill(1.0);
    }
    if numbers.below(4) == 0 {
        beta.fill(0.0);
    }

    let (g, b) = (memory::codes(gamma_codes, width), memory::codes(beta_codes, width));
    let params = Params::fold_into(gamma, beta, input, output, epsilon, [&mut *g, &mut *b])?.with_residual(
        input,
        of_residual,
        epsilon,
    )?;
    let apart = Norm::<X, Y, K>::new(&params);
    apart.forward(x, y)?;
    sink.codes(y);
    apart.forward_residual(x, residual, y)?;
    sink.codes(residual);
    sink.codes(y);
    let params = Params::fold_into(gamma, beta, input, back, epsilon, [g, b])?;
    Norm::<X, X, K>::new(&params).forward_in_place(x)?;
    sink.codes(x);
    Ok(())
}
