//! What broke a promise once, on some machine: constant rows of every exponent, gradients whose terms leave the range of
//! f32 or cancel, sums over rows, statistics of one row applied to another.

use crate::Sink;
use crate::memory::Memory;
use crate::numbers::Numbers;
use layernorm::{Centring, Error, Layer, LayerNorm, Norm, ParamGrads, Rms};

pub(crate) fn small(memory: &mut Memory, sink: &mut Sink) {
    let all = [constant_rows, terms_out_of_range, every_size::<Layer>, every_size::<Rms>, foreign_statistics];
    for part in all {
        if part(memory, sink).is_err() {
            sink.error();
        }
    }
}

/// β, whatever the value.
fn constant_rows(memory: &mut Memory, sink: &mut Sink) -> Result<(), Error> {
    for width in [1, 3, 7] {
        let (x, y) = (&mut memory.x[..width], &mut memory.y[..width]);
        memory.gamma[..width].fill(1e30);
        for exponent in 0..255 {
            x.fill(f32::from_bits(exponent << 23 | 0x12_3456));
            for epsilon in [0.0, 1e-5] {
                let norm =
                    LayerNorm::new(width)?.with_epsilon(epsilon)?.with_gamma(&memory.gamma[..width])?;
                norm.forward(x, y)?;
                sink.floats(y);
            }
        }
    }
    Ok(())
}

/// dx of a row of equal numbers is 0, though g·rstd and the level overflow; and one whose sums cancel beyond an f64.
fn terms_out_of_range(memory: &mut Memory, sink: &mut Sink) -> Result<(), Error> {
    const LARGE: f32 = (1u64 << 60) as f32;
    const ROWS: [(&[f32], &[f32], f32); 4] = [
        (&[0.5], &[1e37], 1e-5),
        (&[1e38; 2], &[1e29; 2], 1e-5),
        (&[-1.0, 1.0, -1.0, 1.0, 0.0], &[LARGE, 1.0, -LARGE, 0.0, 0.0], 0.0),
        (&[0.0, 0.0, 1e-45], &[1.5e15, -1.5e14, -7.2e14], 0.0),
    ];
    for (x, dy, epsilon) in ROWS {
        let norm = LayerNorm::new(x.len())?.with_epsilon(epsilon)?;
        let (stats, dx) = (&mut memory.stats[..1], &mut memory.y[..x.len()]);
        norm.statistics(x, stats)?;
        norm.backward(x, stats, dy, dx, ParamGrads::default())?;
        sink.floats(dx);
    }
    Ok(())
}

/// dx, dγ and dβ of rows, dy and γ of every exponent.
fn every_size<K: Centring>(memory: &mut Memory, sink: &mut Sink) -> Result<(), Error> {
    const WIDTH: usize = 5;
    const ROWS: usize = 16;
    let mut numbers = Numbers::new(21);
    for turn in 0..24u32 {
        let exponents = |start: u32| (start % 240)..(start % 240 + 14);
        let elements = WIDTH * ROWS;
        let (x, dy, dx) =
            (&mut memory.x[..elements], &mut memory.residual[..elements], &mut memory.y[..elements]);
        let (gamma, dgamma) = memory.gamma.split_at_mut(WIDTH);
        let (dgamma, dbeta) = (&mut dgamma[..WIDTH], &mut memory.beta[..WIDTH]);
        for (row, x) in x.chunks_exact_mut(WIDTH).enumerate() {
            x.iter_mut().for_each(|x| *x = numbers.with_exponent(exponents(turn * 37 + row as u32 * 15)));
        }
        dy.iter_mut().for_each(|dy| *dy = numbers.with_exponent(exponents(turn * 10)));
        gamma.iter_mut().for_each(|gamma| *gamma = numbers.with_exponent(exponents(240 - turn * 9)));
        dgamma.fill(0.5);
        dbeta.fill(-0.5);
        let epsilon = [0.0, 1e-5, 1e30][turn as usize % 3];
        let norm = Norm::<K>::new(WIDTH)?.with_epsilon(epsilon)?.with_gamma(gamma)?;
        let stats = &mut memory.stats[..ROWS];
        norm.statistics(x, stats)?;
        norm.backward(x, stats, dy, dx, ParamGrads { gamma: Some(dgamma), beta: Some(dbeta) })?;
        for of in [&*dx, dgamma, dbeta] {
            sink.floats(of);
        }
    }
    Ok(())
}

/// The one NaN, where infinities cancel or a NaN comes in.
fn foreign_statistics(memory: &mut Memory, sink: &mut Sink) -> Result<(), Error> {
    const ROWS: [[f32; 3]; 4] = [[1e-40, 2e-40, 3e-40], [1.0, 2.0, 4.0], [1e38, -3e38, 2e38], [5.0; 3]];
    let bad = [0xffc1_2345, 0x7f80_0001, 0x7f80_0000, 0xff80_0000].map(f32::from_bits);
    for epsilon in [0.0, 1e-5] {
        let norm = LayerNorm::new(3)?.with_epsilon(epsilon)?;
        for row in &ROWS {
            let (stats, y) = (&mut memory.stats[..1], &mut memory.y[..3]);
            norm.statistics(row, stats)?;
            for &v in ROWS.as_flattened().iter().chain(&bad) {
                norm.apply(&stats[0], 0, &[v, -v, v], y)?;
                sink.floats(y);
            }
        }
    }
    Ok(())
}
