//! Slices of what C points to.

use crate::status::{LN_MISALIGNED, LN_NULL, LN_OVERLAP, LN_TOO_LARGE, ln_status};
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
    if len == 0 {
        return Ok(Place { start: NonNull::dangling(), len });
    }
    let start = NonNull::new(start.cast_mut()).ok_or(LN_NULL)?;
    if !start.is_aligned() {
        return Err(LN_MISALIGNED);
    }
    let bytes = len.checked_mul(size_of::<T>()).filter(|bytes| *bytes <= isize::MAX as usize);
    match bytes.and_then(|bytes| start.addr().checked_add(bytes)) {
        Some(_) => Ok(Place { start, len }),
        None => Err(LN_TOO_LARGE),
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
    /// So many elements are there, and nobody else uses them as long as `'a`.
    pub(crate) unsafe fn write<'a>(self) -> &'a mut [T] {
        // SAFETY: as above.
        unsafe { from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
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
