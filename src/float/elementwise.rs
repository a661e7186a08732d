//! What is done to each element by itself: the sum with a residual, and NaNs.

use crate::isa::{GROUP, Isa, Op, elements_from, elements_from_mut};

/// `residual += x`, of any rows without gaps; then `residual += bias`, which is as wide as a row.
pub(crate) struct Add<'a> {
    pub x: &'a [f32],
    pub bias: Option<&'a [f32]>,
    pub residual: &'a mut [f32],
}

impl Op for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { x, bias, mut residual } = self;
        debug_assert_eq!(x.len(), residual.len());
        add(isa, x, residual);
        let Some(bias) = bias else { return };
        while let Some((row, rest)) = residual.split_at_mut_checked(bias.len().max(1)) {
            add(isa, bias, row);
            residual = rest;
        }
    }
}

#[inline(always)]
fn add<I: Isa>(isa: I, x: &[f32], to: &mut [f32]) {
    let (groups, tail) = to.as_chunks_mut::<GROUP>();
    let (x_groups, x_tail) = x.as_chunks::<GROUP>();
    for (to, x) in groups.iter_mut().zip(x_groups) {
        for at in (0..GROUP).step_by(I::LANES) {
            let sum = isa.add(isa.load(elements_from(to, at)), isa.load(elements_from(x, at)));
            isa.store(sum, elements_from_mut(to, at));
        }
    }
    tail.iter_mut().zip(x_tail).for_each(|(to, x)| *to += x);
}

/// Whether no element is an infinity or a NaN: only those are not 0 when multiplied by 0.
pub(crate) struct AllFinite<'a>(pub &'a [f32]);

impl Op for AllFinite<'_> {
    type Output = bool;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> bool {
        let (groups, tail) = self.0.as_chunks::<GROUP>();
        let zero = isa.splat(0.0);
        // Four, since an addition takes longer than it is until the next may start.
        let mut sums = [zero; 4];
        for group in groups {
            for (column, at) in (0..GROUP).step_by(I::LANES).enumerate() {
                if let Some(sum) = sums.get_mut(column % 4) {
                    *sum = isa.add(*sum, isa.mul(isa.load(elements_from(group, at)), zero));
                }
            }
        }
        let sum = isa.add(isa.add(sums[0], sums[1]), isa.add(sums[2], sums[3]));
        isa.le(sum, zero) == isa.le(zero, zero) && tail.iter().all(|v| v.is_finite())
    }
}

/// Makes every NaN 0x7fc00000, whatever NaNs came in or arose.
pub(crate) struct CanonicaliseNans<'a>(pub &'a mut [f32]);

impl Op for CanonicaliseNans<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        if !isa.run(AllFinite(self.0)) {
            canonicalise_nans(self.0);
        }
    }
}

/// [`CanonicaliseNans`] for few values.
pub(crate) fn canonicalise_nans(values: &mut [f32]) {
    values.iter_mut().filter(|v| v.is_nan()).for_each(|v| *v = f32::NAN);
}
