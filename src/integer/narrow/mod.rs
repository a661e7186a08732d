//! A row in integers of 32 bits, for outputs of 8 and 16 bits: one element after another.
//!
//! ```text
//! u = code·a + rest                       x̂·2ᶠ, up to 2³⁰, in arithmetic modulo 2³²; a has 16 bits behind the point
//! y = u·g·2ˢ / 2³² + b·2^(w−m)            w bits behind the point
//! ```
//!
//! 1. Where the mean is large, `rest` is far larger than x̂. It is made of all bits of the root, because the last ones count.
//! 2. Only the product with a g of 32 bits takes 64 bits. Each other product is two of 32 bits, one with the high part of `a`
//!    or `u` and one with the low part.
//! 3. An element near a rounding boundary, 4/2ʷ of all, is computed again in 64 bits ([`RootedRow::y`]). Small code has no
//!    such way: there [`SummedRow::between`] decides the element at once.
//!
//! ```text
//! products   without their last bits
//! scales     the integers of a row, and the formulas of u and y
//! pairs      two elements in a register, with the DSP extension of Arm
//! elements   one element after another
//! write      which of these takes which elements
//! ```
//!
//! [`RootedRow::y`]: super::row::RootedRow::y
//! [`SummedRow::between`]: super::row::SummedRow::between

mod elements;
#[cfg(layernorm_dsp)]
mod pairs;
mod products;
mod scales;
mod write;

pub(super) use scales::Narrow;
