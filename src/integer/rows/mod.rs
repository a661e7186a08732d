//! The codes of a call: apart from their results, in the same place, or with a residual.

mod access;
mod plain;
mod residual;
mod sum;
mod vectors;

pub(crate) use access::Rows;
pub(crate) use plain::{Apart, InPlace};
pub(crate) use residual::Residual;
pub(crate) use sum::Sum;
#[cfg(feature = "sequence")]
pub(crate) use sum::rounded;
pub(super) use vectors::{UNIT, Uncertain, VectorMap, WIDE_UNIT};
