//! The f32 algorithm, written once over [`Isa`](crate::isa::Isa).
//!
//! ```text
//! pass 1   d = x − m ;  A = Σd ;  B = Σd²                                   tree, total
//! stats    delta = A/N ;  var = B/N − delta² ;  rstd = 1/sqrt(var + ε)      rstd
//! again    with m = A/N where 4A² > N·B, else m = 0; and where delta² is
//!          large beside B/N, or a sum left its range                        pass, measure
//! pass 2   y = ((x − m) − delta) · rstd · γ + β                             affine
//! ```
//!
//! 1. Most rows have a mean that is small beside σ. They need no pivot, which saves one subtraction an element
//!    in each pass.
//! 2. Short rows go through pass 1 in batches, have their statistics computed with a row in each lane
//!    of a vector, and then go through pass 2. The statistics are a long chain of dependent operations; the sums of the
//!    next rows fill its waits.
//! 3. In one lane there is nothing to share: a row goes through all its passes before the next.
//! 4. Every choice that decides bits depends on the row's values and on N alone, never on its neighbours.

mod affine;
mod backward;
mod batch;
mod channel_gradients;
mod channels;
mod elementwise;
#[cfg(test)]
mod error;
mod forward;
mod heads;
mod measure;
mod one_row;
mod pass;
mod rstd;
mod scale;
mod term;
mod total;
mod tree;

pub(crate) use affine::{Parameters, SecondPassOfRow};
pub(crate) use backward::Backward;
pub(crate) use backward::{AddRows, AddToGrads, FEATURES, FeatureSums};
pub(crate) use channel_gradients::BackwardChannels;
pub(crate) use channels::{Channels, ForwardChannels};
#[cfg(feature = "sequence")]
pub(crate) use elementwise::canonicalise_nans;
pub(crate) use elementwise::{Add, AllFinite, CanonicaliseNans};
pub(crate) use forward::Forward;
pub(crate) use heads::{ForwardHeads, Part};
pub(crate) use pass::{Next, Pass, Range, Stage};
pub(crate) use rstd::RowSpec;
pub(crate) use scale::{Scale, Times, Unscaled};
pub(crate) use total::{Push, Totals};
pub(crate) use tree::BLOCK;
