use crate::isa::{Isa, Scalar};
use crate::{Centring, Error, Norm, RmsNorm};

/// # L2 norm
impl RmsNorm<'_> {
    /// Each row over its Euclidean norm: `y = x / sqrt(Σx²) · γ + β`, RMSNorm without ε and without the division by N, as nGPT (Loshchilov
    /// et al. 2024) normalises embeddings, queries and keys.
    ///
    /// All verbs of [`Norm`] are its verbs; `rstd()` of its statistics is 1 / sqrt(Σx²). [`Moments`](crate::Moments) are of RMSNorm,
    /// and [`apply`](Self::apply) with them is. γ = 1, β = 0, and ε = 0: a row of zeros gives β. With another ε the root is sqrt(Σx² + N·ε).
    /// x̂ is that of RMSNorm over √N and within 8 ULP of 1.
    ///
    /// ```
    /// use layernorm::RmsNorm;
    ///
    /// let mut row = [3.0, 0.0, 0.0, 4.0];
    /// RmsNorm::l2(4)?.forward_in_place(&mut row)?;
    /// assert_eq!(row, [0.6, 0.0, 0.0, 0.8]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Zero`].
    pub const fn l2(width: usize) -> Result<Self, Error> {
        match Self::new(width) {
            Ok(norm) => Ok(Self { epsilon: 0.0, l2: true, ..norm }),
            Err(error) => Err(error),
        }
    }
}

impl<K: Centring> Norm<'_, K> {
    /// What x̂ of RMSNorm is multiplied by: 1/√N within two roundings. With the product that is three, or 1.5 ULP of 1, beside the 6.1
    /// ULP of √N that x̂ is within; divided by √N they are at most as many of 1.
    #[inline(always)]
    pub(crate) fn scale(&self) -> f32 {
        if K::CENTRED || !self.l2 { 1.0 } else { 1.0 / Scalar.sqrt(self.width as f32) }
    }

    /// What the sum of the squares is divided by.
    pub(crate) fn divisor(&self) -> usize {
        if K::CENTRED || !self.l2 { self.width } else { 1 }
    }
}
