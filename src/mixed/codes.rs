//! Codes that stand for `scale · (code − zero_point)`, on either side of a norm.

use super::element::{Element, Stored};
use super::memory::{Memory, Piece, read, read_by, write, write_by};
use super::norm::Norm;
use crate::integer::lane::LaneCode;
use crate::isa::{Isa, Op};
use crate::layout::Layout;
use crate::part::{part, part_mut};
use crate::quantized::{Code, Scale};
use crate::{Centring, Error, FoldError, dispatch, shape};

/// Codes with a sign, `i8` or `i16`, of which 0 stands for 0.
///
/// ```
/// use layernorm::mixed::SignedCode;
///
/// fn largest<C: SignedCode + Into<i32>>(codes: &[C]) -> Option<i32> {
///     codes.iter().map(|&code| code.into()).max()
/// }
/// assert_eq!(largest(&[-5i8, 3]), Some(3));
/// ```
pub trait SignedCode: Code {}

impl SignedCode for i8 {}
impl SignedCode for i16 {}

/// # Codes
impl<K: Centring> Norm<'_, K> {
    /// `y = norm(x)`, quantised in the same pass: `y / scale`, rounded half to even, and `zero_point`, saturated.
    ///
    /// The code is that of the `f32` which [`forward`](Self::forward) would write: the quotient of both floats is rounded once, as if
    /// it were exact. A NaN gives the zero point.
    ///
    /// ```
    /// use layernorm::mixed::LayerNorm;
    /// use layernorm::quantized::Scale;
    ///
    /// let mut y = [0i8; 4];
    /// LayerNorm::new(4)?.forward_quantized(&[1.0f32, 2.0, 3.0, 4.0], Scale { scale: 0.02, zero_point: -3 }, &mut y)?;
    /// assert_eq!(y, [-70, -25, 19, 64]);
    /// # Ok::<(), layernorm::FoldError>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y`, [`FoldError::Scale`] for a scale that is not finite and above 0; nothing
    /// is written then.
    pub fn forward_quantized<X: Element, Y: Code>(
        &self,
        x: &[X],
        scale: Scale<Y>,
        y: &mut [Y],
    ) -> Result<(), FoldError> {
        let layout = self.layout(x.len())?;
        shape::length("y", y.len(), x.len())?;
        let Scale { scale, zero_point } = checked(scale)?;
        Ok(self.run(&mut Quantised { x, y, scale, zero_point, layout }, &mut [])?)
    }

    /// `y = norm(x)`, quantised in the same call with a scale of each row, which goes to `scales`: the largest `|y|` of the row over the
    /// largest code, rounded to an `f32`. The zero point is 0.
    ///
    /// This is what models with dynamic quantisation do (8 bits for weights and activations). Each code is the rounded quotient of `y`,
    /// as [`forward`](Self::forward) would write it, and its row's scale. A row of zeros has a scale of 0; one with a NaN a scale that is
    /// NaN, and codes of 0.
    ///
    /// ```
    /// use layernorm::mixed::RmsNorm;
    ///
    /// let (mut y, mut scales) = ([0i8; 4], [0.0; 2]);
    /// RmsNorm::new(2)?.with_epsilon(0.0)?.forward_quantized_by_row(&[3.0f32, -4.0, 0.0, 0.0], &mut scales, &mut y)?;
    /// assert_eq!((y, scales), ([95, -127, 0, 0], [0.008908432, 0.0]));
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `scales`, of which there is one for each row, or `y`; nothing is written then.
    pub fn forward_quantized_by_row<X: Element, Y: SignedCode>(
        &self,
        x: &[X],
        scales: &mut [f32],
        y: &mut [Y],
    ) -> Result<(), Error> {
        let layout = self.layout(x.len())?;
        shape::length("scales", scales.len(), layout.rows)?;
        shape::length("y", y.len(), x.len())?;
        self.run(&mut QuantisedByRow { x, y, scales, layout }, &mut [])
    }

    /// `y = norm(x)` of codes: each is brought to `scale · (code − zero_point)`, rounded once to `f32`, and the row is normalised as one of
    /// `f32`.
    ///
    /// For codes on both sides, and no rounding between, there is [`crate::quantized`].
    ///
    /// ```
    /// use layernorm::mixed::LayerNorm;
    /// use layernorm::quantized::Scale;
    ///
    /// let mut y = [0.0f32; 4];
    /// let scale = Scale { scale: 0.5, zero_point: 10u8 };
    /// LayerNorm::new(4)?.forward_dequantized(&[12, 14, 16, 18], scale, &mut y)?; // 1, 2, 3, 4
    /// assert_eq!(y, [-1.3416355, -0.4472118, 0.4472118, 1.3416355]);
    /// # Ok::<(), layernorm::FoldError>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotWholeRows`] for `x`, [`Error::Length`] for `y`, [`FoldError::Scale`] for a scale that is not finite and above 0; nothing
    /// is written then.
    pub fn forward_dequantized<X: Code, Y: Element>(
        &self,
        x: &[X],
        scale: Scale<X>,
        y: &mut [Y],
    ) -> Result<(), FoldError> {
        let layout = self.layout(x.len())?;
        shape::length("y", y.len(), x.len())?;
        let Scale { scale, zero_point } = checked(scale)?;
        Ok(self.run(&mut Dequantised { x, y, scale, zero_point, layout }, &mut [])?)
    }
}

/// The scale, if it is finite and above 0.
fn checked<Q: Code>(scale: Scale<Q>) -> Result<Scale<i32>, FoldError> {
    shape::scale("scale", scale.scale)?;
    Ok(scale.widened())
}

/// From `x` to codes of one scale.
struct Quantised<'a, X, Y> {
    x: &'a [X],
    y: &'a mut [Y],
    scale: f32,
    zero_point: i32,
    layout: Layout,
}

/// From `x` to codes with a scale of each row.
struct QuantisedByRow<'a, X, Y> {
    x: &'a [X],
    y: &'a mut [Y],
    scales: &'a mut [f32],
    layout: Layout,
}

/// From codes of one scale to `y`.
struct Dequantised<'a, X, Y> {
    x: &'a [X],
    y: &'a mut [Y],
    scale: f32,
    zero_point: i32,
    layout: Layout,
}

impl<X: Stored, Y: Code> Memory for Quantised<'_, X, Y> {
    fn layout(&self) -> Layout {
        self.layout
    }
    fn read(&self, piece: Piece, tile: &mut [f32]) {
        read(self.x, self.layout.from, piece, tile);
    }
    fn write(&mut self, piece: Piece, tile: &[f32]) {
        let Self { scale, zero_point, .. } = *self;
        write_by(self.y, self.layout.to, piece, tile, |from, to| {
            dispatch::run(Quantise { from, to, scale, zero_point });
        });
    }
}

impl<X: Stored, Y: SignedCode> Memory for QuantisedByRow<'_, X, Y> {
    const SEES_ROWS: bool = true;

    fn layout(&self) -> Layout {
        self.layout
    }
    fn read(&self, piece: Piece, tile: &mut [f32]) {
        read(self.x, self.layout.from, piece, tile);
    }
    /// The largest `|y|` is kept in the place of the scale until the row is written.
    fn see(&mut self, piece: Piece, tile: &[f32]) {
        for (i, scale) in part_mut(self.scales, piece.first, piece.count).iter_mut().enumerate() {
            let row = part(tile, i * piece.len, piece.len);
            let before = if piece.start == 0 { 0 } else { scale.to_bits() };
            *scale = f32::from_bits(dispatch::run(LargestMagnitude(row)).max(before));
        }
    }
    fn write(&mut self, piece: Piece, tile: &[f32]) {
        let is_last = piece.start + piece.len == self.layout.width;
        for (i, largest) in part_mut(self.scales, piece.first, piece.count).iter_mut().enumerate() {
            let from = part(tile, i * piece.len, piece.len);
            let scale = scale_of::<Y>(*largest);
            let start = (piece.first + i) * self.layout.to + piece.start;
            let to = part_mut(self.y, start, piece.len);
            dispatch::run(Quantise { from, to, scale, zero_point: 0 });
            if is_last {
                *largest = scale;
            }
        }
    }
}

impl<X: Code, Y: Stored> Memory for Dequantised<'_, X, Y> {
    fn layout(&self) -> Layout {
        self.layout
    }
    fn read(&self, piece: Piece, tile: &mut [f32]) {
        let Self { scale, zero_point, .. } = *self;
        read_by(self.x, self.layout.from, piece, tile, |from, to| {
            dispatch::run(Dequantise { from, to, scale, zero_point });
        });
    }
    fn write(&mut self, piece: Piece, tile: &[f32]) {
        write(self.y, self.layout.to, piece, tile);
    }
}

/// The scale of a row whose largest `|y|` this is: not 0 unless that is.
fn scale_of<Y: LaneCode>(largest: f32) -> f32 {
    let scale = largest / Y::HIGHEST as f32;
    if scale == 0.0 && largest > 0.0 { f32::from_bits(1) } else { scale }
}

/// To codes.
///
/// With `y = a·2ᵉ`, `scale = b·2ᶠ`, integers a and b of 24 bits, and an odd integer n of 18 bits, `2y − n·scale` is a multiple of
/// `2^min(e + 1, f)`: so `y/scale` is n/2, or at least 2⁻²⁵ away from it. The product with the reciprocal in `f64` is less than 2⁻³⁴ off
/// where codes are not saturated. Rounded to 27 bits behind the point it is n/2 where the quotient is, and else on the same side of it;
/// rounded once more, to an integer, it is the code.
struct Quantise<'a, Y> {
    from: &'a [f32],
    to: &'a mut [Y],
    scale: f32,
    zero_point: i32,
}

/// A sum with this is rounded to an integer, whose bits are the last of the sum.
const TO_INTEGER: f64 = 6_755_399_441_055_744.0;
/// A sum with this is rounded to 27 bits behind the point.
const TO_27_BITS: f64 = TO_INTEGER / (1u64 << 27) as f64;
/// Beyond all codes, and less than the numbers that such sums round.
const BEYOND: f64 = (1u64 << 20) as f64;

impl<Y: LaneCode> Op for Quantise<'_, Y> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let Self { from, to, scale, zero_point } = self;
        let reciprocal = 1.0 / f64::from(scale);
        let [lowest, highest] = [Y::LOWEST as i32, Y::HIGHEST as i32];
        for (to, y) in to.iter_mut().zip(from) {
            let quotient = f64::from(*y) * reciprocal;
            let quotient = if quotient > BEYOND { BEYOND } else { quotient };
            let quotient = if quotient < -BEYOND { -BEYOND } else { quotient };
            let quotient = if quotient.is_nan() { 0.0 } else { quotient };
            let rounded = ((quotient + TO_27_BITS) - TO_27_BITS) + TO_INTEGER;
            let code = (rounded.to_bits() as u32 as i32).wrapping_add(zero_point);
            *to = Y::saturated(code.max(lowest).min(highest).into());
        }
    }
}

/// To `scale · (code − zero_point)`, each rounded once: a difference has 17 bits.
struct Dequantise<'a, X> {
    from: &'a [X],
    to: &'a mut [f32],
    scale: f32,
    zero_point: i32,
}

impl<X: LaneCode> Op for Dequantise<'_, X> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let Self { from, to, scale, zero_point } = self;
        for (to, code) in to.iter_mut().zip(from) {
            *to = (code.get() - zero_point) as f32 * scale;
        }
    }
}

/// The bits of the largest magnitude; those of a NaN, if there is one.
struct LargestMagnitude<'a>(&'a [f32]);

impl Op for LargestMagnitude<'_> {
    type Output = u32;

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) -> u32 {
        let mut largest = 0;
        for v in self.0 {
            largest = (v.to_bits() & 0x7fff_ffff).max(largest);
        }
        largest
    }
}
