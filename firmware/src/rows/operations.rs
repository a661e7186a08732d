//! Operations that have rows of their own in the table of instructions: streams, the L2 norm, queries and keys, groups, DyT.

use super::{BETA, GAMMA, HALF_8, Integers, Kind, Visitor, fill, normal, unit};
use crate::chosen;
use core::hint::black_box;
use layernorm::quantized::{self, Params, Scale};
use layernorm::{CumulativeSums, DynamicTanh, FoldError, Heads, L2Norm, LayerNorm, RmsNorm};

/// Visits them with a row of `width`, which is at most `N`.
///
/// # Errors
/// Of a norm that cannot be made so.
pub fn visit<const N: usize>(kind: Kind, width: usize, visitor: Visitor) -> Result<(), FoldError> {
    if const { chosen::of("f32") } {
        float::<N>(kind, width, visitor)?;
    }
    if const { chosen::of("i8 quantised") } {
        quantized::<N>(Integers::new(kind, width, &HALF_8), visitor)?;
    }
    Ok(())
}

// Apart, so that their rows share the stack.
#[inline(never)]
fn float<const N: usize>(kind: Kind, width: usize, visitor: Visitor) -> Result<(), FoldError> {
    let (mut x, mut y) = ([0.0; N], [0.0; N]);
    let (x, y) = (&mut x[..width], &mut y[..width]);
    fill(x, normal(width), |x| x * unit(kind));
    if const { chosen::verb("forward_cumulative") } {
        let norm = LayerNorm::new(width)?.with_gamma(&GAMMA[..width])?.with_beta(&BETA[..width])?;
        let mut sums = CumulativeSums::new();
        visitor("forward_cumulative", "f32", &mut || {
            norm.forward_cumulative(&mut sums, black_box(x), black_box(y))
        });
    }
    if const { chosen::verb("L2Norm") } {
        let norm = L2Norm::new(width)?.with_gamma(&GAMMA[..width])?;
        visitor("L2Norm", "f32", &mut || norm.forward(black_box(x), black_box(y)));
    }
    if const { chosen::verb("forward_qk_in_place") } {
        // A head of half the row each.
        let norm = RmsNorm::new(width / 2)?.with_gamma(&GAMMA[..width / 2])?;
        let heads = Heads { queries: 1, keys: 1, stride: width };
        visitor("forward_qk_in_place", "f32", &mut || {
            norm.forward_qk_in_place(black_box(&norm), black_box(heads), black_box(x))
        });
    }
    if const { chosen::verb("DynamicTanh") } {
        let dyt = DynamicTanh::new(width, 0.5)?.with_gamma(&GAMMA[..width])?.with_beta(&BETA[..width])?;
        visitor("DynamicTanh", "f32", &mut || dyt.forward(black_box(x), black_box(y)));
    }
    Ok(())
}

#[inline(never)]
fn quantized<const N: usize>(row: Integers, visitor: Visitor) -> Result<(), FoldError> {
    let Integers { width, gamma, beta, epsilon, .. } = row;
    let (mut x, mut y, mut g, mut b) = ([0; N], [0; N], [0; N], [0; N]);
    let (x, y) = (&mut x[..width], &mut y[..width]);
    fill(x, row.x(), |x| (x * 16.0) as i8 + 3);
    let scale = Scale { scale: 1.0 / 16.0, zero_point: 3 };
    let params = Params::fold_into(gamma, beta, scale, scale, epsilon, [&mut g[..width], &mut b[..width]])?;
    let norm = quantized::LayerNorm::new(&params);
    if const { chosen::verb("Moments") } {
        visitor("Moments", "i8 quantised", &mut || {
            let mut moments = quantized::Moments::new();
            moments.push(black_box(x))?;
            norm.apply(&moments, 0, black_box(x), black_box(y))
        });
    }
    if const { chosen::verb("forward_cumulative") } {
        let mut sums = quantized::CumulativeSums::new();
        visitor("forward_cumulative", "i8 quantised", &mut || {
            norm.forward_cumulative(&mut sums, black_box(x), black_box(y))
        });
    }
    if const { chosen::verb("GroupNorm") } {
        // Two groups of the one feature, of half the row each.
        let params = Params::fold(&[gamma[0]; 2], &[beta[0]; 2], scale, scale, epsilon)?;
        let norm = quantized::GroupNorm::new(&params, 2, width / 2, scale, epsilon)?;
        visitor("GroupNorm", "i8 quantised", &mut || norm.forward(black_box(x), black_box(y)));
    }
    if const { chosen::verb("DynamicTanh") } {
        let dyt = quantized::DynamicTanh::new(&params, 0.5, scale)?;
        visitor("DynamicTanh", "i8 quantised", &mut || dyt.forward(black_box(x), black_box(y)));
    }
    Ok(())
}
