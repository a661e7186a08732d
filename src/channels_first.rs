use crate::blocks::Blocks;
use crate::float::{BLOCK, Scale};
use crate::layout::Layout;
use crate::part::{part, part_mut};
use crate::rows::Rows;
use crate::{Centring, Error, Norm, RowStats, shape};

/// Positions in a tile. They are neighbours, which share a cache line, and take 4 kB of stack.
const POSITIONS: usize = 4;

/// A block of channels at each of some positions.
type Tile = [[f32; BLOCK]; POSITIONS];

/// Samples of channels × positions. They are read from `x`, or without an `x` from `y`, and written to `y`.
struct Planes<'a> {
    x: Option<&'a [f32]>,
    y: &'a mut [f32],
    channels: usize,
    positions: usize,
}

/// # Channels first
impl<K: Centring> Norm<'_, K> {
    /// `y = norm(x)` over the channels of each position (`channels_first` of Keras and ConvNeXt), of samples × channels × positions.
    ///
    /// `width` is the number of channels; `positions` that of the elements of a channel, height × width of an image. The
    /// bits are those of [`forward`](Self::forward) of the transposed array, of which at most 4 kB exist at a time.
    ///
    /// ```
    /// use layernorm::LayerNorm;
    ///
    /// let image = [1.0, 10.0, 2.0, 20.0, 3.0, 30.0, 4.0, 40.0]; // four channels of two positions
    /// let mut y = [0.0; 8];
    /// LayerNorm::new(4)?.forward_channels_first(&image, 2, &mut y)?;
    /// assert_eq!([y[0], y[2], y[4], y[6]], [-1.3416355, -0.4472118, 0.4472118, 1.3416355]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Zero`] for 0; [`Error::NotWholeRows`] for an `x` that is not a multiple of channels × positions;
    /// [`Error::Length`] for `y`; nothing is written then.
    pub fn forward_channels_first(&self, x: &[f32], positions: usize, y: &mut [f32]) -> Result<(), Error> {
        shape::planes(x.len(), self.width(), positions)?;
        shape::length("y", y.len(), x.len())?;
        self.planes(Planes { x: Some(x), y, channels: self.width(), positions });
        Ok(())
    }

    /// [`forward_channels_first`](Self::forward_channels_first) with y in the place of x.
    ///
    /// ```
    /// use layernorm::LayerNorm;
    ///
    /// let mut image = [5.0, 10.0, 5.0, 30.0]; // two channels of two positions
    /// LayerNorm::new(2)?.with_epsilon(0.0)?.forward_channels_first_in_place(&mut image, 2)?;
    /// assert_eq!(image, [0.0, -1.0, 0.0, 1.0]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Zero`], [`Error::NotWholeRows`]; nothing is written then.
    pub fn forward_channels_first_in_place(&self, x: &mut [f32], positions: usize) -> Result<(), Error> {
        shape::planes(x.len(), self.width(), positions)?;
        self.planes(Planes { x: None, y: x, channels: self.width(), positions });
        Ok(())
    }

    fn planes(&self, mut planes: Planes) {
        let Planes { channels, positions, .. } = planes;
        let mut tile = [[0.0; BLOCK]; POSITIONS];
        // The product is beyond `usize` only where there is no sample.
        for sample in (0..planes.y.len()).step_by(channels.saturating_mul(positions).max(1)) {
            for first in (0..positions).step_by(POSITIONS) {
                let at = sample + first;
                let count = POSITIONS.min(positions - first);
                let stats = self.position_statistics(&planes, at, count, &mut tile);
                for start in (0..channels).step_by(BLOCK) {
                    let len = planes.read(at, count, start, &mut tile);
                    for (row, stats) in tile.iter_mut().zip(&stats).take(count) {
                        let rows = Rows::in_place(part_mut(row, 0, len), Layout::packed(1, len));
                        self.second_pass(stats, start..start + len, rows);
                    }
                    planes.write(at, count, start, &tile);
                }
            }
        }
    }

    /// The statistics of `count` positions from element `at` on.
    fn position_statistics(
        &self,
        planes: &Planes,
        at: usize,
        count: usize,
        tile: &mut Tile,
    ) -> [RowStats; POSITIONS] {
        let mut rows = [Blocks::new(K::CENTRED); POSITIONS];
        let mut stats = [None; POSITIONS];
        while stats.iter().take(count).any(Option::is_none) {
            for start in (0..planes.channels).step_by(BLOCK) {
                let len = planes.read(at, count, start, tile);
                for ((row, blocks), stats) in tile.iter().zip(&mut rows).zip(&stats).take(count) {
                    if stats.is_none() {
                        blocks.push(part(row, 0, len));
                    }
                }
            }
            for (blocks, stats) in
                rows.iter_mut().zip(&mut stats).take(count).filter(|(_, stats)| stats.is_none())
            {
                *stats = blocks.finish(self.epsilon);
            }
        }
        debug_assert!(stats.iter().take(count).all(Option::is_some));
        let mut stats = stats.map(Option::unwrap_or_default);
        K::scale(self.width()).scale(&mut stats);
        stats
    }
}

impl Planes<'_> {
    /// Reads the block of channels from `start` on, at `count` positions from element `at` on. Returns how many channels it has.
    fn read(&self, at: usize, count: usize, start: usize, tile: &mut Tile) -> usize {
        let len = BLOCK.min(self.channels - start);
        let from = self.x.unwrap_or(self.y);
        debug_assert!(from.len() == self.y.len() && count <= POSITIONS && len <= BLOCK);
        for channel in 0..len {
            let place = at + (start + channel) * self.positions;
            let values = part(from, place, count);
            for (row, v) in tile.iter_mut().zip(values) {
                if let Some(to) = row.get_mut(channel) {
                    *to = *v;
                }
            }
        }
        len
    }

    /// Writes what [`read`](Self::read) has read, at the same place.
    fn write(&mut self, at: usize, count: usize, start: usize, tile: &Tile) {
        for channel in 0..BLOCK.min(self.channels - start) {
            let place = at + (start + channel) * self.positions;
            let places = part_mut(self.y, place, count);
            for (to, row) in places.iter_mut().zip(tile) {
                *to = row.get(channel).copied().unwrap_or(0.0);
            }
        }
    }
}
