//! The exact integer algorithm; `definition.md`, shown in [`quantized`](crate::quantized), says what it computes.
//!
//! ```text
//! sums    S, Q of a row, exact                                                 lane, sums, row
//!
//! vectors of lanes
//! y       in f32, with a bound on its error                                    approximate
//!         where a rounding boundary is within that bound: in f64               approximate
//!         where one is within its bound too: compare squares                   exact
//!
//! one lane, without floating point; and outputs of 32 bits
//! root    2⁸/sqrt(V), fifty bits of it, once a row                             rsqrt
//! y       P · 2⁸/sqrt(V) · g + b in 32 bits, with a bound on its error         narrow
//!         where 32 bits are too few: in 64, for outputs of 32 bits in 128      wide, word
//!         where a rounding boundary is within that bound: compare squares      exact
//!         small code has no way in 64 bits: it compares at once
//! ```
//!
//! `forward` chooses among them for each row of [`Rows`], with [`Feature`](feature::Feature)s γ and β.
//!
//! 1. The result is defined by mathematics, so a faster way may be taken wherever its error bound shows that it rounds to
//!    the same code. One place decides: what is within the bound goes to the next way, and at last to `exact`.
//! 2. No result depends on a division, by N or by a root.

mod approximate;
pub(crate) mod code;
mod cumulative;
mod dynamic_tanh;
mod exact;
pub(crate) mod feature;
mod forward;
mod groups;
pub(crate) mod lane;
mod moments;
mod narrow;
mod norm;
pub(crate) mod ratio;
mod row;
pub(crate) mod rows;
mod rsqrt;
mod shift;
mod sums;
pub(crate) mod tanh;
mod wide;
mod word;
#[cfg(feature = "fixed")]
pub(crate) mod wrapper;

pub(crate) use cumulative::{ForwardCumulative, Prefix};
pub(crate) use dynamic_tanh::DynamicTanh;
pub(crate) use forward::Forward;
pub(crate) use groups::ForwardGroups;
pub(crate) use lane::{CodeOp, LaneCode, Lanes};
pub(crate) use moments::{Moments, Push};
pub(crate) use norm::{Norm, WIDEST};
pub(crate) use rows::Rows;
