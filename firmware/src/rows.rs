//! The verbs that are measured, each with a row to work on.

pub mod operations;
pub mod others;

use crate::chosen;
use core::hint::black_box;
use fixed::traits::Fixed;
use fixed::types::{I2F6, I2F14, I4F4, I4F12};
use layernorm::fixed::Number;
use layernorm::quantized::{Code, Params, Scale};
use layernorm::{Error, FoldError, LayerNorm, RmsNorm, quantized};
use layernorm_digest::Numbers;

/// The longest row there are γ and β for.
pub const LONGEST: usize = 768;

/// What is in a row.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Near normal.
    Normal,
    /// What takes every detour: in `f32` squares that overflow, in integers results half way between two codes.
    Hard,
}

impl Kind {
    /// As it is printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Hard => "hard",
        }
    }
}

/// In flash, where a device has them.
static GAMMA: [f32; LONGEST] = about(1.0, 37);
static BETA: [f32; LONGEST] = about(0.0, 53);
static ZEROS: [f32; LONGEST] = [0.0; LONGEST];
/// One and half a code, of those of 16 bits and of those of 8.
static HALF_16: [f32; LONGEST] = [1.0 + 1.0 / 8192.0; LONGEST];
static HALF_8: [f32; LONGEST] = [1.0 + 1.0 / 32.0; LONGEST];

/// Within a quarter of `centre`.
const fn about(centre: f32, step: usize) -> [f32; LONGEST] {
    let mut values = [0.0; LONGEST];
    let mut i = 0;
    while i < LONGEST {
        values[i] = centre + ((i * step % 128) as f32 - 63.5) / 256.0;
        i += 1;
    }
    values
}

/// Called with the name of a verb, the type of its numbers and the verb.
pub type Visitor<'a> = &'a mut dyn FnMut(&str, &str, &mut dyn FnMut() -> Result<(), Error>);

/// Visits every verb, or the [`chosen`] one, with a row of `width`, which is at most `N`. Of γ and β each has what it can have.
///
/// # Errors
/// Of a norm that cannot be made so.
pub fn visit<const N: usize>(kind: Kind, width: usize, visitor: Visitor) -> Result<(), FoldError> {
    let width = black_box(width);
    if const { chosen::of("f32") } {
        float::<N>(kind, width, visitor)?;
    }
    let (of_16, of_8) = (Integers::new(kind, width, &HALF_16), Integers::new(kind, width, &HALF_8));
    if const { chosen::of("i16 fixed") } {
        fixed::<I4F12, I2F14, N>("i16 fixed", of_16, visitor)?;
    }
    if const { chosen::of("i8 fixed") } {
        fixed::<I4F4, I2F6, N>("i8 fixed", of_8, visitor)?;
    }
    if const { chosen::of("i16 quantised") } {
        let code = |x| (x * 4096.0) as i16;
        quantized::<i16, N>("i16 quantised", code, 0, 1.0 / 4096.0, of_16, visitor)?;
    }
    if const { chosen::of("i8 quantised") } {
        let code = |x| (x * 16.0) as i8 + 3;
        quantized::<i8, N>("i8 quantised", code, 3, 1.0 / 16.0, of_8, visitor)?;
    }
    operations::visit::<N>(kind, width, visitor)
}

fn normal(width: usize) -> impl Iterator<Item = f32> {
    let mut numbers = Numbers::new(width as u64);
    (0..width).map(move |_| numbers.bell())
}

/// What an `f32` row is multiplied with.
fn unit(kind: Kind) -> f32 {
    match kind {
        Kind::Normal => 1.0,
        Kind::Hard => 5e37,
    }
}

/// What a norm of integers is given, as numbers.
#[derive(Clone, Copy)]
struct Integers {
    kind: Kind,
    width: usize,
    gamma: &'static [f32],
    beta: &'static [f32],
    epsilon: f32,
}

impl Integers {
    fn new(kind: Kind, width: usize, half: &'static [f32]) -> Self {
        let (gamma, beta, epsilon) = match kind {
            Kind::Normal => (&GAMMA[..], &BETA[..], 1e-5),
            Kind::Hard => (half, &ZEROS[..], 0.0),
        };
        Self { kind, width, gamma: &gamma[..width], beta: &beta[..width], epsilon }
    }

    fn x(&self) -> impl Iterator<Item = f32> {
        let kind = self.kind;
        normal(self.width).enumerate().map(move |(i, x)| match kind {
            Kind::Normal => x,
            // Normalised they are ±1 exactly.
            Kind::Hard if i % 2 == 0 => 1.0,
            Kind::Hard => -1.0,
        })
    }
}

fn fill<T>(to: &mut [T], values: impl Iterator<Item = f32>, convert: impl Fn(f32) -> T) {
    to.iter_mut().zip(values).for_each(|(to, value)| *to = convert(value));
}

// Apart, so that their rows share the stack.
#[inline(never)]
fn float<const N: usize>(kind: Kind, width: usize, visitor: Visitor) -> Result<(), FoldError> {
    let (mut x, mut y) = ([0.0; N], [0.0; N]);
    let (x, y) = (&mut x[..width], &mut y[..width]);
    fill(x, normal(width), |x| x * unit(kind));
    if const { chosen::verb("LayerNorm") } {
        let norm = LayerNorm::new(width)?.with_gamma(&GAMMA[..width])?.with_beta(&BETA[..width])?;
        visitor("LayerNorm", "f32", &mut || norm.forward(black_box(x), black_box(y)));
    }
    if const { chosen::verb("RmsNorm") } {
        let norm = RmsNorm::new(width)?.with_gamma(&GAMMA[..width])?;
        visitor("RmsNorm", "f32", &mut || norm.forward(black_box(x), black_box(y)));
    }
    Ok(())
}

#[inline(never)]
fn fixed<X: Number + Fixed, P: Number + Fixed, const N: usize>(
    name: &str,
    row: Integers,
    visitor: Visitor,
) -> Result<(), FoldError> {
    let Integers { width, epsilon, .. } = row;
    let (mut x, mut y, mut gamma, mut beta) = ([X::ZERO; N], [X::ZERO; N], [P::ZERO; N], [X::ZERO; N]);
    let (x, y, gamma, beta) = (&mut x[..width], &mut y[..width], &mut gamma[..width], &mut beta[..width]);
    fill(x, row.x(), X::saturating_from_num);
    fill(gamma, row.gamma.iter().copied(), P::saturating_from_num);
    fill(beta, row.beta.iter().copied(), X::saturating_from_num);
    if const { chosen::verb("LayerNorm") } {
        let norm = layernorm::fixed::LayerNorm::<X>::new(width)?.with_epsilon(epsilon)?;
        let norm = norm.with_gamma(gamma)?.with_beta(beta)?;
        visitor("LayerNorm", name, &mut || norm.forward(black_box(x), black_box(y)));
    }
    if const { chosen::verb("RmsNorm") } {
        let norm = layernorm::fixed::RmsNorm::<X>::new(width)?.with_epsilon(epsilon)?;
        let norm = norm.with_gamma(gamma)?.with_beta(beta)?;
        visitor("RmsNorm", name, &mut || norm.forward(black_box(x), black_box(y)));
    }
    Ok(())
}

#[inline(never)]
fn quantized<X: Code + Default, const N: usize>(
    name: &str,
    code: fn(f32) -> X,
    zero_point: X,
    scale: f32,
    row: Integers,
    visitor: Visitor,
) -> Result<(), FoldError> {
    let Integers { width, gamma, beta, epsilon, .. } = row;
    let (mut x, mut y, mut g, mut b) = ([X::default(); N], [X::default(); N], [0; N], [0; N]);
    let (x, y) = (&mut x[..width], &mut y[..width]);
    fill(x, row.x(), code);
    let scale = Scale { scale, zero_point };
    let to = [&mut g[..width], &mut b[..width]];
    let params = Params::fold_into(gamma, beta, scale, scale, epsilon, to)?;
    if const { chosen::verb("LayerNorm") } {
        let norm = quantized::LayerNorm::new(&params);
        visitor("LayerNorm", name, &mut || norm.forward(black_box(x), black_box(y)));
    }
    if const { chosen::verb("RmsNorm") } {
        let norm = quantized::RmsNorm::new(&params);
        visitor("RmsNorm", name, &mut || norm.forward(black_box(x), black_box(y)));
    }
    Ok(())
}
