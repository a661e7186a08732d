//! What is summed in pass 1 and multiplied in pass 2: `d`, an element less a centre.
//!
//! The four forms are one formula, `((x · scale) − pivot) − delta`, with the operations left out that would
//! change no bit: scale = 1, pivot = 0 or delta = 0.

use crate::isa::Isa;

pub(crate) trait Term: Copy {
    fn of<I: Isa>(self, isa: I, x: I::V) -> I::V;
}

/// `x`
#[derive(Clone, Copy)]
pub(crate) struct Raw;

/// `x − centre`
#[derive(Clone, Copy)]
pub(crate) struct Centred {
    pub centre: f32,
}

/// `(x − pivot) − delta`
#[derive(Clone, Copy)]
pub(crate) struct Pivoted {
    pub pivot: f32,
    pub delta: f32,
}

/// `(x · scale − pivot) − delta`
#[derive(Clone, Copy)]
pub(crate) struct Scaled {
    pub scale: f32,
    pub pivot: f32,
    pub delta: f32,
}

impl Term for Raw {
    #[inline(always)]
    fn of<I: Isa>(self, _: I, x: I::V) -> I::V {
        x
    }
}

impl Term for Centred {
    #[inline(always)]
    fn of<I: Isa>(self, isa: I, x: I::V) -> I::V {
        isa.sub(x, isa.splat(self.centre))
    }
}

impl Term for Pivoted {
    #[inline(always)]
    fn of<I: Isa>(self, isa: I, x: I::V) -> I::V {
        isa.sub(isa.sub(x, isa.splat(self.pivot)), isa.splat(self.delta))
    }
}

impl Term for Scaled {
    #[inline(always)]
    fn of<I: Isa>(self, isa: I, x: I::V) -> I::V {
        let Self { scale, pivot, delta } = self;
        isa.sub(isa.sub(isa.mul(x, isa.splat(scale)), isa.splat(pivot)), isa.splat(delta))
    }
}
