#![doc = include_str!("crate.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs)]

#[cfg(all(target_arch = "x86", not(target_feature = "sse2")))]
compile_error!(
    "layernorm needs SSE2 on 32-bit x86: the x87 unit rounds otherwise, so the bits would differ from those of every other \
     target; build for an i686 target, or with `-C target-feature=+sse2`"
);

#[cfg(any(test, feature = "std"))]
extern crate std;

mod backward;
mod blocks;
mod bytes;
mod centring;
mod channels_first;
mod code_moments;
mod cumulative;
mod dispatch;
mod dynamic_tanh;
mod error;
mod exp;
mod feature;
mod features;
#[cfg(feature = "fixed")]
pub mod fixed;
mod float;
mod fold_error;
mod format_error;
mod forward;
mod group_backward;
mod group_forward;
mod group_norm;
mod integer;
mod isa;
mod layout;
mod list;
pub mod mixed;
mod modulation;
mod moments;
mod norm;
mod part;
mod qk;
pub mod quantized;
mod row;
mod rows;
#[cfg(feature = "sequence")]
pub mod sequence;
mod shape;
mod stats;
mod streams;
mod strided;
mod sublayer;

#[doc = include_str!("float/error.md")]
pub mod accuracy {}

pub use backward::ParamGrads;
pub use centring::{Averaging, Centring, L2, Layer, Rms};
pub use cumulative::CumulativeSums;
pub use dynamic_tanh::DynamicTanh;
pub use error::Error;
pub use fold_error::FoldError;
pub use format_error::FormatError;
pub use group_norm::GroupNorm;
pub use modulation::Modulation;
pub use moments::{Finish, Moments};
pub use norm::{L2Norm, LayerNorm, Norm, RmsNorm};
pub use qk::Heads;
pub use stats::RowStats;
