//! Stores past the caches.

use crate::isa::Isa;

/// Stores past the caches, if there are any, which end when this is dropped.
pub(crate) struct Streams<I: Isa> {
    isa: I,
    are_written: bool,
}

impl<I: Isa> Streams<I> {
    #[inline(always)]
    pub(crate) fn new(isa: I, are_written: bool) -> Self {
        Self { isa, are_written }
    }
}

impl<I: Isa> Drop for Streams<I> {
    #[inline(always)]
    fn drop(&mut self) {
        if self.are_written {
            self.isa.end_streams();
        }
    }
}

/// How a group is written that no cache holds.
#[derive(Clone, Copy)]
pub(crate) struct OutOfCache {
    /// By [`Isa::stream`]. Rows in place are in a cache when they are written, and stay there.
    pub streamed: bool,
    /// Elements from what is read to what is fetched meanwhile.
    pub ahead: usize,
}
