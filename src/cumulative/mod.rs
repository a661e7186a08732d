//! Statistics of all that a stream has brought so far.

mod forward;
mod limbs;
mod statistics;
mod sums;

use crate::bytes::{self, Writer};
use crate::{Error, FormatError, shape};
use sums::Sums;

/// The sums of all elements of a stream so far, for [`forward_cumulative`](crate::Norm::forward_cumulative): the state of a
/// cumulative layer norm.
///
/// They are exact, so the statistics of a prefix are those of its definition, not of a running mean that has been updated: they
/// do not depend on how the elements were divided among calls, nor on the order in which they came. A value is 128 bytes and never grows;
/// a copy is a saved state, and a new value begins another stream. It holds up to 2⁴⁰ elements: 300 hours of 1000
/// frames of 1000 channels a second.
///
/// ```
/// use layernorm::{CumulativeSums, LayerNorm};
///
/// let (norm, mut sums, mut y) = (LayerNorm::new(2)?.with_epsilon(0.0)?, CumulativeSums::new(), [0.0; 2]);
/// norm.forward_cumulative(&mut sums, &[1.0, 3.0], &mut y)?;
/// assert_eq!(y, [-1.0, 1.0]);                              // mean 2, σ 1
/// let saved = sums;
/// norm.forward_cumulative(&mut sums, &[6.0, 6.0], &mut y)?;
/// assert_eq!(y, [0.94280905, 0.94280905]);                     // of 1, 3, 6 and 6: mean 4, σ 2.12
/// assert_eq!((saved.elements(), sums.elements()), (2, 4));
/// # Ok::<(), layernorm::Error>(())
/// ```
#[must_use = "sums say nothing until a norm uses them"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CumulativeSums(Sums);

const MAGIC: u32 = u32::from_le_bytes(*b"LNC1");
/// Of each part in bytes, behind which the next follows.
const FINITE: usize = 4;
const COUNT: usize = 8;
const SUM: usize = 16;
const SQUARES: usize = 56;

impl CumulativeSums {
    /// The most elements of a stream.
    ///
    /// ```
    /// assert_eq!(layernorm::CumulativeSums::MOST, 1 << 40);
    /// ```
    pub const MOST: u64 = sums::MOST;

    /// Length of what [`to_bytes`](Self::to_bytes) gives.
    ///
    /// ```
    /// use layernorm::CumulativeSums;
    ///
    /// assert_eq!(CumulativeSums::BYTES, 132);
    /// assert_eq!(size_of::<CumulativeSums>(), 128);
    /// ```
    pub const BYTES: usize = 132;

    /// Of a stream that has brought nothing yet.
    ///
    /// ```
    /// assert_eq!(layernorm::CumulativeSums::new().elements(), 0);
    /// ```
    pub const fn new() -> Self {
        Self(Sums::ZERO)
    }

    /// Adds elements: channels of a frame, or whatever else has a share in the statistics.
    ///
    /// A NaN or an infinity makes the statistics of this prefix and of every longer one NaN.
    ///
    /// ```
    /// use layernorm::{CumulativeSums, LayerNorm};
    ///
    /// let (mut sums, mut other) = (CumulativeSums::new(), CumulativeSums::new());
    /// sums.push(&[1e30, 1.0, -1e30])?;
    /// other.push(&[-1e30, 1e30])?;
    /// other.push(&[1.0])?;
    /// assert_eq!(sums, other);
    /// assert_eq!(LayerNorm::new(3)?.cumulative_statistics(&sums)?.mean(), 1.0 / 3.0);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::TooLarge`] where the stream would have more than [`MOST`](Self::MOST) elements; nothing is added then.
    pub fn push(&mut self, elements: &[f32]) -> Result<(), Error> {
        self.0.check_room("elements", elements.len())?;
        self.0.push(elements);
        Ok(())
    }

    /// Elements so far.
    ///
    /// ```
    /// use layernorm::CumulativeSums;
    ///
    /// let mut sums = CumulativeSums::new();
    /// sums.push(&[1.0, 2.0])?;
    /// assert_eq!(sums.elements(), 2);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn elements(&self) -> u64 {
        self.0.count
    }

    /// The state as bytes, little-endian, to go on elsewhere: `LNC1`; whether all elements were finite (4 bytes); their
    /// number (8); their sum in units of 2⁻¹⁴⁹ as a two's complement of 320 bits; that of their squares in units of 2⁻²⁹⁸ in 608 bits.
    ///
    /// ```
    /// use layernorm::CumulativeSums;
    ///
    /// let mut sums = CumulativeSums::new();
    /// sums.push(&[1.0, 2.0])?;
    /// assert_eq!(CumulativeSums::from_bytes(&sums.to_bytes())?, sums);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let mut to = Writer(&mut bytes);
        to.put(MAGIC.to_le_bytes());
        to.put(u32::from(!self.0.not_finite).to_le_bytes());
        to.put(self.0.count.to_le_bytes());
        self.0.sum.iter().chain(&self.0.squares).for_each(|limb| to.put(limb.to_le_bytes()));
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) gave.
    ///
    /// ```
    /// use layernorm::{CumulativeSums, FormatError};
    ///
    /// let error = CumulativeSums::from_bytes(&[0; CumulativeSums::BYTES]).unwrap_err();
    /// assert_eq!(error, FormatError::Format { offset: 0, expected: 0x31434e4c, actual: 0 });
    /// ```
    ///
    /// # Errors
    /// [`Error::Length`]; [`FormatError::Format`] if they begin otherwise; [`FormatError::Corrupt`] for sums that no elements have.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        shape::length("bytes", bytes.len(), Self::BYTES)?;
        let actual = u32::from_le_bytes(bytes::at(bytes, 0));
        if actual != MAGIC {
            return Err(FormatError::Format { offset: 0, expected: MAGIC, actual });
        }
        let finite = u32::from_le_bytes(bytes::at(bytes, FINITE));
        let limb = |offset, i| u32::from_le_bytes(bytes::at(bytes, offset + 4 * i));
        let sums = Sums {
            count: u64::from_le_bytes(bytes::at(bytes, COUNT)),
            sum: core::array::from_fn(|i| limb(SUM, i)),
            squares: core::array::from_fn(|i| limb(SQUARES, i)),
            not_finite: finite == 0,
        };
        let wrong = if finite > 1 {
            FINITE
        } else if sums.count > Self::MOST {
            COUNT
        } else if !sums.are_of_elements() {
            SUM
        } else {
            return Ok(Self(sums));
        };
        Err(FormatError::Corrupt { offset: wrong })
    }
}

impl Default for CumulativeSums {
    fn default() -> Self {
        Self::new()
    }
}
