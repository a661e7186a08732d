//! Rows by blocks, so that their statistics fit on the stack and become two plain arrays.

use core::mem::MaybeUninit;
use core::slice::{from_raw_parts, from_raw_parts_mut};
use layernorm::{Error, LayerNorm, RmsNorm, RowStats};

/// Rows in a block: 1 kB of statistics, and enough rows to make what a call costs small beside them.
const BLOCK: usize = 64;

/// One call. Addresses of f32; 0 is absent, for all but `x` and `y`.
pub(crate) struct Call {
    pub centred: bool,
    pub x: *const f32,
    pub y: *mut f32,
    pub residual: *mut f32,
    pub gamma: *const f32,
    pub beta: *const f32,
    pub mean: *mut f32,
    pub rstd: *mut f32,
    pub rows: usize,
    pub width: usize,
    pub epsilon: f32,
}

enum Norm<'a> {
    Layer(LayerNorm<'a>),
    Rms(RmsNorm<'a>),
}

impl Call {
    /// # Safety
    /// That of [`layer_norm`](crate::layer_norm).
    unsafe fn norm<'a>(&self) -> Result<Norm<'a>, Error> {
        let Self { width, epsilon, .. } = *self;
        // SAFETY: absent, or `width` numbers, by the contract.
        let feature = |at: *const f32| (!at.is_null()).then(|| unsafe { from_raw_parts(at, width) });
        let (gamma, beta) = (feature(self.gamma), feature(self.beta));
        Ok(if self.centred {
            let mut norm = LayerNorm::new(width)?.with_epsilon(epsilon)?;
            if let Some(gamma) = gamma {
                norm = norm.with_gamma(gamma)?;
            }
            if let Some(beta) = beta {
                norm = norm.with_beta(beta)?;
            }
            Norm::Layer(norm)
        } else {
            let mut norm = RmsNorm::new(width)?.with_epsilon(epsilon)?;
            if let Some(gamma) = gamma {
                norm = norm.with_gamma(gamma)?;
            }
            Norm::Rms(norm)
        })
    }

    /// # Safety
    /// That of [`layer_norm`](crate::layer_norm).
    pub(crate) unsafe fn run(&self) -> Result<(), Error> {
        // SAFETY: the contract is the same.
        let norm = unsafe { self.norm()? };
        let mut block = [MaybeUninit::<RowStats>::uninit(); BLOCK];
        let mut first = 0;
        while first < self.rows {
            let count = BLOCK.min(self.rows - first);
            for stats in block.iter_mut().take(count) {
                stats.write(RowStats::default());
            }
            let (from, len) = (first * self.width, count * self.width);
            // SAFETY: `count` statistics, initialised above. Of the others, rows × width numbers each by the contract, of
            // which `len` from row `first` on belong to this block; `y` overlaps nothing.
            let (stats, x, y) = unsafe {
                (
                    from_raw_parts_mut(block.as_mut_ptr().cast::<RowStats>(), count),
                    from_raw_parts(self.x.add(from), len),
                    from_raw_parts_mut(self.y.add(from), len),
                )
            };
            if self.residual.is_null() {
                match &norm {
                    Norm::Layer(norm) => norm.forward_with_stats(x, y, stats)?,
                    Norm::Rms(norm) => norm.forward_with_stats(x, y, stats)?,
                }
            } else {
                // SAFETY: as for `y`.
                let residual = unsafe { from_raw_parts_mut(self.residual.add(from), len) };
                match &norm {
                    Norm::Layer(norm) => norm.forward_residual_with_stats(x, residual, y, stats)?,
                    Norm::Rms(norm) => norm.forward_residual_with_stats(x, residual, y, stats)?,
                }
            }
            for (row, stats) in (first..).zip(&*stats) {
                for (to, value) in [(self.mean, stats.mean()), (self.rstd, stats.rstd())] {
                    if !to.is_null() {
                        // SAFETY: one number a row, by the contract, and `row` is less than `rows`.
                        unsafe { to.add(row).write(value) };
                    }
                }
            }
            first += count;
        }
        Ok(())
    }
}
