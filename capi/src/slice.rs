//! Slices of what C points to.

use crate::status::{LN_MISALIGNED, LN_NULL, LN_OK, LN_OVERLAP, LN_TOO_LARGE, ln_status};
use core::cell::Cell;
use core::ptr::NonNull;
use core::slice::{from_raw_parts, from_raw_parts_mut};

/// Elements of `rows` rows.
pub(crate) fn elements(rows: usize, width: usize) -> Result<usize, ln_status> {
    rows.checked_mul(width).ok_or(LN_TOO_LARGE)
}

/// An address that is not NULL, aligned, and with as many elements behind it as an address space has room for.
#[derive(Clone, Copy)]
pub(crate) struct Place<T> {
    start: NonNull<T>,
    len: usize,
}

/// `len` elements from `start` on, which may be anything if there are none.
pub(crate) fn place<T>(start: *const T, len: usize) -> Result<Place<T>, ln_status> {
    match fault(start.addr(), len, size_of::<T>(), align_of::<T>()) {
        LN_OK => {
            let start = NonNull::new(start.cast_mut()).filter(|_| len != 0);
            Ok(Place { start: start.unwrap_or(NonNull::dangling()), len })
        }
        status => Err(status),
    }
}

/// What is wrong with an address; one function for all types.
#[inline(never)]
fn fault(start: usize, len: usize, size: usize, align: usize) -> ln_status {
    let end = len.checked_mul(size).filter(|bytes| *bytes <= isize::MAX as usize);
    if len == 0 {
        LN_OK
    } else if start == 0 {
        LN_NULL
    } else if start & (align - 1) != 0 {
        LN_MISALIGNED
    } else if end.is_none_or(|bytes| start.checked_add(bytes).is_none()) {
        LN_TOO_LARGE
    } else {
        LN_OK
    }
}

impl<T> Place<T> {
    /// Its first address, and the one behind its last.
    pub(crate) fn addresses(self) -> (usize, usize) {
        let start = self.start.addr().get();
        (start, start + self.len * size_of::<T>())
    }

    /// # Safety
    /// So many elements are there, and nobody writes them as long as `'a`.
    pub(crate) unsafe fn read<'a>(self) -> &'a [T] {
        // SAFETY: not null, aligned, and no longer than a slice may be, by `place`; the rest is the caller's promise.
        unsafe { from_raw_parts(self.start.as_ptr(), self.len) }
    }

    /// # Safety
    /// So many elements are there, which are used by no other slice than those of cells as long as `'a`.
    pub(crate) unsafe fn cells<'a>(self) -> &'a [Cell<T>] {
        // SAFETY: as above; a cell has the layout of what is in it.
        unsafe { from_raw_parts(self.start.cast().as_ptr(), self.len) }
    }

    /// # Safety
    /// So many elements are there, and nobody else uses them as long as `'a`.
    pub(crate) unsafe fn write<'a>(self) -> &'a mut [T] {
        // SAFETY: as above.
        unsafe { from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

/// The first address of a slice, and the one behind its last.
pub(crate) fn addresses<T>(values: &[T]) -> (usize, usize) {
    let range = values.as_ptr_range();
    (range.start.addr(), range.end.addr())
}

/// What is written at `written` overlaps none of `others`, of which an empty one has no address.
pub(crate) fn apart(written: (usize, usize), others: &[(usize, usize)]) -> Result<(), ln_status> {
    let overlaps = |other: &(usize, usize)| written.0 < other.1 && other.0 < written.1;
    if others.iter().any(overlaps) { Err(LN_OVERLAP) } else { Ok(()) }
}

/// γ, β or a bias: `width` numbers, or NULL where there is none.
///
/// # Safety
/// So many numbers are there, and nobody writes them as long as `'a`.
pub(crate) unsafe fn feature<'a>(start: *const f32, width: usize) -> Result<Option<&'a [f32]>, ln_status> {
    // SAFETY: the contract is the same.
    if start.is_null() { Ok(None) } else { Ok(Some(unsafe { place(start, width)?.read() })) }
}
