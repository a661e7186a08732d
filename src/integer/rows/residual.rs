//! Codes that are added to a residual.

use super::access::{Rows, get, set};
use super::sum::{OfCodes, OneByOne, Scaled, Sum, VectorOfSums, VectorSum};
use super::vectors::{Mean, Uncertain, VectorMap};
use crate::integer::lane::{LaneCode, Lanes};
use crate::integer::sums::Sums;
use crate::part::{part, part_mut};
use core::ops::{Add, Mul, Range};

/// Writes `y` for the sum `multiplier · (x − x_zero) + 2^unit · (residual − zero)`, and the sum to `residual`, rounded to its
/// scale.
pub(crate) struct Residual<'a, X, Y> {
    pub x: &'a [X],
    pub residual: &'a mut [X],
    pub y: &'a mut [Y],
    pub sum: Sum,
}

impl<X: LaneCode, Y: LaneCode> Residual<'_, X, Y> {
    /// [`Rows::each_vector`], of what `add` gives.
    #[inline(always)]
    fn each_sum<L: Lanes>(
        &mut self,
        lanes: L,
        elements: Range<usize>,
        add: impl VectorSum<L>,
        parameters: [&[f32]; 2],
        map: impl VectorMap<L>,
    ) -> Option<(usize, Uncertain<L>)> {
        let (start, len) = (elements.start, elements.len());
        let [gamma, beta] = parameters.map(|values| values.chunks_exact(L::LANES));
        let x = part(self.x, start, len).chunks_exact(L::LANES);
        let residual = part_mut(self.residual, start, len).chunks_exact_mut(L::LANES);
        let y = part_mut(self.y, start, len).chunks_exact_mut(L::LANES);
        for (at, ((((x, residual), y), gamma), beta)) in
            x.zip(residual).zip(y).zip(gamma).zip(beta).enumerate()
        {
            let VectorOfSums { deviations, kept } = add.sums(x, residual);
            match map.results(deviations, lanes.load(gamma), lanes.load(beta)) {
                Ok(result) => {
                    X::store(lanes, kept, residual);
                    Y::store(lanes, result, y);
                }
                Err(error) => return Some((at, error)),
            }
        }
        None
    }

    /// The sums of the input and of the residual from their zero points, those of their squares, and that of their products: `T` has
    /// room for all. Compilers turn this into vectors, which have no room for the square of a sum.
    #[inline(always)]
    fn products<T: From<i32> + Into<i64> + Copy + Add<Output = T> + Mul<Output = T>>(
        &self,
    ) -> ([i64; 2], [i64; 2], i64) {
        let [x_zero, zero] = self.sum.zero_points;
        let none = T::from(0);
        let (mut sums, mut squares, mut product) = ([none; 2], [none; 2], none);
        for (x, residual) in self.x.iter().zip(&*self.residual) {
            let (x, residual) = (T::from(x.get() - x_zero), T::from(residual.get() - zero));
            sums = [sums[0] + x, sums[1] + residual];
            squares = [squares[0] + x * x, squares[1] + residual * residual];
            product = product + x * residual;
        }
        (sums.map(T::into), squares.map(T::into), product.into())
    }

    /// Writes the sum to the residual, rounded and saturated.
    #[inline(always)]
    fn keep(&mut self, at: usize) {
        set(self.residual, at, self.sum.kept(self.code(at)));
    }
}

impl<X: LaneCode, Y: LaneCode> Rows for Residual<'_, X, Y> {
    type Y = Y;
    const P_FITS_I32: bool = false;
    type Row<'r>
        = Residual<'r, X, Y>
    where
        Self: 'r;

    fn len(&self) -> usize {
        self.x.len()
    }
    fn row(&mut self, start: usize, width: usize) -> Self::Row<'_> {
        Residual {
            x: part(self.x, start, width),
            residual: part_mut(self.residual, start, width),
            y: part_mut(self.y, start, width),
            sum: self.sum,
        }
    }
    fn zero_point(&self) -> i32 {
        0
    }
    #[inline(always)]
    fn code(&self, at: usize) -> i64 {
        self.sum.of(get(self.x, at), get(self.residual, at))
    }
    #[inline(always)]
    fn sums<L: Lanes>(&self, _: L) -> Sums {
        if L::LANES == 1 || X::BITS > 16 {
            return Sums::NONE.with((0..self.x.len()).map(|at| self.code(at)));
        }
        let Sum { multiplier, zero_points: [x_zero, zero], unit } = self.sum;
        // At most 2¹⁵ products of 255 have 31 bits.
        let (sums, squares, product) =
            if X::BITS == 8 { self.products::<i32>() } else { self.products::<i64>() };
        let [x, residual] = squares.map(i128::from);
        let (a, product) = (i128::from(multiplier), i128::from(product));
        Sums {
            sum: i64::from(multiplier) * sums[0] + (sums[1] << unit),
            squares: a * a * x + ((2 * a * product) << unit) + (residual << (2 * unit)),
            range: [X::LOWEST, X::HIGHEST].map(|code| {
                i64::from(multiplier) * (code - i64::from(x_zero)) + ((code - i64::from(zero)) << unit)
            }),
        }
    }
    #[inline(always)]
    fn set(&mut self, at: usize, y: i32) {
        self.keep(at);
        set(self.y, at, y.into());
    }
    #[inline(always)]
    fn each_vector<L: Lanes>(
        &mut self,
        lanes: L,
        elements: Range<usize>,
        mean: i64,
        parameters: [&[f32]; 2],
        map: impl VectorMap<L>,
    ) -> Option<(usize, Uncertain<L>)> {
        let sum = self.sum;
        if X::BITS > 16 {
            self.each_sum(lanes, elements, OneByOne { lanes, sum, mean }, parameters, map)
        } else if sum.is_of_codes() {
            self.each_sum(lanes, elements, OfCodes { lanes, mean: Mean::new(lanes, mean) }, parameters, map)
        } else {
            self.each_sum(lanes, elements, Scaled::new(lanes, sum, mean), parameters, map)
        }
    }
}
