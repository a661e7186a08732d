//! The norms of a cell in integers, which stay in the bytes of a file.

use crate::dispatch::run_on_codes;
use crate::integer::feature::Feature;
use crate::integer::ratio::SHIFTS;
use crate::integer::rows::Apart;
use crate::integer::{self, Forward};
use crate::sequence::gates::Gates;
use crate::sequence::slices::{groups, groups_mut};
use crate::{FormatError, bytes};
use core::ops::Range;

/// Bytes of a row's integers: k, m and E.
pub(super) const ROW: usize = 24;

/// The norms of a cell as bytes.
#[derive(Clone, Copy, Debug)]
pub struct Norms<'a> {
    pub(super) units: usize,
    pub(super) rows: &'a [u8],
    pub(super) gamma: &'a [u8],
    pub(super) beta: &'a [u8],
}

impl Norms<'_> {
    /// The norm of a row without γ and β.
    fn norm(&self, row: usize, width: usize) -> integer::Norm {
        let at = row * ROW;
        let [k, m] = [at, at + 4].map(|at| i32::from_le_bytes(bytes::at(self.rows, at)));
        let epsilon = u128::from_le_bytes(bytes::at(self.rows, at + 8));
        integer::Norm { centred: true, width, k, m, zero_point: 0, epsilon }
    }

    /// Whether folding can give every number. Offsets of errors count from the first byte of `rows`; γ and β follow it.
    pub(super) fn check<K: Gates>(&self) -> Result<(), FormatError> {
        for row in 0..K::ROWS.len() {
            let norm = self.norm(row, 1);
            let offset = row * ROW;
            let misfits = [!SHIFTS.contains(&norm.k), !SHIFTS.contains(&norm.m), norm.epsilon >> 112 != 0];
            for (misfit, offset) in misfits.into_iter().zip([offset, offset + 4, offset + 8]) {
                if misfit {
                    return Err(FormatError::Corrupt { offset });
                }
            }
        }
        let parameters = self.gamma.as_chunks().0.iter().chain(self.beta.as_chunks().0);
        match parameters.map(|&code| i32::from_le_bytes(code)).position(|code| code == i32::MIN) {
            Some(at) => Err(FormatError::Corrupt { offset: self.rows.len() + 4 * at }),
            None => Ok(()),
        }
    }

    /// Normalises `rows` of `sums` into the same place in `y`.
    pub(super) fn forward<K: Gates>(&self, rows: Range<usize>, sums: &[i32], y: &mut [i16]) {
        debug_assert!(rows.end <= K::ROWS.len());
        for row in rows {
            let Some(&group) = K::ROWS.get(row) else { continue };
            let x = groups(sums, self.units, group);
            let codes = |parameter| Codes(groups(parameter, 4 * self.units, group));
            let rows = Apart { x, zero_point: 0, y: groups_mut(y, self.units, group) };
            let (norm, gamma, beta) = (&self.norm(row, x.len()), codes(self.gamma), codes(self.beta));
            run_on_codes(Forward { norm, rows, gamma, beta });
        }
    }
}

/// Integers of 32 bits, little-endian.
#[derive(Clone, Copy)]
struct Codes<'a>(&'a [u8]);

impl Feature for Codes<'_> {
    const SIZE: i32 = 32;

    #[inline(always)]
    fn bits(self) -> i32 {
        32
    }
    #[inline(always)]
    fn get(self, i: usize) -> i32 {
        i32::from_le_bytes(bytes::at(self.0, 4 * i))
    }
}
