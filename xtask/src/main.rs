//! The only command of the project: see `cargo xtask`.
fn main() {}
