//! Values of the crate whose type a pointer to functions tells: cells of any kind in one struct of the header.

use core::mem::MaybeUninit;

/// A value of a type that `V`, the functions of its kind, knows.
pub(crate) struct Held<V: 'static, const WORDS: usize> {
    pub kind: &'static V,
    pub sizes: Sizes,
    /// Addresses of what it uses: weights, after what a session writes to.
    pub uses: [(usize, usize); 3],
    value: [MaybeUninit<usize>; WORDS],
}

/// What a cell was made for.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    pub inputs: usize,
    pub units: usize,
    pub classes: usize,
}

impl<V, const WORDS: usize> Held<V, WORDS> {
    pub(crate) fn new<T>(kind: &'static V, sizes: Sizes, uses: [(usize, usize); 3], value: T) -> Self {
        const { assert!(size_of::<T>() <= size_of::<[usize; WORDS]>() && align_of::<T>() <= align_of::<usize>()) }
        let mut words = [MaybeUninit::uninit(); WORDS];
        // SAFETY: there is room, and it is aligned.
        unsafe { words.as_mut_ptr().cast::<T>().write(value) }
        Self { kind, sizes, uses, value: words }
    }

    /// # Safety
    /// It was made with a value of `T`.
    pub(crate) unsafe fn value<T>(&self) -> &T {
        // SAFETY: the contract above, and `new` has looked at size and alignment.
        unsafe { &*self.value.as_ptr().cast() }
    }

    /// # Safety
    /// It was made with a value of `T`.
    pub(crate) unsafe fn value_mut<T>(&mut self) -> &mut T {
        // SAFETY: as above.
        unsafe { &mut *self.value.as_mut_ptr().cast() }
    }
}
