//! The recurrent cells in integers: code for code those of the reference in Python, close to the cells of `f32`, and errors
//! that name what is wrong and write nothing.

mod errors;
mod file;
mod fold;
mod golden;
mod kinds;
mod leaky;
mod near;
mod read;
mod speakers;
