//! The moments of a row of codes that comes in pieces, for `fixed` and `quantized`.

use crate::dispatch::run_on_codes;
use crate::integer::{LaneCode, Moments, Push, WIDEST};
use crate::{Error, shape};
use core::ops::Range;

/// Adds codes.
pub(crate) fn push<X: LaneCode>(moments: &mut Moments, chunk: &[X]) -> Result<(), Error> {
    room(moments, "chunk", chunk.len())?;
    run_on_codes(Push { moments, chunk });
    Ok(())
}

/// Adds the codes of `other`.
pub(crate) fn merge(moments: &mut Moments, other: &Moments) -> Result<(), Error> {
    room(moments, "other", other.len())?;
    moments.add(other);
    Ok(())
}

/// An error unless a row has room for `actual` codes more.
fn room(moments: &Moments, parameter: &'static str, actual: usize) -> Result<(), Error> {
    let limit = WIDEST.saturating_sub(moments.len());
    if actual > limit { Err(Error::TooLarge { parameter, limit, actual }) } else { Ok(()) }
}

/// The features of a chunk from `offset` on, in a row of `width` whose moments are these. The lengths are those of the chunk and of
/// what is written.
pub(crate) fn features(
    moments: &Moments,
    width: usize,
    offset: usize,
    [chunk, out]: [usize; 2],
) -> Result<Range<usize>, Error> {
    shape::length("moments", moments.len(), width)?;
    shape::length("out", out, chunk)?;
    shape::chunk(offset, chunk, width)
}
