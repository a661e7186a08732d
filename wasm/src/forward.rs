//! Rows by blocks, so that their statistics fit on the stack and become two plain arrays.

use core::mem::MaybeUninit;
use core::slice::{from_raw_parts, from_raw_parts_mut};
use layernorm::{Error, LayerNorm, RmsNorm, RowStats};

/// Rows in a block: 1 kB of statistics, and enough rows to make what a call costs small beside them.
const BLOCK: usize = 64;

/// Either norm, so that the module holds the loop below once.
#[derive(Clone, Copy)]
pub(crate) enum Norm<'a> {
    Layer(LayerNorm<'a>),
    Rms(RmsNorm<'a>),
}

/// Where the rows are and go; 0 is absent, for all but `x` and `y`.
pub(crate) struct Buffers {
    pub x: *const f32,
    pub y: *mut f32,
    pub residual: *mut f32,
    pub mean: *mut f32,
    pub rstd: *mut f32,
}

/// The `len` numbers at `address`, unless it is 0.
///
/// # Safety
/// `address` is 0 or that of `len` initialised numbers, which nobody writes during `'a`.
pub(crate) unsafe fn read<'a>(address: *const f32, len: usize) -> Option<&'a [f32]> {
    // SAFETY: by the contract above.
    if address.is_null() { None } else { Some(unsafe { from_raw_parts(address, len) }) }
}

/// # Safety
/// That of [`layer_norm`](crate::layer_norm).
pub(crate) unsafe fn forward(norm: Norm, all: Buffers, rows: usize, width: usize) -> Result<(), Error> {
    let mut block = [MaybeUninit::uninit(); BLOCK];
    let used = block.iter_mut().zip(0..rows).map(|(stats, _)| _ = stats.write(RowStats::default())).count();
    let mut first = 0;
    while first < rows {
        // SAFETY: initialised above, as many as there are rows, if the block holds those.
        let stats = unsafe { from_raw_parts_mut(block.as_mut_ptr().cast(), used.min(rows - first)) };
        let (from, len) = (first * width, stats.len() * width);
        // SAFETY: rows × width numbers each, by the contract; this block's are `len` of them, from row `first` on. `y`
        // overlaps nothing.
        let (x, y) =
            unsafe { (from_raw_parts(all.x.add(from), len), from_raw_parts_mut(all.y.add(from), len)) };
        if all.residual.is_null() {
            match norm {
                Norm::Layer(norm) => norm.forward_with_stats(x, y, stats)?,
                Norm::Rms(norm) => norm.forward_with_stats(x, y, stats)?,
            }
        } else {
            // SAFETY: as above.
            let residual = unsafe { from_raw_parts_mut(all.residual.add(from), len) };
            match norm {
                Norm::Layer(norm) => norm.forward_residual_with_stats(x, residual, y, stats)?,
                Norm::Rms(norm) => norm.forward_residual_with_stats(x, residual, y, stats)?,
            }
        }
        for (row, stats) in (first..).zip(&*stats) {
            if !all.mean.is_null() {
                // SAFETY: one number a row, by the contract, and `row` is less than `rows`.
                unsafe { all.mean.add(row).write(stats.mean()) };
            }
            if !all.rstd.is_null() {
                // SAFETY: as above.
                unsafe { all.rstd.add(row).write(stats.rstd()) };
            }
        }
        first += used;
    }
    Ok(())
}
