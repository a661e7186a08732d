//! The verbs of the fixed-point norms.

use crate::codes::{self, Code};
use crate::integer::{Case, Runs, every_case, some_cases};
use crate::memory::{self, Memory};
use crate::numbers::Numbers;
use crate::{Failed, Sink};
use ::fixed::traits::Fixed;
use ::fixed::types::{I1F15, I1F31, I2F14, I2F30, I3F5, I4F4, I4F12, I8F0, I8F8, I8F24, I16F16};
use layernorm::fixed::{Norm, Number};
use layernorm::{Averaging, Layer, Rms};

const fn runs<K: Averaging>() -> Runs<'static> {
    [
        &[run::<I4F4, I4F4, K>, run::<I8F0, I4F12, K>, run::<I3F5, I8F24, K>],
        &[run::<I4F12, I4F4, K>, run::<I1F15, I4F12, K>, run::<I4F12, I16F16, K>],
        &[run::<I1F31, I3F5, K>, run::<I16F16, I4F12, K>, run::<I8F24, I8F24, K>],
    ]
}

/// Of which the code is small too.
const fn few_runs<K: Averaging>() -> Runs<'static> {
    [&[run::<I4F4, I4F4, K>], &[run::<I1F15, I4F12, K>], &[run::<I16F16, I4F12, K>]]
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

/// Codes, γ and β of 16 bits, for which some cores have a loop of their own.
pub(crate) fn of_16_bits(memory: &mut Memory, sink: &mut Sink) {
    let runs: Runs = [
        &[run_16::<I2F14, I4F12, Layer>],
        &[run_16::<I4F12, I1F15, Rms>, run_16::<I1F15, I4F12, Rms>],
        &[run_16::<I1F15, I8F8, Layer>],
    ];
    some_cases(&runs, memory, sink);
}

fn run_16<G, B, K: Averaging>(
    Case { width, kinds, epsilon }: Case,
    memory: &mut Memory,
    numbers: &mut Numbers,
    sink: &mut Sink,
) -> Result<(), Failed>
where
    G: Number + Fixed<Bits: Code>,
    B: Number + Fixed<Bits: Code>,
{
    let elements = width * kinds.len();
    let x: &mut [I4F12] = memory::codes(memory.x, elements);
    let y: &mut [I4F12] = memory::codes(memory.y, elements);
    codes::rows::<i16>(kinds, numbers, bytemuck::cast_slice_mut(x));
    let gamma: &[G] = parameter(memory.gamma, width, 1, I4F12::FRAC_NBITS, numbers);
    let beta: &[B] = parameter(memory.beta, width, 0, I4F12::FRAC_NBITS, numbers);
    let norm = Norm::<I4F12, I4F12, K>::new(width)?.with_epsilon(epsilon)?;
    let norm = norm.with_gamma(gamma)?.with_beta(beta)?;
    norm.forward(x, y)?;
    sink.codes::<i16>(bytemuck::cast_slice(y));
    norm.forward_in_place(x)?;
    sink.codes::<i16>(bytemuck::cast_slice(x));
    Ok(())
}

/// γ or β, if there is one, in a format of its own.
#[derive(Clone, Copy)]
enum Parameter<'a> {
    Absent,
    Short(&'a [I3F5]),
    Medium(&'a [I4F12]),
    Long(&'a [I2F30]),
}

impl<'a> Parameter<'a> {
    /// For an output with so many bits behind the point, whose LSB is halved.
    fn new(words: &'a mut [f32], width: usize, about: i64, output: u32, numbers: &mut Numbers) -> Self {
        match numbers.below(4) {
            0 => Self::Absent,
            1 => Self::Short(parameter(words, width, about, output, numbers)),
            2 => Self::Medium(parameter(words, width, about, output, numbers)),
            _ => Self::Long(parameter(words, width, about, output, numbers)),
        }
    }
}

fn parameter<'a, P: Fixed<Bits: Code>>(
    words: &'a mut [f32],
    width: usize,
    about: i64,
    output: u32,
    numbers: &mut Numbers,
) -> &'a [P] {
    let to: &mut [P::Bits] = memory::codes(words, width);
    let unit = 1 << P::FRAC_NBITS;
    codes::parameter(numbers, unit, about, unit >> (output + 1), to);
    bytemuck::cast_slice(to)
}

fn norm<'a, X: Number, Y: Number, K: Averaging>(
    width: usize,
    epsilon: f32,
    gamma: Parameter<'a>,
    beta: Parameter<'a>,
) -> Result<Norm<'a, X, Y, K>, Failed> {
    let norm = Norm::new(width)?.with_epsilon(epsilon)?;
    let norm = match gamma {
        Parameter::Absent => norm,
        Parameter::Short(gamma) => norm.with_gamma(gamma)?,
        Parameter::Medium(gamma) => norm.with_gamma(gamma)?,
        Parameter::Long(gamma) => norm.with_gamma(gamma)?,
    };
    Ok(match beta {
        Parameter::Absent => norm,
        Parameter::Short(beta) => norm.with_beta(beta)?,
        Parameter::Medium(beta) => norm.with_beta(beta)?,
        Parameter::Long(beta) => norm.with_beta(beta)?,
    })
}

fn run<X, Y, K: Averaging>(
    case: Case,
    memory: &mut Memory,
    numbers: &mut Numbers,
    sink: &mut Sink,
) -> Result<(), Failed>
where
    X: Number + Fixed<Bits: Code>,
    Y: Number + Fixed<Bits: Code>,
{
    let Case { width, kinds, epsilon } = case;
    let elements = width * kinds.len();
    let x: &mut [X] = memory::codes(memory.x, elements);
    let residual: &mut [X] = memory::codes(memory.residual, elements);
    let y: &mut [Y] = memory::codes(memory.y, elements);
    codes::rows::<X::Bits>(kinds, numbers, bytemuck::cast_slice_mut(x));
    codes::residual::<X::Bits>(numbers, bytemuck::cast_slice_mut(residual));
    let gamma = Parameter::new(memory.gamma, width, 1, Y::FRAC_NBITS, numbers);
    let beta = Parameter::new(memory.beta, width, 0, Y::FRAC_NBITS, numbers);

    let apart = norm::<X, Y, K>(width, epsilon, gamma, beta)?;
    apart.forward(x, y)?;
    sink.codes::<Y::Bits>(bytemuck::cast_slice(y));
    apart.forward_residual(x, residual, y)?;
    sink.codes::<X::Bits>(bytemuck::cast_slice(residual));
    sink.codes::<Y::Bits>(bytemuck::cast_slice(y));
    norm::<X, X, K>(width, epsilon, gamma, beta)?.forward_in_place(x)?;
    sink.codes::<X::Bits>(bytemuck::cast_slice(x));
    Ok(())
}
