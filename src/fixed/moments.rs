use super::number::Number;
use crate::integer::wrapper::codes;
use crate::{Error, code_moments, integer};
use core::marker::PhantomData;

/// The sums of a row of numbers that arrives in pieces: halves of a DMA buffer, or a row larger than memory.
///
/// They are exact, so a row needs one pass, whatever its pieces and their order, and moments of pieces may be merged. A value is 24
/// bytes; a new one begins the next row.
///
/// ```
/// use fixed::types::I4F12;
/// use layernorm::fixed::{LayerNorm, Moments};
///
/// let halves = [[1, 2], [3, 4]].map(|half| half.map(I4F12::from_num));
/// let mut moments = Moments::new();
/// for half in &halves {
///     moments.push(half)?;
/// }
/// let (norm, mut y) = (LayerNorm::<I4F12>::new(4)?, [I4F12::ZERO; 2]);
/// norm.apply(&moments, 2, &halves[1], &mut y)?;              // the second half of the row
/// assert_eq!(y.map(I4F12::to_bits), [1832, 5495]);           // as `forward` has it
/// # Ok::<(), layernorm::Error>(())
/// ```
#[must_use = "moments say nothing until a norm uses them"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moments<X> {
    pub(super) sums: integer::Moments,
    types: PhantomData<fn(X)>,
}

impl<X: Number> Moments<X> {
    /// Of a row that has brought nothing yet.
    ///
    /// ```
    /// use fixed::types::I16F16;
    /// use layernorm::fixed::Moments;
    ///
    /// assert_eq!(Moments::<I16F16>::new().pushed(), 0);
    /// assert_eq!(size_of::<Moments<I16F16>>(), 24);
    /// ```
    pub const fn new() -> Self {
        Self { sums: integer::Moments::EMPTY, types: PhantomData }
    }

    /// Numbers so far.
    ///
    /// ```
    /// use fixed::types::I4F12;
    /// use layernorm::fixed::Moments;
    ///
    /// let mut moments = Moments::new();
    /// moments.push(&[1, 2, 3].map(I4F12::from_num))?;
    /// assert_eq!(moments.pushed(), 3);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn pushed(&self) -> usize {
        self.sums.len()
    }

    /// The next numbers of the row, any number of them.
    ///
    /// ```
    /// use fixed::types::I4F12;
    /// use layernorm::fixed::Moments;
    ///
    /// let x = [1, -2, 3].map(I4F12::from_num);
    /// let (mut whole, mut pieces) = (Moments::new(), Moments::new());
    /// whole.push(&x)?;
    /// for chunk in [&x[2..], &[], &x[..2]] {
    ///     pieces.push(chunk)?;
    /// }
    /// assert_eq!(pieces, whole);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::TooLarge`] for `chunk` where the row would have more than 32768 numbers; nothing is added then.
    pub fn push(&mut self, chunk: &[X]) -> Result<(), Error> {
        code_moments::push(&mut self.sums, codes(chunk))
    }

    /// Adds the numbers of `other`, in any order.
    ///
    /// ```
    /// use fixed::types::I4F12;
    /// use layernorm::fixed::Moments;
    ///
    /// let x = [1, -2, 3].map(I4F12::from_num);
    /// let (mut first, mut second, mut whole) = (Moments::new(), Moments::new(), Moments::new());
    /// first.push(&x[..2])?;
    /// second.push(&x[2..])?;
    /// second.merge(&first)?;
    /// whole.push(&x)?;
    /// assert_eq!(second, whole);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::TooLarge`] for `other` where the row would have more than 32768 numbers; nothing is added then.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        code_moments::merge(&mut self.sums, &other.sums)
    }
}

impl<X: Number> Default for Moments<X> {
    fn default() -> Self {
        Self::new()
    }
}
