//! Verbs beside the norms' `forward`.

use super::{BETA, GAMMA, HALF_8, Integers, Kind, Visitor, fill, normal, unit};
use crate::chosen;
use core::hint::black_box;
use layernorm::quantized::{self, Params, Scale};
use layernorm::{Finish, FoldError, LayerNorm, Moments, ParamGrads, RowStats};

/// Visits them with a row of `width`, which is at most `N`.
///
/// # Errors
/// Of a norm that cannot be made so.
pub fn visit<const N: usize>(kind: Kind, width: usize, visitor: Visitor) -> Result<(), FoldError> {
    let width = black_box(width);
    if const { chosen::of("f32") } {
        float::<N>(kind, width, visitor)?;
    }
    if const { chosen::verb("Moments") } {
        moments::<N>(kind, width, visitor)?;
    }
    if const { chosen::verb("forward_residual") && chosen::of("i8 quantised") } {
        quantized::<N>(Integers::new(kind, width, &HALF_8), visitor)?;
    }
    Ok(())
}

// Apart, so that their rows share the stack.
#[inline(never)]
fn float<const N: usize>(kind: Kind, width: usize, visitor: Visitor) -> Result<(), FoldError> {
    let (mut x, mut residual, mut y) = ([0.0; N], [0.0; N], [0.0; N]);
    let (x, residual, y) = (&mut x[..width], &mut residual[..width], &mut y[..width]);
    fill(x, normal(width), |x| x * unit(kind));
    let norm = LayerNorm::new(width)?.with_gamma(&GAMMA[..width])?.with_beta(&BETA[..width])?;
    if const { chosen::verb("forward_residual") } {
        visitor("forward_residual", "f32", &mut || {
            norm.forward_residual(black_box(x), black_box(residual), black_box(y))
        });
    }
    if const { chosen::verb("backward") } {
        let mut stats = [RowStats::default()];
        norm.statistics(x, &mut stats)?;
        let (mut gamma, mut beta) = ([0.0; N], [0.0; N]);
        visitor("backward", "f32", &mut || {
            let gradients = ParamGrads { gamma: Some(&mut gamma[..width]), beta: Some(&mut beta[..width]) };
            norm.backward(black_box(x), &stats, black_box(residual), black_box(y), gradients)
        });
    }
    Ok(())
}

#[inline(never)]
fn moments<const N: usize>(kind: Kind, width: usize, visitor: Visitor) -> Result<(), FoldError> {
    let (mut x, mut y) = ([0.0; N], [0.0; N]);
    let (x, y) = (&mut x[..width], &mut y[..width]);
    fill(x, normal(width), |x| x * unit(kind));
    let norm = LayerNorm::new(width)?.with_gamma(&GAMMA[..width])?.with_beta(&BETA[..width])?;
    let mut moments = Moments::new();
    visitor("Moments", "f32", &mut || {
        loop {
            moments.push(black_box(x))?;
            if let Finish::Done(stats) = moments.finish(1e-5)? {
                return norm.apply(&stats, 0, black_box(x), black_box(y));
            }
        }
    });
    Ok(())
}

#[inline(never)]
fn quantized<const N: usize>(row: Integers, visitor: Visitor) -> Result<(), FoldError> {
    let Integers { width, gamma, beta, epsilon, .. } = row;
    let (mut x, mut residual, mut y, mut g, mut b) = ([0; N], [3; N], [0; N], [0; N], [0; N]);
    let (x, residual, y) = (&mut x[..width], &mut residual[..width], &mut y[..width]);
    fill(x, row.x(), |x| (x * 16.0) as i8 + 3);
    let scale = Scale { scale: 1.0 / 16.0, zero_point: 3 };
    let to = [&mut g[..width], &mut b[..width]];
    let params = Params::fold_into(gamma, beta, scale, scale, epsilon, to)?;
    let params = params.with_residual(scale, scale, epsilon)?;
    let norm = quantized::LayerNorm::new(&params);
    visitor("forward_residual", "i8 quantised", &mut || {
        norm.forward_residual(black_box(x), black_box(residual), black_box(y))
    });
    Ok(())
}
