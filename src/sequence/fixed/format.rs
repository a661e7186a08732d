//! How many fraction bits numbers have that every kind of cell has.

/// Of h, of σ and of tanh.
pub(super) const STATE_FRACTION: u32 = 15;
/// Of the output of a norm, and of c.
pub(super) const NORM_FRACTION: u32 = 11;
