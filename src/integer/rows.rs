//! Where codes come from and go to.

use super::lane::Scalar;
#[cfg(layernorm_dsp)]
use super::lane::dsp::Places;
use super::{Code, Mac, Sums};
use core::ops::Range;

pub(crate) trait Rows {
    /// What goes out.
    type Y: Code;
    /// `P` fits 32 bits, whatever the row.
    const FITS: bool;

    /// One of the rows.
    type Part<'p>: Rows<Y = Self::Y>
    where
        Self: 'p;

    fn len(&self) -> usize;
    /// `width` elements from `start` on.
    fn part(&mut self, start: usize, width: usize) -> Self::Part<'_>;
    /// What an element that stands for 0 comes in as.
    fn zero_point(&self) -> i32;
    /// Element `at` as it comes in: a code, or the sum of two.
    fn code(&self, at: usize) -> i64;
    /// The same for as many as there are lanes, where they fit 32 bits. Their number divides `at`.
    #[inline(always)]
    fn lanes<M: Mac>(&self, mac: M, at: usize) -> M::V {
        mac.each(|lane| self.code(at + lane) as i32)
    }
    /// Of what comes in, all of it.
    fn sums<M: Mac>(&self, mac: M) -> Sums;
    /// Writes as many as there are lanes, saturated. They have been read for the last time.
    fn store<M: Mac>(&mut self, mac: M, at: usize, y: M::V);
    /// Writes what `f` makes of each of some elements and its parameters, up to the first it refuses: its place among them, and
    /// what `f` says.
    #[inline(always)]
    fn each(
        &mut self,
        elements: Range<usize>,
        gamma: impl Iterator<Item = i32>,
        beta: impl Iterator<Item = i32>,
        f: impl Fn(i64, i32, i32) -> Result<i32, i32>,
    ) -> Option<(usize, i32)> {
        for (at, ((i, gamma), beta)) in elements.zip(gamma).zip(beta).enumerate() {
            match f(self.code(i), gamma, beta) {
                Ok(y) => self.store(Scalar, i, y),
                Err(says) => return Some((at, says)),
            }
        }
        None
    }
    /// Codes of 16 bits become such.
    #[cfg(layernorm_dsp)]
    const SIXTEEN: bool = false;
    /// Then they are here.
    #[cfg(layernorm_dsp)]
    fn places(&mut self) -> Option<Places<'_>> {
        None
    }
}

fn part<T>(values: &[T], start: usize, width: usize) -> &[T] {
    values.get(start..).and_then(|rest| rest.get(..width)).unwrap_or(&[])
}

fn part_mut<T>(values: &mut [T], start: usize, width: usize) -> &mut [T] {
    values.get_mut(start..).and_then(|rest| rest.get_mut(..width)).unwrap_or(&mut [])
}

#[inline(always)]
fn get<T: Code>(values: &[T], at: usize) -> i32 {
    values.get(at).map_or(0, |c| c.get())
}

/// `y` from `x`.
pub(crate) struct Apart<'a, X, Y> {
    pub x: &'a [X],
    pub zero_point: i32,
    pub y: &'a mut [Y],
}

/// Written where it was read.
pub(crate) struct InPlace<'a, X> {
    pub x: &'a mut [X],
    pub zero_point: i32,
}

/// `y` from `x · (x − x_zero) + 2^unit · (residual − zero)`, which goes to `residual` in its own unit.
pub(crate) struct Residual<'a, X, Y> {
    pub x: &'a [X],
    pub residual: &'a mut [X],
    pub y: &'a mut [Y],
    pub sum: Sum,
}

/// How two codes are added.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sum {
    pub multiplier: i32,
    pub zero_points: [i32; 2],
    pub unit: u32,
}

macro_rules! plain {
    ($rows:ident<$($type:ident),*>, $in:ident, $out:ident: $y:ident, |$all:ident, $start:ident, $width:ident| $part:expr,
     |$these:ident, $of:ident| $pairs:expr, |$row:ident| $places:expr) => {
        impl<$($type: Code),*> Rows for $rows<'_, $($type),*> {
            type Y = $y;
            const FITS: bool = X::BITS <= 16;
            #[cfg(layernorm_dsp)]
            const SIXTEEN: bool = X::BITS == 16 && $y::BITS == 16;
            type Part<'p>
                = $rows<'p, $($type),*>
            where
                Self: 'p;

            fn len(&self) -> usize {
                self.x.len()
            }
            fn part(&mut self, $start: usize, $width: usize) -> Self::Part<'_> {
                let $all = self;
                $part
            }
            fn zero_point(&self) -> i32 {
                self.zero_point
            }
            #[inline(always)]
            fn code(&self, at: usize) -> i64 {
                get(self.$in, at).into()
            }
            #[inline(always)]
            fn lanes<M: Mac>(&self, mac: M, at: usize) -> M::V {
                X::load(mac, self.$in, at)
            }
            fn sums<M: Mac>(&self, mac: M) -> Sums {
                X::sums(mac, self.$in)
            }
            #[inline(always)]
            fn store<M: Mac>(&mut self, mac: M, at: usize, y: M::V) {
                $y::store(mac, y, self.$out, at);
            }
            #[inline(always)]
            fn each(
                &mut self,
                $of: Range<usize>,
                gamma: impl Iterator<Item = i32>,
                beta: impl Iterator<Item = i32>,
                f: impl Fn(i64, i32, i32) -> Result<i32, i32>,
            ) -> Option<(usize, i32)> {
                let $these = self;
                let len = $of.len();
                let mut all = $pairs?.zip(gamma).zip(beta);
                while let Some((((code, y), gamma), beta)) = all.next() {
                    match f(code.get().into(), gamma, beta) {
                        Ok(new) => *y = $y::saturated(new.into()),
                        Err(says) => return Some((len - 1 - all.size_hint().0, says)),
                    }
                }
                None
            }
            #[cfg(layernorm_dsp)]
            fn places(&mut self) -> Option<Places<'_>> {
                let $row = self;
                Some($places)
            }
        }
    };
}

plain!(Apart<X, Y>, x, y: Y, |all, start, width| Apart {
    x: part(all.x, start, width),
    y: part_mut(all.y, start, width),
    ..*all
}, |these, of| {
    these.x.get(of.clone()).zip(these.y.get_mut(of.clone())).map(|(x, y)| x.iter().copied().zip(y))
}, |row| Places::apart(X::as_i16(row.x), Y::as_i16_mut(row.y)));
plain!(InPlace<X>, x, x: X, |all, start, width| InPlace { x: part_mut(all.x, start, width), ..*all },
    |these, of| these.x.get_mut(of.clone()).map(|x| x.iter_mut().map(|x| (*x, x))),
    |row| Places::in_place(X::as_i16_mut(row.x)));

impl<X: Code, Y: Code> Residual<'_, X, Y> {
    /// The sum goes to the residual, rounded and saturated.
    #[inline(always)]
    fn keep(&mut self, at: usize) {
        let zero = i64::from(self.sum.zero_points[1]);
        let sum = X::saturated(rounded(self.code(at), self.sum.unit) + zero);
        if let Some(to) = self.residual.get_mut(at) {
            *to = sum;
        }
    }
}

/// `v / 2^bits`, half to even.
#[inline(always)]
pub(crate) fn rounded(v: i64, bits: u32) -> i64 {
    if bits == 0 {
        return v;
    }
    let whole = v >> bits;
    let odd = whole & 1;
    // Just below a half is added to an even number, a half to an odd one.
    (v + (1 << (bits - 1)) - 1 + odd) >> bits
}

impl<X: Code, Y: Code> Rows for Residual<'_, X, Y> {
    type Y = Y;
    const FITS: bool = false;
    type Part<'p>
        = Residual<'p, X, Y>
    where
        Self: 'p;

    fn len(&self) -> usize {
        self.x.len()
    }
    fn part(&mut self, start: usize, width: usize) -> Self::Part<'_> {
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
        let Sum { multiplier, zero_points: [x_zero, zero], unit } = self.sum;
        let (x, residual) = (get(self.x, at), get(self.residual, at));
        let part = |code: i32, zero: i32| i64::from(code) - i64::from(zero);
        i64::from(multiplier) * part(x, x_zero) + (part(residual, zero) << unit)
    }
    fn sums<M: Mac>(&self, _: M) -> Sums {
        Sums::NONE.with((0..self.x.len()).map(|at| self.code(at)))
    }
    #[inline(always)]
    fn store<M: Mac>(&mut self, mac: M, at: usize, y: M::V) {
        (0..M::LANES).for_each(|lane| self.keep(at + lane));
        Y::store(mac, y, self.y, at);
    }
}
