//! Rows that come in pieces, and parts of rows that are merged.

use crate::Sink;
use crate::memory::Memory;
use crate::numbers::Numbers;
use crate::rows::{KINDS, fill, parameters};
use layernorm::{Centring, Error, Finish, Moments, Norm};

const REDUCED: &[usize] = &[1, 17];
const WIDTHS: &[usize] = &[1, 16, 100, 256, 257, 1000, 4096];

pub(crate) fn every_row<K: Centring>(memory: &mut Memory, sink: &mut Sink) {
    for &width in memory.choose(WIDTHS, REDUCED) {
        let mut numbers = Numbers::new(width as u64);
        for kind in KINDS {
            fill(*kind, &mut numbers, &mut memory.x[..width]);
            if row::<K>(memory, width, &mut numbers, sink).is_err() {
                sink.error();
            }
        }
    }
}

fn row<K: Centring>(
    memory: &mut Memory,
    width: usize,
    numbers: &mut Numbers,
    sink: &mut Sink,
) -> Result<(), Error> {
    let (x, y) = (&memory.x[..width], &mut memory.y[..width]);
    let (gamma, beta) = (&mut memory.gamma[..width], &mut memory.beta[..width]);
    parameters(numbers, gamma, beta);
    let norm = Norm::<K>::new(width)?.with_gamma(gamma)?;
    let chunk = 1 + numbers.below(300) as usize;

    let mut moments = empty::<K>();
    let stats = loop {
        x.chunks(chunk).try_for_each(|chunk| moments.push(chunk))?;
        if let Finish::Done(stats) = moments.finish(1.0e-5)? {
            break stats;
        }
    };
    for (i, (x, y)) in x.chunks(chunk).zip(y.chunks_mut(chunk)).enumerate() {
        norm.apply(&stats, i * chunk, x, y)?;
    }
    sink.stats(&[stats]);
    sink.floats(y);

    let (left, right) = x.split_at(numbers.below(width as u64 + 1) as usize);
    let mut moments = empty::<K>();
    let stats = loop {
        let mut other = moments.clone();
        moments.push(left)?;
        other.push(right)?;
        moments.merge(&other)?;
        if let Finish::Done(stats) = moments.finish(1.0e-5)? {
            break stats;
        }
    };
    sink.stats(&[stats]);
    Ok(())
}

fn empty<K: Centring>() -> Moments {
    if K::CENTRED { Moments::new() } else { Moments::uncentred() }
}
