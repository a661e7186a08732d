/// Statistics of one row: what [`forward_with_stats`](crate::LayerNorm::forward_with_stats) leaves for a
/// later pass over the same row.
///
/// Opaque, 16 bytes. It does not hold mean and reciprocal standard deviation as two floats: at mean 1e7 the
/// rounding of the mean alone would cost 10⁵ ULP in x̂. It holds a centre in two parts, a factor, and the
/// power of two by which an extreme row is scaled:
/// `x̂ = ((x · scale − pivot) − delta) · factor`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowStats {
    pub(crate) scale: f32,
    pub(crate) pivot: f32,
    pub(crate) delta: f32,
    /// 0 marks a constant row with ε = 0, whose x̂ is 0; NaN a row that is not finite.
    pub(crate) factor: f32,
}

impl RowStats {
    /// Of a row with finite `pivot + delta` and nothing to scale.
    ///
    /// Up to two standard deviations from 0 the mean becomes one float: its rounding costs less than the
    /// rounding of a second subtraction would, and pass 2 has one operation less.
    #[inline(always)]
    pub(crate) fn about(pivot: f32, delta: f32, factor: f32) -> Self {
        let mean = pivot + delta;
        let near = (mean * factor).abs() <= 2.0;
        let (pivot, delta) = if near { (0.0, mean) } else { (pivot, delta) };
        Self { scale: 1.0, pivot, delta, factor }
    }

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
    pub fn mean(&self) -> f32 {
        if self.is_finite() { (self.pivot + self.delta) / self.scale } else { f32::NAN }
    }

    /// `1 / sqrt(var + ε)` (from [`RmsNorm`](crate::RmsNorm): `1 / sqrt(mean square + ε)`), within 12.2 ULP, of ordinary rows within 3;
    /// +∞ for a constant row with ε = 0 or where it overflows; NaN for a row that is not finite.
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
