//! Checks lengths, ε and the numbers of parameters, before anything is written. What a file, a session or a layout alone can
//! get wrong (a byte, a count of frames, samples that do not divide the rows) is checked where it is read.

use crate::float::AllFinite;
use crate::integer::WIDEST;
use crate::isa::SMALL;
use crate::{Error, dispatch};

pub(crate) const fn at_least_one(parameter: &'static str, actual: usize) -> Result<usize, Error> {
    if actual == 0 { Err(Error::Zero { parameter }) } else { Ok(actual) }
}

pub(crate) const fn width(width: usize) -> Result<usize, Error> {
    at_least_one("width", width)
}

/// A width for the integer norms.
pub(crate) const fn integer_width(actual: usize) -> Result<usize, Error> {
    if actual > WIDEST {
        return Err(Error::TooLarge { parameter: "width", limit: WIDEST, actual });
    }
    width(actual)
}

/// The step of a quantised parameter.
pub(crate) fn scale(parameter: &'static str, scale: f32) -> Result<f32, Error> {
    if scale.is_finite() && scale > 0.0 {
        Ok(scale)
    } else {
        Err(Error::Scale { parameter, actual: scale.to_bits() })
    }
}

/// By its bits: the integer norms link no floating point.
pub(crate) fn epsilon(epsilon: f32) -> Result<f32, Error> {
    match epsilon.to_bits() {
        // −0 and 0 are the same ε and must give the same bits.
        0x8000_0000 => Ok(0.0),
        bits if bits < f32::INFINITY.to_bits() => Ok(epsilon),
        actual => Err(Error::Epsilon { actual }),
    }
}

pub(crate) fn length(parameter: &'static str, actual: usize, expected: usize) -> Result<(), Error> {
    if actual == expected { Ok(()) } else { Err(Error::Length { parameter, expected, actual }) }
}

/// Number of rows of `width` in `actual` elements.
pub(crate) fn rows(parameter: &'static str, actual: usize, width: usize) -> Result<usize, Error> {
    // A core without a division takes hundreds of instructions for one.
    if actual == width {
        return Ok(1);
    }
    // `width` is never 0 here; `checked_div` keeps the division's panic out of the image.
    match (actual.checked_div(width), actual.checked_rem(width)) {
        (Some(rows), Some(0)) => Ok(rows),
        _ => Err(Error::NotWholeRows { parameter, width, actual }),
    }
}

/// Number of rows of `width` in `actual` elements, one every `stride`; names of the slice and of its stride.
pub(crate) fn strided_rows(
    [parameter, of_stride]: [&'static str; 2],
    actual: usize,
    width: usize,
    stride: usize,
) -> Result<usize, Error> {
    if stride < width {
        return Err(Error::Stride { parameter: of_stride, width, actual: stride });
    }
    match (actual.checked_div(stride), actual.checked_rem(stride)) {
        (Some(rows), Some(0)) => Ok(rows),
        (Some(rows), Some(last)) if last >= width => Ok(rows + 1),
        (_, last) => Err(Error::LastRow { parameter, width, actual: last.unwrap_or(0) }),
    }
}

/// Whether `actual` elements are samples of `channels` × `positions`.
pub(crate) fn planes(actual: usize, channels: usize, positions: usize) -> Result<(), Error> {
    at_least_one("positions", positions)?;
    rows("x", actual, channels.saturating_mul(positions)).map(drop)
}

/// A learned parameter: one finite number per feature.
pub(crate) fn feature_vector(parameter: &'static str, values: &[f32], width: usize) -> Result<(), Error> {
    length(parameter, values.len(), width)?;
    finite(parameter, values)
}

pub(crate) fn finite(parameter: &'static str, values: &[f32]) -> Result<(), Error> {
    // A first look at all of them saves time, but it is one more loop.
    if !SMALL && dispatch::run(AllFinite(values), values.len()) {
        return Ok(());
    }
    match values.iter().enumerate().find(|(_, v)| !v.is_finite()) {
        Some((index, v)) => Err(Error::NotFinite { parameter, index, actual: v.to_bits() }),
        None => Ok(()),
    }
}
