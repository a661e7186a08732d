//! How many gates a kind of cell has, and which of them are normalised as one row. A vector has H elements, one a unit.

use super::header::CellKind;
use super::slices::Group;

/// The numbers of a kind of cell.
pub trait Gates: Copy + core::fmt::Debug {
    #[doc(hidden)]
    const KIND: CellKind;
    /// Vectors that each kernel gives.
    #[doc(hidden)]
    const GATES: usize;
    /// Vectors in a state.
    #[doc(hidden)]
    const STATES: usize;
    /// Vectors that are normalised. They begin with the sums of the kernel's gates.
    #[doc(hidden)]
    const GAINS: usize;
    /// The vector at which the sums of the recurrent kernel begin.
    #[doc(hidden)]
    const RECURRENT: usize;
    /// The vectors that are normalised as one row, for each row.
    #[doc(hidden)]
    const ROWS: &'static [Group];
}
