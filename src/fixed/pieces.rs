use super::Norm;
use super::moments::Moments;
use super::number::Number;
use crate::integer::rows::Apart;
use crate::integer::wrapper::{Codes, codes, codes_mut};
use crate::{Averaging, Error, code_moments};

/// # Rows in pieces
impl<X: Number, Y: Number, K: Averaging> Norm<'_, X, Y, K> {
    /// `out = norm(chunk)` for the numbers of one row from `offset` on, all of which were pushed to `moments`.
    ///
    /// Both have any length that the row has room for. The codes are those of [`forward`](Self::forward) of the whole row.
    ///
    /// ```
    /// use fixed::types::I4F12;
    /// use layernorm::fixed::{Moments, RmsNorm};
    ///
    /// let x = [1, 2, 3, 4].map(I4F12::from_num);
    /// let (mut moments, mut out) = (Moments::new(), [I4F12::ZERO; 3]);
    /// moments.push(&x)?;
    /// RmsNorm::<I4F12>::new(4)?.apply(&moments, 1, &x[1..], &mut out)?;
    /// assert_eq!(out.map(I4F12::to_bits), [2991, 4487, 5983]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Length`] for `out`, and for `moments` to which another number of numbers than the width were pushed;
    /// [`Error::BeyondRow`]; nothing is written then.
    pub fn apply(
        &self,
        moments: &Moments<X>,
        offset: usize,
        chunk: &[X],
        out: &mut [Y],
    ) -> Result<(), Error> {
        let (norm, sums) = (&self.norm, &moments.sums);
        let features = code_moments::features(sums, norm.width, offset, [chunk.len(), out.len()])?;
        let rows = &mut Apart { x: codes(chunk), zero_point: 0, y: codes_mut(out) };
        match (self.gamma, self.beta) {
            (Codes::I16(gamma), Codes::I16(beta)) => {
                sums.write::<X::Code, _, _>(norm, features, rows, [gamma, beta]);
            }
            (gamma, beta) => sums.write::<X::Code, _, _>(norm, features, rows, [gamma, beta]),
        }
        Ok(())
    }
}
