//! The rows of a call.

use super::bound::{Bound, LARGEST, TEST, U};
use super::element::{element, power};
use super::line::Line;
use crate::integer::code::Code;
use crate::integer::feature::Feature;
use crate::integer::lane::Lanes;
use crate::integer::norm::Norm;
use crate::integer::row::SummedRow;
use crate::integer::rows::{Rows, UNIT, Uncertain, WIDE_UNIT};
use crate::isa::{MOST_LANES, wide_sqrt};
use crate::part::{part, part_mut};
use core::ops::Range;

/// Rows that have their statistics computed one after another, and then are written block by block.
const ROWS: usize = 8;
/// Features of a block, whose γ and β are converted once for all [`ROWS`].
const BLOCK: usize = 256;

/// What is the same for all rows of a call.
pub(crate) struct Approximation<'a, F> {
    norm: &'a Norm,
    gamma: F,
    beta: F,
    /// `2⁸⁻ᵏ`
    root_scale: f64,
    /// `E`
    epsilon: f64,
    /// `1/N`
    reciprocal: f64,
    /// `2^−m`
    beta_scale: f32,
    /// `|t|` is at most this and its rounding.
    largest_t: f32,
}

/// What is the same for all elements of a row.
#[derive(Clone, Copy)]
struct Row {
    /// `P = N·code − offset`
    offset: i64,
    v: u128,
    /// `2⁸/(sqrt(V)·2ᵏ)`; 0 where all P are.
    factor: f64,
    /// X̄
    mean: i64,
    r: f32,
    c: f32,
}

/// g and b′ of a block, as floats.
struct Parameters {
    /// The first feature.
    start: usize,
    gamma: [f32; BLOCK],
    beta: [f32; BLOCK],
    /// The largest `|g|`.
    largest_gamma: f32,
    /// The largest `|b′|`.
    largest_beta: f32,
}

impl<'a, F: Feature> Approximation<'a, F> {
    pub(crate) fn new(norm: &'a Norm, gamma: F, beta: F) -> Self {
        Self {
            norm,
            gamma,
            beta,
            root_scale: power(8 - norm.k),
            epsilon: norm.epsilon as f64,
            reciprocal: 1.0 / norm.width as f64,
            beta_scale: power(-norm.m) as f32,
            // |x̂| ≤ sqrt(N)
            largest_t: (wide_sqrt(norm.width as f64) * power(-norm.k)) as f32,
        }
    }

    /// Converts those of `features`, a multiple of the lanes.
    #[inline(always)]
    fn convert<L: Lanes>(&self, lanes: L, features: Range<usize>, to: &mut Parameters) {
        let (start, len) = (features.start, features.len());
        to.start = start;
        to.largest_gamma = self.gamma.to_floats(lanes, start, 1.0, part_mut(&mut to.gamma, 0, len));
        to.largest_beta = self.beta.to_floats(lanes, start, self.beta_scale, part_mut(&mut to.beta, 0, len));
    }

    /// Writes all rows.
    #[inline(always)]
    pub(crate) fn write<L: Lanes, R: Rows>(&self, lanes: L, rows: &mut R) {
        self.write_within(lanes, &const { Bound::new::<L, R, F>() }, rows);
    }

    /// Writes all rows, trusting `bound`.
    #[inline(always)]
    pub(super) fn write_within<L: Lanes, R: Rows>(&self, lanes: L, bound: &Bound, rows: &mut R) {
        let (width, len) = (self.norm.width, rows.len());
        let whole = width - width % L::LANES;
        let mut parameters = Parameters {
            start: usize::MAX,
            gamma: [0.0; BLOCK],
            beta: [0.0; BLOCK],
            largest_gamma: 0.0,
            largest_beta: 0.0,
        };
        let mut group = [Row { offset: 0, v: 1, factor: 0.0, mean: 0, r: 0.0, c: 0.0 }; ROWS];
        let mut start = 0;
        while start < len {
            let count = group.len().min((len - start) / width.max(1));
            for (at, row) in group.iter_mut().take(count).enumerate() {
                *row = self.row(lanes, &rows.row(start + at * width, width));
            }
            let group = group.get(..count).unwrap_or_default();
            for block in (0..whole).step_by(BLOCK) {
                let elements = block..whole.min(block + BLOCK);
                if parameters.start != block {
                    self.convert(lanes, elements.clone(), &mut parameters);
                }
                for (at, row) in group.iter().enumerate() {
                    let codes = &mut rows.row(start + at * width, width);
                    self.vectors(lanes, bound, row, codes, elements.clone(), &parameters);
                }
            }
            if whole < width {
                for (at, row) in group.iter().enumerate() {
                    self.elements(row, &mut rows.row(start + at * width, width), whole..width);
                }
            }
            start += count * width;
        }
    }

    /// What is the same for all elements of the row of `codes`.
    #[inline(always)]
    fn row<L: Lanes, R: Rows>(&self, lanes: L, codes: &R) -> Row {
        let (SummedRow { offset, v, .. }, d) = SummedRow::new(self.norm, &codes.sums(lanes), codes);
        let d = if R::P_FITS_I32 { d as i64 as f64 } else { d as f64 };
        let root = wide_sqrt(d * f64::from(1 << 16) + self.epsilon);
        let factor = if d == 0.0 { 0.0 } else { self.root_scale / root };
        let (n, sum) = (self.norm.width as f64, offset as f64);
        let mean = sum * self.reciprocal + WIDE_UNIT - WIDE_UNIT;
        let c = ((mean * n - sum) * factor) as f32;
        Row { offset, v, factor, mean: mean as i64, r: (n * factor) as f32, c }
    }

    /// Writes `elements`, a multiple of the lanes, whose parameters are converted.
    #[inline(always)]
    fn vectors<L: Lanes, R: Rows>(
        &self,
        lanes: L,
        bound: &Bound,
        row: &Row,
        codes: &mut R,
        elements: Range<usize>,
        parameters: &Parameters,
    ) {
        let Parameters { start, gamma, beta, largest_gamma, largest_beta } = parameters;
        if self.largest_t * largest_gamma + largest_beta > LARGEST {
            return self.elements(row, codes, elements);
        }
        let error = U * (bound.bias * largest_beta + bound.centre * row.c.abs() * largest_gamma);
        // Where results have 8 bits, only `|y| < 2⁹` can be near a boundary between two of them.
        let is_small = R::Y::BITS == 8;
        let most = if is_small { U * bound.y * 512.0 } else { 0.0 };
        let from_unit = (self.norm.zero_point as u32).wrapping_sub(UNIT.to_bits());
        let line = Line {
            lanes,
            is_small,
            r: lanes.splat(row.r),
            c: lanes.splat(row.c),
            unit: lanes.splat(UNIT),
            from_unit: lanes.splat(f32::from_bits(from_unit)),
            relative: lanes.splat(U * bound.y),
            limit: lanes.splat(0.5 - TEST - error - most),
        };
        let mut at = elements.start;
        while at < elements.end {
            let (from, len) = (at - start, elements.end - at);
            let parameters = [part(gamma, from, len), part(beta, from, len)];
            let uncertain = codes.each_vector(lanes, at..elements.end, row.mean, parameters, &line);
            let Some((vector, Uncertain { certain, results })) = uncertain else { return };
            at += vector * L::LANES;
            let mut y = [0; MOST_LANES];
            lanes.store_i32(results, &mut y);
            self.decide(row, codes, at..at + L::LANES, certain, &y);
            at += L::LANES;
        }
    }

    /// Writes the `results` of `elements`, those that are not certain computed again.
    #[cold]
    #[inline(never)]
    fn decide<R: Rows>(
        &self,
        row: &Row,
        codes: &mut R,
        elements: Range<usize>,
        certain: u32,
        results: &[i32; MOST_LANES],
    ) {
        for (lane, (i, &y)) in elements.zip(results).enumerate() {
            let is_certain = certain >> lane & 1 == 1;
            codes.set(i, if is_certain { y } else { self.element(row, i, codes.code(i)) });
        }
    }

    /// Writes `elements`, one after another.
    #[inline(never)]
    fn elements<R: Rows>(&self, row: &Row, codes: &mut R, elements: Range<usize>) {
        for i in elements {
            codes.set(i, self.element(row, i, codes.code(i)));
        }
    }

    /// The result of feature `i` for `code`.
    #[inline(always)]
    fn element(&self, row: &Row, i: usize, code: i64) -> i32 {
        let summed = SummedRow { norm: self.norm, offset: row.offset, v: row.v };
        let scales = [row.factor, self.beta_scale.into()];
        element(&summed, scales, [self.gamma.get(i), self.beta.get(i)], code)
    }
}
