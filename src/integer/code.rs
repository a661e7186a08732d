//! Types of codes.

/// An integer type whose values stand for real numbers. `i8`, `u8`, `i16` and `i32` are; no others can be.
pub trait Code: Copy {
    #[doc(hidden)]
    const BITS: u32;
    #[doc(hidden)]
    const LOWEST: i64;
    #[doc(hidden)]
    const HIGHEST: i64;
    #[doc(hidden)]
    fn get(self) -> i32;
    /// The nearest code.
    #[doc(hidden)]
    fn saturated(value: i64) -> Self;
}

macro_rules! code {
    ($($type:ident),*) => {$(
        impl Code for $type {
            const BITS: u32 = $type::BITS;
            const LOWEST: i64 = $type::MIN as i64;
            const HIGHEST: i64 = $type::MAX as i64;

            #[inline(always)]
            fn get(self) -> i32 {
                self.into()
            }
            #[inline(always)]
            fn saturated(value: i64) -> Self {
                value.clamp(Self::LOWEST, Self::HIGHEST) as Self
            }
        }
    )*};
}
code!(i8, u8, i16, i32);
