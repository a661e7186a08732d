#![allow(unsafe_code)]

use super::{GROUP, Group};
use core::marker::PhantomData;
use core::ptr::{null, null_mut};
use core::slice::{from_raw_parts, from_raw_parts_mut};

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
    len: usize,
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
    pub(crate) fn read(x: &'a [f32]) -> Self {
        let from = x.as_ptr().cast_mut();
        Self { from, addend: null(), to: null_mut(), len: x.len(), slices: PhantomData }
    }

    /// As long as the shorter of the two.
    pub(crate) fn apart(x: &'a [f32], y: &'a mut [f32]) -> Self {
        Self { to: y.as_mut_ptr(), len: x.len().min(y.len()), ..Self::read(x) }
    }

    pub(crate) fn in_place(y: &'a mut [f32]) -> Self {
        let to = y.as_mut_ptr();
        Self { from: to, addend: null(), to, len: y.len(), slices: PhantomData }
    }

    /// `residual` is read, once `x` has been added to it. As long as the shortest.
    pub(crate) fn residual(x: &'a [f32], residual: &'a mut [f32], y: &'a mut [f32]) -> Self {
        let len = x.len().min(residual.len()).min(y.len());
        Self { addend: x.as_ptr(), to: y.as_mut_ptr(), len, ..Self::in_place(residual) }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Elements that are to be written: all or none.
    #[inline(always)]
    fn written(&self) -> usize {
        if self.to.is_null() { 0 } else { self.len }
    }

    /// At most `len` elements from `start` on.
    #[inline(always)]
    pub(crate) fn part(&mut self, start: usize, len: usize) -> Rows<'_> {
        let start = start.min(self.len);
        let on = |at: *mut f32| if at.is_null() { at } else { at.wrapping_add(start) };
        let (from, addend, to) = (on(self.from), on(self.addend.cast_mut()), on(self.to));
        Rows { from, addend, to, len: len.min(self.len - start), slices: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn source(&self) -> &[f32] {
        // SAFETY: `len` elements of a slice borrowed for longer; what writes them needs `self` to itself.
        unsafe { from_raw_parts(self.from, self.len) }
    }

    /// What is to be added and to what, if so.
    #[inline(always)]
    pub(crate) fn addition(&mut self) -> Option<(&[f32], &mut [f32])> {
        if self.addend.is_null() {
            return None;
        }
        // SAFETY: `len` elements each, the second of a slice borrowed to be written; `self` is borrowed meanwhile.
        Some(unsafe { (from_raw_parts(self.addend, self.len), from_raw_parts_mut(self.from, self.len)) })
    }

    /// The whole groups one after another, each with its group of `gamma` and `beta`.
    #[inline(always)]
    pub(crate) fn groups<'p>(
        &'p mut self,
        mut gamma: Feature<'p>,
        mut beta: Feature<'p>,
    ) -> impl Iterator<Item = (Slot<'p>, &'p Group, &'p Group)> {
        let count = (self.written() / GROUP).min(gamma.groups).min(beta.groups);
        let (mut from, mut to) = (self.from.cast::<Group>(), self.to.cast::<Group>());
        (0..count).map(move |_| {
            let slot = Slot { from, to, slices: PhantomData };
            // SAFETY: both have `count` groups, or one that every step returns to.
            let features = unsafe { (&*gamma.at, &*beta.at) };
            (from, to) = (from.wrapping_add(1), to.wrapping_add(1));
            gamma.at = gamma.at.wrapping_byte_add(gamma.step);
            beta.at = beta.at.wrapping_byte_add(beta.step);
            (slot, features.0, features.1)
        })
    }

    /// Writes `map` of each element behind the whole groups; they are counted from 0.
    #[inline(always)]
    pub(crate) fn rest(&mut self, map: impl Fn(usize, f32) -> f32) {
        let groups = self.len - self.len % GROUP;
        for i in groups..self.written() {
            // SAFETY: `len` elements are there. The read is over before the write.
            unsafe { self.to.add(i).write(map(i - groups, self.from.add(i).read())) }
        }
    }

    pub(crate) fn fill(&mut self, value: f32) {
        for i in 0..self.written() {
            // SAFETY: `len` elements are there, and nothing else refers to them while `self` is borrowed.
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
        // SAFETY: as above, and borrowed to be written; no two slots share a group to write.
        unsafe { &mut *self.to }
    }
}

impl<'a> Feature<'a> {
    pub(crate) fn own(values: &'a [f32]) -> Self {
        let (groups, rest) = values.as_chunks::<GROUP>();
        Self { at: groups.as_ptr(), step: size_of::<Group>(), groups: groups.len(), rest }
    }

    pub(crate) fn same(group: &'a Group) -> Self {
        Self { at: group, step: 0, groups: usize::MAX, rest: group }
    }

    /// Element `i` of those behind the whole groups.
    #[inline(always)]
    pub(crate) fn rest(&self, i: usize) -> f32 {
        self.rest.get(i).copied().unwrap_or(0.0)
    }
}
