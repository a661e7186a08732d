//! What is summed in pass 1 and multiplied in pass 2: `d`, an element less a centre.
//!
//! The four forms are one formula, `((x · scale) − pivot) − delta`, with the operations left out that would
//! change no bit: scale = 1, pivot = 0 or delta = 0.

use crate::isa::Isa;

pub(crate) trait Term<I: Isa>: Copy {
    fn of(self, isa: I, x: I::V) -> I::V;
}

/// `x`
#[derive(Clone, Copy)]
pub(crate) struct Raw;

/// `x − centre`
#[derive(Clone, Copy)]
pub(crate) struct Centred<V> {
    pub centre: V,
}

/// `(x − pivot) − delta`
#[derive(Clone, Copy)]
pub(crate) struct Pivoted<V> {
    pub pivot: V,
    pub delta: V,
}

/// `(x · scale − pivot) − delta`
#[derive(Clone, Copy)]
pub(crate) struct Scaled<V> {
    pub scale: V,
    pub pivot: V,
    pub delta: V,
}

impl<I: Isa> Term<I> for Raw {
    #[inline(always)]
    fn of(self, _: I, x: I::V) -> I::V {
        x
    }
}

impl<I: Isa> Term<I> for Centred<I::V> {
    #[inline(always)]
    fn of(self, isa: I, x: I::V) -> I::V {
        isa.sub(x, self.centre)
    }
}

impl<I: Isa> Term<I> for Pivoted<I::V> {
    #[inline(always)]
    fn of(self, isa: I, x: I::V) -> I::V {
        isa.sub(isa.sub(x, self.pivot), self.delta)
    }
}

impl<I: Isa> Term<I> for Scaled<I::V> {
    #[inline(always)]
    fn of(self, isa: I, x: I::V) -> I::V {
        isa.sub(isa.sub(isa.mul(x, self.scale), self.pivot), self.delta)
    }
}
