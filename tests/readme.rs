//! The examples of the README are tests: of a package of its own, for the page is the repository's, and the published crate
//! has neither it nor the model that it includes. Not a module of `main.rs`.
#![cfg_attr(doctest, doc = include_str!("../README.md"))]
