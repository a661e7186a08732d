use bytemuck::Pod;
use layernorm::RowStats;

/// Elements of the largest call of the corpus.
pub(crate) const ELEMENTS: usize = 20_000;
/// Rows of the largest call of the corpus.
pub(crate) const ROWS: usize = 16;

/// Room for inputs and outputs, given by the caller: a microcontroller has no heap and a small stack, so this
/// belongs in a `static`.
pub struct Memory {
    pub(crate) x: [f32; ELEMENTS],
    pub(crate) y: [f32; ELEMENTS],
    pub(crate) residual: [f32; ELEMENTS],
    pub(crate) gamma: [f32; ELEMENTS],
    pub(crate) beta: [f32; ELEMENTS],
    /// Empty until the first call; `RowStats` cannot be made in a `const`.
    pub(crate) stats: Option<[RowStats; ROWS]>,
}

impl Memory {
    /// All zero.
    pub const fn new() -> Self {
        Self {
            x: [0.0; ELEMENTS],
            y: [0.0; ELEMENTS],
            residual: [0.0; ELEMENTS],
            gamma: [0.0; ELEMENTS],
            beta: [0.0; ELEMENTS],
            stats: None,
        }
    }
}

/// The memory of `count` codes, which are no longer than an f32.
pub(crate) fn codes<T: Pod>(words: &mut [f32], count: usize) -> &mut [T] {
    &mut bytemuck::cast_slice_mut(words)[..count]
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}
