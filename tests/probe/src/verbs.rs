//! Every public verb, once, on data and lengths that the optimiser cannot know.

use core::fmt::Display;
use core::hint::black_box;
use layernorm::Error;

pub fn call() {
    #[cfg(not(feature = "integers_only"))]
    {
        crate::floats::call();
        crate::mixed::call();
        crate::folding::call();
        crate::sequences::call();
    }
    crate::integers::call();
    #[cfg(feature = "must_panic")]
    black_box(black_box(&[0; 4][..])[black_box(4)]);
    #[cfg(feature = "must_float")]
    black_box(black_box(1.5f32) * black_box(2.5));
}

/// Comparing an error needs no formatting; showing one does.
pub fn keep<E: From<Error> + PartialEq + Display>(result: Result<(), E>) {
    black_box(result == Err(Error::Zero { parameter: "width" }.into()));
    #[cfg(feature = "must_format")]
    if let Err(error) = result {
        struct Nowhere;
        impl core::fmt::Write for Nowhere {
            fn write_str(&mut self, text: &str) -> core::fmt::Result {
                black_box(text);
                Ok(())
            }
        }
        black_box(core::fmt::Write::write_fmt(&mut Nowhere, format_args!("{error}")).is_ok());
    }
}
