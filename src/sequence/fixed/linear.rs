//! Matrices of weights as bytes, with one row for each output.

use crate::bytes::Writer;
use crate::sequence::header::Storage;
use crate::sequence::slices::chunks;
use core::fmt::Debug;

/// The type of weights: `i8` or `i16`.
///
/// ```
/// use layernorm::sequence::fixed::{LnGru, Weight};
///
/// fn file_len<W: Weight>() -> usize {
///     LnGru::<W>::bytes_len(12, 32)
/// }
/// // One byte more for each weight of the kernels.
/// assert_eq!(file_len::<i16>() - file_len::<i8>(), (12 + 32) * 3 * 32);
/// ```
pub trait Weight: Copy + Debug + Sealed {
    #[doc(hidden)]
    const STORAGE: Storage;
    #[doc(hidden)]
    const BYTES: usize;
    #[doc(hidden)]
    const LARGEST: i32;
}

/// How weights are read and written.
pub trait Sealed {
    #[doc(hidden)]
    fn put(code: i32, to: &mut Writer);
    #[doc(hidden)]
    fn codes(bytes: &[u8]) -> impl Iterator<Item = i32>;
}

impl Weight for i8 {
    const STORAGE: Storage = Storage::I8;
    const BYTES: usize = 1;
    const LARGEST: i32 = 127;
}
impl Sealed for i8 {
    fn put(code: i32, to: &mut Writer) {
        to.put([code as u8]);
    }
    #[inline(always)]
    fn codes(bytes: &[u8]) -> impl Iterator<Item = i32> {
        bytes.iter().map(|&byte| (byte as i8).into())
    }
}

impl Weight for i16 {
    const STORAGE: Storage = Storage::I16;
    const BYTES: usize = 2;
    const LARGEST: i32 = 32767;
}
impl Sealed for i16 {
    fn put(code: i32, to: &mut Writer) {
        to.put((code as i16).to_le_bytes());
    }
    #[inline(always)]
    fn codes(bytes: &[u8]) -> impl Iterator<Item = i32> {
        bytes.as_chunks().0.iter().map(|&bytes| i16::from_le_bytes(bytes).into())
    }
}

/// The rows of a matrix with `inputs` weights each.
pub(super) fn rows<W: Weight>(matrix: &[u8], inputs: usize) -> impl Iterator<Item = &[u8]> {
    chunks(matrix, inputs * W::BYTES)
}

/// `y += w · x`, exact: reading a file has checked that no sum can leave 32 bits.
pub(super) fn add<W: Weight>(matrix: &[u8], x: &[i16], y: &mut [i32]) {
    debug_assert_eq!(matrix.len(), y.len() * x.len() * W::BYTES);
    for (y, row) in y.iter_mut().zip(rows::<W>(matrix, x.len())) {
        *y += W::codes(row).zip(x).map(|(w, &x)| w * i32::from(x)).sum::<i32>();
    }
}
