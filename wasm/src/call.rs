//! What a call works on, and its rows by blocks, so that their statistics fit on the stack and become two plain arrays.

use core::mem::MaybeUninit;
use core::slice::{from_raw_parts, from_raw_parts_mut};
use layernorm::{Centring, DynamicTanh, Error, LayerNorm, Norm, ParamGrads, RmsNorm, RowStats};

/// Rows in a block: 1 kB of statistics, and enough rows to make what a call costs small beside them.
const BLOCK: usize = 64;

/// JavaScript writes it into the memory of the module once and passes its address with each call. Addresses of f32, but for
/// `stats`; 0 is absent.
#[repr(C)]
pub struct Call {
    x: *const f32,
    y: *mut f32,
    residual: *mut f32,
    gamma: *const f32,
    beta: *const f32,
    mean: *mut f32,
    rstd: *mut f32,
    stats: *mut RowStats,
    dy: *const f32,
    dx: *mut f32,
    dgamma: *mut f32,
    dbeta: *mut f32,
    width: usize,
    /// Of [`CENTRED`] and [`UNIT_OFFSET`].
    flags: u32,
    pub(crate) epsilon: f32,
}

const CENTRED: u32 = 1;
const UNIT_OFFSET: u32 = 2;

enum Either<'a> {
    Layer(LayerNorm<'a>),
    Rms(RmsNorm<'a>),
}

/// `$do` with whichever of the two it is.
macro_rules! either {
    ($norm:expr, $name:ident => $do:expr) => {
        match $norm {
            Either::Layer($name) => $do,
            Either::Rms($name) => $do,
        }
    };
}

impl Call {
    /// γ or β.
    ///
    /// # Safety
    /// `at` is absent, or the address of `width` numbers that nobody writes while the result is there.
    #[inline(always)]
    unsafe fn feature<'a>(&self, at: *const f32) -> Option<&'a [f32]> {
        // SAFETY: the contract above.
        (!at.is_null()).then(|| unsafe { from_raw_parts(at, self.width) })
    }

    /// # Safety
    /// That of [`forward`](crate::forward).
    #[inline(always)]
    unsafe fn norm<'a, K: Centring>(&self) -> Result<Norm<'a, K>, Error> {
        // SAFETY: absent, or `width` numbers, by the contract.
        let (gamma, beta) = unsafe { (self.feature(self.gamma), self.feature(self.beta)) };
        let norm = Norm::new(self.width)?.with_epsilon(self.epsilon)?.with_affine(gamma, beta)?;
        Ok(if self.flags & UNIT_OFFSET != 0 { norm.with_unit_offset() } else { norm })
    }

    /// # Safety
    /// That of [`forward`](crate::forward).
    #[inline(always)] // 10 ns of the 190 that a call of 1 × 64 with γ and β takes.
    unsafe fn either<'a>(&self) -> Result<Either<'a>, Error> {
        // SAFETY: the contract is the same.
        unsafe {
            Ok(if self.flags & CENTRED == 0 {
                Either::Rms(self.norm()?)
            } else {
                Either::Layer(self.norm()?)
            })
        }
    }

    /// # Safety
    /// That of [`forward`](crate::forward).
    pub(crate) unsafe fn forward(&self, rows: usize) -> Result<(), Error> {
        // SAFETY: the contract is the same.
        let norm = unsafe { self.either()? };
        let mut block = [MaybeUninit::<RowStats>::uninit(); BLOCK];
        let mut first = 0;
        while first < rows {
            let count = BLOCK.min(rows - first);
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
                either!(&norm, norm => norm.forward_with_stats(x, y, stats)?);
            } else {
                // SAFETY: as for `y`.
                let residual = unsafe { from_raw_parts_mut(self.residual.add(from), len) };
                either!(&norm, norm => norm.forward_residual_with_stats(x, residual, y, stats)?);
            }
            for (row, stats) in (first..).zip(&*stats) {
                // SAFETY: `row` is less than `rows`.
                unsafe { self.keep(row, stats) };
            }
            first += count;
        }
        Ok(())
    }

    /// Writes what is wanted of the statistics of a row.
    ///
    /// # Safety
    /// `mean`, `rstd` and `stats` are absent or have such a row, and nobody else is at them.
    #[inline(always)]
    pub(crate) unsafe fn keep(&self, row: usize, stats: &RowStats) {
        for (to, value) in [(self.mean, stats.mean()), (self.rstd, stats.rstd())] {
            if !to.is_null() {
                // SAFETY: the contract above.
                unsafe { to.add(row).write(value) };
            }
        }
        if !self.stats.is_null() {
            // SAFETY: the contract above.
            unsafe { self.stats.add(row).write(*stats) };
        }
    }

    /// # Safety
    /// That of [`dynamic_tanh`](crate::dynamic_tanh).
    pub(crate) unsafe fn dynamic_tanh(&self, rows: usize) -> Result<(), Error> {
        // SAFETY: rows × width numbers, and absent or `width` numbers, by the contract; `y` overlaps nothing.
        let (gamma, beta, x, y) = unsafe {
            (self.feature(self.gamma), self.feature(self.beta), self.rows(rows), self.rows_to(rows))
        };
        let mut dyt = DynamicTanh::new(self.width, self.epsilon)?;
        if let Some(gamma) = gamma {
            dyt = dyt.with_gamma(gamma)?;
        }
        if let Some(beta) = beta {
            dyt = dyt.with_beta(beta)?;
        }
        dyt.forward(x, y)
    }

    /// # Safety
    /// `x` is that of rows × width numbers that nobody writes while the result is there.
    unsafe fn rows<'a>(&self, rows: usize) -> &'a [f32] {
        // SAFETY: the contract above.
        unsafe { from_raw_parts(self.x, rows * self.width) }
    }

    /// # Safety
    /// `y` is that of rows × width numbers that nobody else is at while the result is there.
    unsafe fn rows_to<'a>(&self, rows: usize) -> &'a mut [f32] {
        // SAFETY: the contract above.
        unsafe { from_raw_parts_mut(self.y, rows * self.width) }
    }

    /// # Safety
    /// That of [`apply`](crate::moments::apply).
    pub(crate) unsafe fn apply(&self) -> Result<(), Error> {
        // SAFETY: one row, and its statistics, by the contract; `y` overlaps nothing.
        let (norm, stats, x, y) = unsafe {
            (
                self.either()?,
                &*self.stats,
                from_raw_parts(self.x, self.width),
                from_raw_parts_mut(self.y, self.width),
            )
        };
        either!(&norm, norm => norm.apply(stats, 0, x, y))
    }

    /// # Safety
    /// That of [`backward`](crate::backward).
    pub(crate) unsafe fn backward(&self, rows: usize) -> Result<(), Error> {
        let (x, all) = (if self.residual.is_null() { self.x } else { self.residual }, rows * self.width);
        // SAFETY: absent, or `width` numbers that overlap nothing, by the contract.
        let grad = |of: *mut f32| (!of.is_null()).then(|| unsafe { from_raw_parts_mut(of, self.width) });
        let grads = ParamGrads { gamma: grad(self.dgamma), beta: grad(self.dbeta) };
        // SAFETY: rows × width numbers each, and as many statistics as rows, by the contract; `dx` overlaps nothing.
        let (norm, x, stats, dy, dx) = unsafe {
            (
                self.either()?,
                from_raw_parts(x, all),
                from_raw_parts(self.stats, rows),
                from_raw_parts(self.dy, all),
                from_raw_parts_mut(self.dx, all),
            )
        };
        either!(&norm, norm => norm.backward(x, stats, dy, dx, grads))
    }
}
