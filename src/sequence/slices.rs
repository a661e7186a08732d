//! Parts of slices, without a panic: a part that is not there is empty.

/// Takes the first `n`.
pub(super) fn take<'a, T>(from: &mut &'a [T], n: usize) -> &'a [T] {
    from.split_off(..n).unwrap_or_default()
}

/// Takes the first `n`.
pub(super) fn take_mut<'a, T>(from: &mut &'a mut [T], n: usize) -> &'a mut [T] {
    from.split_off_mut(..n).unwrap_or_default()
}

/// The first `K` parts of `n`.
pub(super) fn split<const K: usize, T>(mut from: &[T], n: usize) -> [&[T]; K] {
    [(); K].map(|()| take(&mut from, n))
}

/// The first `K` parts of `n`.
pub(super) fn split_mut<const K: usize, T>(mut from: &mut [T], n: usize) -> [&mut [T]; K] {
    [(); K].map(|()| take_mut(&mut from, n))
}

/// Vectors of one length that lie side by side: the first, and how many.
pub(super) type Group = (usize, usize);

/// A group of vectors of `n`.
pub(super) fn groups<T>(from: &[T], n: usize, (first, count): Group) -> &[T] {
    from.get(first * n..(first + count) * n).unwrap_or_default()
}

/// A group of vectors of `n`.
pub(super) fn groups_mut<T>(from: &mut [T], n: usize, (first, count): Group) -> &mut [T] {
    from.get_mut(first * n..(first + count) * n).unwrap_or_default()
}

/// Parts of `n`, as far as they are whole.
///
/// Not `chunks_exact`: in a `zip` that divides by a length of which the compiler does not know that it is not 0.
pub(super) fn chunks<T>(mut from: &[T], n: usize) -> impl Iterator<Item = &[T]> {
    core::iter::from_fn(move || from.split_off(..n))
}

/// Parts of `n`, as far as they are whole.
pub(super) fn chunks_mut<T>(mut from: &mut [T], n: usize) -> impl Iterator<Item = &mut [T]> {
    core::iter::from_fn(move || from.split_off_mut(..n))
}

/// As `copy_from_slice`, as far as both go.
pub(super) fn copy<T: Copy>(to: &mut [T], from: &[T]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}

/// Goes through all at once, as far as all go.
macro_rules! zip {
    (@flat $nested:pat => ($($flat:tt)*)) => {
        |$nested| ($($flat)*)
    };
    (@flat $nested:pat => ($($flat:tt)*), $_next:expr $(, $rest:expr)*) => {
        zip!(@flat ($nested, next) => ($($flat)*, next) $(, $rest)*)
    };
    ($first:expr $(, $next:expr)+) => {
        $first.into_iter()$(.zip($next))+.map(zip!(@flat first => (first) $(, $next)+))
    };
}
pub(super) use zip;
