//! What is measured: boards at levels of optimisation.

use super::boards::Board;
use super::programs::Line;

pub const LEVELS: [&str; 2] = ["3", "s"];

/// The output of the programs for a board, compiled at a level.
pub struct Measured {
    pub board: &'static Board,
    pub compiler: String,
    pub level: &'static str,
    pub lines: Vec<Line>,
}
