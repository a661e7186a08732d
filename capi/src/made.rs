//! Values of the crate in memory of the caller's.

use crate::status::{LN_MISALIGNED, LN_NOT_MADE, LN_NULL, ln_status};
use core::mem::MaybeUninit;

/// What a struct of the header holds: a mark that says what it is, and the value.
#[repr(C)]
struct Made<T> {
    mark: usize,
    value: MaybeUninit<T>,
}

/// A struct of the header: words of the caller's with room for values of the crate.
///
/// # Safety
/// Any bytes are valid in it.
pub(crate) unsafe trait Opaque: Sized {}

/// Asserted where a struct is declared.
pub(crate) const fn fits<O: Opaque, T>() -> bool {
    size_of::<Made<T>>() <= size_of::<O>()
}

/// Asserted where a value is used where it lies.
pub(crate) const fn is_aligned<O: Opaque, T>() -> bool {
    align_of::<Made<T>>() <= align_of::<O>()
}

fn check<O>(opaque: *const O) -> Result<(), ln_status> {
    if opaque.is_null() {
        Err(LN_NULL)
    } else if !opaque.is_aligned() {
        Err(LN_MISALIGNED)
    } else {
        Ok(())
    }
}

/// Writes `value` to where `opaque` leads, marked.
///
/// # Safety
/// It is NULL, misaligned, or leads to a struct that nobody else uses.
pub(crate) unsafe fn make<O: Opaque, T>(opaque: *mut O, mark: usize, value: T) -> Result<(), ln_status> {
    const { assert!(fits::<O, T>()) };
    check(opaque)?;
    let made = Made { mark, value: MaybeUninit::new(value) };
    // SAFETY: there is room, and any bytes are valid there.
    unsafe { opaque.cast::<Made<T>>().write_unaligned(made) };
    Ok(())
}

/// Where the value is that [`make`] has written with this mark.
///
/// # Safety
/// It is NULL, misaligned, or leads to a struct that nobody writes meanwhile.
unsafe fn find<O: Opaque, T>(opaque: *const O, mark: usize) -> Result<*const MaybeUninit<T>, ln_status> {
    const { assert!(fits::<O, T>()) };
    check(opaque)?;
    let made = opaque.cast::<Made<T>>();
    // SAFETY: the mark comes first, and a struct is aligned to a word at least.
    if unsafe { made.cast::<usize>().read() } != mark {
        return Err(LN_NOT_MADE);
    }
    // SAFETY: within the struct.
    Ok(unsafe { &raw const (*made).value })
}

/// The value that [`make`] has written with this mark.
///
/// # Safety
/// It is NULL, misaligned, or leads to a struct that nobody writes as long as `'a`. The mark is there only if [`make`] wrote it with a
/// value of `T`, and then what that borrows still lives.
pub(crate) unsafe fn made<'a, O: Opaque + 'a, T>(opaque: *const O, mark: usize) -> Result<&'a T, ln_status> {
    const { assert!(is_aligned::<O, T>()) };
    // SAFETY: the contract above.
    unsafe { find::<O, T>(opaque, mark).map(|value| (*value).assume_init_ref()) }
}

/// The same, to be changed.
///
/// # Safety
/// As for [`made`], and nobody else uses the struct as long as `'a`.
pub(crate) unsafe fn made_mut<'a, O: Opaque + 'a, T>(
    opaque: *mut O,
    mark: usize,
) -> Result<&'a mut T, ln_status> {
    const { assert!(is_aligned::<O, T>()) };
    // SAFETY: the contract above.
    unsafe { find::<O, T>(opaque, mark).map(|value| (*value.cast_mut()).assume_init_mut()) }
}

/// Calls `verb` with the value, which may be less aligned than its type: `u128` on 64-bit targets. There it is copied.
///
/// # Safety
/// As for [`made`].
pub(crate) unsafe fn with<O: Opaque, T: Copy>(
    opaque: *const O,
    mark: usize,
    verb: impl FnOnce(&T) -> Result<ln_status, ln_status>,
) -> Result<ln_status, ln_status> {
    // SAFETY: the contract above.
    unsafe {
        let value = find::<O, T>(opaque, mark)?;
        if const { is_aligned::<O, T>() } {
            verb((*value).assume_init_ref())
        } else {
            verb(value.read_unaligned().assume_init_ref())
        }
    }
}
