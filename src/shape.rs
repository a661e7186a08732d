//! The only place where lengths and ε are checked.

use crate::Error;

pub(crate) fn width(width: usize) -> Result<usize, Error> {
    if width == 0 { Err(Error::ZeroWidth) } else { Ok(width) }
}

pub(crate) fn epsilon(epsilon: f32) -> Result<f32, Error> {
    if epsilon.is_finite() && epsilon >= 0.0 {
        // −0 and 0 are the same ε and must give the same bits.
        Ok(epsilon + 0.0)
    } else {
        Err(Error::Epsilon { actual: epsilon.to_bits() })
    }
}

pub(crate) fn length(parameter: &'static str, actual: usize, expected: usize) -> Result<(), Error> {
    if actual == expected { Ok(()) } else { Err(Error::Length { parameter, expected, actual }) }
}

/// Number of rows of `width` in `actual` elements.
pub(crate) fn rows(parameter: &'static str, actual: usize, width: usize) -> Result<usize, Error> {
    // `width` is never 0 here; `checked_div` keeps the division's panic out of the image.
    match (actual.checked_div(width), actual.checked_rem(width)) {
        (Some(rows), Some(0)) => Ok(rows),
        _ => Err(Error::NotWholeRows { parameter, width, actual }),
    }
}

/// A learned parameter: one finite number per feature.
pub(crate) fn feature_vector<'a>(
    parameter: &'static str,
    values: &'a [f32],
    width: usize,
) -> Result<&'a [f32], Error> {
    length(parameter, values.len(), width)?;
    const EXPONENT: u32 = 0x7f80_0000;
    // Counting all first has no early exit and so vectorises; the search runs only on failure.
    let bad = values.iter().fold(0u32, |bad, v| bad | u32::from(v.to_bits() & EXPONENT == EXPONENT));
    if bad == 0 {
        return Ok(values);
    }
    match values.iter().enumerate().find(|(_, v)| !v.is_finite()) {
        Some((index, v)) => Err(Error::NotFinite { parameter, index, actual: v.to_bits() }),
        None => Ok(values),
    }
}
