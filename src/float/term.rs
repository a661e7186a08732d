//! What is summed in pass 1 and multiplied in pass 2: `d`, an element less a centre.
//!
//! The three forms are one formula, `((x · scale) − pivot) − delta`, with the operations left out that would
//! change no bit: scale = 1, pivot = 0 or delta = 0.

use crate::isa::Isa;

pub(crate) trait Term: Copy {
    fn d<I: Isa>(self, isa: I, x: I::V) -> I::V;
    /// The same formula with no operation left out.
    fn general(self) -> Scaled;
}

/// `x`
#[derive(Clone, Copy)]
pub(crate) struct Raw;

/// `x − centre`
#[derive(Clone, Copy)]
pub(crate) struct Centred {
    pub centre: f32,
}

/// `(x · scale − pivot) − delta`
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scaled {
    pub scale: f32,
    pub pivot: f32,
    pub delta: f32,
}

impl Term for Raw {
    #[inline(always)]
    fn d<I: Isa>(self, _: I, x: I::V) -> I::V {
        x
    }
    #[inline(always)]
    fn general(self) -> Scaled {
        Scaled::IDENTITY
    }
}

impl Term for Centred {
    #[inline(always)]
    fn d<I: Isa>(self, isa: I, x: I::V) -> I::V {
        isa.sub(x, isa.splat(self.centre))
    }
    #[inline(always)]
    fn general(self) -> Scaled {
        Scaled { delta: self.centre, ..Scaled::IDENTITY }
    }
}

impl Scaled {
    pub(crate) const IDENTITY: Self = Self { scale: 1.0, pivot: 0.0, delta: 0.0 };
}

impl Term for Scaled {
    #[inline(always)]
    fn d<I: Isa>(self, isa: I, x: I::V) -> I::V {
        let Self { scale, pivot, delta } = self;
        isa.sub(isa.sub(isa.mul(x, isa.splat(scale)), isa.splat(pivot)), isa.splat(delta))
    }
    #[inline(always)]
    fn general(self) -> Scaled {
        self
    }
}
