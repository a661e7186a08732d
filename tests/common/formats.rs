//! Formats of codes that are known at run time only, as types.

use fixed::types::extra::{LeEqU8, LeEqU16, LeEqU32, U0, U4, U8, U12, U15, U16, U32};
use fixed::{FixedI8, FixedI16, FixedI32};
use layernorm::fixed::{Norm, Number};
use layernorm::{Averaging, Error, FoldError, Layer, Rms};
use std::any::Any;

/// A number made of its code.
pub trait Coded: Number + 'static {
    fn from_code(code: i64) -> Self;
    fn code(self) -> i64;
}

macro_rules! coded {
    ($type:ident, $bound:ident) => {
        impl<F: $bound + 'static> Coded for $type<F> {
            fn from_code(code: i64) -> Self {
                Self::from_bits(code.try_into().unwrap())
            }
            fn code(self) -> i64 {
                self.to_bits().into()
            }
        }
    };
}
coded!(FixedI8, LeEqU8);
coded!(FixedI16, LeEqU16);
coded!(FixedI32, LeEqU32);

/// Bits of a code, and those behind the point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Format {
    pub bits: u32,
    pub fraction: i32,
}

impl Format {
    pub fn lowest(self) -> i64 {
        -1 << (self.bits - 1)
    }
    pub fn highest(self) -> i64 {
        !self.lowest()
    }
}

pub const FORMATS: [Format; 9] = {
    const fn format(bits: u32, fraction: i32) -> Format {
        Format { bits, fraction }
    }
    [
        format(8, 0),
        format(8, 4),
        format(8, 8),
        format(16, 0),
        format(16, 12),
        format(16, 15),
        format(32, 0),
        format(32, 16),
        format(32, 32),
    ]
};

/// Something to do with numbers of one format.
pub trait With<T> {
    fn with<N: Coded>(self) -> T;
}

/// With the type of `format`.
pub fn with<T>(format: Format, work: impl With<T>) -> T {
    match (format.bits, format.fraction) {
        (8, 0) => work.with::<FixedI8<U0>>(),
        (8, 4) => work.with::<FixedI8<U4>>(),
        (8, 8) => work.with::<FixedI8<U8>>(),
        (16, 0) => work.with::<FixedI16<U0>>(),
        (16, 12) => work.with::<FixedI16<U12>>(),
        (16, 15) => work.with::<FixedI16<U15>>(),
        (32, 0) => work.with::<FixedI32<U0>>(),
        (32, 16) => work.with::<FixedI32<U16>>(),
        (32, 32) => work.with::<FixedI32<U32>>(),
        _ => panic!("{format:?} is not among FORMATS"),
    }
}

/// A call of a fixed-point norm.
#[derive(Debug)]
pub struct Call<'a> {
    pub centred: bool,
    pub width: usize,
    pub input: Format,
    pub output: Format,
    pub gamma: Option<(Format, &'a [i64])>,
    pub beta: Option<(Format, &'a [i64])>,
    pub epsilon: f32,
}

impl Call<'_> {
    /// The output's codes; `residual` becomes what the call leaves in it.
    pub fn run(&self, x: &[i64], residual: Option<&mut [i64]>) -> Result<Vec<i64>, FoldError> {
        with(self.input, OfInput { call: self, x, residual })
    }
}

pub fn numbers<N: Coded>(codes: &[i64]) -> Vec<N> {
    codes.iter().map(|&c| N::from_code(c)).collect()
}

struct OfInput<'a> {
    call: &'a Call<'a>,
    x: &'a [i64],
    residual: Option<&'a mut [i64]>,
}

impl With<Result<Vec<i64>, FoldError>> for OfInput<'_> {
    fn with<X: Coded>(self) -> Result<Vec<i64>, FoldError> {
        let x = numbers::<X>(self.x);
        with(self.call.output, OfOutput { call: self.call, x, residual: self.residual })
    }
}

struct OfOutput<'a, X> {
    call: &'a Call<'a>,
    x: Vec<X>,
    residual: Option<&'a mut [i64]>,
}

impl<X: Coded> With<Result<Vec<i64>, FoldError>> for OfOutput<'_, X> {
    fn with<Y: Coded>(self) -> Result<Vec<i64>, FoldError> {
        if self.call.centred { self.normalise::<Y, Layer>() } else { self.normalise::<Y, Rms>() }
    }
}

impl<X: Coded> OfOutput<'_, X> {
    fn normalise<Y: Coded, K: Averaging>(self) -> Result<Vec<i64>, FoldError> {
        let Call { width, gamma, beta, epsilon, .. } = *self.call;
        let numbers_of = |(format, codes)| (format, with(format, Numbers(codes)));
        let (gamma, beta) = (gamma.map(numbers_of), beta.map(numbers_of));
        let mut norm = Norm::<X, Y, K>::new(width)?.with_epsilon(epsilon)?;
        if let Some((format, numbers)) = &gamma {
            norm = with(*format, Gamma { norm, numbers: &**numbers })?;
        }
        if let Some((format, numbers)) = &beta {
            norm = with(*format, Beta { norm, numbers: &**numbers })?;
        }
        let mut y = vec![Y::from_code(0); self.x.len()];
        if let Some(codes) = self.residual {
            let mut residual = numbers(codes);
            norm.forward_residual(&self.x, &mut residual, &mut y)?;
            codes.iter_mut().zip(residual).for_each(|(to, r)| *to = r.code());
        } else {
            norm.forward(&self.x, &mut y)?;
        }
        Ok(y.into_iter().map(Coded::code).collect())
    }
}

/// Codes to a vector of numbers.
struct Numbers<'a>(&'a [i64]);

impl With<Box<dyn Any>> for Numbers<'_> {
    fn with<N: Coded>(self) -> Box<dyn Any> {
        Box::new(numbers::<N>(self.0))
    }
}

macro_rules! parameter {
    ($name:ident, $with:ident) => {
        struct $name<'a, X, Y, K: Averaging> {
            norm: Norm<'a, X, Y, K>,
            numbers: &'a dyn Any,
        }

        impl<'a, X: Coded, Y: Coded, K: Averaging> With<Result<Norm<'a, X, Y, K>, Error>>
            for $name<'a, X, Y, K>
        {
            fn with<N: Coded>(self) -> Result<Norm<'a, X, Y, K>, Error> {
                self.norm.$with(self.numbers.downcast_ref::<Vec<N>>().unwrap())
            }
        }
    };
}
parameter!(Gamma, with_gamma);
parameter!(Beta, with_beta);
