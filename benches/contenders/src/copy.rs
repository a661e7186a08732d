//! The limit: the same bytes in, the same bytes out. Only for plain forward, which is what it stands for.

use crate::Run;
use crate::work::{Buffers, Verb, Work};

pub fn open(work: Work, _: &Buffers) -> Option<Box<dyn Run>> {
    if work.verb != Verb::Layer {
        return None;
    }
    Some(Box::new(|b: &mut Buffers| b.y.copy_from_slice(&b.x)))
}
