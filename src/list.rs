#![allow(unsafe_code)]

use core::mem::MaybeUninit;
use core::ops::{Deref, DerefMut};

/// Up to `N` items. An array would have to be filled first, and in a browser that is a call.
pub(crate) struct List<T, const N: usize> {
    items: [MaybeUninit<T>; N],
    len: usize,
}

impl<T: Copy, const N: usize> List<T, N> {
    #[inline(always)]
    pub(crate) const fn new() -> Self {
        Self { items: [const { MaybeUninit::uninit() }; N], len: 0 }
    }

    /// Holds `item` `count` times; `count` is at most `N`.
    #[inline(always)]
    pub(crate) fn repeat(&mut self, item: T, count: usize) {
        debug_assert!(count <= N);
        if let Some(places) = self.items.get_mut(..count) {
            places.iter_mut().for_each(|place| _ = place.write(item));
            self.len = count;
        }
    }

    /// Forgets all items.
    #[inline(always)]
    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// Repeats the last item until their number is a multiple of `step`, or `N`.
    #[inline(always)]
    pub(crate) fn fill_up(&mut self, step: usize) {
        let end = self.len.next_multiple_of(step).min(N);
        let last = self.last().copied();
        if let (Some(last), Some(places)) = (last, self.items.get_mut(self.len..end)) {
            places.iter_mut().for_each(|place| _ = place.write(last));
            self.len = end;
        }
    }

    /// Adds an item, which there is room for, and returns its place.
    #[inline(always)]
    pub(crate) fn push(&mut self, item: T) -> Option<&mut T> {
        debug_assert!(self.len < N);
        let place = self.items.get_mut(self.len)?;
        self.len += 1;
        Some(place.write(item))
    }
}

impl<T, const N: usize> Deref for List<T, N> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        // SAFETY: the first `len` items, at most `N`, have been written.
        unsafe { core::slice::from_raw_parts(self.items.as_ptr().cast(), self.len) }
    }
}

impl<T, const N: usize> DerefMut for List<T, N> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above, and `self` is borrowed to be written.
        unsafe { core::slice::from_raw_parts_mut(self.items.as_mut_ptr().cast(), self.len) }
    }
}
