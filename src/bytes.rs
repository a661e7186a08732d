/// The `N` bytes from `offset` on; zeros where there are none: lengths have been checked.
pub(crate) const fn at<const N: usize>(bytes: &[u8], offset: usize) -> [u8; N] {
    if let Some((_, rest)) = bytes.split_at_checked(offset)
        && let Some(these) = rest.first_chunk()
    {
        return *these;
    }
    [0; N]
}
