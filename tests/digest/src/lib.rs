//! One number for everything the crate computes: SHA-256 over the bits of a canonical corpus of results.
//!
//! Two machines that print the same digest agree on every bit. The corpus is generated, not stored, from
//! integers alone: `numbers` makes f32 values without parsing, libm or rounding that could differ, so a
//! difference can only come from the crate.
//!
//! The corpus is a list of named groups. New verbs are appended as new groups; a group never changes.
#![no_std]
#![cfg_attr(not(feature = "large"), allow(dead_code))]

mod codes;
mod fixed;
mod float;
mod gradients;
mod groups;
mod integer;
mod layouts;
mod memory;
#[cfg(feature = "half")]
mod mixed;
mod numbers;
#[cfg(feature = "large")]
mod operations;
mod pieces;
mod promises;
mod quantized;
mod recurrent;
mod rows;
mod speaker;

use layernorm::RowStats;
#[cfg(feature = "large")]
use layernorm::{Layer, Rms};
pub use memory::{Large, Memory, Small, storage};
pub use numbers::Numbers;
use sha2::{Digest, Sha256};

/// A call of the crate that failed; the digest counts it, and does not say how.
pub(crate) struct Failed;

impl<E: core::error::Error> From<E> for Failed {
    fn from(_: E) -> Self {
        Failed
    }
}

/// A part of the corpus with a digest of its own, so that a difference can be told apart.
pub struct Group {
    /// Names it in the output.
    pub name: &'static str,
    run: fn(&mut Memory, &mut Sink),
}

/// The groups, in the order in which they enter the digest; those of [`SMALL`] come last.
#[cfg(feature = "large")]
pub const GROUPS: &[Group] = &[
    Group { name: "layer_norm", run: float::layer_norm },
    Group { name: "layer_norm_epsilon", run: float::layer_norm_epsilon },
    Group { name: "rms_norm", run: float::rms_norm },
    Group { name: "rms_norm_epsilon", run: float::rms_norm_epsilon },
    Group { name: "fixed_layer_norm", run: fixed::layer_norm },
    Group { name: "fixed_rms_norm", run: fixed::rms_norm },
    Group { name: "quantized_layer_norm", run: quantized::layer_norm },
    Group { name: "quantized_rms_norm", run: quantized::rms_norm },
    Group { name: "layer_norm_gradients", run: gradients::every_width::<Layer> },
    Group { name: "rms_norm_gradients", run: gradients::every_width::<Rms> },
    Group { name: "layer_norm_pieces", run: pieces::every_row::<Layer> },
    Group { name: "rms_norm_pieces", run: pieces::every_row::<Rms> },
    Group { name: "layer_norm_layouts", run: layouts::every_width::<Layer> },
    Group { name: "rms_norm_layouts", run: layouts::every_width::<Rms> },
    Group { name: "recurrent_cells", run: recurrent::floats },
    Group { name: "fixed_recurrent_cells", run: recurrent::integers },
    Group { name: "speaker", run: speaker::every_utterance },
    Group { name: "speaker_test_f32", run: speaker::test_f32 },
    Group { name: "speaker_test_i8", run: speaker::test_i8 },
    Group { name: "half_precision", run: mixed::every_width },
    Group { name: "group_norm", run: groups::every_shape },
    Group { name: "cumulative", run: operations::cumulative },
    Group { name: "residual_bias", run: operations::residual_bias },
    Group { name: "l2_norm", run: operations::l2_norm },
    Group { name: "queries_and_keys", run: operations::queries_and_keys },
    Group { name: "dynamic_tanh", run: operations::dynamic_tanh },
    Group { name: "cumulative_codes", run: quantized::cumulative },
    Group { name: "group_norm_codes", run: quantized::group_norm },
    Group { name: "dynamic_tanh_codes", run: quantized::dynamic_tanh },
    Group { name: "state_norm_lstm", run: recurrent::state_norm },
    Group { name: "leaky_sessions", run: recurrent::leaky },
];

/// Groups of fewer cases, for boards with little memory.
pub const SMALL: &[Group] = &[SMALL_FLOAT, SMALL_INTEGER, SMALL_RECURRENT, SMALL_16_BITS, SMALL_PROMISES];
/// The f32 norms.
pub const SMALL_FLOAT: Group = Group { name: "small_float", run: float::small };
/// The fixed-point and the quantised norms.
pub const SMALL_INTEGER: Group = Group {
    name: "small_integer",
    run: |memory, sink| {
        fixed::small(memory, sink);
        quantized::small(memory, sink);
    },
};
/// The fixed-point norms of codes, γ and β of 16 bits.
pub const SMALL_16_BITS: Group = Group { name: "small_16_bits", run: fixed::of_16_bits };
/// What broke a promise once.
pub const SMALL_PROMISES: Group = Group { name: "small_promises", run: promises::small };
/// Recurrent cells in f32 and in integers.
pub const SMALL_RECURRENT: Group = Group { name: "small_recurrent", run: recurrent::small };

/// SHA-256.
pub type Hash = [u8; 32];

impl Group {
    /// Digest of this group alone.
    pub fn digest(&self, memory: &mut Memory) -> Hash {
        let mut sink = Sink(Sha256::new());
        (self.run)(memory, &mut sink);
        sink.0.finalize().into()
    }
}

/// The digest of the whole corpus: that of the groups' digests. `each` is shown every group's. The reduced corpus has those for
/// boards with little memory only where they are of something else than the others.
#[cfg(feature = "large")]
pub fn digest(memory: &mut Memory, mut each: impl FnMut(&str, &Hash)) -> Hash {
    let mut total = Sha256::new();
    for group in GROUPS.iter().chain(memory.choose(SMALL, &[SMALL_PROMISES])) {
        let hash = group.digest(memory);
        each(group.name, &hash);
        total.update(hash);
    }
    total.finalize().into()
}

/// Where results go: little-endian bits.
struct Sink(Sha256);

impl Sink {
    fn floats(&mut self, values: &[f32]) {
        for value in values {
            self.0.update(value.to_bits().to_le_bytes());
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn stats(&mut self, stats: &[RowStats]) {
        for stats in stats {
            self.floats(&[stats.mean(), stats.rstd()]);
        }
    }

    fn codes<T: codes::Code>(&mut self, codes: &[T]) {
        for code in codes {
            self.0.update(code.value().to_le_bytes());
        }
    }

    fn error(&mut self) {
        // No call of the corpus fails; one that did would show, without a panic.
        self.0.update(b"error");
    }
}
