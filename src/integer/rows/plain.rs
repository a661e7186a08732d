//! Codes apart from their results, or in the same place.

use super::access::{Rows, get, set};
use super::vectors::{Mean, Uncertain, VectorMap};
#[cfg(layernorm_dsp)]
use crate::integer::lane::dsp::Places;
use crate::integer::lane::{LaneCode, Lanes};
use crate::integer::sums::Sums;
use crate::part::{part, part_mut};
use core::ops::Range;

/// Writes `y` for `x`.
pub(crate) struct Apart<'a, X, Y> {
    pub x: &'a [X],
    pub zero_point: i32,
    pub y: &'a mut [Y],
}

/// Writes each result in the place of its code.
pub(crate) struct InPlace<'a, X> {
    pub x: &'a mut [X],
    pub zero_point: i32,
}

/// [`Rows`] without a residual. `$row` is a row of `$rows`, `$pairs` are pairs of a code and the place of its result, and
/// `$places` is the memory of both.
macro_rules! plain {
    ($type:ident<$($code:ident),*>, $in:ident, $out:ident: $y:ident,
     |$rows:ident, $start:ident, $width:ident| $row:expr,
     |$codes:ident, $elements:ident| $pairs:expr,
     |$lanes:ident| $vectors:expr, |$vector:pat_param| $from:expr => $to:expr,
     |$memory:ident| $places:expr) => {
        impl<$($code: LaneCode),*> Rows for $type<'_, $($code),*> {
            type Y = $y;
            const P_FITS_I32: bool = X::BITS <= 16;
            #[cfg(layernorm_dsp)]
            const IS_I16: bool = X::BITS == 16 && $y::BITS == 16;
            type Row<'r>
                = $type<'r, $($code),*>
            where
                Self: 'r;

            fn len(&self) -> usize {
                self.x.len()
            }
            fn row(&mut self, $start: usize, $width: usize) -> Self::Row<'_> {
                let $rows = self;
                $row
            }
            fn zero_point(&self) -> i32 {
                self.zero_point
            }
            #[inline(always)]
            fn code(&self, at: usize) -> i64 {
                get(self.$in, at).into()
            }
            #[inline(always)]
            fn sums<L: Lanes>(&self, lanes: L) -> Sums {
                X::sums(lanes, self.$in)
            }
            #[inline(always)]
            fn set(&mut self, at: usize, y: i32) {
                set(self.$out, at, y.into());
            }
            #[inline(always)]
            fn each_vector<L: Lanes>(
                &mut self,
                lanes: L,
                $elements: Range<usize>,
                mean: i64,
                parameters: [&[f32]; 2],
                map: impl VectorMap<L>,
            ) -> Option<(usize, Uncertain<L>)> {
                let $codes = self;
                let mean = Mean::new(lanes, mean);
                let $lanes = L::LANES;
                let [gamma, beta] = parameters.map(|values| values.chunks_exact(L::LANES));
                for (at, (($vector, gamma), beta)) in $vectors.zip(gamma).zip(beta).enumerate() {
                    let deviations = mean.deviations(lanes, $from);
                    match map.results(deviations, lanes.load(gamma), lanes.load(beta)) {
                        Ok(y) => $y::store(lanes, y, $to),
                        Err(error) => return Some((at, error)),
                    }
                }
                None
            }
            #[inline(always)]
            fn each(
                &mut self,
                $elements: Range<usize>,
                gamma: impl Iterator<Item = i32>,
                beta: impl Iterator<Item = i32>,
                map: impl Fn(i64, i32, i32) -> Result<i32, i32>,
            ) -> Option<(usize, i32)> {
                let $codes = self;
                let len = $elements.len();
                debug_assert!($elements.end <= $codes.$in.len() && $elements.end <= $codes.$out.len());
                let mut all = $pairs?.zip(gamma).zip(beta);
                while let Some((((code, y), gamma), beta)) = all.next() {
                    match map(code.get().into(), gamma, beta) {
                        Ok(new) => *y = $y::saturated(new.into()),
                        Err(error) => return Some((len - 1 - all.size_hint().0, error)),
                    }
                }
                None
            }
            #[cfg(layernorm_dsp)]
            fn places(&mut self) -> Option<Places<'_>> {
                let $memory = self;
                Some($places)
            }
        }
    };
}

plain!(
    Apart<X, Y>, x, y: Y,
    |rows, start, width| Apart {
        x: part(rows.x, start, width),
        y: part_mut(rows.y, start, width),
        ..*rows
    },
    |codes, elements| {
        let (x, y) = (codes.x.get(elements.clone()), codes.y.get_mut(elements.clone()));
        x.zip(y).map(|(x, y)| x.iter().copied().zip(y))
    },
    |lanes| {
        let (x, y) = (part(codes.x, elements.start, elements.len()), part_mut(codes.y, elements.start, elements.len()));
        x.chunks_exact(lanes).zip(y.chunks_exact_mut(lanes))
    },
    |(x, y)| x => y,
    |memory| Places::apart(X::as_i16(memory.x), Y::as_i16_mut(memory.y))
);
plain!(
    InPlace<X>, x, x: X,
    |rows, start, width| InPlace { x: part_mut(rows.x, start, width), ..*rows },
    |codes, elements| codes.x.get_mut(elements.clone()).map(|x| x.iter_mut().map(|x| (*x, x))),
    |lanes| part_mut(codes.x, elements.start, elements.len()).chunks_exact_mut(lanes),
    |x| x => x,
    |memory| Places::in_place(X::as_i16_mut(memory.x))
);
