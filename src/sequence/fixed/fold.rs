//! Turns cells and classifiers of `f32` into the integers of a file, on a host.
//!
//! Each row that is normalised has a step of its own: the least step with which every weight fits its type and every sum 32
//! bits. The norm divides by the standard deviation of the sums, so the step cancels and may be any number.

use super::file::{bytes_len, row_width};
use super::format::{NORM_FRACTION, STATE_FRACTION};
use super::{Cell, Classifier, Kind, Weight};
use crate::bytes::Writer;
use crate::integer::ratio;
use crate::sequence::slices::{Group, groups};
use crate::sequence::{self, Layer, NormKind, Shape};
use crate::{Error, FoldError, shape};

/// Largest sum of the magnitudes of an output's weights: times 2¹⁵ it has 31 bits.
const LARGEST_SUM: f64 = ((1 << (31 - STATE_FRACTION)) - 1) as f64;
/// The value of one unit of the output of a norm.
const UNIT: f32 = 1.0 / (1 << NORM_FRACTION) as f32;

/// A kernel of `f32`, with one row for each input.
#[derive(Clone, Copy)]
struct Kernel<'a> {
    weights: &'a [f32],
    outputs: usize,
    /// Fraction bits of the input.
    fraction: u32,
}

impl Kernel<'_> {
    /// The weights of an output.
    fn column(&self, output: usize) -> impl Iterator<Item = f32> {
        self.weights.iter().skip(output).step_by(self.outputs.max(1)).copied()
    }

    fn write<W: Weight>(&self, output: usize, step: f32, to: &mut Writer) {
        for weight in self.column(output) {
            W::put(quantised(weight, step, -(self.fraction as i32)), to);
        }
    }

    /// The largest magnitude of an output's weights, the sum of the magnitudes and their number, for an input of one unit.
    fn magnitudes(&self, output: usize) -> [f64; 3] {
        let unit = 1.0 / f64::from(1 << self.fraction);
        self.column(output).fold([0.0; 3], |[largest, sum, count], weight| {
            let magnitude = f64::from(weight).abs() * unit;
            [magnitude.max(largest), sum + magnitude, count + 1.0]
        })
    }
}

/// The least step with which the weights of every output, given by their magnitudes, fit their type and their sum 32 bits.
fn least_step<W: Weight>(outputs: impl Iterator<Item = [f64; 3]>) -> f32 {
    let least = outputs.map(|[largest, sum, count]| {
        // Rounding adds at most a half to each weight.
        (largest / f64::from(W::LARGEST)).max(sum / (LARGEST_SUM - count).max(1.0))
    });
    let least = least.fold(f64::from(f32::MIN_POSITIVE), f64::max);
    let step = least as f32;
    if f64::from(step) < least { step.next_up() } else { step }
}

/// The integers of a row that is normalised.
struct Row {
    k: i32,
    m: i32,
    epsilon: u128,
}

/// A cell, and the other parts of its file.
struct Fold<'a, K> {
    cell: &'a sequence::Cell<'a, K, Layer>,
    /// Fraction bits of the input.
    fraction: u32,
    dense: Kernel<'a>,
    bias: &'a [f32],
}

impl<'a, K: Kind> Fold<'a, K> {
    /// The two kernels, each with the vector at which its outputs begin among the sums.
    fn kernels(&self) -> [(usize, Kernel<'a>); 2] {
        let outputs = K::GATES * self.cell.units();
        let kernel = |weights, fraction| Kernel { weights, outputs, fraction };
        [
            (0, kernel(self.cell.kernel, self.fraction)),
            (K::RECURRENT, kernel(self.cell.recurrent, STATE_FRACTION)),
        ]
    }

    /// The step of a row that is normalised.
    fn row_step<W: Weight>(&self, (first, count): Group) -> f32 {
        let units = self.cell.units();
        let kernels = self.kernels();
        // A row behind the outputs of all kernels is c of an LSTM.
        if kernels.iter().all(|(start, _)| first >= start + K::GATES) {
            return 1.0 / (1 << K::MEMORY_FRACTION) as f32;
        }
        let magnitudes = |output: usize| {
            kernels.iter().fold([0.0; 3], |[largest, sum, count], (start, kernel)| {
                match output.checked_sub(start * units).filter(|output| *output < kernel.outputs) {
                    Some(output) => {
                        let magnitudes = kernel.magnitudes(output);
                        [magnitudes[0].max(largest), magnitudes[1] + sum, magnitudes[2] + count]
                    }
                    None => [largest, sum, count],
                }
            })
        };
        let mut step = least_step::<W>((first * units..(first + count) * units).map(magnitudes));
        // Weights far below sqrt(ε): a larger step keeps the integer of ε in range.
        while ratio::epsilon(count * units, self.cell.epsilon(), step, 0).is_none() {
            step *= 2.0;
        }
        step
    }

    fn row<W: Weight>(&self, group: Group) -> Result<Row, FoldError> {
        let norms = &self.cell.norms;
        let (start, width) = (group.0 * norms.units, row_width(group, norms.units)?);
        let step = self.row_step::<W>(group);
        let shift = |parameter, values| {
            ratio::shift(parameter, groups(values, norms.units, group), UNIT).map_err(|error| match error {
                FoldError::BeyondScale { parameter, index, actual } => {
                    FoldError::BeyondScale { parameter, index: start + index, actual }
                }
                error => error,
            })
        };
        Ok(Row {
            k: shift("gamma", norms.gamma)?,
            m: shift("beta", norms.beta)?,
            epsilon: ratio::folded_epsilon(width, norms.epsilon, ("c", step), 0)?,
        })
    }

    fn write<W: Weight>(&self, to: &mut [u8]) -> Result<(), FoldError> {
        let Self { cell, fraction, dense, bias } = *self;
        let (inputs, units, classes, epsilon) = (cell.inputs(), cell.units(), bias.len(), cell.epsilon());
        shape::length("to", to.len(), bytes_len::<K, W>(inputs, units, classes))?;
        if fraction > STATE_FRACTION {
            let (limit, actual) = (STATE_FRACTION as usize, fraction as usize);
            return Err(Error::TooLarge { parameter: "fraction", limit, actual }.into());
        }
        let (kind, storage, norm) = (K::KIND, W::STORAGE, NormKind::Layer);
        let header = Shape { kind, storage, norm, inputs, units, classes, fraction, epsilon }.to_bytes()?;
        // Every error is found before anything is written.
        K::ROWS.iter().try_for_each(|&group| self.row::<W>(group).map(drop))?;

        let mut to = Writer(to);
        to.put(header);
        for &group in K::ROWS {
            let Row { k, m, epsilon } = self.row::<W>(group)?;
            to.put(k.to_le_bytes());
            to.put(m.to_le_bytes());
            to.put(epsilon.to_le_bytes());
        }
        for (values, is_gamma) in [(cell.norms.gamma, true), (cell.norms.beta, false)] {
            for &group in K::ROWS {
                let Row { k, m, .. } = self.row::<W>(group)?;
                let shift = if is_gamma { k } else { m };
                groups(values, units, group)
                    .iter()
                    .for_each(|&value| to.put(quantised(value, UNIT, shift).to_le_bytes()));
            }
        }
        let scale = self.scale::<W>();
        if classes > 0 {
            to.put(scale.to_le_bytes());
        }
        bias.iter().for_each(|&bias| to.put(quantised(bias, scale, 0).to_le_bytes()));
        for (start, kernel) in self.kernels() {
            for vector in 0..K::GATES {
                let holds = |&&(first, count): &&Group| (first..first + count).contains(&(start + vector));
                let row = K::ROWS.iter().find(holds);
                debug_assert!(row.is_some());
                let step = row.map_or(UNIT, |&group| self.row_step::<W>(group));
                for output in vector * units..(vector + 1) * units {
                    kernel.write::<W>(output, step, &mut to);
                }
            }
        }
        (0..classes).for_each(|class| dense.write::<W>(class, scale, &mut to));
        debug_assert!(to.0.is_empty());
        Ok(())
    }

    /// The value of one unit of a logit.
    fn scale<W: Weight>(&self) -> f32 {
        least_step::<W>(self.bias.iter().enumerate().map(|(class, bias)| {
            let [largest, sum, count] = self.dense.magnitudes(class);
            [largest, sum + f64::from(bias.abs()) / f64::from(1 << STATE_FRACTION), count + 1.0]
        }))
    }
}

/// `value / step · 2^shift`, rounded half to even. Steps and shifts are chosen so that it fits.
fn quantised(value: f32, step: f32, shift: i32) -> i32 {
    let code = ratio::multiplier(value, step, shift);
    debug_assert!(code.is_some());
    code.unwrap_or(0)
}

impl<K: Kind, W: Weight> Cell<'_, K, W> {
    /// Writes the file of a cell whose frames will have `fraction` fraction bits.
    ///
    /// # Errors
    /// [`Error::Length`] unless `to` has [`bytes_len`](Self::bytes_len); [`Error::TooLarge`] for a fraction beyond 15, a size
    /// beyond 16 bits or units whose gates are a row beyond 2¹⁵; [`FoldError::BeyondScale`] for a γ or β of 2²⁰ or more;
    /// [`FoldError::EpsilonBeyondScale`] for an ε that is too large for the c of an LSTM, of 2⁷⁴ / units² or more, or of 2⁴⁴ /
    /// units² for a `StateNormLstm`. Nothing is written then.
    ///
    /// ```
    /// use layernorm::sequence::{self, fixed};
    ///
    /// let weights = [0.5; sequence::LnRnn::weights_len(1, 2)];
    /// let float = sequence::LnRnn::new(1, 2, &weights)?;
    /// let mut bytes = [0; fixed::LnRnn::<i8>::bytes_len(1, 2)];
    /// fixed::LnRnn::<i8>::fold(&float, 12, &mut bytes)?;
    /// // The kernels are the last bytes. All weights are equal, but the input has 12 fraction bits and h has 15.
    /// assert!(bytes.ends_with(&[127, 127, 16, 16, 16, 16]));
    /// # Ok::<(), layernorm::FoldError>(())
    /// ```
    pub fn fold(cell: &sequence::Cell<K, Layer>, fraction: u32, to: &mut [u8]) -> Result<(), FoldError> {
        let dense = Kernel { weights: &[], outputs: 0, fraction: STATE_FRACTION };
        Fold { cell, fraction, dense, bias: &[] }.write::<W>(to)
    }
}

impl<K: Kind, W: Weight> Classifier<'_, K, W> {
    /// Writes the file of a classifier whose frames will have `fraction` fraction bits.
    ///
    /// # Errors
    /// Those of [`Cell::fold`].
    ///
    /// ```
    /// use layernorm::{Error, FoldError};
    /// use layernorm::sequence::{self, Layer, Rnn, fixed};
    ///
    /// type Float<'a> = sequence::Classifier<'a, Rnn, Layer>;
    /// type Fixed<'a> = fixed::Classifier<'a, Rnn, i8>;
    /// let weights = [0.5; Float::weights_len(1, 2, 3)];
    /// let float = Float::new(1, 2, 3, &weights)?;
    /// let mut bytes = [0; Fixed::bytes_len(1, 2, 3)];
    /// Fixed::fold(&float, 12, &mut bytes)?;
    /// assert_eq!(Fixed::from_bytes(&bytes)?.classes(), 3);
    /// let error = Fixed::fold(&float, 16, &mut bytes).unwrap_err();
    /// let expected = Error::TooLarge { parameter: "fraction", limit: 15, actual: 16 };
    /// assert_eq!(error, FoldError::Argument(expected));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn fold(
        classifier: &sequence::Classifier<K, Layer>,
        fraction: u32,
        to: &mut [u8],
    ) -> Result<(), FoldError> {
        let sequence::Classifier { cell, kernel, bias, .. } = classifier;
        let dense = Kernel { weights: kernel, outputs: bias.len(), fraction: STATE_FRACTION };
        Fold { cell, fraction, dense, bias }.write::<W>(to)
    }
}
