//! The recurrent cells of `layernorm::sequence` in f32: right by JAX, one set of bits whichever way they are called, and
//! errors that name what is wrong and write nothing.

mod bits;
mod cells;
mod classifier;
mod errors;
mod file;
mod golden;
mod jax;
mod leaky;
mod nans;
