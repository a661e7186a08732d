//! The numbers beside a row: γ, β, or a second row.

use crate::isa::{GROUP, Group};

/// A number for each element of a row, or one for all of them.
#[derive(Clone, Copy)]
pub(crate) struct Feature<'a> {
    at: *const Group,
    /// The same number, which a group has all over, for all elements.
    repeats: bool,
    groups: usize,
    tail: &'a [f32],
}

impl<'a> Feature<'a> {
    #[inline(always)]
    pub(crate) fn own(values: &'a [f32]) -> Self {
        let (groups, tail) = values.as_chunks::<GROUP>();
        Self { at: groups.as_ptr(), repeats: false, groups: groups.len(), tail }
    }

    /// A number that `group` repeats.
    #[inline(always)]
    pub(crate) fn same(group: &'a Group) -> Self {
        Self { at: group, repeats: true, groups: usize::MAX, tail: group }
    }

    /// How many groups it has.
    #[inline(always)]
    pub(crate) fn groups(&self) -> usize {
        self.groups
    }

    /// Where its first `SIZE` elements are, and how many bytes on the next; `SIZE` is at most that of a group.
    #[inline(always)]
    pub(crate) fn start<const SIZE: usize>(&self) -> (*const [f32; SIZE], usize) {
        (self.at.cast(), if self.repeats { 0 } else { size_of::<[f32; SIZE]>() })
    }

    /// Element `i` of the tail, which follows the last whole group.
    #[inline(always)]
    pub(crate) fn tail(&self, i: usize) -> f32 {
        debug_assert!(i < self.tail.len());
        self.tail.get(i).copied().unwrap_or(0.0)
    }
}
