//! Where codes come from and go to. Elements are counted over all rows.

use super::code::sums_of;
use super::{Code, Mac};

pub(crate) trait Rows {
    /// What goes out.
    type Y: Code;
    /// `P` fits 32 bits for every row, so the products may wrap.
    const FITS: bool;

    fn len(&self) -> usize;
    /// What an element that stands for 0 comes in as.
    fn zero_point(&self) -> i32;
    /// Element `at` as it comes in: a code, or the sum of two.
    fn code(&self, at: usize) -> i64;
    /// The same for as many as there are lanes, if they fit 32 bits.
    fn lanes<M: Mac>(&self, mac: M, at: usize) -> M::V;
    /// The sum, and the sum of squares, of what comes in.
    fn sums<M: Mac>(&self, mac: M, start: usize, width: usize) -> (i64, i128);
    /// Writes element `at`, which has been read for the last time.
    fn put(&mut self, at: usize, y: Self::Y);
    /// The same for as many as there are lanes, saturated.
    fn store<M: Mac>(&mut self, mac: M, at: usize, y: M::V);
}

#[inline(always)]
fn from<T>(values: &[T], at: usize) -> &[T] {
    values.get(at..).unwrap_or(&[])
}

#[inline(always)]
fn from_mut<T>(values: &mut [T], at: usize) -> &mut [T] {
    values.get_mut(at..).unwrap_or(&mut [])
}

#[inline(always)]
fn get<T: Code>(values: &[T], at: usize) -> i32 {
    values.get(at).map_or(0, |c| c.get())
}

#[inline(always)]
fn set<T>(values: &mut [T], at: usize, value: T) {
    if let Some(to) = values.get_mut(at) {
        *to = value;
    }
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
    ($rows:ident<$($type:ident),*>, $in:ident, $out:ident: $y:ident) => {
        impl<$($type: Code),*> Rows for $rows<'_, $($type),*> {
            type Y = $y;
            const FITS: bool = X::BITS <= 16;

            fn len(&self) -> usize {
                self.x.len()
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
                X::load(mac, from(self.$in, at))
            }
            fn sums<M: Mac>(&self, mac: M, start: usize, width: usize) -> (i64, i128) {
                X::sums(mac, self.$in.get(start..start + width).unwrap_or(&[]))
            }
            #[inline(always)]
            fn put(&mut self, at: usize, y: $y) {
                set(self.$out, at, y);
            }
            #[inline(always)]
            fn store<M: Mac>(&mut self, mac: M, at: usize, y: M::V) {
                $y::store(mac, y, from_mut(self.$out, at));
            }
        }
    };
}

plain!(Apart<X, Y>, x, y: Y);
plain!(InPlace<X>, x, x: X);

impl<X: Code, Y: Code> Residual<'_, X, Y> {
    /// The sum goes to the residual, rounded and saturated.
    #[inline(always)]
    fn keep(&mut self, at: usize) {
        let zero = i64::from(self.sum.zero_points[1]);
        let sum = X::saturated(rounded(self.code(at), self.sum.unit) + zero);
        set(self.residual, at, sum);
    }
}

/// `v / 2^bits`, half to even.
#[inline(always)]
fn rounded(v: i64, bits: u32) -> i64 {
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

    fn len(&self) -> usize {
        self.x.len()
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
    #[inline(always)]
    fn lanes<M: Mac>(&self, mac: M, at: usize) -> M::V {
        mac.each(|lane| self.code(at + lane) as i32)
    }
    fn sums<M: Mac>(&self, _: M, start: usize, width: usize) -> (i64, i128) {
        sums_of((start..start + width).map(|at| self.code(at)))
    }
    #[inline(always)]
    fn put(&mut self, at: usize, y: Y) {
        self.keep(at);
        set(self.y, at, y);
    }
    #[inline(always)]
    fn store<M: Mac>(&mut self, mac: M, at: usize, y: M::V) {
        (0..M::LANES).for_each(|lane| self.keep(at + lane));
        Y::store(mac, y, from_mut(self.y, at));
    }
}
