//! Parts of slices. Callers have checked that a slice holds the part: in a debug build a misfit panics, and a release image,
//! which must link no panic, gets an empty slice.

/// `len` elements of `values` from element `start` on.
#[inline(always)]
pub(crate) fn part<T>(values: &[T], start: usize, len: usize) -> &[T] {
    debug_assert!(start + len <= values.len(), "{len} elements from {start} on of {}", values.len());
    values.get(start..).and_then(|rest| rest.get(..len)).unwrap_or(&[])
}

/// [`part`] of a slice that may be written.
#[inline(always)]
pub(crate) fn part_mut<T>(values: &mut [T], start: usize, len: usize) -> &mut [T] {
    debug_assert!(start + len <= values.len(), "{len} elements from {start} on of {}", values.len());
    values.get_mut(start..).and_then(|rest| rest.get_mut(..len)).unwrap_or(&mut [])
}
