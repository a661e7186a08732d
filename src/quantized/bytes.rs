//! Parameters as bytes, little-endian:
//!
//! | offset | |
//! |---:|---|
//! | 0 | `LNQ1` |
//! | 4 | tags of the input's and the output's type, two zeros |
//! | 8 | width, k, m, zero points of input, output and residual, a (−1 without a residual): seven of 32 bits |
//! | 36 | E and that of the residual, 128 bits each |
//! | 68 | g of each feature, then b, 32 bits each |

use super::Code;
use super::params::{Header, LARGEST_MULTIPLIER, Params, WithResidual};
use crate::bytes::{self, Writer};
use crate::integer::ratio::SHIFTS;
use crate::{Error, shape};
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
    pub fn to_bytes(&self, to: &mut [u8]) -> Result<(), Error> {
        shape::length("to", to.len(), bytes_len(self.width()))?;
        let Header { k, m, input, output, epsilon, residual } = self.header;
        let (multiplier, zero_point, epsilon_of_residual) =
            residual.map_or((-1, 0, 0), |r| (r.multiplier, r.zero_point, r.epsilon));
        let mut to = Writer(to);
        to.put(MAGIC.to_le_bytes());
        to.put(tags::<X, Y>().to_le_bytes());
        for number in [self.width() as i32, k, m, input, output, zero_point, multiplier] {
            to.put(number.to_le_bytes());
        }
        to.put(epsilon.to_le_bytes());
        to.put(epsilon_of_residual.to_le_bytes());
        for number in self.gamma.as_ref().iter().chain(self.beta.as_ref()) {
            to.put(number.to_le_bytes());
        }
        Ok(())
    }
}

impl<X: Code, Y: Code, const N: usize> Params<X, Y, [i32; N]> {
    /// Length of [`to_bytes`](Params::to_bytes).
    pub const BYTES: usize = bytes_len(N);

    /// What [`to_bytes`](Params::to_bytes) wrote; at compile time too.
    ///
    /// # Errors
    /// [`Error::Zero`] or [`Error::TooLarge`] for a width `N` of 0 or beyond 32768; [`Error::Length`]; [`Error::Format`] if
    /// they begin otherwise or are of other codes; [`Error::Corrupt`] for a number that folding never gives.
    pub const fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        if let Err(error) = shape::integer_width(N) {
            return Err(error);
        }
        if bytes.len() != Self::BYTES {
            return Err(Error::Length { parameter: "bytes", expected: Self::BYTES, actual: bytes.len() });
        }
        let mut at = 0;
        while at < 8 {
            let (expected, actual) = (if at == 0 { MAGIC } else { tags::<X, Y>() }, number(bytes, at) as u32);
            if actual != expected {
                return Err(Error::Format { offset: at, expected, actual });
            }
            at += 4;
        }
        let header = Header {
            k: number(bytes, 12),
            m: number(bytes, 16),
            input: number(bytes, 20),
            output: number(bytes, 24),
            epsilon: long(bytes, 36),
            residual: match number(bytes, 32) {
                -1 => None,
                multiplier => {
                    Some(WithResidual { multiplier, zero_point: number(bytes, 28), epsilon: long(bytes, 52) })
                }
            },
        };
        let shift = [*SHIFTS.start() as i64, *SHIFTS.end() as i64];
        let multiplier = [-1, LARGEST_MULTIPLIER as i64];
        let (codes, out) = ([X::LOWEST, X::HIGHEST], [Y::LOWEST, Y::HIGHEST]);
        let zero_point = if header.residual.is_some() { codes } else { [0, 0] };
        let ranges = [[N as i64; 2], shift, shift, codes, out, zero_point, multiplier];
        let mut i = 0;
        while i < ranges.len() {
            let actual = number(bytes, 8 + 4 * i) as i64;
            if actual < ranges[i][0] || actual > ranges[i][1] {
                return Err(Error::Corrupt { offset: 8 + 4 * i });
            }
            i += 1;
        }
        if header.epsilon >> 112 != 0 {
            return Err(Error::Corrupt { offset: 36 });
        }
        if long(bytes, 52) >> (if header.residual.is_some() { 112 } else { 0 }) != 0 {
            return Err(Error::Corrupt { offset: 52 });
        }
        let (mut gamma, mut beta) = ([0; N], [0; N]);
        let mut i = 0;
        while i < 2 * N {
            let code = number(bytes, HEADER + 4 * i);
            if code == i32::MIN {
                return Err(Error::Corrupt { offset: HEADER + 4 * i });
            }
            let to = if i < N { &mut gamma } else { &mut beta };
            to[i % N] = code;
            i += 1;
        }
        Ok(Self { header, gamma, beta, types: PhantomData })
    }
}

/// Saturated: no slice is so long.
const fn bytes_len(width: usize) -> usize {
    width.saturating_mul(8).saturating_add(HEADER)
}

const fn number(bytes: &[u8], at: usize) -> i32 {
    i32::from_le_bytes(bytes::at(bytes, at))
}

const fn long(bytes: &[u8], at: usize) -> u128 {
    u128::from_le_bytes(bytes::at(bytes, at))
}
