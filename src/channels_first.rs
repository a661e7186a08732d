use crate::float::BLOCK;
use crate::moments::{Blocks, Finish};
use crate::rows::{Layout, Rows};
use crate::{Error, Norm, RowStats, shape};

/// Positions that are read together: neighbours share a cache line. They take 4 kB of stack.
const POSITIONS: usize = 4;

type Tile = [[f32; BLOCK]; POSITIONS];

/// Samples of channels × positions, from `x` or where `y` already has them, to `y`.
struct Planes<'a> {
    x: Option<&'a [f32]>,
    y: &'a mut [f32],
    channels: usize,
    positions: usize,
}

/// # Channels first
impl<const CENTRED: bool> Norm<'_, CENTRED> {
    /// `y = norm(x)` over the channels of each position: `LayerNorm2d`, of samples × channels × positions.
    ///
    /// `width` is the number of channels; `positions` that of the elements of a channel, height × width of an image. The
    /// bits are those of [`forward`](Self::forward) of the transposed array, of which at most 4 kB exist at a time.
    ///
    /// # Errors
    /// [`Error::Zero`] for 0; [`Error::NotWholeRows`] for an `x` that is not a multiple of channels × positions;
    /// [`Error::Length`] for `y`; nothing is written then.
    pub fn forward_channels_first(&self, x: &[f32], positions: usize, y: &mut [f32]) -> Result<(), Error> {
        shape::planes(x.len(), self.width, positions)?;
        shape::length("y", y.len(), x.len())?;
        self.planes(Planes { x: Some(x), y, channels: self.width, positions });
        Ok(())
    }

    /// [`forward_channels_first`](Self::forward_channels_first) with y in the place of x.
    ///
    /// # Errors
    /// [`Error::Zero`], [`Error::NotWholeRows`]; nothing is written then.
    pub fn forward_channels_first_in_place(&self, x: &mut [f32], positions: usize) -> Result<(), Error> {
        shape::planes(x.len(), self.width, positions)?;
        self.planes(Planes { x: None, y: x, channels: self.width, positions });
        Ok(())
    }

    fn planes(&self, mut planes: Planes) {
        let Planes { channels, positions, .. } = planes;
        let mut tile = [[0.0; BLOCK]; POSITIONS];
        // Only where there is no sample does their product leave `usize`.
        for sample in (0..planes.y.len()).step_by(channels.saturating_mul(positions).max(1)) {
            for first in (0..positions).step_by(POSITIONS) {
                let at = sample + first;
                let count = POSITIONS.min(positions - first);
                let stats = self.statistics_of(&planes, at, count, &mut tile);
                for start in (0..channels).step_by(BLOCK) {
                    let len = planes.read(at, count, start, &mut tile);
                    for (row, stats) in tile.iter_mut().zip(&stats).take(count) {
                        let row = row.get_mut(..len).unwrap_or(&mut []);
                        let rows = Rows::in_place(row, Layout::packed(1, len));
                        self.second_pass(stats, start..start + len, rows);
                    }
                    planes.write(at, count, start, &tile);
                }
            }
        }
    }

    /// Statistics of the positions from `at` on.
    fn statistics_of(
        &self,
        planes: &Planes,
        at: usize,
        count: usize,
        tile: &mut Tile,
    ) -> [RowStats; POSITIONS] {
        let mut rows = [Blocks::new(CENTRED); POSITIONS];
        let mut stats = [None; POSITIONS];
        while stats.iter().take(count).any(Option::is_none) {
            for start in (0..planes.channels).step_by(BLOCK) {
                let len = planes.read(at, count, start, tile);
                for ((row, blocks), stats) in tile.iter().zip(&mut rows).zip(&stats).take(count) {
                    if stats.is_none() {
                        blocks.push(row.get(..len).unwrap_or(&[]));
                    }
                }
            }
            for (blocks, stats) in
                rows.iter_mut().zip(&mut stats).take(count).filter(|(_, stats)| stats.is_none())
            {
                if let Finish::Done(done) = blocks.finish(self.epsilon) {
                    *stats = Some(done);
                }
            }
        }
        stats.map(Option::unwrap_or_default)
    }
}

impl Planes<'_> {
    /// A block of channels from `start` on of `count` positions from `at` on; how many channels it has.
    fn read(&self, at: usize, count: usize, start: usize, tile: &mut Tile) -> usize {
        let len = BLOCK.min(self.channels - start);
        let from = self.x.unwrap_or(self.y);
        for channel in 0..len {
            let place = at + (start + channel) * self.positions;
            let values = from.get(place..place + count).unwrap_or(&[]);
            for (row, v) in tile.iter_mut().zip(values) {
                if let Some(to) = row.get_mut(channel) {
                    *to = *v;
                }
            }
        }
        len
    }

    fn write(&mut self, at: usize, count: usize, start: usize, tile: &Tile) {
        for channel in 0..BLOCK.min(self.channels - start) {
            let place = at + (start + channel) * self.positions;
            let places = self.y.get_mut(place..place + count).unwrap_or(&mut []);
            for (to, row) in places.iter_mut().zip(tile) {
                *to = row.get(channel).copied().unwrap_or(0.0);
            }
        }
    }
}
