//! A group of the digest's corpus, computed on the board.

use crate::line;
use core::fmt::{Display, Formatter, Result};
use layernorm_digest::{Group, Hash, Memory, Small, storage};

/// Prints `digest, GROUP, HASH`.
pub fn print(group: &Group) {
    let mut storage: Small = storage();
    let hash = Hex(group.digest(&mut Memory::new(&mut storage)));
    line!("digest, {}, {hash}", group.name);
}

/// In hexadecimal digits.
pub struct Hex(pub Hash);

impl Display for Hex {
    fn fmt(&self, to: &mut Formatter) -> Result {
        self.0.iter().try_for_each(|byte| write!(to, "{byte:02x}"))
    }
}
