//! The memory of a call: rows that are read and written, apart or in place.
//!
//! One type stands for every way in which the slices of a call may lie, so that there is one loop for all. It keeps raw
//! pointers, because in place the same memory is read and written. Each constructor takes slices that are borrowed for
//! longer than its value, and checks that the rows lie within them; a place to write belongs to one value at a time.
#![allow(unsafe_code)]

use crate::isa::{Isa, OUT_OF_CACHE};
use crate::layout::Layout;
use crate::row::Row;
use crate::streams::Streams;
use core::cell::Cell;
use core::marker::PhantomData;
use core::ptr::{null, null_mut};
use core::slice::{from_raw_parts, from_raw_parts_mut};

/// Rows to read and the places to write them to: two slices, one that is written where it was read, or one that is
/// only read.
pub(crate) struct Rows<'a> {
    from: *mut f32,
    /// Null, or what is to be added to `from`; only then is `from` written through.
    addend: *const f32,
    /// Null where nothing is to be written.
    to: *mut f32,
    /// No cache holds them.
    out_of_cache: bool,
    layout: Layout,
    slices: PhantomData<&'a mut [f32]>,
}

impl<'a> Rows<'a> {
    #[inline(always)]
    pub(crate) fn read(x: &'a [f32], layout: Layout) -> Self {
        let from = x.as_ptr().cast_mut();
        let layout = Layout { to: layout.from, ..layout }.within(x.len(), x.len());
        Self { from, addend: null(), to: null_mut(), out_of_cache: false, layout, slices: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn apart(x: &'a [f32], y: &'a mut [f32], layout: Layout) -> Self {
        let layout = layout.within(x.len(), y.len());
        let (from, to) = (x.as_ptr().cast_mut(), y.as_mut_ptr());
        Self { from, addend: null(), to, out_of_cache: false, layout, slices: PhantomData }
    }

    /// Written where they are read; `layout.to` is not asked for.
    #[inline(always)]
    pub(crate) fn in_place(y: &'a mut [f32], layout: Layout) -> Self {
        let layout = Layout { to: layout.from, ..layout }.within(y.len(), y.len());
        let to = y.as_mut_ptr();
        Self { from: to, addend: null(), to, out_of_cache: false, layout, slices: PhantomData }
    }

    /// Whole rows, none unless both are as long as these; `y` may be `x`, or apart from it.
    #[inline(always)]
    pub(crate) fn cells(x: &'a [Cell<f32>], y: &'a [Cell<f32>], rows: usize, width: usize) -> Self {
        let all = rows.checked_mul(width) == Some(x.len()) && y.len() == x.len();
        debug_assert!(all, "{rows} rows of {width} in {} and {}", x.len(), y.len());
        let layout = Layout::packed(if all { rows } else { 0 }, width);
        let (from, to) = (x.as_ptr().cast::<f32>().cast_mut(), y.as_ptr().cast::<f32>().cast_mut());
        Self { from, addend: null(), to, out_of_cache: false, layout, slices: PhantomData }
    }

    /// First `x` is added to `residual`; the rows are then read from `residual`.
    #[inline(always)]
    pub(crate) fn residual(x: &'a [f32], residual: &'a mut [f32], y: &'a mut [f32], layout: Layout) -> Self {
        let layout = layout.within(x.len().min(residual.len()), y.len());
        let (from, to) = (residual.as_mut_ptr(), y.as_mut_ptr());
        Self { from, addend: x.as_ptr(), to, out_of_cache: false, layout, slices: PhantomData }
    }

    /// `y` is read, once `x` has been added to it, and written.
    pub(crate) fn sum_in_place(x: &'a [f32], y: &'a mut [f32], layout: Layout) -> Self {
        let layout = layout.within(x.len().min(y.len()), y.len());
        Self { addend: x.as_ptr(), ..Self::in_place(y, layout) }
    }

    #[inline(always)]
    pub(crate) fn count(&self) -> usize {
        self.layout.rows
    }

    /// Elements from the beginning of a row to that of the next in [`Self::source`].
    #[inline(always)]
    pub(crate) fn step(&self) -> usize {
        self.layout.from
    }

    #[inline(always)]
    pub(crate) fn width(&self) -> usize {
        self.layout.width
    }

    /// Looks whether a cache holds what is written. Where none does, and the instruction set can, `groups` are written past the
    /// caches until the streams are dropped, and the next ones to be read are fetched meanwhile.
    #[inline(always)]
    pub(crate) fn streams<I: Isa>(&mut self, isa: I) -> Streams<I> {
        self.out_of_cache = I::STREAMS && self.are_written() && self.elements() > OUT_OF_CACHE;
        Streams::new(isa, self.out_of_cache)
    }

    /// Whether there is a place to write them to.
    #[inline(always)]
    pub(crate) fn are_written(&self) -> bool {
        !self.to.is_null()
    }

    #[inline(always)]
    pub(crate) fn elements(&self) -> usize {
        self.layout.rows * self.layout.width
    }

    /// At most `rows` rows from row `first` on.
    #[inline(always)]
    pub(crate) fn slice(&mut self, first: usize, rows: usize) -> Rows<'_> {
        let first = first.min(self.layout.rows);
        let layout = Layout { rows: rows.min(self.layout.rows - first), ..self.layout };
        let on = |at: *mut f32, step: usize| {
            if at.is_null() { at } else { at.wrapping_add(first * step) }
        };
        let (from, addend) = (on(self.from, layout.from), on(self.addend.cast_mut(), layout.from));
        Rows { from, addend, to: on(self.to, layout.to), layout, ..*self }
    }

    /// All of them as one row, if they lie without gaps; else none.
    #[inline(always)]
    pub(crate) fn joined(self) -> Self {
        let Layout { width, from, to, .. } = self.layout;
        let rows = usize::from(from == width && to == width);
        Self { layout: Layout { rows, ..Layout::packed(1, self.elements()) }, ..self }
    }

    /// Elements of the slice that is read, from the first row to the end of the last.
    #[inline(always)]
    fn span(&self) -> usize {
        let Layout { rows, width, from, .. } = self.layout;
        if rows == 0 { 0 } else { (rows - 1) * from + width }
    }

    #[inline(always)]
    pub(crate) fn source(&self) -> &[f32] {
        // SAFETY: `span` elements of a slice borrowed for longer; whoever writes them borrows `self` mutably.
        unsafe { from_raw_parts(self.from, self.span()) }
    }

    /// What is to be added and the residual that it is added to, in calls that have one.
    #[inline(always)]
    pub(crate) fn addition(&mut self) -> Option<(&[f32], &mut [f32])> {
        if self.addend.is_null() {
            return None;
        }
        let len = self.span();
        // SAFETY: `len` elements each, the second of a slice borrowed to be written; `self` is borrowed meanwhile.
        Some(unsafe { (from_raw_parts(self.addend, len), from_raw_parts_mut(self.from, len)) })
    }

    /// Row `i`; empty where nothing is to be written.
    #[inline(always)]
    pub(crate) fn row(&mut self, i: usize) -> Row<'_> {
        self.at(i)
    }

    /// `COUNT` rows from row `i` on.
    #[inline(always)]
    pub(crate) fn rows<const COUNT: usize>(&mut self, i: usize) -> [Row<'_>; COUNT] {
        core::array::from_fn(|other| self.at(i + other))
    }

    #[inline(always)]
    fn at(&self, i: usize) -> Row<'_> {
        let Layout { rows, width, from, to } = self.layout;
        debug_assert!(i < rows);
        let width = if i < rows && !self.to.is_null() { width } else { 0 };
        let (from, to) =
            (self.from.wrapping_add(i.wrapping_mul(from)), self.to.wrapping_add(i.wrapping_mul(to)));
        // SAFETY: the rows lie within slices that stay borrowed, and `self` lends one row at a time to be written.
        unsafe { Row::new(from, to, width, self.out_of_cache) }
    }
}
