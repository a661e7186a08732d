//! From `f32` to the integers of a file, on a host.
//!
//! Each row that is normalised has a step of its own: the smallest with which no weight leaves its type and no sum 32 bits.
//! The norm takes it out again, so it may be any number.

use super::file::{bytes_len, row_width};
use super::{Cell, Classifier, Kind, NORMALISED, STATE, Weight};
use crate::bytes::Writer;
use crate::integer::ratio;
use crate::sequence::slices::{Group, groups};
use crate::sequence::{self, Layer, NormKind, Shape};
use crate::{Error, shape};

/// Largest sum of magnitudes of weights: products with 2¹⁵ have 31 bits.
const LARGEST_SUM: f64 = ((1 << (31 - STATE)) - 1) as f64;
/// What one unit of a normalised number stands for.
const UNIT: f32 = 1.0 / (1 << NORMALISED) as f32;

/// The outputs of a kernel of `f32`, a row for each input.
#[derive(Clone, Copy)]
struct Kernel<'a> {
    weights: &'a [f32],
    outputs: usize,
    /// Fraction bits of what it is multiplied by.
    fraction: u32,
}

impl Kernel<'_> {
    /// Weights of an output.
    fn of(&self, output: usize) -> impl Iterator<Item = f32> {
        self.weights.iter().skip(output).step_by(self.outputs.max(1)).copied()
    }

    fn write<W: Weight>(&self, output: usize, step: f32, to: &mut Writer) {
        for weight in self.of(output) {
            W::put(ratio::multiplier(weight, step, -(self.fraction as i32)).unwrap_or(0), to);
        }
    }

    /// The largest magnitude of an output's weights, their sum and their number, for an input of one unit.
    fn magnitudes(&self, output: usize) -> [f64; 3] {
        let unit = 1.0 / f64::from(1 << self.fraction);
        self.of(output).fold([0.0; 3], |[largest, sum, count], weight| {
            let magnitude = f64::from(weight).abs() * unit;
            [magnitude.max(largest), sum + magnitude, count + 1.0]
        })
    }
}

/// The step with which what `outputs` is added up from fits, a bias of so many steps too.
fn step<W: Weight>(outputs: impl Iterator<Item = [f64; 3]>) -> f32 {
    let least = outputs.map(|[largest, sum, count]| {
        // Rounding adds a half to each.
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

/// A cell and what else its file has.
struct Fold<'a, K> {
    cell: &'a sequence::Cell<'a, K, Layer>,
    /// Of the input.
    fraction: u32,
    head: Kernel<'a>,
    bias: &'a [f32],
}

impl<'a, K: Kind> Fold<'a, K> {
    /// Both kernels, each with the vector at which its outputs begin among the sums.
    fn kernels(&self) -> [(usize, Kernel<'a>); 2] {
        let outputs = K::GATES * self.cell.units();
        let kernel = |weights, fraction| Kernel { weights, outputs, fraction };
        [(0, kernel(self.cell.kernel, self.fraction)), (K::RECURRENT, kernel(self.cell.recurrent, STATE))]
    }

    fn step_of<W: Weight>(&self, (first, count): Group) -> f32 {
        let units = self.cell.units();
        let kernels = self.kernels();
        // What no kernel gives is the memory of the cell.
        if kernels.iter().all(|(start, _)| first >= start + K::GATES) {
            return UNIT;
        }
        let magnitudes = |output: usize| {
            kernels.iter().fold([0.0; 3], |[largest, sum, count], (start, kernel)| {
                match output.checked_sub(start * units).filter(|output| *output < kernel.outputs) {
                    Some(output) => {
                        let these = kernel.magnitudes(output);
                        [these[0].max(largest), these[1] + sum, these[2] + count]
                    }
                    None => [largest, sum, count],
                }
            })
        };
        let mut step = step::<W>((first * units..(first + count) * units).map(magnitudes));
        // Where every sum is nothing beside ε.
        while ratio::epsilon(count * units, self.cell.epsilon(), step, 0).is_none() {
            step *= 2.0;
        }
        step
    }

    fn row<W: Weight>(&self, group: Group) -> Result<Row, Error> {
        let norms = &self.cell.norms;
        let (start, width) = (group.0 * norms.units, row_width(group, norms.units)?);
        let step = self.step_of::<W>(group);
        let shift = |parameter, values| {
            ratio::shift(parameter, groups(values, norms.units, group), UNIT).map_err(|error| match error {
                Error::BeyondScale { parameter, index, actual } => {
                    Error::BeyondScale { parameter, index: start + index, actual }
                }
                other => other,
            })
        };
        Ok(Row {
            k: shift("gamma", norms.gamma)?,
            m: shift("beta", norms.beta)?,
            epsilon: ratio::folded_epsilon(width, norms.epsilon, ("c", step), 0)?,
        })
    }

    fn write<W: Weight>(&self, to: &mut [u8]) -> Result<(), Error> {
        let Self { cell, fraction, head, bias } = *self;
        let (inputs, units, classes, epsilon) = (cell.inputs(), cell.units(), bias.len(), cell.epsilon());
        shape::length("to", to.len(), bytes_len::<K, W>(inputs, units, classes))?;
        if fraction > STATE {
            let (limit, actual) = (STATE as usize, fraction as usize);
            return Err(Error::TooLarge { parameter: "fraction", limit, actual });
        }
        let (kind, storage, norm) = (K::KIND, W::STORAGE, NormKind::Layer);
        let header = Shape { kind, storage, norm, inputs, units, classes, fraction, epsilon }.to_bytes()?;
        // All that may fail, before anything is written.
        K::ROWS.iter().try_for_each(|&group| self.row::<W>(group).map(drop))?;

        let mut to = Writer(to);
        to.put(header);
        for &group in K::ROWS {
            let Row { k, m, epsilon } = self.row::<W>(group)?;
            to.put(k.to_le_bytes());
            to.put(m.to_le_bytes());
            to.put(epsilon.to_le_bytes());
        }
        for (values, of_gamma) in [(cell.norms.gamma, true), (cell.norms.beta, false)] {
            for &group in K::ROWS {
                let Row { k, m, .. } = self.row::<W>(group)?;
                let shift = if of_gamma { k } else { m };
                groups(values, units, group).iter().for_each(|&value| to.put(code(value, UNIT, shift)));
            }
        }
        let scale = self.scale::<W>();
        if classes > 0 {
            to.put(scale.to_le_bytes());
        }
        bias.iter().for_each(|&bias| to.put(code(bias, scale, 0)));
        for (start, kernel) in self.kernels() {
            for vector in 0..K::GATES {
                let holds = |&&(first, count): &&Group| (first..first + count).contains(&(start + vector));
                let step = K::ROWS.iter().find(holds).map_or(UNIT, |&group| self.step_of::<W>(group));
                for output in vector * units..(vector + 1) * units {
                    kernel.write::<W>(output, step, &mut to);
                }
            }
        }
        (0..classes).for_each(|class| head.write::<W>(class, scale, &mut to));
        Ok(())
    }

    /// What one unit of a logit stands for.
    fn scale<W: Weight>(&self) -> f32 {
        step::<W>(self.bias.iter().enumerate().map(|(class, bias)| {
            let [largest, sum, count] = self.head.magnitudes(class);
            [largest, sum + f64::from(bias.abs()) / f64::from(1 << STATE), count + 1.0]
        }))
    }
}

/// `value / step · 2^shift`, rounded half to even.
fn code(value: f32, step: f32, shift: i32) -> [u8; 4] {
    ratio::multiplier(value, step, shift).unwrap_or(0).to_le_bytes()
}

impl<K: Kind, W: Weight> Cell<'_, K, W> {
    /// Writes the file of a cell whose frames will have `fraction` bits behind the point.
    ///
    /// # Errors
    /// [`Error::Length`] unless `to` has [`bytes_len`](Self::bytes_len); [`Error::TooLarge`] for a fraction beyond 15, a size
    /// beyond 16 bits or units whose gates are a row beyond 2¹⁵; [`Error::BeyondScale`] for a γ or β of 2²⁰ or more;
    /// [`Error::EpsilonBeyondScale`] for an ε that is too large for the c of an LSTM, of 2⁷⁴ / units² or more. Nothing is
    /// written then.
    pub fn fold(cell: &sequence::Cell<K, Layer>, fraction: u32, to: &mut [u8]) -> Result<(), Error> {
        let head = Kernel { weights: &[], outputs: 0, fraction: STATE };
        Fold { cell, fraction, head, bias: &[] }.write::<W>(to)
    }
}

impl<K: Kind, W: Weight> Classifier<'_, K, W> {
    /// Writes the file of a classifier whose frames will have `fraction` bits behind the point.
    ///
    /// # Errors
    /// Those of [`Cell::fold`].
    pub fn fold(
        classifier: &sequence::Classifier<K, Layer>,
        fraction: u32,
        to: &mut [u8],
    ) -> Result<(), Error> {
        let sequence::Classifier { cell, kernel, bias, .. } = classifier;
        let head = Kernel { weights: kernel, outputs: bias.len(), fraction: STATE };
        Fold { cell, fraction, head, bias }.write::<W>(to)
    }
}
