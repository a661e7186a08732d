//! Contract C5: the codes of the fixed-point and quantised norms are those of the definition, every one of them.

mod errors;
mod exhaustive;
mod extremes;
mod float;
mod golden;
mod oracle;
mod pieces;
mod random;
mod types;
mod verbs;
