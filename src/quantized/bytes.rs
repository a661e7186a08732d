//! Parameters as bytes, little-endian:
//!
//! | offset | |
//! |---:|---|
//! | 0 | `LNQ1` |
//! | 4 | tags of the input's and the output's type, two zeros |
//! | 8 | width, k, m, zero points of input, output and residual, a (−1 without a residual): seven of 32 bits |
//! | 36 | E and that of the residual, 128 bits each |
//! | 68 | g of each feature, then b, 32 bits each |

use super::code::Code;
use super::header::{Header, LARGEST_MULTIPLIER, WithResidual};
use super::params::Params;
use crate::bytes::{self, Writer};
use crate::integer::ratio::SHIFTS;
use crate::shape::checked;
use crate::{Error, FormatError, shape};
use core::marker::PhantomData;

const MAGIC: u32 = u32::from_le_bytes(*b"LNQ1");
const HEADER: usize = 68;

const fn tags<X: Code, Y: Code>() -> u32 {
    u32::from_le_bytes([X::TAG, Y::TAG, 0, 0])
}

impl<X: Code, Y: Code, S: AsRef<[i32]>> Params<X, Y, S> {
    /// Writes the parameters, to be read by [`from_bytes`](Params::from_bytes).
    ///
    /// # Errors
    /// [`Error::Length`] unless `to` has [`BYTES`](Params::BYTES), 68 and 8 for each feature.
    ///
    /// ```
    /// use layernorm::quantized::{Params, Scale};
    ///
    /// let unit = Scale { scale: 1.0, zero_point: 0i8 };
    /// let params = Params::fold(&[1.0; 4], &[0.0; 4], unit, unit, 1e-5)?;
    /// let mut bytes = [0; 100];
    /// params.to_bytes(&mut bytes)?;
    /// assert!(bytes.starts_with(b"LNQ1"));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn to_bytes(&self, to: &mut [u8]) -> Result<(), Error> {
        shape::length("to", to.len(), bytes_len(self.width()))?;
        let mut to = Writer(to);
        to.put(self.header());
        for number in self.gamma.as_ref().iter().chain(self.beta.as_ref()) {
            to.put(number.to_le_bytes());
        }
        Ok(())
    }

    /// The first 68 of the bytes that [`to_bytes`](Params::to_bytes) writes: all but the integers of γ and β, for
    /// [`from_parts`](Params::from_parts).
    ///
    /// ```
    /// use layernorm::quantized::{Params, Scale};
    ///
    /// let unit = Scale { scale: 1.0, zero_point: 0i8 };
    /// let params = Params::fold(&[1.0; 4], &[0.0; 4], unit, unit, 1e-5)?;
    /// assert!(params.header().starts_with(b"LNQ1"));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn header(&self) -> [u8; HEADER] {
        let Header { k, m, input, output, epsilon, residual } = self.header;
        let (multiplier, zero_point, residual_epsilon) =
            residual.map_or((-1, 0, 0), |r| (r.multiplier, r.zero_point, r.epsilon));
        let mut bytes = [0; HEADER];
        let mut to = Writer(&mut bytes);
        to.put(MAGIC.to_le_bytes());
        to.put(tags::<X, Y>().to_le_bytes());
        for number in [self.width() as i32, k, m, input, output, zero_point, multiplier] {
            to.put(number.to_le_bytes());
        }
        to.put(epsilon.to_le_bytes());
        to.put(residual_epsilon.to_le_bytes());
        bytes
    }
}

impl<'a, X: Code, Y: Code> Params<X, Y, &'a [i32]> {
    /// Parameters of a width that is not known before, whose integers of γ and β stay where they are, as in flash.
    ///
    /// `header` is what [`header`](Params::header) gives.
    ///
    /// # Errors
    /// [`Error::Zero`] or [`Error::TooLarge`] for a width of 0 or beyond 32768; [`Error::Length`] for `beta`; [`FormatError::Format`] for a
    /// header that begins otherwise or is of other codes; [`FormatError::Corrupt`] for a number that folding never gives, its offset that
    /// in the bytes of [`to_bytes`](Params::to_bytes).
    ///
    /// ```
    /// use layernorm::quantized::{Params, Scale};
    ///
    /// let unit = Scale { scale: 1.0, zero_point: 0i8 };
    /// let (mut gamma, mut beta) = ([0; 4], [0; 4]);
    /// let params = Params::fold_into(&[1.0; 4], &[0.0; 4], unit, unit, 1e-5, [&mut gamma, &mut beta])?;
    /// let header = params.header();
    /// assert_eq!(Params::<i8, i8, _>::from_parts(&header, &gamma, &beta)?.width(), 4);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[inline(always)] // So that parameters which go to another place, as in C, are not copied.
    pub const fn from_parts(
        header: &[u8; HEADER],
        gamma: &'a [i32],
        beta: &'a [i32],
    ) -> Result<Self, FormatError> {
        let width = gamma.len();
        if let Err(error) = shape::integer_width(width) {
            return Err(FormatError::Argument(error));
        }
        if let Err(error) = shape::length("beta", beta.len(), width) {
            return Err(FormatError::Argument(error));
        }
        let header = checked!(read_header::<X, Y>(header, width));
        checked!(folded(gamma, HEADER));
        checked!(folded(beta, HEADER + 4 * width));
        Ok(Self { header, gamma, beta, types: PhantomData })
    }
}

impl<X: Code, Y: Code, const N: usize> Params<X, Y, [i32; N]> {
    /// Length of what [`to_bytes`](Params::to_bytes) writes.
    ///
    /// ```
    /// use layernorm::quantized::Params;
    ///
    /// assert_eq!(Params::<i8, i8, [i32; 4]>::BYTES, 68 + 4 * 8);
    /// ```
    pub const BYTES: usize = bytes_len(N);

    /// Reads what [`to_bytes`](Params::to_bytes) wrote; at compile time too.
    ///
    /// # Errors
    /// [`Error::Zero`] or [`Error::TooLarge`] for a width `N` of 0 or beyond 32768; [`Error::Length`]; [`FormatError::Format`] if
    /// they begin otherwise or are of other codes; [`FormatError::Corrupt`] for a number that folding never gives.
    ///
    /// ```
    /// use layernorm::quantized::{Params, Scale};
    ///
    /// type Four = Params<i8, i8, [i32; 4]>;
    /// let unit = Scale { scale: 1.0, zero_point: 0i8 };
    /// let params = Four::fold(&[1.0; 4], &[0.0; 4], unit, unit, 1e-5)?;
    /// let mut bytes = [0; Four::BYTES];
    /// params.to_bytes(&mut bytes)?;
    /// assert_eq!(Four::from_bytes(&bytes)?, params);
    /// assert!(Params::<u8, i8, [i32; 4]>::from_bytes(&bytes).is_err());      // of other codes
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn from_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        if let Err(error) = shape::integer_width(N) {
            return Err(FormatError::Argument(error));
        }
        if let Err(error) = shape::length("bytes", bytes.len(), Self::BYTES) {
            return Err(FormatError::Argument(error));
        }
        let header = checked!(read_header::<X, Y>(bytes, N));
        let (mut gamma, mut beta) = ([0; N], [0; N]);
        let mut i = 0;
        while i < 2 * N {
            let code = number(bytes, HEADER + 4 * i);
            if code == i32::MIN {
                return Err(FormatError::Corrupt { offset: HEADER + 4 * i });
            }
            let to = if i < N { &mut gamma } else { &mut beta };
            to[i % N] = code;
            i += 1;
        }
        Ok(Self { header, gamma, beta, types: PhantomData })
    }
}

/// What bytes of at least [`HEADER`] say, for rows of `width` codes.
#[inline(always)]
const fn read_header<X: Code, Y: Code>(bytes: &[u8], width: usize) -> Result<Header, FormatError> {
    let mut at = 0;
    while at < 8 {
        let (expected, actual) = (if at == 0 { MAGIC } else { tags::<X, Y>() }, number(bytes, at) as u32);
        if actual != expected {
            return Err(FormatError::Format { offset: at, expected, actual });
        }
        at += 4;
    }
    let [k, m, input, output] = [number(bytes, 12), number(bytes, 16), number(bytes, 20), number(bytes, 24)];
    let (zero_point, multiplier) = (number(bytes, 28), number(bytes, 32));
    let (epsilon, residual_epsilon) = (long(bytes, 36), long(bytes, 52));
    let (is_alone, first, last) = (multiplier == -1, *SHIFTS.start(), *SHIFTS.end());
    let offset = if number(bytes, 8) as u32 as usize != width {
        8
    } else if !within(k, first, last) {
        12
    } else if !within(m, first, last) {
        16
    } else if !within(input, X::LOWEST as i32, X::HIGHEST as i32) {
        20
    } else if !within(output, Y::LOWEST as i32, Y::HIGHEST as i32) {
        24
    } else if is_alone && zero_point != 0 || !within(zero_point, X::LOWEST as i32, X::HIGHEST as i32) {
        28
    } else if !within(multiplier, -1, LARGEST_MULTIPLIER) {
        32
    } else if epsilon >> 112 != 0 {
        36
    } else if is_alone && residual_epsilon != 0 || residual_epsilon >> 112 != 0 {
        52
    } else {
        let residual = WithResidual { multiplier, zero_point, epsilon: residual_epsilon };
        let residual = if is_alone { None } else { Some(residual) };
        return Ok(Header { k, m, input, output, epsilon, residual });
    };
    Err(FormatError::Corrupt { offset })
}

const fn within(value: i32, first: i32, last: i32) -> bool {
    first <= value && value <= last
}

/// An error at the first of the integers of γ or β, which begin at `offset`, that folding never gives.
const fn folded(codes: &[i32], offset: usize) -> Result<(), FormatError> {
    let mut i = 0;
    while i < codes.len() {
        if codes[i] == i32::MIN {
            return Err(FormatError::Corrupt { offset: offset + 4 * i });
        }
        i += 1;
    }
    Ok(())
}

/// The length of the bytes; saturated, since no slice is so long.
const fn bytes_len(width: usize) -> usize {
    width.saturating_mul(8).saturating_add(HEADER)
}

const fn number(bytes: &[u8], at: usize) -> i32 {
    i32::from_le_bytes(bytes::at(bytes, at))
}

const fn long(bytes: &[u8], at: usize) -> u128 {
    u128::from_le_bytes(bytes::at(bytes, at))
}
