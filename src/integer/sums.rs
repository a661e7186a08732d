//! What pass 1 finds out about a row.

/// The sums of a row's codes and of their squares, and a range that holds every code.
#[derive(Clone, Copy, Debug)]
pub struct Sums {
    pub(crate) sum: i64,
    pub(crate) squares: i128,
    /// No code is outside of it. Where the range of a row would cost time, this is the range of the type.
    pub(crate) range: [i64; 2],
}

impl Sums {
    pub(crate) const NONE: Self = Self { sum: 0, squares: 0, range: [i64::MAX, i64::MIN] };

    /// Adds `values`, each of at most 38 bits.
    #[inline(always)]
    pub(crate) fn with(self, values: impl Iterator<Item = i64>) -> Self {
        values.fold(self, |sums, v| Self {
            sum: sums.sum + v,
            squares: sums.squares + i128::from(v) * i128::from(v),
            range: [sums.range[0].min(v), sums.range[1].max(v)],
        })
    }
}
