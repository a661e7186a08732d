//! The memory of a call: rows that are read and written, apart or in place, and the features beside them.
//!
//! One type stands for every way in which the slices of a call may lie, so that there is one loop for all. It keeps raw
//! pointers, because in place the same memory is read and written. Each constructor takes slices that are borrowed for
//! longer than its value, and checks that the rows lie within them; a place to write belongs to one value at a time.
#![allow(unsafe_code)]

use crate::feature::Feature;
use crate::isa::{GROUP, Isa, OUT_OF_CACHE, elements_from, elements_from_mut};
use crate::layout::Layout;
use crate::streams::{OutOfCache, Streams};
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

/// One row of [`Rows`] that are written.
pub(crate) struct Row<'a> {
    from: *mut f32,
    to: *mut f32,
    width: usize,
    out_of_cache: bool,
    slices: PhantomData<&'a mut [f32]>,
}

/// `SIZE` elements of a [`Row`]. It makes no reference that outlives a load or a store, so that none meets another one.
pub(crate) struct Slot<'a, const SIZE: usize> {
    from: *const f32,
    to: *mut f32,
    out_of_cache: Option<OutOfCache>,
    slices: PhantomData<&'a mut [f32]>,
}

/// Elements that are read before they are written: rows of a batch together.
const AHEAD: usize = 1024;

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

    /// Looks whether a cache holds what is written. Where none does, and the instruction set can, [`groups`] are written past the
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
        Row {
            from: self.from.wrapping_add(i.wrapping_mul(from)),
            to: self.to.wrapping_add(i.wrapping_mul(to)),
            width: if i < rows && !self.to.is_null() { width } else { 0 },
            out_of_cache: self.out_of_cache,
            slices: PhantomData,
        }
    }
}

impl Row<'_> {
    #[inline(always)]
    pub(crate) fn source(&self) -> &[f32] {
        if self.width == 0 {
            return &[];
        }
        // SAFETY: `width` elements of a slice borrowed for longer; whoever writes them borrows `self` mutably.
        unsafe { from_raw_parts(self.from, self.width) }
    }

    /// Writes `map` of each element of the tail, which follows the last whole group; they are counted from 0.
    #[inline(always)]
    pub(crate) fn tail(&mut self, mut map: impl FnMut(usize, f32) -> f32) {
        let groups = self.width - self.width % GROUP;
        for i in groups..self.width {
            // SAFETY: the row has so many elements. The read is over before the write.
            unsafe { self.to.add(i).write(map(i - groups, self.from.add(i).read())) }
        }
    }

    /// Writes `map` of each element.
    #[inline(always)]
    pub(crate) fn elements(&mut self, map: impl Fn(usize, f32) -> f32) {
        for i in 0..self.width {
            // SAFETY: as above.
            unsafe { self.to.add(i).write(map(i, self.from.add(i).read())) }
        }
    }

    /// The elements with γ and β beside them; those that are absent are the two of `absent`.
    #[inline(always)]
    pub(crate) fn beside<'a>(
        &'a mut self,
        gamma: Option<&'a [f32]>,
        beta: Option<&'a [f32]>,
        absent: &'a [f32; 2],
    ) -> Beside<'a> {
        let start = |values: Option<&[f32]>, absent| match values {
            Some(values) => (values.as_ptr(), 1, values.len()),
            None => (absent, 0, usize::MAX),
        };
        let ((gamma, gamma_step, gammas), (beta, beta_step, betas)) =
            (start(gamma, &absent[0]), start(beta, &absent[1]));
        debug_assert!(self.width <= gammas.min(betas));
        let count = self.width.min(gammas).min(betas);
        let (from, to) = (self.from, self.to);
        Beside { from, to, count, gamma, gamma_step, beta, beta_step, slices: PhantomData }
    }

    pub(crate) fn fill(&mut self, value: f32) {
        for i in 0..self.width {
            // SAFETY: the row has so many elements, and nothing else refers to them while `self` is borrowed.
            unsafe { self.to.add(i).write(value) }
        }
    }
}

/// The elements of a row, each with its γ and its β.
pub(crate) struct Beside<'a> {
    from: *const f32,
    to: *mut f32,
    count: usize,
    gamma: *const f32,
    gamma_step: usize,
    beta: *const f32,
    beta_step: usize,
    slices: PhantomData<&'a mut [f32]>,
}

impl Beside<'_> {
    /// Writes `map` of each element, its γ and its β.
    #[inline(always)]
    pub(crate) fn write(mut self, map: impl Fn(f32, f32, f32) -> f32) {
        for i in 0..self.count {
            // SAFETY: the row, γ and β have `count` elements, or γ and β are one that a step of 0 repeats. The reads are over before the write.
            unsafe {
                self.to.add(i).write(map(self.from.add(i).read(), self.gamma.read(), self.beta.read()));
            }
            self.gamma = self.gamma.wrapping_add(self.gamma_step);
            self.beta = self.beta.wrapping_add(self.beta_step);
        }
    }
}

/// The whole groups of rows, `SIZE` elements of each at a time, with those of features: γ and β, or γ and x.
#[inline(always)]
pub(crate) fn groups<'p, const SIZE: usize, const ROWS: usize, const FEATURES: usize>(
    rows: &'p mut [Row<'_>; ROWS],
    features: [Feature<'p>; FEATURES],
) -> impl Iterator<Item = ([Slot<'p, SIZE>; ROWS], [&'p [f32; SIZE]; FEATURES])> {
    const { assert!(GROUP.is_multiple_of(SIZE)) }
    let least = rows.iter().fold(usize::MAX, |least, row| least.min(row.width / GROUP));
    let count = features.iter().fold(least, |count, feature| count.min(feature.groups()));
    debug_assert_eq!(count, least);
    let width = rows.iter().fold(0, |most, row| most.max(row.width));
    let streamed = rows.iter().all(|row| row.from != row.to);
    let out_of_cache =
        rows.iter().all(|row| row.out_of_cache).then(|| OutOfCache { streamed, ahead: width.max(AHEAD) });
    let mut rows = rows.each_ref().map(|row| (row.from, row.to));
    let mut features = features.map(|feature| feature.start());
    (0..count * (GROUP / SIZE)).map(move |_| {
        let slots = rows.map(|(from, to)| Slot { from, to, out_of_cache, slices: PhantomData });
        // SAFETY: each has `count` groups, or one whose beginning is read again and again.
        let parts = features.map(|(at, _)| unsafe { &*at });
        rows = rows.map(|(from, to)| (from.wrapping_add(SIZE), to.wrapping_add(SIZE)));
        features = features.map(|(at, step)| (at.wrapping_byte_add(step), step));
        (slots, parts)
    })
}

impl<const SIZE: usize> Slot<'_, SIZE> {
    /// The vector of elements from `at` on.
    #[inline(always)]
    pub(crate) fn load<I: Isa>(&self, isa: I, at: usize) -> I::V {
        // SAFETY: there are `SIZE` elements of a slice borrowed for longer, and no reference for writing is alive now.
        isa.load(elements_from(unsafe { &*self.from.cast::<[f32; SIZE]>() }, at))
    }

    /// The same in `f64`.
    #[inline(always)]
    pub(crate) fn widen<I: Isa>(&self, isa: I, at: usize) -> I::Wide {
        // SAFETY: as above.
        isa.widen(elements_from(unsafe { &*self.from.cast::<[f32; SIZE]>() }, at))
    }

    /// Writes the elements from `at` on.
    #[inline(always)]
    pub(crate) fn store<I: Isa>(&mut self, isa: I, v: I::V, at: usize) {
        // SAFETY: as above, borrowed to be written, and no other reference to them is alive now.
        let to = elements_from_mut(unsafe { &mut *self.to.cast::<[f32; SIZE]>() }, at);
        match self.out_of_cache {
            Some(OutOfCache { streamed, ahead }) if I::STREAMS => {
                if at == 0 {
                    isa.prefetch(self.from.wrapping_add(ahead));
                }
                // SAFETY: rows are marked only while a `Streams` is alive, which ends the streams when the call is over; a row is
                // not read again after it is written.
                if streamed { unsafe { isa.stream(v, to) } } else { isa.store(v, to) }
            }
            _ => isa.store(v, to),
        }
    }
}
