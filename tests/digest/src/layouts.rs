//! Rows with a stride, channels first, modulated, with a unit offset, and around a sublayer.

use crate::Sink;
use crate::memory::Memory;
use crate::numbers::Numbers;
use crate::rows::{KINDS, fill_rows, parameters};
use layernorm::{Centring, Error, Modulation, Norm};

const REDUCED: &[usize] = &[1, 17];
const WIDTHS: &[usize] = &[1, 3, 16, 33, 64, 100, 300];

pub(crate) fn every_width<K: Centring>(memory: &mut Memory, sink: &mut Sink) {
    for &width in memory.choose(WIDTHS, REDUCED) {
        if case::<K>(memory, width, sink).is_err() {
            sink.error();
        }
    }
}

fn case<K: Centring>(memory: &mut Memory, width: usize, sink: &mut Sink) -> Result<(), Error> {
    let mut numbers = Numbers::new(width as u64);
    let elements = width * KINDS.len();
    let (x, y) = (&mut memory.x[..elements], &mut memory.y[..]);
    let scratch = &mut memory.residual[..2 * elements];
    let (gamma, beta) = (&mut memory.gamma[..width], &mut memory.beta[..width]);
    fill_rows(KINDS, &mut numbers, x);
    parameters(&mut numbers, gamma, beta);
    let norm = Norm::<K>::new(width)?;

    let padded = &mut y[..(width + 3) * KINDS.len()];
    padded.fill(7.0);
    norm.with_gamma(gamma)?.forward_strided(x, width, padded, width + 3)?;
    sink.floats(padded);
    norm.with_gamma(gamma)?.with_unit_offset().forward_strided_in_place(padded, width + 3)?;
    sink.floats(padded);

    let y = &mut y[..elements];
    norm.with_gamma(gamma)?.forward_channels_first(x, KINDS.len(), y)?;
    sink.floats(y);
    norm.forward_channels_first_in_place(y, 1)?;
    sink.floats(y);

    norm.forward_modulated(x, Modulation { scale: gamma, shift: beta }, y)?;
    sink.floats(y);

    let double = |from: &[f32], to: &mut [f32]| from.iter().zip(to).for_each(|(v, to)| *to = v + v);
    norm.pre_norm(x, scratch, double)?;
    sink.floats(x);
    norm.post_norm(x, &mut scratch[..elements], double)?;
    sink.floats(x);
    Ok(())
}
