//! Parts of slices, without a panic in a release build. Callers have checked all lengths; a debug build panics where a part
//! is not there or two lengths differ, and a release build takes what is there.

/// Takes the first `n`.
pub(super) const fn take<'a, T>(from: &mut &'a [T], n: usize) -> &'a [T] {
    debug_assert!(n <= from.len());
    match from.split_at_checked(n) {
        Some((first, rest)) => {
            *from = rest;
            first
        }
        None => &[],
    }
}

/// Takes the first `n`.
pub(super) fn take_mut<'a, T>(from: &mut &'a mut [T], n: usize) -> &'a mut [T] {
    debug_assert!(n <= from.len(), "{n} of {}", from.len());
    from.split_off_mut(..n).unwrap_or_default()
}

/// The first `n`.
pub(super) fn first<T>(from: &[T], n: usize) -> &[T] {
    debug_assert!(n <= from.len(), "{n} of {}", from.len());
    from.get(..n).unwrap_or_default()
}

/// The first `n`.
pub(super) fn first_mut<T>(from: &mut [T], n: usize) -> &mut [T] {
    debug_assert!(n <= from.len(), "{n} of {}", from.len());
    from.get_mut(..n).unwrap_or_default()
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
    debug_assert!((first + count) * n <= from.len(), "{first} + {count} of {n}, {}", from.len());
    from.get(first * n..(first + count) * n).unwrap_or_default()
}

/// A group of vectors of `n`.
pub(super) fn groups_mut<T>(from: &mut [T], n: usize, (first, count): Group) -> &mut [T] {
    debug_assert!((first + count) * n <= from.len(), "{first} + {count} of {n}, {}", from.len());
    from.get_mut(first * n..(first + count) * n).unwrap_or_default()
}

/// All parts of `n`.
///
/// Not `chunks_exact`: in a `zip` that divides by a length of which the compiler does not know that it is not 0.
pub(super) fn chunks<T>(mut from: &[T], n: usize) -> impl Iterator<Item = &[T]> {
    debug_assert!(n == 0 || from.len().is_multiple_of(n), "{} by {n}", from.len());
    core::iter::from_fn(move || from.split_off(..n))
}

/// All parts of `n`.
pub(super) fn chunks_mut<T>(mut from: &mut [T], n: usize) -> impl Iterator<Item = &mut [T]> {
    debug_assert!(n == 0 || from.len().is_multiple_of(n), "{} by {n}", from.len());
    core::iter::from_fn(move || from.split_off_mut(..n))
}

/// `to = from`
pub(super) fn copy<T: Copy>(to: &mut [T], from: &[T]) {
    zip_equal(to, from).for_each(|(to, from)| *to = *from);
}

/// Adds to each element of `to` the one of `from`, which may be longer.
pub(super) fn add(to: &mut [f32], from: &[f32]) {
    debug_assert!(to.len() <= from.len(), "{} of {}", to.len(), from.len());
    to.iter_mut().zip(from).for_each(|(to, from)| *to += *from);
}

/// `Iterator::zip` of two lengths that are equal.
#[inline(always)]
pub(super) fn zip_equal<A, B>(a: A, b: B) -> core::iter::Zip<A::IntoIter, B::IntoIter>
where
    A: IntoIterator<IntoIter: ExactSizeIterator>,
    B: IntoIterator<IntoIter: ExactSizeIterator>,
{
    let (a, b) = (a.into_iter(), b.into_iter());
    debug_assert_eq!(a.len(), b.len());
    a.zip(b)
}

/// Goes through several slices of one length at once.
macro_rules! zip {
    (@flat $nested:pat => ($($flat:tt)*)) => {
        |$nested| ($($flat)*)
    };
    (@flat $nested:pat => ($($flat:tt)*), $_next:expr $(, $rest:expr)*) => {
        zip!(@flat ($nested, next) => ($($flat)*, next) $(, $rest)*)
    };
    (@nest $nested:expr) => {
        $nested
    };
    (@nest $nested:expr, $next:expr $(, $rest:expr)*) => {
        zip!(@nest $crate::sequence::slices::zip_equal($nested, $next) $(, $rest)*)
    };
    ($first:expr $(, $next:expr)+) => {
        zip!(@nest $first $(, $next)+).map(zip!(@flat first => (first) $(, $next)+))
    };
}
pub(super) use zip;
