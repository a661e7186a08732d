/// Statistics of one row: what [`forward_with_stats`](crate::LayerNorm::forward_with_stats) leaves for a
/// later pass over the same row.
///
/// Opaque, 16 bytes. It does not hold mean and reciprocal standard deviation as two floats: at mean 1e7 the
/// rounding of the mean alone would cost 10⁵ ULP in x̂. It holds a centre in two parts, a factor, and the
/// power of two by which an extreme row is scaled:
/// `x̂ = ((x · scale − pivot) − delta) · factor`.
///
/// ```
/// use layernorm::{LayerNorm, RowStats};
///
/// let mut stats = [RowStats::default()];
/// LayerNorm::new(2)?.with_epsilon(0.0)?.statistics(&[1.0, 5.0], &mut stats)?;
/// assert_eq!((stats[0].mean(), stats[0].rstd()), (3.0, 0.5));
/// # Ok::<(), layernorm::Error>(())
/// ```
/// The feature `serde` stores it as four integers, the bits of its numbers, since JSON has no NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(from = "[u32; 4]", into = "[u32; 4]")
)]
pub struct RowStats {
    pub(crate) scale: f32,
    pub(crate) pivot: f32,
    pub(crate) delta: f32,
    /// 0 marks a constant row with ε = 0, whose x̂ is 0; NaN a row that is not finite.
    pub(crate) factor: f32,
}

impl RowStats {
    /// Of a row that holds a NaN or an infinity.
    pub(crate) const NOT_FINITE: Self =
        Self { scale: 1.0, pivot: f32::NAN, delta: f32::NAN, factor: f32::NAN };

    pub(crate) fn is_finite(&self) -> bool {
        !self.factor.is_nan()
    }

    /// The two parts of what x̂ is centred about.
    pub(crate) fn wide_centre(&self) -> [f64; 2] {
        let unscaled = |part: f32| {
            let part = f64::from(part);
            if self.scale == 1.0 { part } else { part / f64::from(self.scale) }
        };
        [unscaled(self.pivot), unscaled(self.delta)]
    }

    pub(crate) fn wide_rstd(&self) -> f64 {
        f64::from(self.factor) * f64::from(self.scale)
    }

    /// Mean of the row (0 from [`RmsNorm`](crate::RmsNorm)), within 12.2 ULP of max(|mean|, 1/rstd) or the smallest
    /// subnormal, of ordinary rows within 1.5; NaN for a row that is not finite.
    ///
    /// ```
    /// assert_eq!(layernorm::RowStats::default().mean(), 0.0);
    /// ```
    pub fn mean(&self) -> f32 {
        if self.is_finite() { (self.pivot + self.delta) / self.scale } else { f32::NAN }
    }

    /// `1 / sqrt(var + ε)` (from [`RmsNorm`](crate::RmsNorm): `1 / sqrt(mean square + ε)`), within 12.2 ULP, of ordinary rows within 3;
    /// +∞ for a constant row with ε = 0 or where it overflows; NaN for a row that is not finite.
    ///
    /// ```
    /// assert_eq!(layernorm::RowStats::default().rstd(), f32::INFINITY);
    /// ```
    pub fn rstd(&self) -> f32 {
        if !self.is_finite() {
            f32::NAN
        } else if self.factor == 0.0 {
            f32::INFINITY
        } else {
            self.factor * self.scale
        }
    }
}

/// Of a constant row of zeros with ε = 0; a value to fill a slice with before a call.
impl Default for RowStats {
    fn default() -> Self {
        Self { scale: 1.0, pivot: 0.0, delta: 0.0, factor: 0.0 }
    }
}

#[cfg(feature = "serde")]
impl From<[u32; 4]> for RowStats {
    fn from(bits: [u32; 4]) -> Self {
        let [scale, pivot, delta, factor] = bits.map(f32::from_bits);
        Self { scale, pivot, delta, factor }
    }
}

#[cfg(feature = "serde")]
impl From<RowStats> for [u32; 4] {
    fn from(RowStats { scale, pivot, delta, factor }: RowStats) -> Self {
        [scale, pivot, delta, factor].map(f32::to_bits)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for RowStats {
    fn format(&self, f: defmt::Formatter) {
        defmt::write!(f, "mean {}, rstd {}", self.mean(), self.rstd());
    }
}
