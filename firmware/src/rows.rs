//! The verbs that are measured, each with a row to work on.

use core::hint::black_box;
use fixed::traits::Fixed;
use fixed::types::{I2F6, I2F14, I4F4, I4F12};
use layernorm::fixed::Number;
use layernorm::quantized::{Code, Params, Scale};
use layernorm::{Error, LayerNorm, RmsNorm, quantized};
use layernorm_digest::Numbers;

/// The longest row there are γ and β for.
pub const LONGEST: usize = 768;

/// In flash, where a device has them.
static GAMMA: [f32; LONGEST] = about(1.0, 37);
static BETA: [f32; LONGEST] = about(0.0, 53);

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

/// Visits every verb with a row of `width`, which is at most `N`. Of γ and β each has what it can have.
///
/// # Errors
/// Of a norm that cannot be made so.
pub fn visit<const N: usize>(width: usize, visitor: Visitor) -> Result<(), Error> {
    let width = black_box(width);
    float::<N>(width, visitor)?;
    fixed::<I4F12, I2F14, N>("i16 fixed", width, visitor)?;
    fixed::<I4F4, I2F6, N>("i8 fixed", width, visitor)?;
    quantized::<i16, N>("i16 quantised", |x| (x * 4096.0) as i16, 0, 1.0 / 4096.0, width, visitor)?;
    quantized::<i8, N>("i8 quantised", |x| (x * 32.0) as i8, 3, 1.0 / 32.0, width, visitor)
}

/// The same values in every type, near normal.
fn values(width: usize) -> impl Iterator<Item = f32> {
    let mut numbers = Numbers::new(width as u64);
    (0..width).map(move |_| numbers.bell())
}

fn fill<T>(to: &mut [T], values: impl Iterator<Item = f32>, convert: impl Fn(f32) -> T) {
    to.iter_mut().zip(values).for_each(|(to, value)| *to = convert(value));
}

// Apart, so that their rows share the stack.
#[inline(never)]
fn float<const N: usize>(width: usize, visitor: Visitor) -> Result<(), Error> {
    let (mut x, mut y) = ([0.0; N], [0.0; N]);
    let (x, y) = (&mut x[..width], &mut y[..width]);
    fill(x, values(width), |x| x);
    let norm = LayerNorm::new(width)?.with_gamma(&GAMMA[..width])?.with_beta(&BETA[..width])?;
    visitor("LayerNorm", "f32", &mut || norm.forward(black_box(x), black_box(y)));
    let norm = RmsNorm::new(width)?.with_gamma(&GAMMA[..width])?;
    visitor("RmsNorm", "f32", &mut || norm.forward(black_box(x), black_box(y)));
    Ok(())
}

#[inline(never)]
fn fixed<X: Number + Fixed, P: Number + Fixed, const N: usize>(
    name: &str,
    width: usize,
    visitor: Visitor,
) -> Result<(), Error> {
    let (mut x, mut y, mut gamma, mut beta) = ([X::ZERO; N], [X::ZERO; N], [P::ZERO; N], [X::ZERO; N]);
    let (x, y, gamma, beta) = (&mut x[..width], &mut y[..width], &mut gamma[..width], &mut beta[..width]);
    fill(x, values(width), X::saturating_from_num);
    fill(gamma, GAMMA.into_iter(), P::saturating_from_num);
    fill(beta, BETA.into_iter(), X::saturating_from_num);
    let norm = layernorm::fixed::LayerNorm::<X>::new(width)?.with_gamma(gamma)?.with_beta(beta)?;
    visitor("LayerNorm", name, &mut || norm.forward(black_box(x), black_box(y)));
    let norm = layernorm::fixed::RmsNorm::<X>::new(width)?.with_gamma(gamma)?.with_beta(beta)?;
    visitor("RmsNorm", name, &mut || norm.forward(black_box(x), black_box(y)));
    Ok(())
}

#[inline(never)]
fn quantized<X: Code + Default, const N: usize>(
    name: &str,
    code: fn(f32) -> X,
    zero_point: X,
    scale: f32,
    width: usize,
    visitor: Visitor,
) -> Result<(), Error> {
    let (mut x, mut y, mut gamma, mut beta) = ([X::default(); N], [X::default(); N], [0; N], [0; N]);
    let (x, y) = (&mut x[..width], &mut y[..width]);
    fill(x, values(width), code);
    let scale = Scale { scale, zero_point };
    let to = [&mut gamma[..width], &mut beta[..width]];
    let params = Params::fold_into(&GAMMA[..width], &BETA[..width], scale, scale, 1e-5, to)?;
    let norm = quantized::LayerNorm::new(&params);
    visitor("LayerNorm", name, &mut || norm.forward(black_box(x), black_box(y)));
    let norm = quantized::RmsNorm::new(&params);
    visitor("RmsNorm", name, &mut || norm.forward(black_box(x), black_box(y)));
    Ok(())
}
