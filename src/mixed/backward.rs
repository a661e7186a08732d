//! Gradients.

use super::element::{Element, Stored};
use super::memory::{Apart, InPlace, Memory, Piece, Read};
use super::norm::Norm;
use crate::float::{AddRows, AddToGrads, Backward, FEATURES, FeatureSums};
use crate::layout::Layout;
use crate::list::List;
use crate::part::{part, part_mut};
use crate::rows::Rows;
use crate::{Centring, Error, ParamGrads, RowStats, dispatch, shape};

/// Rows whose features are summed at a time.
const ROWS: usize = 4;

/// # Gradients
impl<K: Centring> Norm<'_, K> {
    /// The gradients of [`forward_with_stats`](Self::forward_with_stats): `dx` is written, those of γ and β are added to, as by
    /// [`crate::Norm::backward`].
    ///
    /// x, dy and dx are rows × width, each of its type; the gradients of γ and β are in `f32`, where sums belong. They are those of the
    /// stored x, in the bits of `f32`; dx is rounded once. `scratch` has room in `f32` for γ and for x and dy of as many rows as are
    /// computed together: at least 3 · width, and more is faster for short rows.
    ///
    /// ```
    /// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
    /// use layernorm::mixed::{LayerNorm, bf16};
    /// use layernorm::{ParamGrads, RowStats};
    ///
    /// let norm = LayerNorm::new(4)?.with_gamma(&[1.0f32; 4])?;
    /// let x = [1.0, 2.0, 3.0, 4.0].map(bf16::from_f32);
    /// let (mut y, mut stats) = ([bf16::ZERO; 4], [RowStats::default()]);
    /// norm.forward_with_stats(&x, &mut y, &mut stats)?;
    ///
    /// let dy = [1.0, 0.0, 0.0, 0.0].map(bf16::from_f32);
    /// let (mut dx, mut dgamma, mut dbeta) = ([bf16::ZERO; 4], [0.0; 4], [0.0; 4]);
    /// let grads = ParamGrads { gamma: Some(&mut dgamma), beta: Some(&mut dbeta) };
    /// norm.backward(&x, &stats, &dy, &mut dx, grads, &mut [0.0; 12])?;
    /// assert_eq!(dx.map(f32::from), [0.26757813, -0.35742188, -0.08935547, 0.17871094]);
    /// assert_eq!((dgamma, dbeta), ([-1.3416355, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]));
    /// # Ok(()) }
    /// # #[cfg(not(feature = "half"))] fn main() {}
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `stats`, `dy`, `dx`, `grads.gamma` or `grads.beta`, and for a `scratch` that
    /// is too short; nothing is written then.
    pub fn backward<X: Element, D: Element, G: Element>(
        &self,
        x: &[X],
        stats: &[RowStats],
        dy: &[D],
        dx: &mut [G],
        grads: ParamGrads,
        scratch: &mut [f32],
    ) -> Result<(), Error> {
        let layout = self.layout(x.len())?;
        shape::length("dy", dy.len(), x.len())?;
        shape::length("dx", dx.len(), x.len())?;
        self.gradients(x, stats, &mut Apart { x: dy, y: dx, layout }, grads, scratch)
    }

    /// [`backward`](Self::backward) with dx in the place of dy.
    ///
    /// ```
    /// # #[cfg(feature = "half")] fn main() -> Result<(), layernorm::Error> {
    /// use layernorm::mixed::{RmsNorm, f16};
    /// use layernorm::{ParamGrads, RowStats};
    ///
    /// let (norm, x) = (RmsNorm::new(2)?, [3.0, 4.0].map(f16::from_f32));
    /// let mut stats = [RowStats::default()];
    /// norm.statistics(&x, &mut stats)?;
    /// let mut gradient = [1.0, 0.0].map(f16::from_f32);
    /// norm.backward_in_place(&x, &stats, &mut gradient, ParamGrads::default(), &mut [0.0; 6])?;
    /// assert_eq!(gradient.map(f32::from), [0.18103027, -0.13574219]);
    /// # Ok(()) }
    /// # #[cfg(not(feature = "half"))] fn main() {}
    /// ```
    ///
    /// # Errors
    /// Those of [`backward`](Self::backward); nothing is written then.
    pub fn backward_in_place<X: Element, D: Element>(
        &self,
        x: &[X],
        stats: &[RowStats],
        dy: &mut [D],
        grads: ParamGrads,
        scratch: &mut [f32],
    ) -> Result<(), Error> {
        let layout = self.layout(x.len())?;
        shape::length("dy", dy.len(), x.len())?;
        self.gradients(x, stats, &mut InPlace { x: dy, layout }, grads, scratch)
    }

    fn gradients<X: Stored>(
        &self,
        x: &[X],
        stats: &[RowStats],
        rows: &mut impl Memory,
        grads: ParamGrads,
        scratch: &mut [f32],
    ) -> Result<(), Error> {
        let layout = rows.layout();
        let width = layout.width;
        shape::length("stats", stats.len(), layout.rows)?;
        let mut grads = grads.of_features(width)?;
        let short =
            Error::Length { parameter: "scratch", expected: width.saturating_mul(3), actual: scratch.len() };
        let most = scratch.len().checked_div(width).unwrap_or(0);
        if most < 3 {
            return Err(short);
        }
        let x = Read { x, layout };
        if grads.iter().any(Option::is_some) {
            // Before dx takes the place of dy.
            self.sum_features(&x, stats, rows, &mut grads);
        }
        let batch = ((most - 1) / 2).min(layout.rows);
        let (gamma, rest) = scratch.split_at_mut_checked(width).ok_or(short)?;
        let (x_rows, dy_rows) = rest.split_at_mut_checked(batch * width).ok_or(short)?;
        let parameters = self.parameters(gamma);
        for (i, stats) in stats.chunks(batch.max(1)).enumerate() {
            let piece = Piece { first: i * batch, count: stats.len(), start: 0, len: width };
            let (x_rows, dy_rows) =
                (part_mut(x_rows, 0, stats.len() * width), part_mut(dy_rows, 0, stats.len() * width));
            x.read(piece, x_rows);
            rows.read(piece, dy_rows);
            let backward = Backward {
                centred: K::CENTRED,
                divisor: if K::SUM_OF_SQUARES { 1 } else { width },
                parameters,
                epsilon: self.epsilon,
                x: x_rows,
                stats,
                rows: Rows::in_place(dy_rows, Layout::packed(stats.len(), width)),
                grads: [None, None],
            };
            dispatch::run(backward);
            rows.write(piece, dy_rows);
        }
        Ok(())
    }

    /// Adds the gradients of γ and β.
    fn sum_features(
        &self,
        x: &impl Memory,
        stats: &[RowStats],
        dy: &impl Memory,
        grads: &mut [Option<&mut [f32]>; 2],
    ) {
        let width = self.width();
        for start in (0..width).step_by(FEATURES) {
            let len = FEATURES.min(width - start);
            let mut tiles = [const { List::<f32, { ROWS * FEATURES }>::new() }; 2];
            tiles.iter_mut().for_each(|tile| tile.repeat(0.0, ROWS * len));
            let [x_tile, dy_tile] = &mut tiles;
            let mut sums = FeatureSums::new();
            sums.clear(len);
            for (i, stats) in stats.chunks(ROWS).enumerate() {
                let piece = Piece { first: i * ROWS, count: stats.len(), start, len };
                x.read(piece, x_tile);
                dy.read(piece, dy_tile);
                let count = stats.len() * len;
                let (x, dy) = (part(x_tile, 0, count), part(dy_tile, 0, count));
                dispatch::run(AddRows { sums: &mut sums, x, dy, stats });
            }
            dispatch::run(AddToGrads { sums: &sums, start, grads });
        }
    }
}
