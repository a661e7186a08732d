//! A norm in the terms of the definition.

/// The largest width.
pub(crate) const WIDEST: usize = 1 << 15;

/// What is the same for all rows of a norm, except γ and β.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Norm {
    /// LayerNorm; else RMSNorm.
    pub centred: bool,
    pub width: usize,
    pub k: i32,
    pub m: i32,
    /// The zero point of the output.
    pub zero_point: i32,
    /// `E`
    pub epsilon: u128,
}
