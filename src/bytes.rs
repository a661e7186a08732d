/// The `N` bytes from `offset` on; zeros where there are none: lengths have been checked.
pub(crate) const fn at<const N: usize>(bytes: &[u8], offset: usize) -> [u8; N] {
    if let Some((_, rest)) = bytes.split_at_checked(offset)
        && let Some(these) = rest.first_chunk()
    {
        return *these;
    }
    [0; N]
}

/// Writes one number behind the other, as far as there is room.
pub struct Writer<'a>(pub &'a mut [u8]);

impl Writer<'_> {
    pub(crate) fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        let to = self.0.split_off_mut(..N).unwrap_or_default();
        to.iter_mut().zip(bytes).for_each(|(to, byte)| *to = byte);
    }
}
