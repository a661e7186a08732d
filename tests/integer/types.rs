//! Types of codes and their norms behind one interface: one function tests a promise of all of them.

use crate::common::integer_rows::{KINDS, fill};
use crate::common::random::Random;
use ::fixed::types::{I1F15, I2F14, I4F4, I4F12, I16F16};
use layernorm::quantized::{Params, Scale};
use layernorm::{Averaging, Error, fixed, quantized};
use std::fmt::Debug;
use std::ops::Range;

pub trait Element: Copy + Debug + PartialEq + 'static {
    const LOW: i64;
    const HIGH: i64;

    /// The element with this code.
    fn element(code: i64) -> Self;
    fn code(self) -> i64;

    fn clamped(code: f64) -> Self {
        Self::element((code as i64).clamp(Self::LOW, Self::HIGH))
    }

    /// Calls `check` with a LayerNorm and an RMSNorm, which have a γ and a β for each feature.
    fn norms(width: usize, epsilon: f32, check: &mut dyn FnMut(&Subject<Self>));
}

/// A norm from a type to the same type.
pub struct Subject<'a, X> {
    pub norm: &'a dyn Verbs<X>,
    pub centred: bool,
    /// The code of 0.
    pub zero: X,
    /// The codes of β.
    pub beta: Vec<X>,
}

pub trait Verbs<X> {
    fn forward(&self, x: &[X], y: &mut [X]) -> Result<(), Error>;
    fn forward_in_place(&self, x: &mut [X]) -> Result<(), Error>;
    fn forward_residual(&self, x: &[X], residual: &mut [X], y: &mut [X]) -> Result<(), Error>;
    /// Pushes parts of `moments_of` to the first or the second moments, merges them, and applies the norm to parts of `x`.
    fn in_pieces(
        &self,
        moments_of: &[X],
        pushed: &[(usize, Range<usize>)],
        x: &[X],
        applied: &[Range<usize>],
        y: &mut [X],
    ) -> Result<(), Error>;
}

macro_rules! verbs {
    ($module:ident, $bound:ident) => {
        impl<X: $module::$bound, K: Averaging> Verbs<X> for $module::Norm<'_, X, X, K> {
            fn forward(&self, x: &[X], y: &mut [X]) -> Result<(), Error> {
                self.forward(x, y)
            }
            fn forward_in_place(&self, x: &mut [X]) -> Result<(), Error> {
                self.forward_in_place(x)
            }
            fn forward_residual(&self, x: &[X], residual: &mut [X], y: &mut [X]) -> Result<(), Error> {
                self.forward_residual(x, residual, y)
            }
            fn in_pieces(
                &self,
                moments_of: &[X],
                pushed: &[(usize, Range<usize>)],
                x: &[X],
                applied: &[Range<usize>],
                y: &mut [X],
            ) -> Result<(), Error> {
                let mut parts = [$module::Moments::new(); 2];
                for (to, part) in pushed {
                    parts[*to].push(&moments_of[part.clone()])?;
                }
                let [mut all, second] = parts;
                all.merge(&second)?;
                assert_eq!(all.pushed(), pushed.iter().map(|(_, part)| part.len()).sum::<usize>());
                for part in applied {
                    self.apply(&all, part.start, &x[part.clone()], &mut y[part.clone()])?;
                }
                Ok(())
            }
        }
    };
}
verbs!(fixed, Number);
verbs!(quantized, Code);

macro_rules! fixed_point {
    ($($type:ty),*) => {$(
        impl Element for $type {
            const LOW: i64 = <$type>::MIN.to_bits() as i64;
            const HIGH: i64 = <$type>::MAX.to_bits() as i64;

            fn element(code: i64) -> Self {
                Self::from_bits(code.try_into().unwrap())
            }
            fn code(self) -> i64 {
                self.to_bits().into()
            }
            fn norms(width: usize, epsilon: f32, check: &mut dyn FnMut(&Subject<Self>)) {
                let (gamma, beta) = fixed_parameters(width);
                let unit = 2f64.powi(Self::FRAC_NBITS as i32);
                let code = |b: &I4F12| Self::clamped((b.to_num::<f64>() * unit).round_ties_even());
                let beta_codes: Vec<Self> = beta.iter().map(code).collect();
                let layer = fixed::LayerNorm::<Self>::new(width).unwrap().with_epsilon(epsilon).unwrap();
                let layer = layer.with_gamma(&gamma).unwrap().with_beta(&beta).unwrap();
                let rms = fixed::RmsNorm::<Self>::new(width).unwrap().with_epsilon(epsilon).unwrap();
                let rms = rms.with_gamma(&gamma).unwrap().with_beta(&beta).unwrap();
                check_norms(&layer, &rms, Self::ZERO, beta_codes, check);
            }
        }
    )*};
}
fixed_point!(I1F15, I4F4, I16F16);

macro_rules! quantised {
    ($($type:ty),*) => {$(
        impl Element for $type {
            const LOW: i64 = <$type>::MIN as i64;
            const HIGH: i64 = <$type>::MAX as i64;

            fn element(code: i64) -> Self {
                code.try_into().unwrap()
            }
            fn code(self) -> i64 {
                self.into()
            }
            fn norms(width: usize, epsilon: f32, check: &mut dyn FnMut(&Subject<Self>)) {
                let middle = (Self::LOW + Self::HIGH) / 2;
                // Around the output's zero point there is room for ±3.
                let step = 6.0 / (Self::HIGH - Self::LOW) as f32;
                let input = Scale { scale: 0.02, zero_point: Self::element(middle + 3) };
                let output = Scale { scale: step, zero_point: Self::element(middle - 5) };
                let residual = Scale { scale: 0.03, zero_point: Self::element(middle + 7) };
                let (gamma, beta) = parameters(width);
                let code = |b: &f32| (f64::from(*b) / f64::from(step)).round_ties_even();
                let beta_codes =
                    beta.iter().map(|b| Self::clamped(code(b) + output.zero_point as f64)).collect();
                let mut to = (vec![0; width], vec![0; width]);
                let params =
                    Params::fold_into(&gamma, &beta, input, output, epsilon, [&mut to.0, &mut to.1]).unwrap();
                let params = params.with_residual(input, residual, epsilon).unwrap();
                let (layer, rms) = (quantized::LayerNorm::new(&params), quantized::RmsNorm::new(&params));
                check_norms(&layer, &rms, input.zero_point, beta_codes, check);
            }
        }
    )*};
}
quantised!(i8, u8, i16);

fn check_norms<X: Copy>(
    layer: &dyn Verbs<X>,
    rms: &dyn Verbs<X>,
    zero: X,
    beta: Vec<X>,
    check: &mut dyn FnMut(&Subject<X>),
) {
    check(&Subject { norm: layer, centred: true, zero, beta: beta.clone() });
    check(&Subject { norm: rms, centred: false, zero, beta });
}

/// γ and β.
pub fn fixed_parameters(width: usize) -> (Vec<I2F14>, Vec<I4F12>) {
    let (gamma, beta) = parameters(width);
    let gamma = gamma.into_iter().map(I2F14::saturating_from_num).collect();
    (gamma, beta.into_iter().map(I4F12::saturating_from_num).collect())
}

/// γ around 1, β around 0, both of either sign.
pub fn parameters(width: usize) -> (Vec<f32>, Vec<f32>) {
    let mut random = Random(width as u64);
    let mut normal = |mean: f64| (0..width).map(|_| (mean + 0.7 * random.normal()) as f32).collect();
    (normal(1.0), normal(0.0))
}

/// Rows of codes from `low` to `high`, each of any kind.
pub fn rows(random: &mut Random, rows: usize, width: usize, low: i64, high: i64) -> Vec<i64> {
    let mut codes = vec![0; rows * width];
    for row in codes.chunks_mut(width) {
        fill(KINDS[random.below(KINDS.len())], random, low, high, row);
    }
    codes
}

pub fn elements<X: Element>(codes: &[i64]) -> Vec<X> {
    codes.iter().map(|&code| X::element(code)).collect()
}

pub fn random_rows<X: Element>(random: &mut Random, count: usize, width: usize) -> Vec<X> {
    elements(&rows(random, count, width, X::LOW, X::HIGH))
}

/// A test that calls a function for every type.
macro_rules! for_every_type {
    ($test:ident, $check:ident) => {
        #[wasm_bindgen_test(unsupported = test)]
        fn $test() {
            $check::<::fixed::types::I1F15>();
            $check::<::fixed::types::I4F4>();
            $check::<::fixed::types::I16F16>();
            $check::<i8>();
            $check::<u8>();
            $check::<i16>();
        }
    };
}
pub(crate) use for_every_type;
