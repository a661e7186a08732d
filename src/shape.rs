//! Checks lengths, ε and the values of parameters, before anything is written. What only a file, a session or a layout can get
//! wrong (a byte, a number of frames, samples that do not divide the rows) is checked where it is read.

use crate::float::AllFinite;
use crate::integer::WIDEST;
use crate::isa::SMALL;
use crate::{Error, FoldError, dispatch};
use core::ops::Range;

/// `?` for a `const fn`, where that operator is not allowed yet.
macro_rules! checked {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => return Err(error),
        }
    };
}
pub(crate) use checked;

pub(crate) const fn at_least_one(parameter: &'static str, actual: usize) -> Result<usize, Error> {
    if actual == 0 { Err(Error::Zero { parameter }) } else { Ok(actual) }
}

pub(crate) const fn width(width: usize) -> Result<usize, Error> {
    at_least_one("width", width)
}

/// An error unless the integer norms take the width.
pub(crate) const fn integer_width(actual: usize) -> Result<usize, Error> {
    if actual > WIDEST {
        return Err(Error::TooLarge { parameter: "width", limit: WIDEST, actual });
    }
    width(actual)
}

/// An error unless the scale of quantised codes is finite and above 0; by its bits, as ε.
pub(crate) fn scale(parameter: &'static str, scale: f32) -> Result<f32, FoldError> {
    match scale.to_bits() {
        1..INFINITY => Ok(scale),
        actual => Err(FoldError::Scale { parameter, actual }),
    }
}

/// ε is compared by its bits, because the integer norms link no floating point.
pub(crate) const fn epsilon(epsilon: f32) -> Result<f32, Error> {
    match epsilon.to_bits() {
        // −0 and 0 are the same ε and must give the same bits.
        0x8000_0000 => Ok(0.0),
        bits if bits < INFINITY => Ok(epsilon),
        actual => Err(Error::Epsilon { actual }),
    }
}

pub(crate) const fn length(parameter: &'static str, actual: usize, expected: usize) -> Result<(), Error> {
    if actual == expected { Ok(()) } else { Err(Error::Length { parameter, expected, actual }) }
}

/// Number of rows of `width` in `actual` elements.
pub(crate) fn rows(parameter: &'static str, actual: usize, width: usize) -> Result<usize, Error> {
    // One row needs no division, which takes hundreds of instructions on a core that has none.
    if actual == width {
        return Ok(1);
    }
    debug_assert!(width > 0);
    // `width` is never 0 here; `checked_div` keeps the division's panic out of the image.
    match (actual.checked_div(width), actual.checked_rem(width)) {
        (Some(rows), Some(0)) => Ok(rows),
        _ => Err(Error::NotWholeRows { parameter, width, actual }),
    }
}

/// Number of rows of `width` in `actual` elements, one every `stride`. The slice is `parameter`, and its stride
/// `stride_parameter`.
pub(crate) fn strided_rows(
    [parameter, stride_parameter]: [&'static str; 2],
    actual: usize,
    width: usize,
    stride: usize,
) -> Result<usize, Error> {
    if stride < width {
        return Err(Error::Stride { parameter: stride_parameter, width, actual: stride });
    }
    match (actual.checked_div(stride), actual.checked_rem(stride)) {
        (Some(rows), Some(0)) => Ok(rows),
        (Some(rows), Some(last)) if last >= width => Ok(rows + 1),
        (_, last) => Err(Error::LastRow { parameter, width, actual: last.unwrap_or(0) }),
    }
}

/// The features of `len` elements from `offset` on.
pub(crate) fn chunk(offset: usize, len: usize, width: usize) -> Result<Range<usize>, Error> {
    match offset.checked_add(len) {
        Some(end) if end <= width => Ok(offset..end),
        _ => Err(Error::BeyondRow { offset, actual: len, width }),
    }
}

/// An error unless `actual` elements are samples of `channels` × `positions`.
pub(crate) fn planes(actual: usize, channels: usize, positions: usize) -> Result<(), Error> {
    at_least_one("positions", positions)?;
    rows("x", actual, channels.saturating_mul(positions)).map(drop)
}

/// An error unless the channels are a multiple of the groups.
pub(crate) const fn groups(groups: usize, channels: usize) -> Result<(), Error> {
    checked!(at_least_one("groups", groups));
    checked!(at_least_one("channels", channels));
    match channels.checked_rem(groups) {
        Some(0) => Ok(()),
        _ => Err(Error::Groups { groups, actual: channels }),
    }
}

/// Rows of each of `samples`. No rows are those of any number of samples.
pub(crate) fn sample_rows(rows: usize, samples: usize) -> Result<usize, Error> {
    match (rows.checked_div(samples), rows.checked_rem(samples)) {
        (Some(sample_rows), Some(0)) => Ok(sample_rows),
        _ if rows == 0 => Ok(0),
        _ => Err(Error::Samples { rows, actual: samples }),
    }
}

/// An error unless a learned parameter has one finite number for each feature.
pub(crate) const fn feature_vector(
    parameter: &'static str,
    values: &[f32],
    width: usize,
) -> Result<(), Error> {
    checked!(length(parameter, values.len(), width));
    finite(parameter, values)
}

/// [`feature_vector`] for what is checked in every call: by the lanes of the instruction set, which a `const fn` cannot use.
pub(crate) fn feature_vector_by_lanes(
    parameter: &'static str,
    values: &[f32],
    width: usize,
) -> Result<(), Error> {
    length(parameter, values.len(), width)?;
    finite_by_lanes(parameter, values)
}

/// [`finite`] for what is checked in every call: by the lanes of the instruction set.
pub(crate) fn finite_by_lanes(parameter: &'static str, values: &[f32]) -> Result<(), Error> {
    // Small code has one loop for both.
    if !SMALL && dispatch::run(AllFinite(values)) { Ok(()) } else { finite(parameter, values) }
}

/// The bits of infinity: an exponent of ones, and nothing below it.
const INFINITY: u32 = f32::INFINITY.to_bits();

pub(crate) const fn finite(parameter: &'static str, values: &[f32]) -> Result<(), Error> {
    // Only an exponent of ones carries into the sign's bit. A loop without an exit is compiled to vectors.
    let (mut carries, mut index) = (0, 0);
    while index < values.len() {
        carries |= (values[index].to_bits() & INFINITY).wrapping_add(1 << 23);
        index += 1;
    }
    if carries >> 31 == 0 {
        return Ok(());
    }
    index = 0;
    while index < values.len() {
        let actual = values[index].to_bits();
        if actual & INFINITY == INFINITY {
            return Err(Error::NotFinite { parameter, index, actual });
        }
        index += 1;
    }
    Ok(())
}
