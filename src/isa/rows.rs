#![allow(unsafe_code)]

use super::{GROUP, Group, ROWS};
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

    /// Its rows if the slices that are read and written have so many elements, else none.
    #[inline(always)]
    fn within(self, from: usize, to: usize) -> Self {
        let Self { rows, width, .. } = self;
        let fits = |step: usize, len: usize| {
            let end = rows.wrapping_sub(1).checked_mul(step).and_then(|start| start.checked_add(width));
            // Of rows one behind the other the compiler knows it from how they were counted.
            let packed = ROWS == 1 && step == width && len.checked_div(width) == Some(rows);
            packed || step >= width && end.is_some_and(|end| end <= len)
        };
        let all = fits(self.from, from) && (self.to == self.from && to == from || fits(self.to, to));
        Self { rows: if all { rows } else { 0 }, ..self }
    }
}

/// Rows to read and the places to write them to: two slices, one that is written where it was read, or one that is
/// only read.
///
/// One type for all, so that there is one loop for all.
pub(crate) struct Rows<'a> {
    from: *mut f32,
    /// Null, or what is to be added to `from`; only then is `from` written through.
    addend: *const f32,
    /// Null where nothing is to be written.
    to: *mut f32,
    layout: Layout,
    slices: PhantomData<&'a mut [f32]>,
}

/// One of [`Rows`] that are written.
pub(crate) struct RowOf<'a> {
    from: *mut f32,
    to: *mut f32,
    width: usize,
    slices: PhantomData<&'a mut [f32]>,
}

/// One group of [`Rows`].
pub(crate) struct Slot<'a> {
    from: *const Group,
    to: *mut Group,
    slices: PhantomData<&'a mut [f32]>,
}

/// A number for each element of a row, or one group for all of its groups.
#[derive(Clone, Copy)]
pub(crate) struct Feature<'a> {
    at: *const Group,
    /// Bytes from one group to the next; 0 where it is the same.
    step: usize,
    groups: usize,
    rest: &'a [f32],
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
    pub(crate) fn part(&mut self, first: usize, rows: usize) -> Rows<'_> {
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
        // SAFETY: so many elements of a slice borrowed for longer; what writes them needs `self` to itself.
        unsafe { from_raw_parts(self.from, self.span()) }
    }

    /// What is to be added and to what, if so.
    #[inline(always)]
    pub(crate) fn addition(&mut self) -> Option<(&[f32], &mut [f32])> {
        if self.addend.is_null() {
            return None;
        }
        let len = self.span();
        // SAFETY: `len` elements each, the second of a slice borrowed to be written; `self` is borrowed meanwhile.
        Some(unsafe { (from_raw_parts(self.addend, len), from_raw_parts_mut(self.from, len)) })
    }

    /// Row `i`, empty if there is none or nothing is to be written.
    #[inline(always)]
    pub(crate) fn row(&mut self, i: usize) -> RowOf<'_> {
        let Layout { rows, width, from, to } = self.layout;
        RowOf {
            from: self.from.wrapping_add(i.wrapping_mul(from)),
            to: self.to.wrapping_add(i.wrapping_mul(to)),
            width: if i < rows && !self.to.is_null() { width } else { 0 },
            slices: PhantomData,
        }
    }
}

impl RowOf<'_> {
    #[inline(always)]
    pub(crate) fn source(&self) -> &[f32] {
        if self.width == 0 {
            return &[];
        }
        // SAFETY: so many elements of a slice borrowed for longer; what writes them needs `self` to itself.
        unsafe { from_raw_parts(self.from, self.width) }
    }

    /// Its whole groups one after another, each with its groups of two features: γ and β, or γ and x.
    #[inline(always)]
    pub(crate) fn groups<'p>(
        &'p mut self,
        mut first: Feature<'p>,
        mut second: Feature<'p>,
    ) -> impl Iterator<Item = (Slot<'p>, &'p Group, &'p Group)> {
        let count = (self.width / GROUP).min(first.groups).min(second.groups);
        let (mut from, mut to) = (self.from.cast::<Group>(), self.to.cast::<Group>());
        (0..count).map(move |_| {
            let slot = Slot { from, to, slices: PhantomData };
            // SAFETY: both have `count` groups, or one that every step returns to.
            let features = unsafe { (&*first.at, &*second.at) };
            (from, to) = (from.wrapping_add(1), to.wrapping_add(1));
            first.at = first.at.wrapping_byte_add(first.step);
            second.at = second.at.wrapping_byte_add(second.step);
            (slot, features.0, features.1)
        })
    }

    /// Writes `map` of each element behind the whole groups; they are counted from 0.
    #[inline(always)]
    pub(crate) fn rest(&mut self, mut map: impl FnMut(usize, f32) -> f32) {
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
    #[inline(always)]
    pub(crate) fn source(&self) -> &Group {
        // SAFETY: a group of a slice borrowed for longer; `target` needs `self` to itself.
        unsafe { &*self.from }
    }

    #[inline(always)]
    pub(crate) fn target(&mut self) -> &mut Group {
        // SAFETY: as above, and borrowed to be written. No two slots share a group to write: an iterator gives each group
        // of a row once, and needs the row to itself.
        unsafe { &mut *self.to }
    }
}

impl<'a> Feature<'a> {
    #[inline(always)]
    pub(crate) fn own(values: &'a [f32]) -> Self {
        let (groups, rest) = values.as_chunks::<GROUP>();
        Self { at: groups.as_ptr(), step: size_of::<Group>(), groups: groups.len(), rest }
    }

    #[inline(always)]
    pub(crate) fn same(group: &'a Group) -> Self {
        Self { at: group, step: 0, groups: usize::MAX, rest: group }
    }

    /// Element `i` of those behind the whole groups.
    #[inline(always)]
    pub(crate) fn rest(&self, i: usize) -> f32 {
        self.rest.get(i).copied().unwrap_or(0.0)
    }
}
