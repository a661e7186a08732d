/// The `N` bytes from `offset` on. Callers have checked the length: bytes that are not there panic in a debug build, and are
/// zeros in a release build.
pub(crate) const fn at<const N: usize>(bytes: &[u8], offset: usize) -> [u8; N] {
    debug_assert!(offset + N <= bytes.len());
    if let Some((_, rest)) = bytes.split_at_checked(offset)
        && let Some(these) = rest.first_chunk()
    {
        return *these;
    }
    [0; N]
}

/// Writes one number after the other. Callers have checked the length: a number for which there is no room panics in a debug
/// build, and is left out in a release build.
pub struct Writer<'a>(pub &'a mut [u8]);

impl Writer<'_> {
    pub(crate) fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        debug_assert!(N <= self.0.len());
        let to = self.0.split_off_mut(..N).unwrap_or_default();
        to.iter_mut().zip(bytes).for_each(|(to, byte)| *to = byte);
    }
}
