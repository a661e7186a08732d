#![allow(unsafe_code)]

use super::{GROUP, Group};
use core::marker::PhantomData;

/// Elements to read and as many places to write: two slices, or one that is written where it was read.
///
/// One type for both, so that there is one loop for both.
pub(crate) struct Place<'a> {
    from: *const f32,
    to: *mut f32,
    len: usize,
    slices: PhantomData<&'a mut [f32]>,
}

/// One group of a [`Place`].
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

impl<'a> Place<'a> {
    /// As long as the shorter of the two.
    pub(crate) fn apart(from: &'a [f32], to: &'a mut [f32]) -> Self {
        Self { from: from.as_ptr(), len: from.len().min(to.len()), to: to.as_mut_ptr(), slices: PhantomData }
    }

    pub(crate) fn same(both: &'a mut [f32]) -> Self {
        let (len, to) = (both.len(), both.as_mut_ptr());
        Self { from: to, to, len, slices: PhantomData }
    }

    /// The first `len` elements, and the others.
    pub(crate) fn split(self, len: usize) -> (Self, Self) {
        let len = len.min(self.len);
        let (from, to) = (self.from.wrapping_add(len), self.to.wrapping_add(len));
        (Self { len, ..self }, Self { from, to, len: self.len - len, ..self })
    }

    /// The whole groups one after another, each with its group of `gamma` and `beta`.
    #[inline(always)]
    pub(crate) fn groups<'p>(
        &'p mut self,
        mut gamma: Feature<'p>,
        mut beta: Feature<'p>,
    ) -> impl Iterator<Item = (Slot<'p>, &'p Group, &'p Group)> {
        let count = (self.len / GROUP).min(gamma.groups).min(beta.groups);
        let (mut from, mut to) = (self.from.cast::<Group>(), self.to.cast::<Group>());
        (0..count).map(move |_| {
            let slot = Slot { from, to, slices: PhantomData };
            // SAFETY: all have `count` groups, or one that every step returns to; the addresses behind the last group
            // are not read. No two slots share a group to write.
            unsafe {
                let features = (&*gamma.at, &*beta.at);
                (from, to) = (from.wrapping_add(1), to.wrapping_add(1));
                gamma.at = gamma.at.wrapping_byte_add(gamma.step);
                beta.at = beta.at.wrapping_byte_add(beta.step);
                (slot, features.0, features.1)
            }
        })
    }

    /// Writes `map` of each element behind the whole groups; they are counted from 0.
    #[inline(always)]
    pub(crate) fn rest(&mut self, map: impl Fn(usize, f32) -> f32) {
        let groups = self.len - self.len % GROUP;
        for i in groups..self.len {
            // SAFETY: `len` elements are there. The read is over before the write.
            unsafe { self.to.add(i).write(map(i - groups, self.from.add(i).read())) }
        }
    }

    pub(crate) fn fill(&mut self, value: f32) {
        // SAFETY: `len` elements are there, and nothing else refers to them while `self` is borrowed.
        unsafe { core::slice::from_raw_parts_mut(self.to, self.len) }.fill(value);
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
        // SAFETY: as above, and borrowed to be written.
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
    pub(crate) fn rest(&self, i: usize) -> f32 {
        self.rest.get(i).copied().unwrap_or(0.0)
    }
}
