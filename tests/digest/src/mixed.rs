//! Rows of half precision: apart and in place, with a residual, with channels first, and their gradients.

use crate::Sink;
use crate::memory::{Memory, codes};
use crate::numbers::Numbers;
use crate::rows::{KINDS, fill_rows, parameters};
use half::slice::HalfBitsSliceExt;
use layernorm::mixed::{Element, Norm, bf16, f16};
use layernorm::{Error, Layer, ParamGrads, Rms};

const REDUCED: &[usize] = &[1, 17];
const WIDTHS: &[usize] = &[1, 3, 16, 33, 64, 100, 300, 1000];

/// A type of 16 bits.
trait Half: Element {
    fn slice(bits: &mut [u16]) -> &mut [Self];
    fn from_f32(value: f32) -> Self;
    fn bits(self) -> u16;
}

macro_rules! half {
    ($($type:ident),*) => {$(
        impl Half for $type {
            fn slice(bits: &mut [u16]) -> &mut [Self] {
                bits.reinterpret_cast_mut()
            }
            fn from_f32(value: f32) -> Self {
                $type::from_f32(value)
            }
            fn bits(self) -> u16 {
                self.to_bits()
            }
        }
    )*};
}
half!(f16, bf16);

pub(crate) fn every_width(memory: &mut Memory, sink: &mut Sink) {
    for &width in memory.choose(WIDTHS, REDUCED) {
        let result =
            case::<f16, bf16>(memory, width, sink).and_then(|()| case::<bf16, f16>(memory, width, sink));
        if result.is_err() {
            sink.error();
        }
    }
}

/// Sends the bits.
fn send<H: Half>(sink: &mut Sink, values: &[H]) {
    values.iter().for_each(|value| sink.bytes(&value.bits().to_le_bytes()));
}

/// Rows and γ of type `X`; y, dy and β of type `Y`.
fn case<X: Half, Y: Half>(memory: &mut Memory, width: usize, sink: &mut Sink) -> Result<(), Error> {
    let mut numbers = Numbers::new(width as u64);
    let elements = width * KINDS.len();
    let (wide, scratch) = (&mut memory.x[..elements], &mut memory.y[..3 * width]);
    let (gamma, beta) = (&mut memory.gamma[..width], &mut memory.beta[..width]);
    let halves = codes::<u16>(memory.residual, 2 * elements + 2 * width);
    let (rows, parameters_of_row) = halves.split_at_mut(2 * elements);
    let (x, y) = rows.split_at_mut(elements);
    let (x, y) = (X::slice(x), Y::slice(y));
    let (half_gamma, half_beta) = parameters_of_row.split_at_mut(width);
    let (half_gamma, half_beta) = (X::slice(half_gamma), Y::slice(half_beta));
    fill_rows(KINDS, &mut numbers, wide);
    parameters(&mut numbers, gamma, beta);
    let to_half = |from: &[f32], to: &mut [X]| from.iter().zip(to).for_each(|(v, to)| *to = X::from_f32(*v));
    to_half(wide, x);
    to_half(gamma, half_gamma);
    beta.iter().zip(&mut *half_beta).for_each(|(v, to)| *to = Y::from_f32(*v));
    let stats = &mut memory.stats[..KINDS.len()];
    let layer = Norm::<Layer>::new(width)?.with_gamma(half_gamma)?.with_beta(half_beta)?;
    let rms = Norm::<Rms>::new(width)?.with_gamma(half_gamma)?.with_unit_offset();

    layer.forward_with_stats(x, y, stats)?;
    send(sink, y);
    sink.stats(stats);
    rms.forward_channels_first(x, KINDS.len(), y)?;
    send(sink, y);

    // dy is what the last norm gave, so that some of it is not finite.
    let grads = ParamGrads { gamma: Some(gamma), beta: Some(beta) };
    layer.backward_in_place(x, stats, y, grads, scratch)?;
    send(sink, y);
    sink.floats(gamma);
    sink.floats(beta);

    layer.forward_residual(y, x, wide)?;
    send(sink, x);
    sink.floats(wide);
    rms.forward_in_place(x)?;
    send(sink, x);
    Ok(())
}
