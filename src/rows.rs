//! The memory of a call: rows that are read and written, apart or in place, and the features beside them.
//!
//! One type stands for every way in which the slices of a call may lie, so that there is one loop for all. It keeps raw
//! pointers, because in place the same memory is read and written. Each constructor takes slices that are borrowed for
//! longer than its value, and checks that the rows lie within them; a place to write belongs to one value at a time.
#![allow(unsafe_code)]

use crate::isa::{GROUP, Group, Isa, ONE_LANE, elements_from, elements_from_mut};
use core::marker::PhantomData;
use core::ptr::{null, null_mut};
use core::slice::{from_raw_parts, from_raw_parts_mut};

/// Where the rows of a call are in its slices.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub rows: usize,
    pub width: usize,
    /// Elements from the beginning of a row to that of the next where they are read; at least `width`.
    pub from: usize,
    /// The same where they are written.
    pub to: usize,
}

impl Layout {
    #[inline(always)]
    pub(crate) fn packed(rows: usize, width: usize) -> Self {
        Self { rows, width, from: width, to: width }
    }

    /// The layout itself, if slices of `from` and `to` elements hold its rows: callers have seen to that. Else no row.
    #[inline(always)]
    fn within(self, from: usize, to: usize) -> Self {
        let Self { rows, width, .. } = self;
        let fits = |step: usize, len: usize| {
            let end = rows.wrapping_sub(1).checked_mul(step).and_then(|start| start.checked_add(width));
            // The compiler knows it of packed rows, from how they were counted.
            let packed = ONE_LANE && step == width && len.checked_div(width) == Some(rows);
            packed || step >= width && end.is_some_and(|end| end <= len)
        };
        let all = fits(self.from, from) && (self.to == self.from && to == from || fits(self.to, to));
        debug_assert!(all || rows == 0, "{self:?} in slices of {from} and {to}");
        Self { rows: if all { rows } else { 0 }, ..self }
    }
}

/// Rows to read and the places to write them to: two slices, one that is written where it was read, or one that is
/// only read.
pub(crate) struct Rows<'a> {
    from: *mut f32,
    /// Null, or what is to be added to `from`; only then is `from` written through.
    addend: *const f32,
    /// Null where nothing is to be written.
    to: *mut f32,
    layout: Layout,
    slices: PhantomData<&'a mut [f32]>,
}

/// One row of [`Rows`] that are written.
pub(crate) struct Row<'a> {
    from: *mut f32,
    to: *mut f32,
    width: usize,
    slices: PhantomData<&'a mut [f32]>,
}

/// One group of a [`Row`]. It makes no reference that outlives a load or a store, so that none meets another one.
pub(crate) struct Slot<'a> {
    from: *const f32,
    to: *mut f32,
    slices: PhantomData<&'a mut [f32]>,
}

/// A number for each element of a row, or one group for all of its groups.
#[derive(Clone, Copy)]
pub(crate) struct Feature<'a> {
    at: *const Group,
    /// Bytes from one group to the next; 0 where it is the same.
    step: usize,
    groups: usize,
    tail: &'a [f32],
}

impl<'a> Rows<'a> {
    #[inline(always)]
    pub(crate) fn read(x: &'a [f32], layout: Layout) -> Self {
        let from = x.as_ptr().cast_mut();
        let layout = Layout { to: layout.from, ..layout }.within(x.len(), x.len());
        Self { from, addend: null(), to: null_mut(), layout, slices: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn apart(x: &'a [f32], y: &'a mut [f32], layout: Layout) -> Self {
        let layout = layout.within(x.len(), y.len());
        let (from, to) = (x.as_ptr().cast_mut(), y.as_mut_ptr());
        Self { from, addend: null(), to, layout, slices: PhantomData }
    }

    /// Written where they are read; `layout.to` is not asked for.
    #[inline(always)]
    pub(crate) fn in_place(y: &'a mut [f32], layout: Layout) -> Self {
        let layout = Layout { to: layout.from, ..layout }.within(y.len(), y.len());
        let to = y.as_mut_ptr();
        Self { from: to, addend: null(), to, layout, slices: PhantomData }
    }

    /// `residual` is read, once `x` has been added to it.
    #[inline(always)]
    pub(crate) fn residual(x: &'a [f32], residual: &'a mut [f32], y: &'a mut [f32], layout: Layout) -> Self {
        let layout = layout.within(x.len().min(residual.len()), y.len());
        let (from, to) = (residual.as_mut_ptr(), y.as_mut_ptr());
        Self { from, addend: x.as_ptr(), to, layout, slices: PhantomData }
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
        Rows { from, addend, to: on(self.to, layout.to), layout, slices: PhantomData }
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
        debug_assert!(i < self.layout.rows);
        let Layout { rows, width, from, to } = self.layout;
        Row {
            from: self.from.wrapping_add(i.wrapping_mul(from)),
            to: self.to.wrapping_add(i.wrapping_mul(to)),
            width: if i < rows && !self.to.is_null() { width } else { 0 },
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

    /// The whole groups of the row, each with its groups of two features: γ and β, or γ and x.
    #[inline(always)]
    pub(crate) fn groups<'p>(
        &'p mut self,
        mut first: Feature<'p>,
        mut second: Feature<'p>,
    ) -> impl Iterator<Item = (Slot<'p>, &'p Group, &'p Group)> {
        let groups = self.width / GROUP;
        debug_assert!(groups <= first.groups && groups <= second.groups);
        let count = groups.min(first.groups).min(second.groups);
        let (mut from, mut to) = (self.from, self.to);
        (0..count).map(move |_| {
            let slot = Slot { from, to, slices: PhantomData };
            // SAFETY: both have `count` groups, or one that every step returns to.
            let features = unsafe { (&*first.at, &*second.at) };
            (from, to) = (from.wrapping_add(GROUP), to.wrapping_add(GROUP));
            first.at = first.at.wrapping_byte_add(first.step);
            second.at = second.at.wrapping_byte_add(second.step);
            (slot, features.0, features.1)
        })
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

    pub(crate) fn fill(&mut self, value: f32) {
        for i in 0..self.width {
            // SAFETY: the row has so many elements, and nothing else refers to them while `self` is borrowed.
            unsafe { self.to.add(i).write(value) }
        }
    }
}

impl Slot<'_> {
    /// The vector of elements from `at` on.
    #[inline(always)]
    pub(crate) fn load<I: Isa>(&self, isa: I, at: usize) -> I::V {
        // SAFETY: the group has 16 elements of a slice borrowed for longer, and no reference for writing is alive now.
        isa.load(elements_from(unsafe { &*self.from.cast::<Group>() }, at))
    }

    /// The same in `f64`.
    #[inline(always)]
    pub(crate) fn widen<I: Isa>(&self, isa: I, at: usize) -> I::Wide {
        // SAFETY: as above.
        isa.widen(elements_from(unsafe { &*self.from.cast::<Group>() }, at))
    }

    /// Writes the elements from `at` on.
    #[inline(always)]
    pub(crate) fn store<I: Isa>(&mut self, isa: I, v: I::V, at: usize) {
        // SAFETY: as above, borrowed to be written, and no other reference to the group is alive now.
        isa.store(v, elements_from_mut(unsafe { &mut *self.to.cast::<Group>() }, at));
    }
}

impl<'a> Feature<'a> {
    #[inline(always)]
    pub(crate) fn own(values: &'a [f32]) -> Self {
        let (groups, tail) = values.as_chunks::<GROUP>();
        Self { at: groups.as_ptr(), step: size_of::<Group>(), groups: groups.len(), tail }
    }

    #[inline(always)]
    pub(crate) fn same(group: &'a Group) -> Self {
        Self { at: group, step: 0, groups: usize::MAX, tail: group }
    }

    /// Element `i` of the tail, which follows the last whole group.
    #[inline(always)]
    pub(crate) fn tail(&self, i: usize) -> f32 {
        debug_assert!(i < self.tail.len());
        self.tail.get(i).copied().unwrap_or(0.0)
    }
}
