//! Pass 1 of the gradients: four sums over a row, and that of g², in `f64`.
//!
//! Four lanes, to which elements are added in pairs. An `f64` holds a product of two floats exactly, and no sum leaves its
//! range, so that such sums need no blocks: after N elements they are off by at most (N/8 + 8) · 2⁻⁵³ of the sum of the
//! absolute values. Where a product is exact, one instruction that multiplies and adds has the bits of two.

use super::super::affine::Affine;
use crate::feature::Feature;
use crate::isa::{GROUP, Isa, Op, elements_from, elements_from_mut};
use crate::row::{Row, Slot, groups};
use core::array;

/// Lanes of a sum.
const SUM_LANES: usize = 4;
/// Elements that are added together: two a lane. A loop over groups would have more values live than V8 has registers.
const PAIR: usize = 2 * SUM_LANES;

/// What is summed; d is an element less the centre of the pass.
#[derive(Clone, Copy)]
pub(crate) struct Sums<T> {
    pub d: T,
    pub dd: T,
    pub g: T,
    pub gd: T,
    /// The size of g: it tells which form pass 2 takes, and whether a number is not finite.
    pub gg: T,
}

/// Over one row. Without `CENTRED` the sums of d and g are 0; without `GENERAL` the centre is 0, and γ is the gain.
pub(crate) struct Pass1<'a, 'r, const CENTRED: bool, const GENERAL: bool> {
    /// What d is relative to.
    pub centre: f64,
    pub affine: &'a Affine<'a>,
    pub x: &'a [f32],
    pub row: &'a mut Row<'r>,
}

impl<const CENTRED: bool, const GENERAL: bool> Op for Pass1<'_, '_, CENTRED, GENERAL> {
    type Output = Sums<f64>;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> Sums<f64> {
        let Self { centre, affine, x, row } = self;
        let offset = affine.offset();
        let leaves = Leaves::<I, CENTRED, GENERAL> { isa, centre: isa.wide_splat(centre), offset };
        let mut lanes = [[0.0; SUM_LANES]; 5];
        // One vector of lanes at a time, so that few values are live.
        for lane in (0..SUM_LANES).step_by(I::WIDE) {
            let zero = isa.wide_splat(0.0);
            let mut sums = Sums { d: zero, dd: zero, g: zero, gd: zero, gg: zero };
            let features = [affine.gamma, Feature::own(x)];
            for ([slot], [gamma, x]) in groups::<PAIR, 1, 2>(array::from_mut(row), features) {
                let low = leaves.first(leaves.term(lane, &slot, gamma, x));
                let both = leaves.second(low, leaves.term(lane + SUM_LANES, &slot, gamma, x));
                sums = leaves.add(sums, both);
            }
            for (of, v) in lanes.iter_mut().zip([sums.d, sums.dd, sums.g, sums.gd, sums.gg]) {
                isa.wide_store(v, elements_from_mut(of, lane));
            }
        }
        let [d, dd, g, gd, gg] = lanes.map(|[a, b, c, d]| (a + c) + (b + d));
        let mut total = Sums { d, dd, g, gd, gg };
        let (dy, groups) = (row.source(), x.len() - x.len() % GROUP);
        for i in groups..x.len() {
            let of = |from: &[f32]| f64::from(from.get(i).copied().unwrap_or(0.0));
            let g = of(dy) * f64::from(affine.gamma.tail(i - groups) + offset);
            let d = of(x) - centre;
            if CENTRED {
                (total.d, total.g) = (total.d + d, total.g + g);
            }
            (total.dd, total.gd, total.gg) = (total.dd + d * d, total.gd + g * d, total.gg + g * g);
        }
        total
    }
}

/// What the sums of a few elements are made of.
#[derive(Clone, Copy)]
struct Term<V> {
    d: V,
    dy: V,
    gain: V,
    /// dy · gain
    g: V,
}

/// The terms of a few elements and how they are added.
struct Leaves<I: Isa, const CENTRED: bool, const GENERAL: bool> {
    isa: I,
    centre: I::Wide,
    offset: f32,
}

impl<I: Isa, const CENTRED: bool, const GENERAL: bool> Leaves<I, CENTRED, GENERAL> {
    #[inline(always)]
    fn term(&self, at: usize, dy: &Slot<PAIR>, gamma: &[f32; PAIR], x: &[f32; PAIR]) -> Term<I::Wide> {
        let (isa, dy) = (self.isa, dy.widen(self.isa, at));
        let (gamma, x) = (elements_from(gamma, at), isa.widen(elements_from(x, at)));
        let gain = if GENERAL { isa.widen_sum(gamma, self.offset) } else { isa.widen(gamma) };
        let d = if GENERAL { isa.wide_sub(x, self.centre) } else { x };
        Term { d, dy, gain, g: isa.wide_mul(dy, gain) }
    }

    #[inline(always)]
    fn first(&self, Term { d, g, .. }: Term<I::Wide>) -> Sums<I::Wide> {
        let isa = self.isa;
        Sums { d, dd: isa.wide_mul(d, d), g, gd: isa.wide_mul(g, d), gg: isa.wide_mul(g, g) }
    }

    /// [`Self::add`] of [`Self::first`].
    #[inline(always)]
    fn second(&self, a: Sums<I::Wide>, term: Term<I::Wide>) -> Sums<I::Wide> {
        let (isa, both) = (self.isa, self.add(a, self.first(term)));
        let Term { d, dy, gain, .. } = term;
        let dd = if GENERAL { both.dd } else { isa.wide_add_exact_product(a.dd, d, d) };
        let g = if CENTRED { isa.wide_add_exact_product(a.g, dy, gain) } else { both.g };
        Sums { dd, g, ..both }
    }

    #[inline(always)]
    fn add(&self, a: Sums<I::Wide>, b: Sums<I::Wide>) -> Sums<I::Wide> {
        let isa = self.isa;
        let (dd, gd) = (isa.wide_add(a.dd, b.dd), isa.wide_add(a.gd, b.gd));
        let gg = isa.wide_add(a.gg, b.gg);
        if CENTRED {
            Sums { d: isa.wide_add(a.d, b.d), dd, g: isa.wide_add(a.g, b.g), gd, gg }
        } else {
            Sums { dd, gd, gg, ..a }
        }
    }
}
