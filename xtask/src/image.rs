//! What is in an image for a board.

use crate::Result;
use object::elf::SHF_ALLOC;
use object::{File, Object, ObjectSection, ObjectSymbol, SectionFlags, SectionKind};

pub fn parse(image: &[u8]) -> Result<File<'_>> {
    File::parse(image).map_err(|e| format!("not an image: {e}"))
}

/// The names of all symbols, as they are mangled.
pub fn symbols<'a>(image: &File<'a>) -> Vec<&'a str> {
    image.symbols().filter_map(|symbol| symbol.name().ok()).collect()
}

/// Bytes of memory that an image takes before anything is called.
#[derive(Clone, Copy, Default)]
pub struct Size {
    /// What is loaded: code and data.
    pub flash: u64,
    /// Of statics that can change.
    pub ram: u64,
}

pub fn size(image: &File) -> Size {
    let mut size = Size::default();
    for section in image.sections().filter(is_allocated) {
        size.flash += if section.kind() == SectionKind::UninitializedData { 0 } else { section.size() };
        // By name: what is left for the stack may be a section too.
        size.ram += if matches!(section.name(), Ok(".data" | ".bss")) { section.size() } else { 0 };
    }
    size
}

fn is_allocated<'a>(section: &impl ObjectSection<'a>) -> bool {
    matches!(section.flags(), SectionFlags::Elf { sh_flags } if sh_flags & u64::from(SHF_ALLOC) != 0)
}
