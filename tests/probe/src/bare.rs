//! Entry point and panic handler of the image. It is linked, never run.

use core::panic::PanicInfo;

#[cfg(not(feature = "must_format"))]
#[allow(unsafe_code)]
#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    unsafe extern "C" {
        fn a_panic_path_is_linked() -> !;
    }
    // SAFETY: it is defined nowhere, so an image that could get here is never linked.
    unsafe { a_panic_path_is_linked() }
}

// Formatting brings panic paths of its own; there they are not the question.
#[cfg(feature = "must_format")]
#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    loop {}
}

// SAFETY: no other symbol of that name is in the image; it is the linker's default entry point.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    crate::verbs::call();
    loop {}
}
