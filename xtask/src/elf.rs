//! What is in an image for a 32-bit little-endian machine.

/// The bytes of the section of that name.
pub fn section<'a>(image: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let headers = image.get(number(image, 32, 4)?..)?.chunks(40);
    let bytes = |header: &[u8]| image.get(number(header, 16, 4)?..)?.get(..number(header, 20, 4)?);
    let (count, of_names) = (number(image, 48, 2)?, number(image, 50, 2)?);
    let names = bytes(headers.clone().nth(of_names)?)?;
    let has_name = |header: &&[u8]| {
        let own = number(header, 0, 4).and_then(|start| names.get(start..)?.split(|byte| *byte == 0).next());
        own == Some(name.as_bytes())
    };
    bytes(headers.take(count).find(has_name)?)
}

/// The names of all symbols, as they are mangled.
pub fn symbols(image: &[u8]) -> impl Iterator<Item = &str> {
    let names = section(image, ".strtab").unwrap_or_default().split(|byte| *byte == 0);
    names.filter_map(|name| std::str::from_utf8(name).ok())
}

fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + length)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}
