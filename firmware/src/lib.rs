//! What the programs for boards share: a clock that counts instructions, the depth of the stack, lines of text.
#![no_std]

pub mod chosen;
pub mod clock;
pub mod digest;
pub mod host;
pub mod recording;
pub mod rows;
pub mod stack;
pub mod stream;
#[path = "../../model/data/utterances.rs"]
mod utterances;

#[cfg(target_arch = "arm")]
pub use cortex_m_rt::entry;
#[cfg(target_arch = "riscv32")]
pub use riscv_rt::entry;
