use crate::integer::ratio::SHIFTS;
use crate::integer::rows::Apart;
use crate::integer::{self, Feature, Mac};
use crate::sequence::cell::Equations;
use crate::sequence::slices::{groups, groups_mut};
use crate::{Error, bytes, dispatch};
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
    /// The integers of a row; the others are those of the cell.
    fn norm(&self, row: usize, width: usize) -> integer::Norm {
        let at = row * ROW;
        let [k, m] = [at, at + 4].map(|at| i32::from_le_bytes(bytes::at(self.rows, at)));
        let epsilon = u128::from_le_bytes(bytes::at(self.rows, at + 8));
        integer::Norm { centred: true, width, k, m, zero_point: 0, epsilon }
    }

    /// Whether every number is one that folding gives. Offsets are from the first byte of `rows`, behind which γ and β are.
    pub(super) fn check<K: Equations>(&self) -> Result<(), Error> {
        for row in 0..K::ROWS.len() {
            let norm = self.norm(row, 1);
            let offset = row * ROW;
            let wrong = [!SHIFTS.contains(&norm.k), !SHIFTS.contains(&norm.m), norm.epsilon >> 112 != 0];
            for (wrong, offset) in wrong.into_iter().zip([offset, offset + 4, offset + 8]) {
                if wrong {
                    return Err(Error::Corrupt { offset });
                }
            }
        }
        let parameters = self.gamma.as_chunks().0.iter().chain(self.beta.as_chunks().0);
        match parameters.map(|&code| i32::from_le_bytes(code)).position(|code| code == i32::MIN) {
            Some(at) => Err(Error::Corrupt { offset: self.rows.len() + 4 * at }),
            None => Ok(()),
        }
    }

    /// Normalises some of a cell's rows of `sums` to the same place in `y`.
    pub(super) fn forward<K: Equations>(&self, rows: Range<usize>, sums: &[i32], y: &mut [i16]) {
        for row in rows {
            let Some(&group) = K::ROWS.get(row) else { continue };
            let x = groups(sums, self.units, group);
            let of = |parameter| Codes(groups(parameter, 4 * self.units, group));
            let rows = Apart { x, zero_point: 0, y: groups_mut(y, self.units, group) };
            self.norm(row, x.len()).forward(dispatch::MAC, rows, of(self.gamma), of(self.beta));
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
    #[inline(always)]
    fn lanes<M: Mac>(self, mac: M, i: usize) -> M::V {
        mac.each(|lane| self.get(i + lane))
    }
}
