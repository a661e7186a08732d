use bytemuck::Pod;
use layernorm::RowStats;

/// Elements of the largest call of the corpus.
pub(crate) const ELEMENTS: usize = 20_000;
/// Rows of the largest call of the corpus.
pub(crate) const ROWS: usize = 16;

/// The numbers that [`Memory`] borrows: a microcontroller has no heap and a small stack, so they belong in a `static`.
pub type Storage<const N: usize> = [[f32; N]; 5];

/// All zero.
pub const fn storage<const N: usize>() -> Storage<N> {
    [[0.0; N]; 5]
}

/// Elements of the largest call where there is little memory.
pub(crate) const FEW: usize = 320;

/// What every group has room in.
pub type Large = Storage<ELEMENTS>;
/// What the groups of [`SMALL`](crate::SMALL) have room in.
pub type Small = Storage<FEW>;

/// Room for inputs and outputs, given by the caller.
pub struct Memory<'a> {
    pub(crate) x: &'a mut [f32],
    pub(crate) y: &'a mut [f32],
    pub(crate) residual: &'a mut [f32],
    pub(crate) gamma: &'a mut [f32],
    pub(crate) beta: &'a mut [f32],
    pub(crate) stats: [RowStats; ROWS],
    reduced: bool,
}

impl<'a> Memory<'a> {
    /// What the numbers are does not matter.
    pub fn new<const N: usize>(storage: &'a mut Storage<N>) -> Self {
        let [x, y, residual, gamma, beta] = storage;
        Self { x, y, residual, gamma, beta, stats: [RowStats::default(); ROWS], reduced: false }
    }

    /// For a machine that takes its time: every group, with fewer of its cases.
    pub fn reduced(self) -> Self {
        Self { reduced: true, ..self }
    }

    /// `all`, or in the reduced corpus `few`.
    pub(crate) fn choose<'b, T>(&self, all: &'b [T], few: &'b [T]) -> &'b [T] {
        if self.reduced { few } else { all }
    }

    /// 1..=67 and the `wide` ones, or in the reduced corpus `few`.
    pub(crate) fn widths(
        &self,
        wide: &'static [usize],
        few: &'static [usize],
    ) -> impl Iterator<Item = usize> + use<> {
        let narrow = if self.reduced { 0 } else { 67 };
        (1..=narrow).chain(self.choose(wide, few).iter().copied())
    }
}

/// The memory of `count` codes, which are no longer than an f32.
pub(crate) fn codes<T: Pod>(words: &mut [f32], count: usize) -> &mut [T] {
    &mut bytemuck::cast_slice_mut(words)[..count]
}
