use super::code::Code;
use super::norm::Norm;
use crate::integer::rows::Apart;
use crate::{Averaging, Error, code_moments, integer};
use core::marker::PhantomData;

/// The sums of a row of codes that arrives in pieces: halves of a DMA buffer, or a row larger than memory.
///
/// They are exact, so a row needs one pass, whatever its pieces and their order, and moments of pieces may be merged. A value is 24
/// bytes; a new one begins the next row.
///
/// ```
/// use layernorm::quantized::{LayerNorm, Moments, Params, Scale};
///
/// let (input, output) = (Scale { scale: 0.02, zero_point: 3i8 }, Scale { scale: 0.03, zero_point: -5i8 });
/// let params = Params::fold(&[1.0; 4], &[0.0; 4], input, output, 1e-5)?;
/// let norm = LayerNorm::new(&params);
///
/// let halves = [[-100, -20], [60, 127]];
/// let mut moments = Moments::new();
/// for half in &halves {
///     moments.push(half)?;
/// }
/// let mut y = [0; 2];
/// norm.apply(&moments, 2, &halves[1], &mut y)?;              // the second half of the row
/// assert_eq!(y, [12, 38]);                                   // as `forward` has it
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[must_use = "moments say nothing until a norm uses them"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moments<X> {
    sums: integer::Moments,
    types: PhantomData<fn(X)>,
}

impl<X: Code> Moments<X> {
    /// Of a row that has brought nothing yet.
    ///
    /// ```
    /// use layernorm::quantized::Moments;
    ///
    /// assert_eq!(Moments::<i8>::new().pushed(), 0);
    /// assert_eq!(size_of::<Moments<i8>>(), 24);
    /// ```
    pub const fn new() -> Self {
        Self { sums: integer::Moments::EMPTY, types: PhantomData }
    }

    /// Codes so far.
    ///
    /// ```
    /// use layernorm::quantized::Moments;
    ///
    /// let mut moments = Moments::new();
    /// moments.push(&[1u8, 2, 3])?;
    /// assert_eq!(moments.pushed(), 3);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    pub const fn pushed(&self) -> usize {
        self.sums.len()
    }

    /// The next codes of the row, any number of them.
    ///
    /// ```
    /// use layernorm::quantized::Moments;
    ///
    /// let (mut whole, mut pieces) = (Moments::new(), Moments::new());
    /// whole.push(&[1i8, -2, 3])?;
    /// for chunk in [&[3][..], &[], &[-2, 1]] {
    ///     pieces.push(chunk)?;
    /// }
    /// assert_eq!(pieces, whole);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::TooLarge`] for `chunk` where the row would have more than 32768 codes; nothing is added then.
    pub fn push(&mut self, chunk: &[X]) -> Result<(), Error> {
        code_moments::push(&mut self.sums, chunk)
    }

    /// Adds the codes of `other`, in any order.
    ///
    /// ```
    /// use layernorm::quantized::Moments;
    ///
    /// let (mut first, mut second, mut whole) = (Moments::new(), Moments::new(), Moments::new());
    /// first.push(&[1i16, -2])?;
    /// second.push(&[3])?;
    /// second.merge(&first)?;
    /// whole.push(&[1, -2, 3])?;
    /// assert_eq!(second, whole);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::TooLarge`] for `other` where the row would have more than 32768 codes; nothing is added then.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        code_moments::merge(&mut self.sums, &other.sums)
    }
}

impl<X: Code> Default for Moments<X> {
    fn default() -> Self {
        Self::new()
    }
}

/// # Rows in pieces
impl<X: Code, Y: Code, K: Averaging> Norm<'_, X, Y, K> {
    /// `out = norm(chunk)` for the codes of one row from `offset` on, all of which were pushed to `moments`.
    ///
    /// Both have any length that the row has room for. The codes are those of [`forward`](Self::forward) of the whole row.
    ///
    /// ```
    /// use layernorm::quantized::{Moments, Params, RmsNorm, Scale};
    ///
    /// let (input, output) = (Scale { scale: 0.02, zero_point: 3i8 }, Scale { scale: 0.03, zero_point: -5i8 });
    /// let params = Params::fold(&[1.0; 4], &[0.0; 4], input, output, 1e-5)?;
    /// let (mut moments, mut out) = (Moments::new(), [0; 3]);
    /// moments.push(&[-100, -20, 60, 127])?;
    /// RmsNorm::new(&params).apply(&moments, 1, &[-20, 60, 127], &mut out)?;
    /// assert_eq!(out, [-14, 17, 43]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Length`] for `out`, and for `moments` to which another number of codes than the width were pushed;
    /// [`Error::BeyondRow`]; nothing is written then.
    pub fn apply(
        &self,
        moments: &Moments<X>,
        offset: usize,
        chunk: &[X],
        out: &mut [Y],
    ) -> Result<(), Error> {
        let features =
            code_moments::features(&moments.sums, self.norm.width, offset, [chunk.len(), out.len()])?;
        let rows = &mut Apart { x: chunk, zero_point: self.zero_point, y: out };
        moments.sums.write::<X, _, _>(&self.norm, features, rows, self.features);
        Ok(())
    }
}
