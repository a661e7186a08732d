use crate::layout::Layout;
use crate::rows::Rows;
use crate::{Centring, Error, Norm, shape};

/// # Rows with a stride
impl<K: Centring> Norm<'_, K> {
    /// `y = norm(x)` of rows with something between them: padding, or other columns of a wider array, as the queries and
    /// keys of a packed projection are.
    ///
    /// Row r of `x` is the `width` elements from r · `x_stride` on, and row r of `y` the `width` elements from r · `y_stride` on.
    /// Nothing need follow the last row. Elements between rows are not touched. The bits are those of
    /// [`forward`](Self::forward).
    ///
    /// ```
    /// use layernorm::LayerNorm;
    ///
    /// let packed = [1.0, 3.0, 0.5, 7.0, 2.0, 4.0, 0.5, 7.0]; // queries of 2 and something else, twice
    /// let mut queries = [0.0; 4];
    /// LayerNorm::new(2)?.with_epsilon(0.0)?.forward_strided(&packed[..6], 4, &mut queries, 2)?;
    /// assert_eq!(queries, [-1.0, 1.0, -1.0, 1.0]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Stride`] where a stride is less than `width`; [`Error::LastRow`] for `x` or `y` whose last row is not
    /// whole; [`Error::Rows`] where `y` has not as many rows as `x`; nothing is written then.
    pub fn forward_strided(
        &self,
        x: &[f32],
        x_stride: usize,
        y: &mut [f32],
        y_stride: usize,
    ) -> Result<(), Error> {
        let rows = shape::strided_rows(["x", "x_stride"], x.len(), self.width(), x_stride)?;
        let actual = shape::strided_rows(["y", "y_stride"], y.len(), self.width(), y_stride)?;
        if actual != rows {
            return Err(Error::Rows { parameter: "y", expected: rows, actual });
        }
        let layout = Layout { rows, width: self.width(), from: x_stride, to: y_stride };
        self.run(Rows::apart(x, y, layout), None)
    }

    /// [`forward_strided`](Self::forward_strided) with each row in its place.
    ///
    /// ```
    /// use layernorm::LayerNorm;
    ///
    /// let mut rows = [1.0, 3.0, 99.0, 2.0, 4.0];
    /// LayerNorm::new(2)?.with_epsilon(0.0)?.forward_strided_in_place(&mut rows, 3)?;
    /// assert_eq!(rows, [-1.0, 1.0, 99.0, -1.0, 1.0]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Stride`], [`Error::LastRow`]; nothing is written then.
    pub fn forward_strided_in_place(&self, x: &mut [f32], stride: usize) -> Result<(), Error> {
        let rows = shape::strided_rows(["x", "stride"], x.len(), self.width(), stride)?;
        let layout = Layout { rows, width: self.width(), from: stride, to: stride };
        self.run(Rows::in_place(x, layout), None)
    }
}
