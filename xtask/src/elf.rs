//! What is in an image for a 32-bit little-endian machine.

/// The bytes of the section of that name.
pub fn section<'a>(image: &'a [u8], name: &str) -> Option<&'a [u8]> {
    sections(image)?.find(|section| section.name() == Some(name.as_bytes()))?.bytes()
}

/// The names of all symbols, as they are mangled.
pub fn symbols(image: &[u8]) -> impl Iterator<Item = &str> {
    let names = section(image, ".strtab").unwrap_or_default().split(|byte| *byte == 0);
    names.filter_map(|name| std::str::from_utf8(name).ok())
}

/// Bytes of memory that an image takes before anything is called.
#[derive(Clone, Copy, Default)]
pub struct Size {
    /// What is loaded: code and data.
    pub flash: usize,
    /// Of statics that can change.
    pub ram: usize,
}

pub fn size(image: &[u8]) -> Option<Size> {
    const ALLOCATED: usize = 2;
    const NOT_LOADED: usize = 8;
    let mut size = Size::default();
    for section in sections(image)?.filter(|section| section.field(8).is_some_and(|f| f & ALLOCATED != 0)) {
        let length = section.field(20)?;
        size.flash += if section.field(4)? == NOT_LOADED { 0 } else { length };
        // By name: what is left for the stack may be a section too.
        size.ram += if matches!(section.name()?, b".data" | b".bss") { length } else { 0 };
    }
    Some(size)
}

struct Section<'a> {
    image: &'a [u8],
    header: &'a [u8],
    /// The section with the names of all.
    names: &'a [u8],
}

fn sections(image: &[u8]) -> Option<impl Iterator<Item = Section<'_>>> {
    let headers = image.get(number(image, 32, 4)?..)?.chunks(40);
    let names = Section { image, header: headers.clone().nth(number(image, 50, 2)?)?, names: &[] }.bytes()?;
    Some(headers.take(number(image, 48, 2)?).map(move |header| Section { image, header, names }))
}

impl<'a> Section<'a> {
    fn field(&self, at: usize) -> Option<usize> {
        number(self.header, at, 4)
    }

    fn bytes(&self) -> Option<&'a [u8]> {
        self.image.get(self.field(16)?..)?.get(..self.field(20)?)
    }

    fn name(&self) -> Option<&'a [u8]> {
        self.names.get(self.field(0)?..)?.split(|byte| *byte == 0).next()
    }
}

fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + length)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}
