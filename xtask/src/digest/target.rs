//! A target of the digest: how it is built and run, and how much of the corpus it computes.

use crate::Result;

/// Returns what a target printed. `Send`, because several targets run at once.
pub type Compute = Box<dyn FnOnce() -> Result<String> + Send>;

pub struct Target {
    pub name: String,
    pub corpus: Corpus,
    /// Installs and builds what the target needs.
    pub prepare: Box<dyn Fn() -> Result<Compute> + Sync>,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Corpus {
    Whole,
    /// Fewer cases of every group, for a slow target.
    Reduced,
}

impl Target {
    pub fn new(name: impl Into<String>, prepare: impl Fn() -> Result<Compute> + Sync + 'static) -> Self {
        Self { name: name.into(), corpus: Corpus::Whole, prepare: Box::new(prepare) }
    }

    pub fn reduced(self) -> Self {
        Self { corpus: Corpus::Reduced, ..self }
    }
}
